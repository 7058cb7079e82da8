"""Who owns a directory, and what a crash of its last owner left running there."""

import fcntl
import json
import logging
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from learnflow.embedded.errors import EmbeddedError
from learnflow.embedded.processes import installed, wait_until

if TYPE_CHECKING:
    import psutil

# The time of a start is computed from the time of boot, which moves by a little when the clock is set.
SAME_START_SECONDS: Final = 2.0
STOP_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PidFile:
    """A file that names a process by its id and the time it started, because ids are used again."""

    path: Path

    def write(self, pid: int) -> None:
        """Name a running process of ours."""
        import psutil  # noqa: PLC0415 - only in the extra `embedded`

        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))
        new.replace(self.path)

    def process(self) -> "psutil.Process | None":
        """Return the process that the file names, or None when it has ended."""
        import psutil  # noqa: PLC0415

        try:
            named = json.loads(self.path.read_text())
            process = psutil.Process(named["pid"])
            same = abs(process.create_time() - named["started"]) < SAME_START_SECONDS
        except (FileNotFoundError, json.JSONDecodeError, psutil.NoSuchProcess):
            return None
        return process if same else None


@contextmanager
def owned(directory: Path, part: str) -> Iterator[PidFile]:
    """Own a part's files in a directory, which is made when missing, and end what a crashed owner left running.

    Yields the file to name the part's process in. EmbeddedError when the directory cannot be written or has an owner.
    """
    installed("psutil")
    try:
        make(directory)
        file = (directory / f"{part}.lock").open("a+")
    except OSError as error:
        message = f"{directory} cannot be used: {error.strerror}"
        raise EmbeddedError(message) from error
    with file:
        if not lock(file.fileno()):
            file.seek(0)
            message = f"{directory} is in use by process {file.read().strip()}: stop that, or use another directory"
            raise EmbeddedError(message)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        pid_file = PidFile(directory / f"{part}.pid")
        end([pid_file.process()])
        yield pid_file
        pid_file.path.unlink(missing_ok=True)


def lock(file: int) -> bool:
    """Lock an open file until it is closed; False when another process holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make(directory: Path) -> None:
    """Make a directory and its parents; root's let other accounts pass, whatever the umask, but not look around."""
    for missing in reversed([path for path in (directory, *directory.parents) if not path.exists()]):
        missing.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            missing.chmod(0o711)


def inside(directory: Path, name: str) -> "list[psutil.Process]":
    """Return the processes of a name that work in a directory."""
    import psutil  # noqa: PLC0415

    found = psutil.process_iter(["name", "cwd"])
    return [process for process in found if (process.info["name"], process.info["cwd"]) == (name, str(directory))]


def end(leftovers: "Iterable[psutil.Process | None]") -> None:
    """End processes: SIGINT, a deadline, SIGKILL. None stands for one that has ended."""
    for process in leftovers:
        if process is None or _gone(process):
            continue
        log.warning("process %d was left over from a crash: ending it", process.pid)
        if not (_ends(process, signal.SIGINT) or _ends(process, signal.SIGKILL)):
            message = f"process {process.pid}, left over from a crash, does not end"
            raise EmbeddedError(message)


def _ends(process: "psutil.Process", number: int) -> bool:
    import psutil  # noqa: PLC0415

    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied as error:
        message = f"process {process.pid}, left over from a crash, belongs to another account"
        raise EmbeddedError(message) from error
    return wait_until(lambda: _gone(process), STOP_SECONDS)


def _gone(process: "psutil.Process") -> bool:
    import psutil  # noqa: PLC0415

    try:
        # Nobody may be there to reap it: the first process of a container often does not.
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
