"""Programs that attack the sandbox: none gets through, none is left, and the next run works."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from learnflow.sandbox.accounts import AT_ONCE, FIRST, FIRST_IN_CONTAINER
from learnflow.sandbox.runner import MEBIBYTE
from tests.support.running_system import until

HOSTILE: Final = Path(__file__).parents[1] / "hostile"
PRELUDE: Final = (HOSTILE / "prelude.py").read_text()
PROGRAMS: Final = tomllib.loads((HOSTILE / "programs.toml").read_text())["program"]
ORDINARY: Final = 64_321
IS_ROOT: Final = os.geteuid() == 0
SECRET: Final = "what nobody may see"  # noqa: S105 - what programs must not find
GONE_SECONDS: Final = 10.0
LIMITS: Final = {
    "wall_seconds": 60.0,
    "cpu_seconds": 10,
    "memory_bytes": 256 * MEBIBYTE,
    "processes": 32,
    "output_bytes": 65_536,
    "file_bytes": 8 * MEBIBYTE,
    "tmp_bytes": 16 * MEBIBYTE,
    "files": 1_000,
}
CROWD: Final = 50  # more than the processes that a run may have
PYTHON: Final = ("/usr/bin/env", "python3", "-I", "-S", "-B", "-c")
COMMANDS: Final = {"python": PYTHON, "javascript": ("/usr/bin/env", "node", "-e"), "shell": ("/bin/bash", "-c")}
LOUD: Final = (
    "while True: pass",
    "for _ in range(20):\n    if os.fork() == 0: break\nwhile True: pass",
    "while True:\n    open('/tmp/x', 'wb').write(b'x' * (1 << 20))",
)
QUICK: Final = {"a fork bomb", "endless output", "files without end", "10 GB in one process", "a storm of threads"}
STUBBORN: Final = (
    "for _ in range(4):\n    if os.fork() == 0:\n        os.setsid()\nwhile True: pass",
    """
