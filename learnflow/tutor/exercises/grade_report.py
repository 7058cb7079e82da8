"""What a student is told of a graded submission: what passed, the first failure in detail, and a hint."""

from typing import Final

from learnflow.models.events.routing import AgentRequest
from learnflow.models.events.students import ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned
from learnflow.models.fields import Model
from learnflow.models.vocabulary import Closing
from learnflow.sandbox import Fault, Grading, Verdict
from learnflow.tutor.exercises.reply import ExerciseReply, draft, next_hint, numbered_hint

MISSING: Final = "Missing"  # the sandbox's own: there is no function of that name
_LONGEST_NAME: Final = 255
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


def report(assigned: Assigned, grading: Grading, request: AgentRequest) -> ExerciseReply:
    """Return what became of a submission. It counts as long as the exercise is open."""
    number = None if _passed(grading) or _unreadable(grading) else next_hint(assigned)
    exercise, total, first = assigned.exercise, len(grading.cases), grading.first_failure
    counted = None if assigned.closed is None else _CLOSED[assigned.closed]
    hint = numbered_hint(exercise, number) if number else None
    answer = draft(
        exercise, _opening(assigned, grading), counted, _cases(grading), _failure(grading), hint, _next(grading),
        metadata={
            "verdict": grading.verdict, "passed": grading.passed, "total": total, "score": round(grading.score, 4),
            "counted": assigned.closed is None, "hint": number, "error_type": _error_type(grading),
            "cases": [{"number": case.number, "verdict": case.verdict} for case in grading.cases],
            "first_failure": first.model_dump(mode="json", exclude={"fault": {"trace"}, "milliseconds": True})
            if first else None,
        },
    )  # fmt: skip
    return ExerciseReply(answer, _events(assigned, grading, request, number))


def wrong_language(assigned: Assigned, request: AgentRequest) -> ExerciseReply:
    """Return the answer to code in another language than the exercise's: nothing is run, and nothing counts."""
    exercise = assigned.exercise
    problem = (
        f'"{exercise.name}" is an exercise in {exercise.language}, and your code came as {request.query.language}.'
    )
    more = f"Send it in {exercise.language}, or ask me for an exercise in the language that you want to practise."
    return ExerciseReply(draft(exercise, problem, more, metadata={"verdict": "wrong-language", "counted": False}))


def _events(assigned: Assigned, grading: Grading, request: AgentRequest, hint: int | None) -> tuple[Model, ...]:
    if assigned.closed is not None:
        return ()
    exercise, query = assigned.exercise, request.query
    outcome = ExerciseGraded(
        exercise_id=exercise.exercise_id,
        topic=exercise.topic,
        query_id=query.query_id,
        score=grading.score,
        passed=_passed(grading),
        code=query.code_snippet,
        error=_error_type(grading),
    )
    if hint is None:
        return (outcome,)
    return outcome, HintGiven(exercise_id=exercise.exercise_id, number=hint, query_id=query.query_id)


def _passed(grading: Grading) -> bool:
    return grading.verdict is Verdict.PASSED


def _unreadable(grading: Grading) -> bool:
    return grading.verdict is Verdict.SYNTAX_ERROR


def _error_type(grading: Grading) -> str | None:
    """Return the name of the error, if it has one that can be kept; that a function is missing is none."""
    name = grading.fault.type[:_LONGEST_NAME].strip() if grading.fault else ""
    return name if name and name != MISSING else None


def _opening(assigned: Assigned, grading: Grading) -> str:
    name, total = assigned.exercise.name, len(grading.cases)
    if _passed(grading):
        return f'All {total} test cases of "{name}" pass. Well done!'
    if grading.fault and _unreadable(grading):
        return f'Your code for "{name}" cannot be read, so nothing was run: {_fault(grading.fault)}'
    return f'{grading.passed} of {total} test cases of "{name}" pass.'


def _cases(grading: Grading) -> str | None:
    if _unreadable(grading):
        return None
    cases = grading.cases
    groups = {
        "Passed": [case.number for case in cases if case.verdict is Verdict.PASSED],
        "Failed": [case.number for case in cases if case.verdict not in (Verdict.PASSED, Verdict.NOT_RUN)],
        "Not run": [case.number for case in cases if case.verdict is Verdict.NOT_RUN],
    }
    if not groups["Failed"]:
        return None
    return "\n".join(f"{name}: {', '.join(map(str, numbers))}" for name, numbers in groups.items() if numbers)


def _failure(grading: Grading) -> str | None:
    """Tell the first test case that failed, so that the student can see it on paper."""
    case = grading.first_failure
    if case is None or _unreadable(grading):
        return None
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


def _next(grading: Grading) -> str:
    if _passed(grading):
        return 'Say "another exercise" when you want to go on.'
    return "Change one thing, try it on that input by hand, and send it again."
