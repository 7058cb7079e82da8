"""Watches a process with its pipes and all its descendants, and ends them at the first limit."""

import os
import selectors
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Protocol

from learnflow.sandbox.process_resources import Usage
from learnflow.sandbox.runner import FinishedRun, Limit, Limits

LOOK_SECONDS: Final = 0.02
BOUND_SECONDS: Final = 0.001
# Up to this many times the limit, memory is counted again with shared pages once, which takes longer the more there is.
_SHARED: Final = 4
_CHUNK: Final = 1 << 16
_DESCRIPTORS: Final = 8  # times what one process may have open: each can hold memory that is in no process's account
_BY_SIGNAL: Final = {
    128 + signal.SIGXCPU: Limit.CPU,
    128 + signal.SIGXFSZ: Limit.FILES,
    128 + signal.SIGKILL: Limit.KILLED,
}


class Pipes:
    """The pipes of a process, none of which is waited for while another is full.

    Writes standard input, reads standard output and standard error up to a bound, and notices the end.
    """

    def __init__(self, process: subprocess.Popen[bytes], most: int) -> None:
        self.ended = False
        self.stdout = bytearray()
        self.stderr = bytearray()
        self._process = process
        self._stdin = memoryview(b"")
        self._most = most
        self._selector = selectors.DefaultSelector()
        self._end = os.pidfd_open(process.pid)
        for pipe, into in ((process.stdout, self.stdout), (process.stderr, self.stderr)):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._selector.register(pipe.fileno(), selectors.EVENT_READ, into)
        self._selector.register(self._end, selectors.EVENT_READ)

    def feed(self, stdin: bytes) -> None:
        """Write standard input from now on, and close it then."""
        self._stdin = memoryview(stdin)
        if (pipe := self._process.stdin) is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe.fileno(), selectors.EVENT_WRITE)

    def close(self) -> None:
        """Look no more; the pipes stay the process's own."""
        self._selector.close()
        os.close(self._end)

    @property
    def overflowing(self) -> bool:
        """Whether more was printed than is allowed."""
        return len(self.stdout) + len(self.stderr) > self._most

    def wait(self, seconds: float) -> bool:
        """Move what can be moved within the time; return whether there was anything."""
        ready = self._selector.select(seconds)
        for key, events in ready:
            if key.fd == self._end:
                self.ended = True
                self._selector.unregister(key.fd)
            elif events == selectors.EVENT_WRITE:
                self._write(key.fd)
            else:
                self._read(key.fd, key.data)
        return bool(ready)

    def drain(self) -> None:
        """Read what is left in the pipes of an ended process, up to the bound."""
        while not self.overflowing and self.wait(0):
            pass

    def printed(self) -> tuple[bytes, bytes]:
        """Return standard output and standard error, together within the bound."""
        stdout = bytes(self.stdout[: self._most])
        return stdout, bytes(self.stderr[: self._most - len(stdout)])

    def _write(self, pipe: int) -> None:
        try:
            self._stdin = self._stdin[os.write(pipe, self._stdin[:_CHUNK]) :]
        except BrokenPipeError:
            self._stdin = self._stdin[:0]
        if not self._stdin:
            self._selector.unregister(pipe)
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _read(self, pipe: int, into: bytearray) -> None:
        chunk = os.read(pipe, _CHUNK)
        into += chunk
        if not chunk:
            self._selector.unregister(pipe)


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