import ctypes
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # no signal when the parent dies
for number in set(range(1, 32)) - {9, 19}: signal.signal(number, signal.SIG_IGN)
time.sleep(1_000)
""",
)


@dataclass(slots=True)
class Driver:
    """A process that runs jobs in the sandbox, as root or as an ordinary user."""

    process: subprocess.Popen[str]
    uids: frozenset[int]
    directory: Path
    words: dict[str, str]
    _ids: Iterator[int] = field(default_factory=count)

    def send(self, code: str, language: str = "python", **limits: float) -> int:
        """Start a program, and return its id."""
        for name, value in self.words.items():
            code = code.replace(f"@{name}@", value)
        sent = next(self._ids)
        job = {
            "id": sent,
            "command": [*COMMANDS[language], PRELUDE + code if language == "python" else code],
            "language": "javascript" if language == "javascript" else "python",
            "stdin": "",
            "files": {},
            "limits": LIMITS | limits,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return sent

    def result(self) -> dict[str, Any]:
        """Return how the next program ended."""
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def run(self, code: str, language: str = "python", **limits: float) -> dict[str, Any]:
        """Run a program alone."""
        sent = self.send(code, language, **limits)
        result = self.result()
        assert result["id"] == sent
        return result

    def left(self) -> list[str]:
        """Return the processes in sandboxes of this driver, but not what only waits for the system to collect it."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
                nested, dead = len(status["NSpid"].split()) > 1, status["State"].startswith("Z")
                if int(status["Uid"].split()[0]) in self.uids and nested and not dead:
                    found.append(f"{status['Name']} {status['State']}")
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found

    def files(self) -> set[Path]:
        """Return what this driver's accounts have where everybody can write."""
        there = (path for where in (tempfile.gettempdir(), "/dev/shm", "/var/tmp") for path in Path(where).iterdir())  # noqa: S108
        return {path for path in there if _owner(path) in self.uids or path.name.startswith("learnflow-run-")}


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def start(uid: int | None, directory: Path, words: dict[str, str]) -> Driver:
    """Start a driver, as another account where one is named."""
    process = subprocess.Popen(
        [sys.executable, str(HOSTILE / "driver.py"), "" if uid is None else str(uid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(HOSTILE.parents[1]), "LEARNFLOW_SECRET": SECRET},
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    uids = {uid or os.getuid()}
    if IS_ROOT and uid is None:
        firsts = (FIRST + process.pid * AT_ONCE, FIRST_IN_CONTAINER)
        uids = {first + slot for first in firsts for slot in range(AT_ONCE)}
    return Driver(process, frozenset(uids), directory, words | {"PARENT": str(process.pid)})


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[Path, dict[str, str]]]:
    """Make what nobody in a sandbox may reach: files, and sockets that answer."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outside-")))
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".outside-", dir=Path.home())))
        directory.chmod(0o755)
        for place in (directory, home):
            (place / "secret").write_text(SECRET)
            (place / "secret").chmod(0o666)
        abstract = f"learnflow-{os.getpid()}"
        addresses: list[tuple[int, Any]] = [
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, f"\0{abstract}"),
            (socket.AF_UNIX, str(directory / "socket")),
        ]
        listening = []
        for family, address in addresses:
            listening.append(stack.enter_context(socket.socket(family)))
            listening[-1].bind(address)
            listening[-1].listen()
        (directory / "socket").chmod(0o666)
        yield (
            directory,
            {
                "SECRET": str(directory / "secret"),
                "HOME_SECRET": str(home / "secret"),
                "PORT": str(listening[0].getsockname()[1]),
                "ABSTRACT": abstract,
                "SOCKET": str(directory / "socket"),
            },
        )


@pytest.fixture(scope="module", params=["root", "ordinary user"] if IS_ROOT else ["ordinary user"])
def driver(request: pytest.FixtureRequest, outside: tuple[Path, dict[str, str]]) -> Iterator[Driver]:
    """Run a driver as each kind of account."""
    found = start(ORDINARY if IS_ROOT and request.param != "root" else None, *outside)
    with found.process:
        yield found
        assert found.process.stdin is not None
        found.process.stdin.close()
        assert found.process.wait(GONE_SECONDS) == 0


@pytest.mark.parametrize("program", PROGRAMS, ids=[program["name"] for program in PROGRAMS])
def test_a_hostile_program_gets_nowhere(driver: Driver, program: dict[str, Any]) -> None:
    files = driver.files()
    result = driver.run(program["code"], program.get("language", "python"), **program.get("time", {}))
    shown = json.dumps(result, indent=1)[:2_000]
    assert SECRET not in result["stdout"] + result["stderr"], shown
    match program["seen"]:
        case "limit":
            assert result["limit"] in program["limits"], shown
            assert result["exit_code"] is None
        case "either":
            assert result["limit"] in program["limits"] or result["exit_code"], shown
        case "refused":
            lines = result["stdout"].splitlines()
            assert lines, shown
            assert [line for line in lines if not line.startswith("refused")] == [], shown
        case "printed":
            assert (result["stdout"], result["exit_code"]) == (program["prints"], 0), shown
        case other:
            pytest.fail(f"seen = {other!r}")
    assert driver.left() == []
    assert driver.files() == files
    assert (driver.directory / "secret").read_text() == SECRET
    assert driver.run("print('the next')")["stdout"] == "the next\n"


def test_a_run_beside_hostile_ones_gets_its_share(driver: Driver) -> None:
    work = "print(sum(range(1_000_000)))"
    alone = driver.run(work, wall_seconds=30.0)
    hostile = {driver.send(code, wall_seconds=4.0, cpu_seconds=4) for code in LOUD}
    beside = driver.send(work, wall_seconds=30.0, cpu_seconds=20)
    ends = [driver.result() for _ in range(len(hostile) + 1)]
    ours = next(end for end in ends if end["id"] == beside)
    assert ours["stdout"] == alone["stdout"]
    assert ours["seconds"] < 20 * alone["seconds"] + 1.0
    assert driver.left() == []


def test_fifty_hostile_programs_in_a_row_leave_a_driver_that_works(driver: Driver) -> None:
    quick = [program for program in PROGRAMS if program["name"] in QUICK]
    assert len(quick) == len(QUICK)
    for number in range(50):
        driver.send(quick[number % len(quick)]["code"])
    limits = {driver.result()["limit"] for _ in range(50)}
    assert limits <= {"processes", "output", "memory", "files", None}
    assert driver.run("print('the next')")["stdout"] == "the next\n"
    assert driver.left() == []


def test_limits_count_a_sandbox_and_not_its_user(driver: Driver) -> None:
    uid = min(driver.uids)
    crowd = [subprocess.Popen(["sleep", "60"], user=uid if IS_ROOT else None) for _ in range(CROWD)]
    try:
        assert driver.run("if os.fork(): os.wait()\nprint('two')")["stdout"] == "two\ntwo\n"
    finally:
        for process in crowd:
            process.kill()
            process.wait()


@pytest.mark.parametrize("uid", [None, ORDINARY] if IS_ROOT else [None])
def test_a_killed_worker_leaves_nothing(uid: int | None, outside: tuple[Path, dict[str, str]]) -> None:
    worker = start(uid, *outside)
    files = worker.files()
    with worker.process:
        for code in STUBBORN:
            worker.send(code, wall_seconds=60.0, cpu_seconds=60)
        assert until(lambda: len(worker.left()) >= 10, GONE_SECONDS)
        worker.process.send_signal(signal.SIGKILL)
        assert until(lambda: worker.left() == [], GONE_SECONDS), worker.left()
    assert worker.files() == files
