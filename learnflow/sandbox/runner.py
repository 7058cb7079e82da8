"""What a run in the sandbox is given, what it may use, and how it ends: what every mode of isolation agrees on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from learnflow.models.vocabulary import ExerciseLanguage

MEBIBYTE: Final = 1024 * 1024


class SandboxUnavailable(Exception):  # noqa: N818 - it says what is the case, to students too
    """Code cannot be run apart from the host here; the text is one sentence for an operator."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The programs of a language, and the host directories that must be visible for them beside the system's.

    `program` runs code: python3, node or java, as an absolute path without symbolic links. `compiler` is javac.
    """

    language: ExerciseLanguage
    program: Path
    compiler: Path | None = None
    directories: tuple[Path, ...] = ()


class Limit(StrEnum):
    """What ended a run before it ended by itself."""

    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"
    FILES = "files"
    KILLED = "killed"  # by a signal that is not ours, for example of the kernel's when memory ran out


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: the whole tree of its processes together, where nothing else is said."""

    wall_seconds: float = 10.0
    quiet_seconds: float | None = None  # between two pieces of output, from the first one on
    cpu_seconds: int = 5
    memory_bytes: int = 512 * MEBIBYTE  # also what one process may ask for at once
    processes: int = 64  # threads count; node starts with 7, a JVM with 14 and more on many cores
    output_bytes: int = MEBIBYTE  # standard output and standard error
    file_bytes: int = 32 * MEBIBYTE  # of one file
    open_files: int = 64  # of one process
    tmp_bytes: int = 64 * MEBIBYTE  # the private /tmp, beside the memory
    files: int = 4_096  # in the private /tmp


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """How a run ended.

    The exit code is None when a limit ended the run, and 128 + the signal's number when a signal ended the program.
    What was printed before a limit was hit is there, as far as `output_bytes` goes.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int | None
    limit: Limit | None
    seconds: float


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

    def run(self, job: Job, account: int | None) -> FinishedRun:
        """Run a command as an account, or as ourselves; raises SandboxUnavailable."""
