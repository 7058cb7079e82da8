"""Tests and how their cases ended → a grading. The expected outputs are known here only, and never in the sandbox."""

import json
import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.sandbox.calling_convention import PROGRAM, CallingConvention
from learnflow.sandbox.outcome_reader import Outcome, Outcomes
from learnflow.sandbox.results import CaseResult, Ended, Fault, Grading, Verdict

TOLERANCE: Final = 1e-9  # relative and absolute, of floats


def same_value(expected: JsonValue, got: JsonValue) -> bool:
    """Compare as JSON: 1 is 1.0, but not true; floats within a tolerance; objects in any order."""
    match expected, got:
        case (bool(), _) | (_, bool()):
            return expected is got
        case (int(), int()):
            return expected == got
        case (int() | float(), int() | float()):
            return _close(expected, got)
        case (list(), list()):
            return len(expected) == len(got) and all(map(same_value, expected, got))
        case (dict(), dict()):
            return expected.keys() == got.keys() and all(same_value(expected[key], got[key]) for key in expected)
        case _:
            return type(expected) is type(got) and expected == got


def same_text(expected: JsonValue, printed: str) -> bool:
    """Compare line by line, without blanks at the ends of lines and without blank lines at the end."""
    return _lines(as_text(expected)) == _lines(printed)


def as_text(value: JsonValue) -> str:
    """Return a text as it is, nothing as an empty text, and any other value as its JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


def as_json(value: JsonValue) -> str:
    """Return the JSON of a value, or a note where it is nested too deeply for one."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[…]"


def _close(expected: float, got: float) -> bool:
    try:
        return math.isclose(expected, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    except OverflowError:  # an integer beyond all floats
        return False


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def graded(tests: Sequence[TestCase], calling: CallingConvention, outcomes: Outcomes, milliseconds: int) -> Grading:
    """Return the grading of at least one test."""
    not_begun = Verdict.SYNTAX_ERROR if outcomes.syntax else Verdict.NOT_RUN
    cases = [
        _case(number, test, calling, outcome) if outcome else _not_run(number, test, not_begun)
        for number, (test, outcome) in enumerate(zip_longest(tests, outcomes.cases), 1)
    ]
    failed = next((case for case in cases if case.verdict is not Verdict.PASSED), None)
    return Grading(
        verdict=failed.verdict if failed else Verdict.PASSED,
        cases=cases,
        passed=sum(case.verdict is Verdict.PASSED for case in cases),
        fault=outcomes.syntax or (failed.fault if failed else None),
        milliseconds=milliseconds,
    )


def refused(tests: Sequence[TestCase], fault: Fault) -> Grading:
    """Return the grading of code that cannot even be read."""
    return graded(tests, PROGRAM, Outcomes((), fault), 1)


def _not_run(number: int, test: TestCase, verdict: Verdict) -> CaseResult:
    given, expected = as_text(test.input), as_text(test.output)
    return CaseResult(
        number=number, verdict=verdict, input=given, expected=expected, got=None, printed="", fault=None, milliseconds=0
    )


def _case(number: int, test: TestCase, calling: CallingConvention, outcome: Outcome) -> CaseResult:
    expected, got = as_text(test.output), None
    if outcome.ended is not Ended.FINISHED:
        verdict = Verdict(outcome.ended.value)
    elif calling.kind == "program":
        verdict, got = _judged(same_text(test.output, outcome.stdout)), outcome.stdout
    else:
        verdict, got = _function(test, calling, outcome)
        expected = expected if calling.returns is False else as_json(test.output)
    return CaseResult(
        number=number,
        verdict=verdict,
        input=as_text(test.input),
        expected=expected,
        got=got,
        printed=outcome.stdout,
        fault=outcome.fault,
        milliseconds=outcome.milliseconds,
    )


def _function(test: TestCase, calling: CallingConvention, outcome: Outcome) -> tuple[Verdict, str]:
    """Judge what a function returned, or printed where it is the printing that is asked for."""
    if outcome.shown is not None:
        return Verdict.WRONG, outcome.shown
    nothing = outcome.value is None
    prints = calling.returns is False or (nothing and calling.returns is None)
    if prints and isinstance(test.output, str):
        return _printed(test, outcome)
    if nothing and test.output is not None:
        printed = f"it printed {outcome.stdout.rstrip()}" if outcome.stdout.strip() else "it printed nothing"
        return Verdict.WRONG, f"{printed} and returned nothing"
    return _judged(same_value(test.output, outcome.value)), as_json(outcome.value)


def _printed(test: TestCase, outcome: Outcome) -> tuple[Verdict, str]:
    if same_text(test.output, outcome.stdout):
        return Verdict.PASSED, outcome.stdout
    if not outcome.stdout.strip() and outcome.value is not None:
        return Verdict.WRONG, f"it returned {as_json(outcome.value)} and printed nothing"
    return Verdict.WRONG, outcome.stdout


def _judged(same: bool) -> Verdict:  # noqa: FBT001 - what else than a yes or no
    return Verdict.PASSED if same else Verdict.WRONG
