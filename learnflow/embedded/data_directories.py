"""Where the embedded parts keep their files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from learnflow.embedded.stale_processes import PidFile, end, lock

PREFIX: Final = "learnflow-"
LOCK: Final = "throwaway.lock"


def default_directory() -> Path:
    """Return where data that outlives a run belongs: the system's place for root, else the user's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/learnflow")
    state = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a relative path is invalid and ignored.
    home = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return home / "learnflow"


@contextmanager
def throwaway() -> Iterator[Path]:
    """Yield a new directory that any account can pass through, and remove it, also after an error.

    Those that an earlier run could not remove, because it was killed, are removed first, with what runs there.
    """
    _remove_abandoned()
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (directory / LOCK).open("w") as owner:
        lock(owner.fileno())
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
                if lock(owner.fileno()):
                    _remove(path.parent)
        except FileNotFoundError:
            continue  # its owner was faster


def _remove(directory: Path) -> None:
    end(PidFile(path).process() for path in directory.glob("*/*.pid"))
    end(PidFile(path).process() for path in directory.glob("*.pid"))
    shutil.rmtree(directory)
