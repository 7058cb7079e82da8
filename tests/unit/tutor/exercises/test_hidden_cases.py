"""Whoever looks up the answers that were shown solves nothing: later cases are hidden, and only their kind told."""

import json
import re
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import pytest
from pydantic import JsonValue

from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import CallingConvention, CaseResult, Fault, Grading, Verdict, infer_calling_convention
from learnflow.sandbox.grading import as_text
from learnflow.tutor.exercises import ExerciseReply, assignment, report
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.grade_report import GradedCode, fails_visibly
from learnflow.tutor.exercises.hidden_cases import is_shown, kind, kind_of_input, visible_cases
from tests.support.offline_requests import request
from tests.unit.domain.test_student_exercises import NOON

SUBMISSIONS: Final = 10
FENCED = re.compile(r"```\n(.*?)\n```", re.DOTALL)
GIVEN = re.compile(r"^- (.*) gives (.*)$", re.MULTILINE)
HIDDEN_TEXT: Final = "53cr37"
Pairs = set[tuple[str, str]]


def graded_code(grading: Grading, exercise: Exercise) -> GradedCode:
    """Return what the agent makes of a grading; its second run, of the cases that may be shown, ends as the first."""
    calling = infer_calling_convention(exercise.language, exercise.solution_code, exercise.test_cases)
    if not fails_visibly(grading):
        return GradedCode(grading, None, calling)
    cases = grading.cases[: visible_cases(len(grading.cases))]
    verdict = next(case.verdict for case in cases if case.verdict is not Verdict.PASSED)
    passed = sum(case.verdict is Verdict.PASSED for case in cases)
    shown = Grading(verdict=verdict, cases=cases, passed=passed, fault=None, milliseconds=1)
    return GradedCode(grading, shown, calling)


