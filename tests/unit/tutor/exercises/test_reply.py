"""Hints one at a time, solutions for who gives up, and the report of a graded submission."""

from typing import Any

import pytest

from learnflow.models.events.students import ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.vocabulary import Closing, Language
from learnflow.sandbox import CaseResult, Fault, Grading, Verdict
from learnflow.tutor.exercises import ExerciseReply, hint, report, solution, wrong_language
from learnflow.tutor.exercises.bank import BANK
from tests.support.offline_requests import request
from tests.unit.domain.test_student_exercises import NOON
from tests.unit.tutor.exercises.test_hidden_cases import graded_code

TASK: Exercise = BANK.exercises[0]
QUERY = request("…").query.query_id
ZERO = Fault(type="ZeroDivisionError", message="division by zero", line=3, trace="")


def assigned(**more: Any) -> Assigned:
    return Assigned(exercise=TASK, assigned_at=NOON, **more)


def case(number: int, verdict: Verdict, fault: Fault | None = None) -> CaseResult:
    return CaseResult(
        number=number, verdict=verdict, input=f"input {number}", expected=f"expected {number}",
        got=f"got {number}" if verdict is Verdict.WRONG else None, printed="", fault=fault, milliseconds=1,
    )  # fmt: skip


def graded(*verdicts: Verdict, fault: Fault | None = None, of_case: Fault | None = None, **more: Any) -> ExerciseReply:
    cases = tuple(case(number, verdict, of_case) for number, verdict in enumerate(verdicts, start=1))
    first = next((one.verdict for one in cases if one.verdict is not Verdict.PASSED), Verdict.PASSED)
    passed = verdicts.count(Verdict.PASSED)
    grading = Grading(verdict=first, cases=cases, passed=passed, fault=fault or of_case, milliseconds=1)
    return report(assigned(**more), graded_code(grading, TASK), request("here", "x = 1"))


def test_hints_come_one_at_a_time_until_there_are_no_more() -> None:
    for number, text in enumerate(TASK.hints, start=1):
        reply = hint(assigned(hints_given=number - 1), QUERY)
        assert reply.draft.text.startswith(f"Hint {number} of {len(TASK.hints)}")
        assert [other for other in TASK.hints if other in reply.draft.text] == [text]
        assert reply.events == (HintGiven(exercise_id=TASK.exercise_id, number=number, query_id=QUERY),)
    last = hint(assigned(hints_given=len(TASK.hints)), QUERY)
    assert "all 3 hints" in last.draft.text
    assert last.events == ()


def test_giving_up_shows_the_solution_and_counts_once() -> None:
    reply = solution(assigned(), QUERY)
    assert reply.draft.code_examples == (TASK.solution_code.strip("\n"),)
    (told,) = reply.events
    assert isinstance(told, ExerciseGraded)
    assert (told.passed, told.gave_up, told.score) == (False, True, 0.0)
    for closed in Closing:
        again = solution(assigned(closed=closed), QUERY)
        assert (again.draft.code_examples, again.events) == (reply.draft.code_examples, ())


@pytest.mark.parametrize("what", [hint, solution])
def test_without_an_open_exercise_there_is_an_invitation(what: Any) -> None:
    reply = what(None, QUERY)
    assert "no open exercise" in reply.draft.text
    assert reply.events == ()


def test_a_pass_is_full_evidence_and_gives_no_hint() -> None:
    reply = graded(*[Verdict.PASSED] * 5)
    assert "All 5 test cases" in reply.draft.text
    (told,) = reply.events
    assert isinstance(told, ExerciseGraded)
    assert (told.score, told.passed, told.code, told.error) == (1.0, True, "x = 1", None)


def test_a_failure_tells_what_passed_the_first_case_that_failed_and_a_hint() -> None:
    verdicts = [Verdict.PASSED, Verdict.WRONG, Verdict.PASSED, Verdict.WRONG] * 2
    reply = graded(*verdicts, hints_given=1)
    text = reply.draft.text
    assert "4 of 8 test cases" in text
    assert "Passed: 1, 3" in text
    assert "Failed: 2, 4" in text
    assert "Hidden: 2 of 4 pass" in text
    for shown in ("case 2", "input 2", "expected 2", "got 2", TASK.hints[1]):
        assert shown in text
    for hidden in ("input 4", "expected 4", "input 6", "expected 6", TASK.hints[2], TASK.solution_code.strip()):
        assert hidden not in text
    outcome, hinted = reply.events
    assert isinstance(outcome, ExerciseGraded)
    assert (outcome.score, outcome.passed) == (0.5, False)
    assert hinted == HintGiven(exercise_id=TASK.exercise_id, number=2, query_id=QUERY)


@pytest.mark.parametrize(
    ("verdict", "fault", "said"),
    [
        (Verdict.EXCEPTION, ZERO, "ZeroDivisionError in line 3: division by zero"),
        (Verdict.TIMEOUT, None, "a loop that never ends"),
        (Verdict.MEMORY, None, "more memory"),
        (Verdict.OUTPUT, None, "printed far too much"),
        (Verdict.KILLED, None, "It was stopped"),
    ],
)
def test_what_went_wrong_is_told_apart(verdict: Verdict, fault: Fault | None, said: str) -> None:
    reply = graded(Verdict.PASSED, verdict, *[Verdict.NOT_RUN] * 4, of_case=fault)
    assert said in reply.draft.text
    assert "Not run: 3" in reply.draft.text
    assert "Hidden: 0 of 3 pass" in reply.draft.text
    outcome = reply.events[0]
    assert isinstance(outcome, ExerciseGraded)
    assert outcome.error == (fault.type if fault else None)


def test_code_that_cannot_be_read_is_told_with_its_line_and_takes_no_hint() -> None:
    wrong = Fault(type="SyntaxError", message="'(' was never closed", line=2, trace="")
    reply = graded(*[Verdict.SYNTAX_ERROR] * 3, fault=wrong)
    assert "SyntaxError in line 2: '(' was never closed" in reply.draft.text
    (outcome,) = reply.events
    assert isinstance(outcome, ExerciseGraded)
    assert (outcome.score, outcome.error) == (0.0, "SyntaxError")


@pytest.mark.parametrize("closed", Closing)
def test_what_is_closed_has_no_hints(closed: Closing) -> None:
    reply = hint(assigned(closed=closed), QUERY)
    assert "nothing left to hint at" in reply.draft.text
    assert all(text not in reply.draft.text for text in TASK.hints)
    assert reply.events == ()


def test_code_in_another_language_is_not_graded() -> None:
    reply = wrong_language(assigned(), request("here", "let x = 1;", Language.JAVASCRIPT))
    assert "is an exercise in python, and your code came as javascript" in reply.draft.text
    assert reply.events == ()


@pytest.mark.parametrize(("name", "kept"), [(" ", None), ("E" * 300, "E" * 255), ("Missing", None)])
def test_the_name_of_an_error_is_one_that_can_be_kept(name: str, kept: str | None) -> None:
    reply = graded(*[Verdict.EXCEPTION] * 3, of_case=Fault(type=name, message="no", line=1, trace=""))
    outcome = reply.events[0]
    assert isinstance(outcome, ExerciseGraded)
    assert outcome.error == kept


@pytest.mark.parametrize("closed", Closing)
def test_what_is_closed_is_graded_and_does_not_count(closed: Closing) -> None:
    for verdict in (Verdict.PASSED, Verdict.WRONG):
        reply = graded(*[verdict] * 3, closed=closed)
        assert "count" in reply.draft.text
        assert reply.events == ()
        assert reply.draft.metadata["counted"] is False
