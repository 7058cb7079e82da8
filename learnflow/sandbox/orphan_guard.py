"""Ends what a worker that was killed has left of its sandboxes: a process beside the worker, which outlives it.

The kernel ends bubblewrap with its worker (`--die-with-parent`), and bubblewrap's child with bubblewrap, but the child
only from the moment at which it becomes the first process of a finished sandbox. Before that it waits for bubblewrap's
word, on an eventfd, which nobody's end ever wakes: when bubblewrap is killed before it gave its word, the child waits
for good. The pipe of --block-fd does not help, because it is read later; its write end is the worker's alone.

Nothing of the worker can run once it is killed, hence another process. It sleeps until the pipe from the worker ends,
and then kills whatever carries the worker's mark in its environment, as every bubblewrap and its child do:

    python -I -S orphan_guard.py MARK
"""

import atexit
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

NAME: Final = "LEARNFLOW_WORKER"  # of the variable that holds the mark
_LOOKS: Final = 500  # more than are ever needed, lest one that the kernel does not end keep us for good
_LOOK_SECONDS: Final = 0.02


class OrphanGuard:
    """Marks what this process starts, so that it ends with it. One for a process."""

    def __init__(self) -> None:
        self.mark: Final = str(uuid4())
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Return what makes a process and its children end with this one; raises OSError."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = self._started()
        return {NAME: self.mark}

    def _started(self) -> subprocess.Popen[bytes]:
        # No other child has the pipe: it is closed on exec, and Popen closes it too. A session of its own, because what
        # ends the worker's whole process group must not end this.
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, self.mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        atexit.register(process.communicate)
        return process


GUARD: Final = OrphanGuard()


def kill_marked(mark: str) -> None:
    """Kill all processes with a mark, until a look finds none: what is dead starts no more."""
    for _ in range(_LOOKS):
        pids = marked_processes(mark)
        if not pids:
            return
        for pid in pids:
            _kill(pid, mark)
        time.sleep(_LOOK_SECONDS)


def marked_processes(mark: str) -> list[int]:
    """Return the processes with a mark, without those that are dead and not collected yet."""
    return [pid for pid in (int(process.name) for process in Path("/proc").glob("[0-9]*")) if _has(pid, mark)]


def _has(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()  # the tests have a variable of their own
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _kill(pid: int, mark: str) -> None:
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            if _has(pid, mark):  # now that the number cannot come to mean another process unnoticed
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)


if __name__ == "__main__":
    os.read(0, 1)
    kill_marked(sys.argv[1])
