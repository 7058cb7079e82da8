"""The addresses of a running `learnflow up`, where the other commands find them."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from learnflow.settings import Settings

NAME: Final = "run.json"


@dataclass(frozen=True, slots=True)
class RunFile:
    """A running `up`: its process, when it started (ISO 8601), and where its parts are."""

    pid: int
    started: str
    broker: str
    database_url: str
    web: str


def directory(settings: Settings) -> Path:
    """Return where data is kept: as set, or the user's state directory."""
    if settings.learnflow.data_directory:
        return Path(settings.learnflow.data_directory)
    from learnflow.embedded import default_directory  # noqa: PLC0415 - an extra, and most deployments set a directory

    return default_directory()


def write(where: Path, run: RunFile) -> None:
    """Leave the addresses; only this account may read them, as the database's has its password."""
    where.mkdir(parents=True, exist_ok=True)
    partial = where / f"{NAME}.{os.getpid()}"
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(run), file)
    partial.replace(where / NAME)  # a reader sees the old file or the new one, never half of it


def read(where: Path) -> RunFile | None:
    """Return the running `up`, or None when there is none: also when it ended without removing its file."""
    try:
        run = RunFile(**json.loads((where / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return run if _runs(run.pid) else None


def remove(where: Path) -> None:
    """Remove the addresses of this process; those of another `up` stay."""
    run = read(where)
    if run is None or run.pid == os.getpid():
        (where / NAME).unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, TypeError):
        return False
    return True
