"""What every mode of isolation is given to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from learnflow.sandbox.limits import Finished, Limits
from learnflow.sandbox.toolchains import Toolchain


@dataclass(frozen=True, slots=True)
class Job:
    """A command, what it reads from standard input, what it may use, and what it finds below /sandbox."""

    command: tuple[str, ...]
    stdin: bytes
    limits: Limits
    files: Mapping[str, Path]
    toolchain: Toolchain


class Runner(Protocol):
    """Starts a command, watches it, and leaves nothing of it."""

    def run(self, job: Job, account: int | None) -> Finished:
        """Run a command as an account, or as ourselves; raises SandboxUnavailable."""
