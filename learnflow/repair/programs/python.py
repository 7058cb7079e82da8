"""Runs one of many variants of a student's Python, for inside of the sandbox: values for the names below come after it.

A variant is what of `BASE` is kept at its beginning and at its end, and what stands between. The last one has a probe
before each statement, and what is printed for it is which of them ran.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found] # `signal` itself imports `enum`, which takes long
import io
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, TextIO

BASE, PROBED = "", -1
VARIANTS: list[tuple[int, int, str]] = []
ENTRY: str | None = None
SECONDS = 0.05  # of the processor's time, for a variant that may never end
AWAKE = 1.0  # seconds, for one that sleeps
LONGEST = 16_000  # characters that are printed


class Stopped(BaseException):
    """A variant has taken too long, or printed too much."""


class Raised:
    """What a variant has raised: returned, because a trace takes longer to write than most variants."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        """Say what it is."""
        return f"it raised {type(self.error).__name__}"


class Printed(io.TextIOBase):
    """What a variant prints, up to a bound."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream, self.left = stream, LONGEST

    def write(self, text: str) -> int:
        """Pass a text on, where it goes anywhere."""
        self.left -= len(text)
        if self.left < 0:
            raise Stopped
        if self.stream is not None:
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what waits."""
        if self.stream is not None:
            self.stream.flush()


def stop(*_: object) -> None:
    """End what runs."""
    raise Stopped


def learnflow_run(number: int, given: Any) -> Any:  # noqa: ANN401 - whatever a test has
    """Run a variant on an input: the arguments of its function, or the text that it reads."""
    start, end, middle = VARIANTS[number]
    code = compile(BASE[:start] + middle + BASE[len(BASE) - end :], "main.py", "exec", dont_inherit=True)
    module = type(sys)("__main__" if ENTRY is None else "main")
    ran: set[int] = set()
    real = sys.stdout
    module.__dict__.update(__file__="main.py", __builtins__=__builtins__, learnflow_ran=ran.add)
    sys.modules[module.__name__] = module
    for kind, name, seconds in (
        (signal.SIGVTALRM, signal.ITIMER_VIRTUAL, SECONDS),
        (signal.SIGALRM, signal.ITIMER_REAL, AWAKE),
    ):
        signal.signal(kind, stop)
        signal.setitimer(name, seconds, 0.02)
    if number != PROBED:
        try:
            return call(code, module.__dict__, given, real)
        except BaseException as error:  # noqa: BLE001 - whatever a student raises is an outcome
            return Raised(error)
    with suppress(BaseException):  # what ran before it is what counts
        call(code, module.__dict__, given, None)
    real.write(f"ran {sum(1 << one for one in ran):x}.")
    return None


def call(code: CodeType, space: dict[str, Any], given: Any, stream: TextIO | None) -> Any:  # noqa: ANN401 - as above
    """Run a program, or load it and call its function."""
    sys.stdout = Printed(stream if ENTRY is None else None)
    if ENTRY is None:
        sys.stdin = io.StringIO(given)
        try:
            exec(code, space)  # noqa: S102 - what all of this is for
        except SystemExit as error:
            if not (error.code is None or isinstance(error.code, int)):
                raise
        return None
    exec(code, space)  # noqa: S102 - as above
    sys.stdout = Printed(stream)
    value = space[ENTRY](*given)
    return __import__("asyncio").run(value) if hasattr(value, "__await__") else value
