"""Files that are made once for a machine: where they are kept, and how they appear there."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_OF_ROOT: Final = Path("/var/cache/learnflow")  # the account of a run has to read it, and may not enter root's home
_OTHERS_WRITE: Final = 0o022


def directory() -> Path | None:
    """Return a directory of ours that nobody else can write; None where there is none."""
    for path in _candidates():
        with suppress(OSError):
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
            found = path.stat()
            if found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE and os.access(path, os.W_OK):
                return path
    return None


def _candidates() -> Iterator[Path]:
    if os.geteuid() == 0:
        yield _OF_ROOT
    with suppress(RuntimeError):  # an account may have no home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "learnflow"


def publish(path: Path, content: bytes) -> None:
    """Write a file so that others see it whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def key(program: Path, sources: Iterable[Path], *more: str) -> str:
    """Return a name for what is made of sources with a program; another version of either gives another name."""
    found = program.stat()
    parts = [f"{program} {found.st_size} {found.st_mtime_ns}".encode(), *(path.read_bytes() for path in sources)]
    return hashlib.sha256(b"\0".join((*parts, *(text.encode() for text in more)))).hexdigest()[:16]
