"""The embedded parts' directories: who owns one, and what a crash of its owner left running there."""

import fcntl
import json
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from learnflow.embedded.processes import EmbeddedError, installed, wait_until

if find_spec("psutil"):  # of the extra `embedded`; `owned` says when it is missing
    import psutil

PREFIX: Final = "learnflow-"
LOCK: Final = "throwaway.lock"
# The time of a start is computed from the time of boot, which moves by a little when the clock is set.
SAME_START_SECONDS: Final = 2.0
STOP_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


@contextmanager
def throwaway() -> Iterator[Path]:
    """Yield a new directory that any account can pass through, and remove it, also after an error.

    Those that an earlier run could not remove, because it was killed, are removed first, with what runs there.
    """
    _remove_abandoned()
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (directory / LOCK).open("w") as owner:
        lock_file(owner.fileno())
        try:
            directory.chmod(0o711)
            yield directory
        finally:
            shutil.rmtree(directory)


def _remove_abandoned() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            # Others can write here too: what is not ours must not make us end a process.
            if os.geteuid() != path.parent.lstat().st_uid:
                continue
            with path.open("r+") as owner:
                if lock_file(owner.fileno()):
                    _remove(path.parent)
        except FileNotFoundError:
            continue  # its owner was faster


def _remove(directory: Path) -> None:
    end_processes(PidFile(path).process() for path in directory.glob("*/*.pid"))
    end_processes(PidFile(path).process() for path in directory.glob("*.pid"))
    shutil.rmtree(directory)


@dataclass(frozen=True, slots=True)
class PidFile:
    """A file that names a process by its id and the time it started, because ids are used again."""

    path: Path

    def write(self, pid: int) -> None:
        """Name a running process of ours."""
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))
        new.replace(self.path)

    def process(self) -> "psutil.Process | None":
        """Return the process that the file names, or None when it has ended."""
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
        make_directory(directory)
        file = (directory / f"{part}.lock").open("a+")
    except OSError as error:
        raise EmbeddedError(f"{directory} cannot be used: {error.strerror}") from error
    with file:
        if not lock_file(file.fileno()):
            file.seek(0)
            raise EmbeddedError(
                f"{directory} is in use by process {file.read().strip()}: stop that, or use another directory"
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        pid_file = PidFile(directory / f"{part}.pid")
        end_processes([pid_file.process()])
        yield pid_file
        pid_file.path.unlink(missing_ok=True)


def lock_file(file: int) -> bool:
    """Lock an open file until it is closed; False when another process holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_directory(directory: Path) -> None:
    """Make a directory and its parents; root's let other accounts pass, whatever the umask, but not look around."""
    for missing in reversed([path for path in (directory, *directory.parents) if not path.exists()]):
        missing.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            missing.chmod(0o711)


def processes_in(directory: Path, name: str) -> "list[psutil.Process]":
    """Return the processes of a name that work in a directory."""
    running = psutil.process_iter(["name", "cwd"])
    return [process for process in running if (process.info["name"], process.info["cwd"]) == (name, str(directory))]


def end_processes(processes: "Iterable[psutil.Process | None]") -> None:
    """End processes: SIGINT, a deadline, SIGKILL. None stands for one that has ended."""
    for process in processes:
        if process is None or _gone(process):
            continue
        log.warning("process %d was left over from a crash: ending it", process.pid)
        if not (_ends_on(process, signal.SIGINT) or _ends_on(process, signal.SIGKILL)):
            raise EmbeddedError(f"process {process.pid}, left over from a crash, does not end")


def _ends_on(process: "psutil.Process", number: int) -> bool:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied as error:
        raise EmbeddedError(f"process {process.pid}, left over from a crash, belongs to another account") from error
    return wait_until(lambda: _gone(process), STOP_SECONDS)


def _gone(process: "psutil.Process") -> bool:
    try:
        # Nobody may be there to reap it: the first process of a container often does not.
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
