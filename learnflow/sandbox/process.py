"""One process of a student's, apart from the host: start, feed, watch, end, and leave nothing."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from learnflow.sandbox.accounts import account
from learnflow.sandbox.errors import SandboxUnavailable
from learnflow.sandbox.limits import Finished, Limit, Limits
from learnflow.sandbox.runner import Job, Runner
from learnflow.sandbox.toolchains import Toolchain, toolchain

__all__ = ["Finished", "Isolation", "Limit", "Limits", "SandboxUnavailable", "Toolchain", "toolchain"]


@dataclass(frozen=True, slots=True)
class Isolation:
    """How processes are started apart from the host; found once, used by many threads."""

    runner: Runner

    @classmethod
    def find(cls, mode: Literal["bubblewrap", "limits"]) -> Self:
        """Return the isolation of this machine after running something in it; raises SandboxUnavailable."""
        if sys.platform != "linux":
            message = f"student code is run apart from the host on Linux only, and this is {sys.platform}"
            raise SandboxUnavailable(message)
        from learnflow.sandbox import isolation_probe  # noqa: PLC0415 - needs Linux

        return cls(isolation_probe.bubblewrap() if mode == "bubblewrap" else isolation_probe.unconfined())

    def execute(
        self,
        command: Sequence[str],
        *,
        stdin: bytes,
        limits: Limits,
        files: Mapping[str, Path],
        toolchain: Toolchain,
    ) -> Finished:
        """Run a command to its end or to a limit, and return how it ended; blocks.

        The thread must outlive the call. `files` are there read-only as /sandbox/<name>; the working directory is
        /tmp, empty and writable. Raises SandboxUnavailable.
        """
        job = Job(tuple(command), stdin, limits, files, toolchain)
        try:
            with account() as uid:
                return self.runner.run(job, uid)
        except OSError as error:
            message = f"nothing can be run apart from the host now: {error}"
            raise SandboxUnavailable(message) from error
