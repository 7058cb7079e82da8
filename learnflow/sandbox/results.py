"""What a run, and a grading of many, has to tell. Every text is cut to a bound."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, NonNegativeInt, PositiveInt

from learnflow.models.fields import Model

SHOWN: Final = 500  # characters of an input, of an output, and of what was printed
TRACED: Final = 4_000  # characters of a trace
PRINTED: Final = 16_000  # characters of what a single run has printed


def shown(text: str, bound: int = SHOWN) -> str:
    """Return a text that can be stored and sent: cut to a bound, and of characters only."""
    cut = text if len(text) <= bound else f"{text[: bound - 1]}…"
    return cut.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _traced(text: str) -> str:
    if len(text) > TRACED:
        half = TRACED // 2 - 2
        text = f"{text[:half]}\n…\n{text[-half:]}"
    return shown(text, TRACED)


Shown = Annotated[str, AfterValidator(shown)]
Traced = Annotated[str, AfterValidator(_traced)]
Printed = Annotated[str, AfterValidator(partial(shown, bound=PRINTED))]
Line = Annotated[int, Field(ge=1)]


class _Result(Model):
    model_config = ConfigDict(extra="forbid")


class Ended(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    EXCEPTION = "exception"
    SYNTAX_ERROR = "syntax-error"  # or, in Java, any error of the compiler
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    KILLED = "killed"  # any other limit, or a sudden death


class Verdict(StrEnum):
    """What a test has shown."""

    PASSED = "passed"
    WRONG = "wrong"
    EXCEPTION = "exception"
    SYNTAX_ERROR = "syntax-error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    KILLED = "killed"
    NOT_RUN = "not-run"


class Fault(_Result):
    """An error in a student's code: its type and message, its line there, and the trace through that code."""

    type: Shown
    message: Shown
    line: Line | None
    trace: Traced


class Execution(_Result):
    """One run of a program. The exit code is None when the program was ended."""

    ended: Ended
    stdout: Printed
    stderr: Printed
    fault: Fault | None
    exit_code: int | None
    milliseconds: PositiveInt


class CaseResult(_Result):
    """One test; `got` is what came instead of `expected`, or None when nothing did."""

    number: PositiveInt
    verdict: Verdict
    input: Shown
    expected: Shown
    got: Shown | None
    printed: Shown
    fault: Fault | None
    milliseconds: NonNegativeInt


class Grading(_Result):
    """All tests of a program; its verdict is that of the first test that failed."""

    verdict: Verdict
    cases: Annotated[tuple[CaseResult, ...], Field(min_length=1)]
    passed: NonNegativeInt
    fault: Fault | None
    milliseconds: PositiveInt

    @property
    def score(self) -> float:
        """The part of the tests that passed, from 0 to 1."""
        return self.passed / len(self.cases)

    @property
    def first_failure(self) -> CaseResult | None:
        """The first test that did not pass."""
        return next((case for case in self.cases if case.verdict is not Verdict.PASSED), None)
