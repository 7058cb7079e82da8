"""Runs a student's Python on many inputs, each in a fork of its own. A script for inside of the sandbox.

It needs nothing but the standard library, and of that only what is imported quickly. One JSON job comes on standard
input (`code`, `entry`, `cases`, and the limits `seconds`, `output` and `memory` in bytes); a line of JSON goes to
standard output for each case that has ended. What a fork reports of itself is passed on unread, as a text in its line.
"""

from __future__ import annotations

import marshal
import os
import resource
import select
import time
from _json import encode_basestring_ascii as quoted  # `json` itself takes as long to import as five cases to run
from _json import make_scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def _beside(name: str) -> Any:  # noqa: ANN401 - a module
    """Return the compiled module beside this script, which belongs to no package here."""
    module = type(os)(name)
    with open(f"{os.path.dirname(__file__)}/{name}.pyc", "rb") as file:  # noqa: PTH120, PTH123 - pathlib is slow
        exec(marshal.loads(file.read()[HEADER:]), module.__dict__)  # noqa: S102, S302 - it is our own
    return module


HEADER = 16  # bytes of a compiled module before its code
student = _beside("student")

USUAL = frozenset((
    *("abc", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "heapq", "io", "itertools", "json", "math", "operator", "random", "re", "statistics", "string"),
    *("textwrap", "time", "typing"),
))
KILL = 9
BUFFER = bytearray(64 * 1024)  # as much as a pipe holds
QUICK = 5  # milliseconds in which most cases end, and need not be watched
AHEAD = 4  # processes at most


class Decoding:
    """How the scanner is to decode JSON."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


class Lines:
    """Results on their way out: several at once, because whoever reads them takes a processor from the next case."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: list[str] = []

    def add(self, number: int, how: str, texts: list[bytearray]) -> None:
        """Keep a case's result until the next flush; `how` is JSON, and the texts are what came through its pipes."""
        names = zip(("stdout", "stderr", "report"), texts)  # noqa: B905 - for a Python before 3.10
        shown = ",".join(f'"{name}":{quoted(text.decode("utf-8", "replace"))}' for name, text in names)
        self._waiting.append(f'{{"case":{number},{how},{shown}}}\n')

    def flush(self) -> None:
        """Write what waits."""
        student.write(self._descriptor, "".join(self._waiting))
        self._waiting.clear()


class Fork:
    """A process for one case. It is made ahead of its turn, and begins when the one before it has ended."""

    def __init__(self, job: dict[str, Any], code: CodeType, case: dict[str, Any], before: Fork | None) -> None:
        given = student.nameless_file(case["stdin"]) if "stdin" in case else os.open(os.devnull, os.O_RDONLY)
        pipes = [os.pipe() for _ in range(student.REPORT)]
        writing = [pipe for _, pipe in pipes]
        self.pid = os.fork()
        if not self.pid:
            student.run(job, code, case, [given, *writing], before.end if before else None)
        for unused in (given, *writing):
            os.close(unused)
        self.end: int = os.pidfd_open(self.pid)
        self._pipes = [pipe for pipe, _ in pipes]
        self._taken = {pipe: bytearray() for pipe in self._pipes}

    def watch(self, seconds: float, bound: int, lines: Lines) -> str:
        """Return when the process has ended, or with the limit that it has hit."""
        deadline = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self.end, select.POLLIN)
        if not poll.poll(QUICK):
            lines.flush()  # this case may be what ends us
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
            poll.register(pipe, select.POLLIN)
        while ready := [descriptor for descriptor, _ in poll.poll(max(0.0, deadline - time.monotonic()) * 1000)]:
            ended = self.end in ready
            for pipe in self._pipes if ended else ready:
                if not self._read(pipe) and not ended:
                    poll.unregister(pipe)  # it was closed at the other end
                if len(self._taken[pipe]) > bound:
                    return "output"
            if ended:
                return ""
        return "timeout"

    def _read(self, pipe: int) -> int:
        try:
            count = os.readv(pipe, [BUFFER])
        except BlockingIOError:
            return 0
        self._taken[pipe] += BUFFER[:count]
        return count

    def close(self) -> tuple[int, list[bytearray]]:
        """End the process with its children; return its exit code, or a signal's number below zero, and its texts."""
        for kill in (os.killpg, os.kill):
            try:
                kill(self.pid, KILL)
            except OSError:  # there may be no such group yet
                continue
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        for descriptor in (self.end, *self._pipes):
            os.close(descriptor)
        return status, list(self._taken.values())


def main() -> None:
    """Run all cases, until one hits a limit."""
    with open(0, "rb", closefd=False) as stdin:
        decoding: Any = Decoding()
        job = make_scanner(decoding)(stdin.read().decode(), 0)[0]
    results = os.dup(1)
    student.open_streams()
    student.write(results, '{"ready":true}\n')
    try:
        code = compile(job["code"], student.NAME, "exec", dont_inherit=True)
    except Exception as error:  # noqa: BLE001 - code that is nested too deeply fails in many ways
        student.write(results, f'{{"syntax":{student.fault(error, job["code"])}}}\n')
        return
    for name in USUAL.intersection(code.co_names):
        __import__(name)  # once here, and not again in each fork
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    _run(job, code, Lines(results))


def _run(job: dict[str, Any], code: CodeType, lines: Lines) -> None:
    forks: list[Fork] = []
    cases, bound, limit = job["cases"], job["output"], ""
    for number in range(len(cases)):
        for case in cases[number + len(forks) : number + AHEAD]:
            forks.append(Fork(job, code, case, forks[-1] if forks else None))
        started = time.monotonic()
        limit = forks[0].watch(job["seconds"], bound, lines)
        milliseconds = round((time.monotonic() - started) * 1000)
        if limit:
            for later in forks[:0:-1]:  # the last first: each waits for the end of the one before it
                later.close()
        status, texts = forks.pop(0).close()
        how = f'"milliseconds":{milliseconds},"status":{status},"limit":"{limit}"'
        lines.add(number, how, [text[:bound] for text in texts])
        if limit:
            break
    lines.flush()


if __name__ == "__main__":
    main()
