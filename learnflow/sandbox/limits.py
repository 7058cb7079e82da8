"""What a run in the sandbox may use, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MEBIBYTE: Final = 1024 * 1024


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
class Finished:
    """How a run ended.

    The exit code is None when a limit ended the run, and 128 + the signal's number when a signal ended the program.
    What was printed before a limit was hit is there, as far as `output_bytes` goes.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int | None
    limit: Limit | None
    seconds: float
