"""One run under bubblewrap: start, hold to its limits before the first instruction, look into, end."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from learnflow.sandbox.bubblewrap_options import BubblewrapBinary, arguments, copied, hint, sealed
from learnflow.sandbox.orphan_guard import GUARD
from learnflow.sandbox.process_monitor import ProcessMonitor
from learnflow.sandbox.process_resources import NICE, Usage, pids, proportional_memory, rlimits, usage
from learnflow.sandbox.runner import FinishedRun, Job, SandboxUnavailable

START_SECONDS: Final = 10.0
END_SECONDS: Final = 10.0


@dataclass(slots=True)
class Namespace:
    """The processes of one sandbox: all that there are in its process namespace, whose first process is `init`."""

    process: subprocess.Popen[bytes]
    init: int
    handle: int  # a pidfd, which never means another process
    _open: ExitStack = field(default_factory=ExitStack)
    _proc: int | None = None
    _tmp: int | None = None

    def bound(self) -> bool:
        """Return whether the sandbox ends by itself when this process does.

        Its first process binds its life to bubblewrap's, which is bound to ours, just before it takes on the filter.
        """
        try:
            return b"\nSeccomp:\t2" in Path(f"/proc/{self.init}/status").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return True

    def current_usage(self) -> Usage:
        """Return what the sandbox uses now."""
        proc = self._open_proc()
        return Usage() if proc is None else usage(proc, pids(proc)) + Usage(threads=1)  # init itself

    def memory(self) -> int:
        """Return the bytes of memory that the sandbox uses now, shared memory counted once."""
        proc = self._open_proc()
        return 0 if proc is None else proportional_memory(proc, pids(proc))

    def files(self) -> int:
        """Return how many files there are in the sandbox's /tmp."""
        if self._tmp is None:
            return 0
        status = os.fstatvfs(self._tmp)
        return status.f_files - status.f_ffree

    def end(self) -> None:
        """Kill the first process, and with it all others; return when they are gone."""
        if self.process.returncode is not None:
            return
        self._open.close()
        self._proc = self._tmp = None
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        # It ends last of its namespace, and bubblewrap collects it; had we killed that first, it would be an orphan.
        _ready(self.handle, END_SECONDS)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with suppress(ChildProcessError):  # unless we are the first process of a container, who inherits orphans
            os.waitid(os.P_PIDFD, self.handle, os.WEXITED | os.WNOHANG)

    def _open_proc(self) -> int | None:
        """Return the sandbox's own /proc, which lists all that is in it and nothing else; None before it is made."""
        if self._proc is not None:
            return self._proc
        try:
            with ExitStack() as opened:
                root = _directory(f"/proc/{self.init}/root", None, opened)
                proc = _directory("proc", root, opened)
                tmp = _directory("tmp", root, opened)
                if os.fstat(proc).st_dev != Path("/proc").stat().st_dev:
                    self._open, self._proc, self._tmp = opened.pop_all(), proc, tmp
        except (FileNotFoundError, ProcessLookupError):
            return None
        except PermissionError as error:
            raise SandboxUnavailable(
                "what runs in a sandbox cannot be watched: root needs CAP_SYS_PTRACE for it, an ordinary user not"
            ) from error
        return self._proc


def _directory(name: str, within: int | None, stack: ExitStack) -> int:
    descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=within)
    stack.callback(os.close, descriptor)
    return descriptor


@dataclass(frozen=True, slots=True)
class BubblewrapRunner:
    """Runs commands under one bubblewrap with one filter of system calls."""

    binary: BubblewrapBinary
    seccomp: bytes

    def run(self, job: Job, account: int | None) -> FinishedRun:
        """Run a command as an account, or as ourselves; raises SandboxUnavailable when bubblewrap fails."""
        started = time.monotonic()
        with ExitStack() as ours, ExitStack() as theirs:
            status, release = _pipe(ours, theirs), _pipe(theirs, ours)
            copies = {name: _copy(path.read_bytes(), theirs) for name, path in job.files.items() if copied(path)}
            rules = _copy(self.seccomp, theirs)
            ends = {"--seccomp": rules, "--json-status-fd": status[1], "--block-fd": release[0]}
            options = [*arguments(job, copies), *(word for end in ends.items() for word in map(str, end))]
            command = [self.binary.executable, *options, "--", *_limit_command(job), *job.command]
            process = self._start(command, (*copies.values(), *ends.values()), account)
            theirs.close()
            with _namespace(process, status[0]) as namespace:
                with suppress(BrokenPipeError):  # it failed meanwhile, and has said why
                    os.write(release[1], b"\n")
                finished = ProcessMonitor(namespace, job.limits, started).finish(job.stdin)
            if finished.exit_code == 1 and b"exit-code" not in _line(status[0]):
                raise _failure(finished.stderr)
            return finished

    def _start(
        self, command: Sequence[str], descriptors: Sequence[int], account: int | None
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self.binary.environment, **GUARD.environment()},
                cwd="/",
                pass_fds=[*self.binary.descriptors, *descriptors],
                start_new_session=True,
                user=account,
                group=account,
                extra_groups=None if account is None else [],
                bufsize=0,
            )
        except OSError as error:
            raise SandboxUnavailable(f"bubblewrap cannot be started: {error}") from error


def _limit_command(job: Job) -> tuple[str, ...]:
    """Return what starts a command under its limits.

    They are set inside, where the kernel counts the processes of this sandbox alone; from outside, not even root can
    set those of another account without CAP_SYS_RESOURCE.
    """
    limits = (f"--{name}={value}" for name, value in rlimits(job.limits, job.toolchain).items())
    return ("nice", "-n", str(NICE), "prlimit", *limits, "--")


def _copy(content: bytes, stack: ExitStack) -> int:
    copy = sealed(content)
    stack.callback(os.close, copy)
    return copy


def _pipe(reading: ExitStack, writing: ExitStack) -> tuple[int, int]:
    ends = os.pipe()
    reading.callback(os.close, ends[0])
    writing.callback(os.close, ends[1])
    return ends


@contextmanager
def _namespace(process: subprocess.Popen[bytes], status: int) -> Iterator[Namespace]:
    """Yield the sandbox that bubblewrap has made, and leave nothing of it."""
    with process:
        try:
            line = _line(status)
            handle = os.pidfd_open(init := int(json.loads(line)["child-pid"]))
        except (ValueError, KeyError, OSError) as error:
            os.killpg(process.pid, signal.SIGKILL)  # what bubblewrap has started is not bound to it yet
            raise _failure(process.communicate()[1]) from error
        namespace = Namespace(process, init, handle)
        try:
            yield namespace
        finally:
            namespace.end()
            os.close(handle)


def _line(status: int) -> bytes:
    """Return what bubblewrap tells in one line of JSON, which it writes piece by piece; b"" when it tells nothing."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(status, 4096) if _ready(status, START_SECONDS) else b""
        if not piece:
            break
        line += piece
    return line


def _ready(descriptor: int, seconds: float) -> bool:
    """Return whether an open file could be read within the time. Not `select`, which knows 1,024 files only."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1_000))


def _failure(stderr: bytes) -> SandboxUnavailable:
    lines = stderr.decode(errors="replace").strip().splitlines()
    reason = lines[-1] if lines else "it said nothing"
    return SandboxUnavailable(f"bubblewrap cannot make a sandbox: {reason}{hint()}")
