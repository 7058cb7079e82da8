"""What the tests of the embedded parts share: to start parts, to look at them, and to see that they ended."""

import asyncio
import os
import pwd
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import psutil
import pytest

from learnflow.embedded import throwaway
from learnflow.embedded.data_directories import PidFile
from tests.support.process_cleanup import ended_with_tests

REPOSITORY: Final = Path(__file__).parents[2]
DEADLINE: Final = 120.0
NAMES: Final = {"postgres", "tansu"}

SUPERVISOR: Final = """
import signal, sys
from pathlib import Path
from learnflow.embedded import broker, postgres

directory = Path(sys.argv[1])
with broker(directory / "broker") as address, postgres(directory / "postgres", durable=False) as url:
    print(address, url, flush=True)
    signal.pause()
"""


@contextmanager
def nothing_left() -> Iterator[None]:
    """Fail when children or threads are left that were not there before."""
    children, threads = _children(), threading.active_count()
    yield
    # Those of before may end meanwhile: a test before this one may have left them about to.
    assert until(lambda: _children() <= children), _children() - children
    assert until(lambda: threading.active_count() <= threads)


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


@contextmanager
def throwaway_place() -> Iterator[Path]:
    """Yield a directory that root's stand-in reaches too, unlike pytest's own; fail when parts still work in it."""
    with throwaway() as directory:
        yield directory
        assert until(lambda: not parts_in(directory))


def parts_in(directory: Path) -> set[int]:
    """Return the ids of the parts that work in a directory or below."""
    found = psutil.process_iter(["name", "status", "cwd"])
    return {
        process.pid
        for process in found
        if process.info["name"] in NAMES
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and Path(process.info["cwd"] or "").is_relative_to(directory)
    }


def named(pid_file: Path) -> psutil.Process:
    """Return the running process that a part's file names."""
    process = PidFile(pid_file).process()
    assert process is not None
    return process


@contextmanager
def supervisor(
    directory: Path, interpreter: str = sys.executable, user: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run both parts under a process of its own, yield that when they are ready, and kill it at the end."""
    with python(SUPERVISOR, str(directory), interpreter=interpreter, user=user) as process:
        assert process.stdout is not None
        assert process.stdout.readline(), "the parts did not start"
        yield process


@contextmanager
def python(
    code: str, *arguments: str, interpreter: str = sys.executable, user: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run Python code that can import ours, and kill it at the end."""
    paths = os.pathsep.join((str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))))
    with subprocess.Popen(
        [interpreter, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"} | ended_with_tests(),
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def stranger(uid: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that has nothing to do with us, as the account with that id."""
    with subprocess.Popen(["sleep", "300"], user=uid) as process:
        try:
            yield process
        finally:
            process.kill()


def reachable_interpreter() -> str:
    """Return a Python of this version that any account can run, or skip the test."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([candidate, "-c", ""], user="nobody", extra_groups=[], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    pytest.skip("no Python of this version can be reached by other accounts")


def until(condition: Callable[[], bool]) -> bool:
    """Return whether the condition came true before the deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement on a connection of its own and return its rows."""

    async def fetch() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def password(url: str) -> str:
    """Return the password of a URL."""
    return url.partition("@")[0].rpartition(":")[2]


def listening(process: psutil.Process) -> set[str]:
    """Return the addresses on which a process listens."""
    return {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
