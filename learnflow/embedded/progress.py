"""Wait for a process to be ready, for as long as it gets on: on a busy machine that takes what it takes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from learnflow.embedded.processes import EmbeddedError, Program, last_line

SHORTEST_PAUSE: Final = 0.01
LONGEST_PAUSE: Final = 0.5
TELL_SECONDS: Final = 15.0
STARTING: Final = 0.05  # seconds of CPU time that show that a process gets on
_ALIVE: Final = 0.1  # part of the limit that CPU time must be of it: one that only waits looks around, too
_SECONDS: Final = 1.0  # between two looks at it


def _silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How to wait: `seconds` without any progress are too many; `tell` is told now and then what is waited for.

    `state` is what else moves while the process gets on; None as long as nothing is known of it.
    """

    seconds: float
    tell: Callable[[str], None] = _silent
    state: Callable[[], object] = lambda: None


@dataclass(slots=True)
class _Watch:
    """When a process last got on: its log grew, its state changed, or it computed."""

    program: Program
    process: subprocess.Popen[bytes]
    waiting: Waiting
    moved: float = field(default_factory=time.monotonic)
    _evidence: object = None
    _next: float = 0.0

    def quiet(self) -> float:
        """Return the seconds since then."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + min(_SECONDS, self.waiting.seconds / 4)
            evidence = self._look()
            if evidence != self._evidence:
                self._evidence, self.moved = evidence, now
        return now - self.moved

    def _look(self) -> object:
        state = self.waiting.state()
        step = STARTING if state is None else _ALIVE * self.waiting.seconds
        return self.program.log.stat().st_size, state, int(cpu_seconds(self.process.pid) / step)


def wait_until_ready(
    program: Program, process: subprocess.Popen[bytes], ready: Callable[[], bool], waiting: Waiting
) -> None:
    """Return when a process is ready; EmbeddedError with the last line of its log when it ends or gets on no more."""
    _wait(program, process, lambda: process.returncode is not None or ready(), waiting)
    if process.returncode is not None:
        raise EmbeddedError(f"{_name(program)} ended at its start: {last_line(program.log)}")


def wait_until_ended(program: Program, process: subprocess.Popen[bytes], waiting: Waiting) -> None:
    """Return when a process has ended; EmbeddedError with the last line of its log when it gets on no more."""
    _wait(program, process, lambda: process.poll() is not None, waiting)


def _wait(program: Program, process: subprocess.Popen[bytes], done: Callable[[], bool], waiting: Waiting) -> None:
    name, pauses, began = _name(program), _pauses(), time.monotonic()
    watch, told = _Watch(program, process, waiting), began
    while not done():
        if watch.quiet() > waiting.seconds:
            raise EmbeddedError(
                f"{name} is not ready, and did nothing for {waiting.seconds:g} s: {last_line(program.log)}"
            )
        now = time.monotonic()
        if now - told > TELL_SECONDS:
            told = now
            waiting.tell(f"waiting for {name}, for {now - began:.0f} s so far: {last_line(program.log)}")
        time.sleep(next(pauses))


def _name(program: Program) -> str:
    """Return what people call a program: a worker by its command."""
    return program.log.stem if program.command[0] == sys.executable else Path(program.command[0]).name


def _pauses() -> Iterator[float]:
    pause = SHORTEST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.2, LONGEST_PAUSE)


def cpu_seconds(pid: int) -> float:
    """Return what a process and its children have computed; 0 where this machine does not tell."""
    ticks = sum(used for used, parent, own in _statistics() if pid in (parent, own))
    return ticks / os.sysconf("SC_CLK_TCK")


def _statistics() -> Iterator[tuple[int, int, int]]:
    """Yield the ticks, the parent and the id of each process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in parentheses, may have blanks and parentheses.
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            yield sum(map(int, fields[11:15])), int(fields[1]), int(path.parent.name)
