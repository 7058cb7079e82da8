"""Watches a process with all its descendants, and ends them at the first limit."""

import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Protocol

from learnflow.sandbox.pipes import Pipes
from learnflow.sandbox.process_resources import Usage
from learnflow.sandbox.runner import FinishedRun, Limit, Limits

LOOK_SECONDS: Final = 0.02
BOUND_SECONDS: Final = 0.001
# Up to this many times the limit, memory is counted again with shared pages once, which takes longer the more there is.
_SHARED: Final = 4
_DESCRIPTORS: Final = 8  # times what one process may have open: each can hold memory that is in no process's account
_BY_SIGNAL: Final = {
    128 + signal.SIGXCPU: Limit.CPU,
    128 + signal.SIGXFSZ: Limit.FILES,
    128 + signal.SIGKILL: Limit.KILLED,
}


class ProcessTree(Protocol):
    """A started process with all its descendants."""

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started."""

    def bound(self) -> bool:
        """Return whether the tree ends by itself when this process does."""

    def current_usage(self) -> Usage:
        """Return what the tree uses now; shared memory counts for each process."""

    def memory(self) -> int:
        """Return the bytes of memory that the tree uses now, shared memory counted once."""

    def files(self) -> int:
        """Return how many files there are in the tree's /tmp now."""

    def end(self) -> None:
        """Kill what is left, and return when it is gone."""


@dataclass(frozen=True, slots=True)
class ProcessMonitor:
    """One run: what it may use, and since when it runs, in seconds of the monotonic clock."""

    tree: ProcessTree
    limits: Limits
    started: float

    def finish(self, stdin: bytes) -> FinishedRun:
        """Feed the process, and return when all of the tree is gone."""
        with closing(Pipes(self.tree.process, self.limits.output_bytes)) as pipes:
            try:
                limit = self._until_bound(pipes) or self._until_limit(pipes, stdin)
            finally:
                self.tree.end()
            pipes.drain()
        if pipes.overflowing:
            limit = limit or Limit.OUTPUT
        return self._finished(pipes, limit)

    def _until_bound(self, pipes: Pipes) -> Limit | None:
        """Wait before the student's code goes in until nothing can make it outlive us."""
        while not (pipes.ended or self.tree.bound()):
            pipes.wait(BOUND_SECONDS)
            if time.monotonic() - self.started > self.limits.wall_seconds:
                return Limit.WALL
        return None

    def _until_limit(self, pipes: Pipes, stdin: bytes) -> Limit | None:
        pipes.feed(stdin)
        next_look, printed, printed_at = self.started, 0, self.started
        while not pipes.ended:
            pipes.wait(LOOK_SECONDS)
            if pipes.overflowing:
                return Limit.OUTPUT
            now = time.monotonic()
            if len(pipes.stdout) != printed:
                printed, printed_at = len(pipes.stdout), now
            quiet = self.limits.quiet_seconds
            if now - self.started > self.limits.wall_seconds or (quiet and printed and now - printed_at > quiet):
                return Limit.WALL
            if now >= next_look:
                if limit := self._exceeded():
                    return limit
                next_look = time.monotonic() + LOOK_SECONDS
        return None

    def _exceeded(self) -> Limit | None:
        used, limits = self.tree.current_usage(), self.limits
        if used.memory > _SHARED * limits.memory_bytes:
            return Limit.MEMORY
        if used.memory > limits.memory_bytes and self.tree.memory() > limits.memory_bytes:
            return Limit.MEMORY
        if used.cpu_seconds >= limits.cpu_seconds:
            return Limit.CPU
        if used.threads >= limits.processes:
            return Limit.PROCESSES
        if used.open_files > _DESCRIPTORS * limits.open_files or self.tree.files() > limits.files:
            return Limit.FILES
        return None

    def _finished(self, pipes: Pipes, limit: Limit | None) -> FinishedRun:
        code = self.tree.process.wait()
        code = code if code >= 0 else 128 - code
        limit = limit or _BY_SIGNAL.get(code)
        return FinishedRun(*pipes.printed(), None if limit else code, limit, time.monotonic() - self.started)
