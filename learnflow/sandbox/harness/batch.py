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
    "abc", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "heapq", "io", "itertools", "json", "math", "operator", "random", "re", "statistics", "string",
    "textwrap", "time", "typing",
))  # fmt: skip
KILL = 9
BUFFER = bytearray(64 * 1024)  # as much as a pipe holds
QUICK = 5  # milliseconds in which most cases end, and need not be watched
RESULTS = 10  # a descriptor that no other file takes


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

    def add(self, line: str) -> None:
        """Keep a line until the next flush."""
        self._waiting.append(line)

    def flush(self) -> None:
        """Write what waits."""
        student.write(self._descriptor, "".join(self._waiting))
        self._waiting.clear()


class Streams:
    """What forks print and report, through pipes that are made once: descriptors 1, 2 and 3 lead into them."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._poll = select.poll()
        os.dup2(1, student.REPORT)  # or a pipe would take its place
        self._pipes = [os.pipe() for _ in range(student.REPORT)]
        for number, (reading, writing) in enumerate(self._pipes, 1):
            os.dup2(writing, number, inheritable=number < student.REPORT)
            os.close(writing)
            os.set_blocking(reading, False)
            self._poll.register(reading, select.POLLIN)

    def take(self, end: int, deadline: float) -> tuple[list[bytearray], str]:
        """Return what came until a process had ended, and the limit that it has hit, or an empty text."""
        taken = [bytearray() for _ in self._pipes]
        self._poll.register(end, select.POLLIN)
        ended, limit = False, ""
        while not (ended or limit):
            ready = [descriptor for descriptor, _ in self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000)]
            ended, limit = end in ready, "" if ready else "timeout"
            for texts, (reading, _) in zip(taken, self._pipes):  # noqa: B905 - for a Python before 3.10
                if _read(reading, texts) > self._bound:
                    limit = "output"
        self._poll.unregister(end)
        return [texts[: self._bound] for texts in taken], limit

    def drop(self) -> None:
        """Throw away what came too late."""
        for reading, _ in self._pipes:
            _read(reading, bytearray())


def _read(pipe: int, texts: bytearray) -> int:
    """Add what is in a pipe, and return how much there is in all."""
    try:
        texts += BUFFER[: os.readv(pipe, [BUFFER])]
    except BlockingIOError:
        pass
    return len(texts)


def main() -> None:
    """Run all cases, until one hits a limit."""
    with open(0, "rb", closefd=False) as stdin:
        decoding: Any = Decoding()
        job = make_scanner(decoding)(stdin.read().decode(), 0)[0]
    results = os.dup2(1, RESULTS, inheritable=False)
    streams = Streams(job["output"])
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
    lines = Lines(results)
    for number, case in enumerate(job["cases"]):
        how, limit = _run(job, code, case, streams, lines)
        lines.add(f'{{"case":{number},{how}}}\n')
        if limit:
            break
    lines.flush()


def _run(
    job: dict[str, Any], code: CodeType, case: dict[str, Any], streams: Streams, lines: Lines
) -> tuple[str, str]:
    if "stdin" in case:
        student.give(case["stdin"])
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        student.run(job, code, case)
    end = os.pidfd_open(pid)
    quick = select.poll()
    quick.register(end, select.POLLIN)
    if not quick.poll(QUICK):
        lines.flush()  # this case may be what ends us
    taken, limit = streams.take(end, started + job["seconds"])
    os.close(end)
    status = _end(pid)
    if limit or status:
        streams.drop()
    spent = (time.monotonic() - started) * 1000
    names = zip(("stdout", "stderr", "report"), taken)  # noqa: B905 - as above
    texts = ",".join(f'"{name}":{quoted(text.decode("utf-8", "replace"))}' for name, text in names)
    return f'"milliseconds":{spent:.0f},"status":{status},"limit":"{limit}",{texts}', limit


def _end(pid: int) -> int:
    """End a fork and its children, and return its exit code, or a signal's number below zero."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, KILL)
        except OSError:  # there may be no such group yet
            continue
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()
