"""What a student is told of a graded submission: what passed, the first failure in detail, and a hint.

Of hidden cases nothing is told but how many pass and what kind of input fails: no input, no output, no error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from learnflow.models.events.routing import AgentRequest
from learnflow.models.events.students import ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned, TestCase
from learnflow.models.fields import Model
from learnflow.models.vocabulary import Closing
from learnflow.sandbox import CallingConvention, CaseResult, Fault, Grading, Verdict
from learnflow.tutor.exercises.hidden_cases import kind_of_input, visible_cases
from learnflow.tutor.exercises.reply import ExerciseReply, draft, next_hint, numbered_hint
from learnflow.tutor.proof.programs import told_line

MISSING: Final = "Missing"  # the sandbox's own: there is no function of that name
HIDDEN: Final = "hidden"  # the verdict where only what is hidden fails
_LONGEST_NAME: Final = 255
_CHANCE: Final = "What failed passed when I ran it again. Does your code depend on chance, or on time?"
_ENDED: Final = {
    Verdict.TIMEOUT: "It did not end in time. Is there a loop that never ends?",
    Verdict.MEMORY: "It used more memory than it may. Does something grow without end?",
    Verdict.OUTPUT: "It printed far too much. Is there a print in a loop that never ends?",
    Verdict.KILLED: "It was stopped: it did something that a solution may not do, or it ended by itself too early.",
}
_CLOSED: Final = {
    Closing.SOLVED: "You have solved this exercise before, so this one does not count again.",
    Closing.GIVEN_UP: "You had given this exercise up, so this does not count as solved.",
}


@dataclass(frozen=True, slots=True)
class GradedCode:
    """Code on all cases of an exercise, on those alone that may be shown if one of them fails, and how it is called.

    `line` is where a small change makes all pass, if that was found.
    """

    grading: Grading
    shown: Grading | None
    calling: CallingConvention
    line: int | None = None

    @property
    def open_cases(self) -> tuple[CaseResult, ...]:
        """The cases that the student may see, of a run that had no other: code cannot tell what it was not given."""
        return self.shown.cases if self.shown else self.grading.cases[: visible_cases(len(self.grading.cases))]

    @property
    def hidden_cases(self) -> tuple[CaseResult, ...]:
        """The others."""
        return self.grading.cases[visible_cases(len(self.grading.cases)) :]

    @property
    def failure(self) -> CaseResult | None:
        """The first that failed of those that the student may see."""
        return next((case for case in self.open_cases if case.verdict is not Verdict.PASSED), None)

    @property
    def passed(self) -> bool:
        """Whether all cases passed."""
        return self.grading.verdict is Verdict.PASSED

    @property
    def unreadable(self) -> bool:
        """Whether nothing was run."""
        return self.grading.verdict is Verdict.SYNTAX_ERROR

    @property
    def fault(self) -> Fault | None:
        """The error that the student may be told of."""
        if self.unreadable:
            return self.grading.fault
        return self.failure.fault if self.failure else None

    def failing_inputs(self, tests: Sequence[TestCase]) -> tuple[str, ...]:
        """Return what kinds of input the hidden cases have that fail; none while one fails that can be seen."""
        if self.failure:
            return ()
        failed = (case for case in self.hidden_cases if case.verdict not in (Verdict.PASSED, Verdict.NOT_RUN))
        kinds = (kind_of_input(self.calling.arguments(tests[case.number - 1].input)) for case in failed)
        return tuple(dict.fromkeys(kinds))


def fails_visibly(grading: Grading) -> bool:
    """Whether a case that may be shown is the first that fails."""
    failed = grading.first_failure
    open_cases = visible_cases(len(grading.cases))
    return failed is not None and failed.number <= open_cases and grading.verdict is not Verdict.SYNTAX_ERROR


def report(assigned: Assigned, code: GradedCode, request: AgentRequest) -> ExerciseReply:
    """Return what became of a submission. It counts as long as the exercise is open."""
    number = None if code.passed or code.unreadable else next_hint(assigned)
    exercise = assigned.exercise
    counted = None if assigned.closed is None else _CLOSED[assigned.closed]
    hint = numbered_hint(exercise, number) if number else None
    answer = draft(
        exercise, _opening(assigned, code), counted, _cases(code), _failure(code, exercise.test_cases),
        told_line(code.line), hint,
        _next(code), metadata=_metadata(assigned, code, number),
    )  # fmt: skip
    return ExerciseReply(answer, _events(assigned, code, request, number))


def _metadata(assigned: Assigned, code: GradedCode, hint: int | None) -> dict[str, JsonValue]:
    grading, failure = code.grading, code.failure
    verdict = grading.verdict if code.passed or code.unreadable else failure.verdict if failure else HIDDEN
    hidden = code.hidden_cases
    return {
        "verdict": verdict, "passed": grading.passed, "total": len(grading.cases), "score": round(grading.score, 4),
        "counted": assigned.closed is None, "hint": hint, "error_type": _error_type(code),
        "cases": [{"number": case.number, "verdict": case.verdict} for case in code.open_cases],
        "first_failure": failure.model_dump(mode="json", exclude={"fault": {"trace"}, "milliseconds": True})
        if failure else None,
        "hidden": len(hidden), "hidden_passed": sum(case.verdict is Verdict.PASSED for case in hidden),
        "line": code.line, "failing_inputs": list(code.failing_inputs(assigned.exercise.test_cases)),
    }  # fmt: skip


def wrong_language(assigned: Assigned, request: AgentRequest) -> ExerciseReply:
    """Return the answer to code in another language than the exercise's: nothing is run, and nothing counts."""
    exercise = assigned.exercise
    problem = (
        f'"{exercise.name}" is an exercise in {exercise.language}, and your code came as {request.query.language}.'
    )
    more = f"Send it in {exercise.language}, or ask me for an exercise in the language that you want to practise."
    return ExerciseReply(draft(exercise, problem, more, metadata={"verdict": "wrong-language", "counted": False}))


