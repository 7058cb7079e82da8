"""What happens in the fork that is one run of a student's Python: load it, call it, and report what came of it.

Beside `batch.py` inside of the sandbox, under the same terms.
"""

from __future__ import annotations

import os
import resource
import select
import sys
from _json import encode_basestring_ascii as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from traceback import TracebackException
    from types import CodeType
    from typing import Any, NoReturn

NAME = "main.py"
REPORT = 3  # the descriptor beside those of the standard streams
SHOWN = 2_000  # characters of what is no JSON
LONGEST = 10_000  # elements taken from an iterator
DEEPEST = 200  # of nested values
TRACE = 4_000  # characters at the beginning and at the end of a trace
LISTS: tuple[type, ...] = (list, tuple, range, type({}.keys()), type({}.values()))


class Missing(Exception):  # noqa: N818 - students read this name
    """The function that is to be called is not there."""


def write(descriptor: int, text: str) -> None:
    """Write all of a text."""
    data = memoryview(text.encode("utf-8", "replace"))
    while data:
        data = data[os.write(descriptor, data) :]


def nameless_file(text: str) -> int:
    """Return an open file with a text, which nobody else can open."""
    file = os.open(".stdin", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.unlink(".stdin")  # noqa: PTH108 - pathlib takes as long to import as ten cases to run
    write(file, text)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def open_streams() -> None:
    """Open the standard streams once, as what they are in each fork: a file, and two pipes."""
    reading, writing = os.pipe()
    for number, descriptor in enumerate((nameless_file(""), writing, writing)):
        os.dup2(descriptor, number)
    os.close(reading)
    streams: Any = sys
    streams.stdin = streams.__stdin__ = open(0, encoding="utf-8")  # noqa: SIM115 - it stays open
    streams.stdout = streams.__stdout__ = open(1, "w", 1, encoding="utf-8")  # noqa: SIM115 - as above
    streams.stderr = streams.__stderr__ = open(2, "w", 1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115


def run(
    job: dict[str, Any], code: CodeType, case: dict[str, Any], descriptors: list[int], before: int | None
) -> NoReturn:
    """Become the student's program when the process `before` has ended, report to the last descriptor, and end.

    The others are its standard streams.
    """
    os.setsid()
    if before is not None:
        poll = select.poll()
        poll.register(before, select.POLLIN)
        poll.poll()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number, inheritable=number < REPORT)
    os.closerange(len(descriptors), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    sys.argv, sys.path[0] = [NAME], "/tmp"  # noqa: S108 - the working directory inside of the sandbox
    ours, printed = os.getpid(), sys.stdout
    try:
        report = _outcome(job, code, case)
    except BaseException as error:  # noqa: BLE001 - whatever a student raises is an outcome
        report = _failure(error, job)
    try:
        printed.flush()
    except (OSError, ValueError):
        os._exit(1)  # the student has closed it
    if os.getpid() == ours:  # or it is a fork of the student's own
        write(REPORT, report)
    os._exit(0)


def _outcome(job: dict[str, Any], code: CodeType, case: dict[str, Any]) -> str:
    module = type(sys)("__main__" if job["entry"] is None else "main")
    module.__dict__.update(__file__=NAME, __builtins__=__builtins__)
    sys.modules[module.__name__] = module
    if job["entry"] is None:
        exec(code, module.__dict__)  # noqa: S102 - what all of this is for
        _finish()
        return '{"ended":"finished","exit":0}'
    _load(code, module.__dict__)
    function = module.__dict__.get(job["entry"])
    if not callable(function):
        raise Missing(f"there is no function `{job['entry']}`")
    value = function(*case["arguments"])
    if hasattr(value, "__await__"):
        value = __import__("asyncio").run(value)
    report = _returned(value)
    _finish()
    return report


def _load(code: CodeType, namespace: dict[str, Any]) -> None:
    printed, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what is printed while a module loads is no answer
    exec(code, namespace)  # noqa: S102 - as above
    sys.stdout.flush()
    os.dup2(printed, 1)
    os.close(printed)
    os.close(nowhere)


def _finish() -> None:
    """Do what an interpreter does at its end: wait for threads, and call what was registered."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()  # noqa: SLF001 - as the interpreter itself does
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()  # noqa: SLF001 - as above


def _returned(value: object) -> str:
    try:
        return f'{{"ended":"finished","value":{quoted("".join(_json(value, 0)))}}}'
    except (ValueError, TypeError):
        return f'{{"ended":"finished","shown":{quoted(repr(value)[:SHOWN])}}}'


def _json(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - a student's
    if depth > DEEPEST or (isinstance(value, float) and value - value != 0.0):
        raise ValueError
    if value is None or isinstance(value, bool):
        yield {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, str):
        yield quoted(value)
    elif isinstance(value, (int, float)):
        yield (int if isinstance(value, int) else float).__repr__(value)
    elif isinstance(value, dict):
        pairs = (f"{_key(key)}:{''.join(_json(item, depth + 1))}" for key, item in value.items())
        yield f"{{{','.join(pairs)}}}"
    elif isinstance(value, (set, frozenset)):
        yield f"[{','.join(_ordered(list(value), depth))}]"
    elif isinstance(value, LISTS) or type(value).__name__ == "deque":
        yield f"[{','.join(''.join(_json(item, depth + 1)) for item in value)}]"
    elif hasattr(value, "__next__"):
        yield from _json([item for item, _ in zip(value, range(LONGEST))], depth)  # noqa: B905 - it may be endless
    else:
        raise TypeError


def _key(key: object) -> str:
    return quoted(key if isinstance(key, str) else "".join(_json(key, 0)).replace(",", ", "))


def _ordered(items: list[Any], depth: int) -> list[str]:
    texts = ["".join(_json(item, depth + 1)) for item in items]
    try:
        return [texts[number] for number in sorted(range(len(items)), key=items.__getitem__)]
    except TypeError:
        return sorted(texts)


def _failure(error: BaseException, job: dict[str, Any]) -> str:
    if isinstance(error, MemoryError):
        return '{"ended":"memory"}'
    if isinstance(error, SystemExit) and job["entry"] is None:
        if error.code is None or isinstance(error.code, int):
            return f'{{"ended":"finished","exit":{int(error.code or 0)}}}'
        sys.stderr.write(f"{error.code}\n")
        return '{"ended":"finished","exit":1}'
    return f'{{"ended":"exception","fault":{fault(error, job["code"])}}}'


def fault(error: BaseException, code: str) -> str:
    """Return the JSON of an exception: its type, message and line, and the trace through the student's own code."""
    import linecache  # noqa: PLC0415 - only a run that fails needs it
    import traceback  # noqa: PLC0415 - as above

    linecache.cache[NAME] = (len(code), None, code.splitlines(keepends=True), NAME)
    raised = traceback.TracebackException(type(error), error, error.__traceback__)
    _keep_own(raised)
    lines = raised.format() if raised.stack else raised.format_exception_only()
    trace = "".join(lines)
    if len(trace) > TRACE + TRACE:
        trace = f"{trace[:TRACE]}\n…\n{trace[-TRACE:]}"
    line = raised.stack[-1].lineno if raised.stack else getattr(error, "lineno", None)
    message = (
        error.msg if isinstance(error, SyntaxError) else "".join(raised.format_exception_only()).partition(": ")[2]
    )
    return (
        f'{{"type":{quoted(type(error).__name__)},"message":{quoted(message.strip())},'
        f'"line":{line or "null"},"trace":{quoted(trace)}}}'
    )


def _keep_own(raised: TracebackException) -> None:
    raised.stack[:] = [frame for frame in raised.stack if frame.filename == NAME]
    for other in (raised.__cause__, raised.__context__, *(getattr(raised, "exceptions", None) or ())):
        if other is not None:
            _keep_own(other)
