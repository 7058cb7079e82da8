"""What the kernel itself holds each process of a run to, whatever becomes of the watcher."""

import resource
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.limits import MEBIBYTE, Limits
from learnflow.sandbox.toolchains import Toolchain

NICE: Final = 5  # the answers of other students come first


def rlimits(limits: Limits, toolchain: Toolchain) -> dict[str, int]:
    """Return the limit of each resource, soft and hard alike, by the names of util-linux and of setrlimit(2)."""
    held = {
        "cpu": limits.cpu_seconds + 1,  # the watcher is sooner, and knows the time of the whole tree
        "data": limits.memory_bytes,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
        "nproc": limits.processes,
        "stack": 8 * MEBIBYTE,
        "memlock": MEBIBYTE // 16,
        "sigpending": 512,
        "msgqueue": 0,
        "core": 0,
        "rtprio": 0,
        "nice": 0,
    }
    if toolchain.language is ExerciseLanguage.PYTHON:
        # Shared memory counts as addresses only. JavaScript and Java reserve many times what they use.
        held["as"] = 2 * limits.memory_bytes
    return {name: _possible(name, value) for name, value in held.items()}


def _possible(name: str, value: int) -> int:
    """Return the value, or the bound that we are held to ourselves, which nobody may raise."""
    _, ours = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))
    return value if ours == resource.RLIM_INFINITY else min(value, ours)