class LookupStudent:
    """Sends a table of the inputs and outputs that were shown, and adds to it what each answer shows."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.table: Pairs = set()
        self.request: AgentRequest = request("here", "TABLE")

    def solves(self) -> bool:
        self._learn(assignment(self.exercise, self.request))
        return any(self._submit() for _ in range(SUBMISSIONS))

    def _submit(self) -> bool:
        cases = tuple(
            CaseResult(
                number=number, verdict=Verdict.PASSED if self._knows(case.input, case.output) else Verdict.WRONG,
                input=as_text(case.input), expected=as_text(case.output), got="null", printed="", fault=None,
                milliseconds=1,
            )
            for number, case in enumerate(self.exercise.test_cases, start=1)
        )  # fmt: skip
        passed = sum(case.verdict is Verdict.PASSED for case in cases)
        verdict = Verdict.PASSED if passed == len(cases) else Verdict.WRONG
        grading = Grading(verdict=verdict, cases=cases, passed=passed, fault=None, milliseconds=1)
        given = Assigned(exercise=self.exercise, assigned_at=NOON)
        self._learn(report(given, graded_code(grading, self.exercise), self.request))
        return verdict is Verdict.PASSED

    def _knows(self, given: JsonValue, output: JsonValue) -> bool:
        return any(
            (one(given), other(output)) in self.table for one in (as_text, json.dumps) for other in (as_text, _json)
        )

    def _learn(self, reply: ExerciseReply) -> None:
        text = reply.draft.text
        fences = FENCED.findall(text)
        self.table |= {*GIVEN.findall(text), *_pairs(reply.draft.metadata)}
        self.table |= {(fences[0], fences[1])} if len(fences) > 1 else set()


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pairs(node: JsonValue) -> Iterator[tuple[str, str]]:
    """Yield each input with what it should give, wherever it stands in the metadata."""
    match node:
        case {"input": str() as given, "expected": str() as expected}:
            yield given, expected
        case dict():
            for value in node.values():
                yield from _pairs(value)
        case list():
            for value in node:
                yield from _pairs(value)


def test_a_lookup_table_solves_no_exercise_of_the_bank_in_ten_submissions() -> None:
    assert [one.name for one in BANK.exercises if LookupStudent(one).solves()] == []


def test_a_lookup_table_would_solve_them_if_nothing_were_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("grade_report", "reply"):
        monkeypatch.setattr(f"learnflow.tutor.exercises.{module}.visible_cases", lambda total: total)
    monkeypatch.setattr(f"{__name__}.visible_cases", lambda total: total)
    solved = [one for one in BANK.exercises if LookupStudent(one).solves()]
    assert len(solved) > 0.9 * len(BANK.exercises)


def test_no_text_of_an_exercise_shows_a_hidden_case() -> None:
    for one in BANK.exercises:
        texts = "\n".join((one.problem_text, one.starter_code or "", *one.hints))
        hidden = one.test_cases[visible_cases(len(one.test_cases)) :]
        assert [case.input for case in hidden if is_shown(case.input, texts)] == [], one.name


@pytest.mark.parametrize(
    ("total", "visible"), [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3), (10, 5), (100, 50)]
)
def test_at_least_half_of_the_cases_are_hidden_and_never_fewer_than_two(total: int, visible: int) -> None:
    assert visible_cases(total) == visible
    assert total - visible >= min(total, max(2, total / 2))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (None, "nothing (null)"),
        (True, "a truth value"),
        (False, "a truth value"),
        (0, "zero or one"),
        (1, "zero or one"),
        (1.0, "zero or one"),
        (7, "a number"),
        (-7, "a negative number"),
        (5_000, "a large number"),
        (-5_000, "a large negative number"),
        (2.5, "a number with decimals"),
        (-2.5, "a negative number with decimals"),
        (1e300, "a large number"),
        ("", "an empty text"),
        (" \n", "a text of blanks only"),
        ("abc", "a text in small letters"),
        ("Abc", "a text with capitals"),
        ("a b", "a text with blanks"),
        ("Zoë!", "a text with capitals, letters beyond a to z and punctuation"),
        ("-12.5", "a text that is a number"),
        ("a\nb", "a text of several lines in small letters"),
        ("a" * 41, "a long text in small letters"),
        ([], "an empty list"),
        ([3], "a list with one item"),
        ([3, 4], "a list of several items"),
        ([3, 3], "a list with equal values"),
        ([3, -3], "a list with negative numbers"),
        ([[], [1]], "a list with lists or dictionaries inside and empty ones inside"),
        (list(range(11)), "a long list of several items"),
        ({}, "an empty dictionary"),
        ({"a": 1}, "a dictionary with one entry"),
        ({"a": 1, "b": 2}, "a dictionary of several entries"),
    ],
)
def test_the_kind_of_an_input_follows_from_its_value(value: JsonValue, what: str) -> None:
    assert kind(value) == what


def test_several_arguments_are_told_one_after_the_other() -> None:
    assert kind_of_input([[], -3]) == "an empty list, then a negative number"
    assert kind_of_input([]) == "no input at all"


def leaky(verdicts: list[Verdict]) -> ExerciseReply:
    """Return the report of code that puts the inputs into all that it can say; hidden cases have a secret in them."""
    cases = tuple(
        CaseResult(
            number=number, verdict=verdict, input=f"{text}in", expected=f"{text}out",
            got=f"{text}got" if verdict is Verdict.WRONG else None, printed=f"{text}printed",
            fault=Fault(type=f"{text}Error", message=f"{text} message", line=3, trace=f"{text} trace")
            if verdict is Verdict.EXCEPTION else None,
            milliseconds=1,
        )
        for number, verdict in enumerate(verdicts, start=1)
        for text in ["open" if number <= visible_cases(len(verdicts)) else HIDDEN_TEXT]
    )  # fmt: skip
    failed = next(case for case in cases if case.verdict is not Verdict.PASSED)
    passed = verdicts.count(Verdict.PASSED)
    grading = Grading(verdict=failed.verdict, cases=cases, passed=passed, fault=failed.fault, milliseconds=1)
    tests = [{"input": f"{HIDDEN_TEXT} {n}", "output": HIDDEN_TEXT} for n in range(len(verdicts))]
    exercise = Exercise.model_validate({
        "exercise_id": UUID(int=1), "topic": "loops", "difficulty": "beginner", "problem_text": "Print it.",
        "solution_code": "print(1)", "test_cases": tests, "created_at": NOON, "language": ExerciseLanguage.PYTHON,
        "hints": ["Think."],
    })  # fmt: skip
    code = GradedCode(grading, None, CallingConvention("program"))
    return report(Assigned(exercise=exercise, assigned_at=NOON), code, request("here", "x = 1"))


@pytest.mark.parametrize("verdict", [each for each in Verdict if each not in (Verdict.PASSED, Verdict.SYNTAX_ERROR)])
@pytest.mark.parametrize("before", [Verdict.PASSED, Verdict.WRONG, Verdict.EXCEPTION])
def test_of_a_hidden_case_only_the_kind_is_told_however_it_fails(verdict: Verdict, before: Verdict) -> None:
    reply = leaky([Verdict.PASSED, before, Verdict.PASSED, verdict])
    told = reply.draft.model_dump_json() + "".join(event.model_dump_json() for event in reply.events)
    assert HIDDEN_TEXT not in told
    assert "Hidden: 1 of 2 pass" in reply.draft.text
    if before is Verdict.PASSED:
        said = reply.draft.metadata
        assert (said["verdict"], said["error_type"], said["first_failure"]) == ("hidden", None, None)
        if verdict is not Verdict.NOT_RUN:
            assert said["failing_inputs"] == ["a text with digits and blanks"]
            assert "a text with digits and blanks" in reply.draft.text
