"""The weaker mode: limits and an account, but no namespaces. Code sees the host's files, processes and networks."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from learnflow.sandbox import launch
from learnflow.sandbox.process_monitor import ProcessMonitor
from learnflow.sandbox.process_resources import (
    Usage,
    descendants,
    of_account,
    pids,
    proportional_memory,
    rlimits,
    usage,
)
from learnflow.sandbox.runner import FinishedRun, Job, SandboxUnavailable, Toolchain

INSIDE: Final = "/sandbox/"  # what commands call the directory of their files


@dataclass(frozen=True, slots=True)
class Descendants:
    """A process and what descends from it, without what has lost its parent."""

    process: subprocess.Popen[bytes]
    account: int | None
    proc: int
    directory: Path

    def bound(self) -> bool:
        """Return True: the launcher does that before it becomes the command."""
        return True

    def current_usage(self) -> Usage:
        """Return what the processes use now."""
        return usage(self.proc, self._pids())

    def memory(self) -> int:
        """Return the bytes of memory that the processes use now, shared memory counted once."""
        return proportional_memory(self.proc, self._pids())

    def files(self) -> int:
        """Return how many files there are in the run's directory."""
        return sum(len(names) + len(below) for _, below, names in os.walk(self.directory))

    def end(self) -> None:
        """Kill the process, its group and what descends from it; as root, whatever its account runs."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.account is not None:
            _run_as(self.account, "kill -9 -1")  # whom one account may kill at once, however fast they multiply
        self.process.wait()

    def _pids(self) -> list[str]:
        return descendants(self.proc, str(self.process.pid))


@dataclass(frozen=True, slots=True)
class UnconfinedRunner:
    """Runs commands under limits alone."""

    def run(self, job: Job, account: int | None) -> FinishedRun:
        """Run a command as an account, or as ourselves; raises SandboxUnavailable when it cannot be started."""
        started = time.monotonic()
        with _directory(account) as directory, _proc() as proc:
            for name, path in job.files.items():
                (directory / name).write_bytes(path.read_bytes())
                (directory / name).chmod(0o444)
            here = [word.replace(INSIDE, f"{directory}/") for word in job.command]
            limits = ",".join(f"{name}={value}" for name, value in _rlimits(job, account, proc).items())
            ends_with_us = (str(os.getpid()), str(int(signal.SIGKILL)))
            whom = ("", "") if account is None else (str(account), str(account))
            process = self._start([*ends_with_us, *whom, limits, *here], directory, job.toolchain)
            with process:
                tree = Descendants(process, account, proc, directory / "tmp")
                return ProcessMonitor(tree, job.limits, started).finish(job.stdin)

    def _start(self, words: Sequence[str], directory: Path, toolchain: Toolchain) -> subprocess.Popen[bytes]:
        home, path = str(directory / "tmp"), f"{toolchain.program.parent}:/usr/bin:/bin"
        try:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", launch.__file__, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"PATH": path, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"},
                cwd=home,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise SandboxUnavailable(f"{sys.executable} cannot be started: {error}") from error


def _rlimits(job: Job, account: int | None, proc: int) -> dict[str, int]:
    limits = rlimits(job.limits, job.toolchain)
    if account is None:  # all that the user runs counts
        limits["nproc"] += usage(proc, of_account(proc, pids(proc), os.getuid())).threads
    return limits


@contextmanager
def _directory(account: int | None) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="learnflow-run-"))
    try:
        directory.chmod(0o711)
        home = directory / "tmp"
        home.mkdir(0o700)
        if account is not None:
            os.chown(home, account, account)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _proc() -> Iterator[int]:
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield proc
    finally:
        os.close(proc)


def _run_as(account: int, line: str) -> None:
    subprocess.run(
        ("/bin/sh", "-c", line),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        user=account,
        group=account,
        extra_groups=[],
        check=False,
    )
