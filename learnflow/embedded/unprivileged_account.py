"""PostgreSQL refuses to run as root, so it runs under another account there."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Final

from learnflow.embedded.errors import EmbeddedError
from learnflow.embedded.processes import Account

CANDIDATES: Final = ("postgres", "nobody")


def ourselves() -> Account:
    """Return the account of this process."""
    return Account("ourselves", os.geteuid(), os.getegid())


def account_for(data: Path) -> Account:
    """Return whom to run as: ourselves, but for root the owner of the data that is there, or an ordinary account.

    EmbeddedError when this machine has none.
    """
    if os.geteuid() != 0:
        return ourselves()
    by_name = {entry.pw_name: entry for entry in pwd.getpwall()}
    by_uid = {entry.pw_uid: entry for entry in by_name.values() if entry.pw_uid != 0}
    owner = [by_uid[data.stat().st_uid]] if data.exists() and data.stat().st_uid in by_uid else []
    usable = [*owner, *(by_name[name] for name in CANDIDATES if name in by_name)]
    if not usable:
        message = f"PostgreSQL cannot run as root, and there is no account {' or '.join(CANDIDATES)} to run it under"
        raise EmbeddedError(message)
    return Account(usable[0].pw_name, usable[0].pw_uid, usable[0].pw_gid)


def can(account: Account, *command: str) -> bool:
    """Return whether a command ends well when the account runs it; EmbeddedError when we may not become the account."""
    other = account.uid != os.geteuid()
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=[] if other else None,
            check=False,
        )
    except PermissionError:
        return False
    except OSError as error:
        message = f"PostgreSQL cannot run as {account.name}: {error}"
        raise EmbeddedError(message) from error
    return done.returncode == 0


def require_reach(account: Account, directory: Path) -> None:
    """EmbeddedError when the account cannot reach the directory, for example below a closed home."""
    if not can(account, "/bin/sh", "-c", 'cd "$0"', str(directory.absolute())):
        message = (
            f"PostgreSQL runs as {account.name}, who cannot reach {directory}: use a directory whose parents others "
            "may pass through, or run as an ordinary user"
        )
        raise EmbeddedError(message)
