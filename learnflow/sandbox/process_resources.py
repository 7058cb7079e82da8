"""What the processes of a run use together, by /proc, and what the kernel itself holds each of them to."""

import operator
import os
import re
import resource
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.runner import MEBIBYTE, Limits, Toolchain

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KIBIBYTE: Final = 1024
# Resident pages, page tables (a program can make more of these than of pages), pages swapped out.
_STATUS: Final = re.compile(rb"^(VmRSS|VmPTE|VmSwap|Threads):\s+(\d+)", re.MULTILINE)
_SHARE: Final = re.compile(rb"^(?:Pss|SwapPss):\s+(\d+)", re.MULTILINE)
_CPU_FIELDS: Final = slice(11, 15)  # behind the name: own and reaped children's time, each in user and kernel mode
_GONE: Final = (FileNotFoundError, ProcessLookupError, NotADirectoryError)


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory in bytes (shared pages counted once a process), CPU time in seconds, threads, and open files."""

    memory: int = 0
    cpu_seconds: float = 0.0
    threads: int = 0
    open_files: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return what both use together."""
        return Usage(*map(operator.add, astuple(self), astuple(other)))


def usage(proc: int, processes: Iterable[str]) -> Usage:
    """Return what processes of an open /proc use together; those that have ended meanwhile use nothing."""
    return sum((_usage_of(proc, pid) for pid in processes), Usage())


def proportional_memory(proc: int, processes: Iterable[str]) -> int:
    """Return the bytes of memory of processes with each shared page counted once; costs more than `usage`."""
    texts = (_read(proc, f"{pid}/smaps_rollup") for pid in processes)
    return sum(int(kibibytes) for text in texts for kibibytes in _SHARE.findall(text)) * _KIBIBYTE


def pids(proc: int) -> list[str]:
    """Return the processes of an open /proc."""
    return [name for name in os.listdir(proc) if name.isdigit()]


def descendants(proc: int, pid: str) -> list[str]:
    """Return a process and what descends from it, without what has lost its parent."""
    family, unread = [], [pid]
    while unread:
        family.append(parent := unread.pop())
        unread += (child.decode() for task in _tasks(proc, parent) for child in _read(proc, task).split())
    return family


def of_account(proc: int, processes: Iterable[str], uid: int) -> list[str]:
    """Return those of the processes that an account runs."""
    own = []
    for pid in processes:
        with suppress(*_GONE):
            if os.stat(pid, dir_fd=proc).st_uid == uid:
                own.append(pid)
    return own


def _tasks(proc: int, pid: str) -> list[str]:
    try:
        tasks = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
    except _GONE:
        return []
    try:
        return [f"{pid}/task/{task}/children" for task in os.listdir(tasks)]  # noqa: PTH208 - an open directory has no path
    finally:
        os.close(tasks)


def _usage_of(proc: int, pid: str) -> Usage:
    status = {name: int(value) for name, value in _STATUS.findall(_read(proc, f"{pid}/status"))}
    stat = _read(proc, f"{pid}/stat").rpartition(b")")[2].split()
    return Usage(
        memory=sum(status.get(name, 0) for name in (b"VmRSS", b"VmPTE", b"VmSwap")) * _KIBIBYTE,
        cpu_seconds=sum(map(int, stat[_CPU_FIELDS])) / _TICKS,
        threads=status.get(b"Threads", 0),
        open_files=_open_files(proc, pid),
    )


def _open_files(proc: int, pid: str) -> int:
    try:
        return os.stat(f"{pid}/fd", dir_fd=proc).st_size  # the count, since Linux 6.2
    except _GONE:
        return 0


def _read(proc: int, name: str) -> bytes:
    try:
        file = os.open(name, os.O_RDONLY, dir_fd=proc)
    except _GONE:
        return b""
    try:
        return os.read(file, 1 << 16)
    except ProcessLookupError:
        return b""  # it has ended since the file was opened
    finally:
        os.close(file)


NICE: Final = 5  # the answers of other students come first


def rlimits(limits: Limits, toolchain: Toolchain) -> dict[str, int]:
    """Return the limit of each resource, soft and hard alike, by the names of util-linux and of setrlimit(2)."""
    values = {
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
        values["as"] = 2 * limits.memory_bytes
    return {name: _possible(name, value) for name, value in values.items()}


def _possible(name: str, value: int) -> int:
    """Return the value, or the bound that we are held to ourselves, which nobody may raise."""
    _, ours = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))
    return value if ours == resource.RLIM_INFINITY else min(value, ours)
