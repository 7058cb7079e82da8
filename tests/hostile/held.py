"""A worker whose sandbox stays where it can be orphaned: bubblewrap cannot say which child it has, and so holds it.

Prints the mark of what it has started.
"""

import fcntl
import os
from contextlib import ExitStack

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import bubblewrap_runner
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.orphan_guard import GUARD
from learnflow.sandbox.runner import Limits
from learnflow.sandbox.toolchains import toolchain

PIPE = bubblewrap_runner._pipe  # noqa: SLF001 - one that is full is not to be had otherwise


def full(reading: ExitStack, writing: ExitStack) -> tuple[int, int]:
    """Return a pipe that takes nothing more, in the place of the one for bubblewrap's status."""
    ours, theirs = PIPE(reading, writing)
    size = fcntl.fcntl(theirs, fcntl.F_GETPIPE_SZ)
    os.write(theirs, b" " * size)
    os.dup(ours)  # nobody reads from it, nor is it closed
    return os.pipe()[0], theirs


isolation, tools = Isolation.find("bubblewrap"), toolchain(ExerciseLanguage.PYTHON)
bubblewrap_runner._pipe = full  # noqa: SLF001
os.write(1, f"{GUARD.mark}\n".encode())
isolation.execute(["/bin/true"], stdin=b"", limits=Limits(), files={}, toolchain=tools)
