"""Tests and how their cases ended → a grading. The expected outputs are known here only, and never in the sandbox."""

from collections.abc import Sequence

from learnflow.models.exercise import TestCase
from learnflow.sandbox.calling_convention import PROGRAM, Calling
from learnflow.sandbox.outcome_reader import Outcome, Outcomes
from learnflow.sandbox.output_comparison import as_json, as_text, same_text, same_value
from learnflow.sandbox.results import CaseResult, Ended, Fault, Grading, Verdict


def graded(tests: Sequence[TestCase], calling: Calling, outcomes: Outcomes, milliseconds: int) -> Grading:
    """Return the grading of at least one test."""
    if outcomes.syntax is not None:
        cases = [_not_run(number, test, Verdict.SYNTAX_ERROR) for number, test in enumerate(tests, 1)]
        return Grading(
            verdict=Verdict.SYNTAX_ERROR, cases=cases, passed=0, fault=outcomes.syntax, milliseconds=milliseconds
        )
    begun = outcomes.cases
    cases = [
        _case(number, test, calling, begun[number - 1]) if number <= len(begun) else _not_run(number, test)
        for number, test in enumerate(tests, 1)
    ]
    passed = sum(1 for case in cases if case.verdict is Verdict.PASSED)
    failed = next((case for case in cases if case.verdict is not Verdict.PASSED), None)
    return Grading(
        verdict=Verdict.PASSED if failed is None else failed.verdict,
        cases=cases,
        passed=passed,
        fault=None if failed is None else failed.fault,
        milliseconds=milliseconds,
    )


def refused(tests: Sequence[TestCase], fault: Fault) -> Grading:
    """Return the grading of code that cannot even be read."""
    return graded(tests, PROGRAM, Outcomes((), fault), 1)


def _not_run(number: int, test: TestCase, verdict: Verdict = Verdict.NOT_RUN) -> CaseResult:
    return CaseResult(
        number=number, verdict=verdict, input=as_text(test.input), expected=as_text(test.output), got=None, printed="",
        fault=None, milliseconds=0,
    )  # fmt: skip


def _case(number: int, test: TestCase, calling: Calling, outcome: Outcome) -> CaseResult:
    verdict, got = Verdict(outcome.ended.value) if outcome.ended is not Ended.FINISHED else None, None
    expected = as_text(test.output)
    if verdict is None and calling.kind == "program":
        verdict, got = _judged(same_text(test.output, outcome.stdout)), outcome.stdout
    elif verdict is None:
        verdict, got = _function(test, calling, outcome)
        expected = expected if calling.returns is False else as_json(test.output)
    return CaseResult(
        number=number, verdict=verdict, input=as_text(test.input), expected=expected, got=got, printed=outcome.stdout,
        fault=outcome.fault, milliseconds=outcome.milliseconds,
    )  # fmt: skip


def _function(test: TestCase, calling: Calling, outcome: Outcome) -> tuple[Verdict, str]:
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