def _events(assigned: Assigned, code: GradedCode, request: AgentRequest, hint: int | None) -> tuple[Model, ...]:
    if assigned.closed is not None:
        return ()
    exercise, query = assigned.exercise, request.query
    outcome = ExerciseGraded(
        exercise_id=exercise.exercise_id,
        topic=exercise.topic,
        query_id=query.query_id,
        score=code.grading.score,
        passed=code.passed,
        code=query.code_snippet,
        error=_error_type(code),
    )
    if hint is None:
        return (outcome,)
    return outcome, HintGiven(exercise_id=exercise.exercise_id, number=hint, query_id=query.query_id)


def _error_type(code: GradedCode) -> str | None:
    """Return the name of the error, if it has one that can be kept; that a function is missing is none."""
    name = code.fault.type[:_LONGEST_NAME].strip() if code.fault else ""
    return name if name and name != MISSING else None


def _opening(assigned: Assigned, code: GradedCode) -> str:
    name, total = assigned.exercise.name, len(code.grading.cases)
    if code.passed:
        return f'All {total} test cases of "{name}" pass. Well done!'
    if code.fault and code.unreadable:
        return f'Your code for "{name}" cannot be read, so nothing was run: {_fault(code.fault)}'
    return f'{code.grading.passed} of {total} test cases of "{name}" pass.'


def _cases(code: GradedCode) -> str | None:
    if code.unreadable or code.passed:
        return None
    cases, hidden = code.open_cases, code.hidden_cases
    groups = {
        "Passed": [case.number for case in cases if case.verdict is Verdict.PASSED],
        "Failed": [case.number for case in cases if case.verdict not in (Verdict.PASSED, Verdict.NOT_RUN)],
        "Not run": [case.number for case in cases if case.verdict is Verdict.NOT_RUN],
    }
    lines = [f"{name}: {', '.join(map(str, numbers))}" for name, numbers in groups.items() if numbers]
    passed = sum(case.verdict is Verdict.PASSED for case in hidden)
    return "\n".join((*lines, f"Hidden: {passed} of {len(hidden)} pass"))


def _failure(code: GradedCode, tests: Sequence[TestCase]) -> str | None:
    """Tell the first test case that failed, so that the student can see it on paper; of hidden ones only the kind."""
    if code.unreadable or code.passed:
        return None
    case = code.failure
    if case is None:
        kinds = code.failing_inputs(tests)
        what = "\n".join(f"- {kind}" for kind in kinds)
        return f"What fails are hidden tests, with this kind of input:\n{what}" if kinds else _CHANCE
    parts = [f"The first that failed is case {case.number}, with the input:", f"```\n{case.input}\n```"]
    if case.verdict is Verdict.WRONG:
        got = "nothing" if case.got is None else case.got
        parts.append(f"It should give:\n```\n{case.expected}\n```\nYour code gave:\n```\n{got}\n```")
    elif case.fault:
        parts.append(f"Your code did not get through it: {_fault(case.fault)}")
    else:
        parts.append(_ENDED[case.verdict])
    return "\n".join(parts)


def _fault(fault: Fault) -> str:
    where = f" in line {fault.line}" if fault.line else ""
    if fault.type == MISSING:
        return fault.message
    return f"{fault.type}{where}: {fault.message}" if fault.message else f"{fault.type}{where}."


def _next(code: GradedCode) -> str:
    if code.passed:
        return 'Say "another exercise" when you want to go on.'
    which = "that input" if code.failure else "an input of that kind"
    return f"Change one thing, try it on {which} by hand, and send it again."
