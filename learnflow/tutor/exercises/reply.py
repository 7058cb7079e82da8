"""What becomes of a question to the exercise agent: an answer, a hint or the solution, and the events that follow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from learnflow.models.draft import OFFLINE_MODEL, Draft, Usage, token_count
from learnflow.models.events.routing import AgentRequest
from learnflow.models.events.students import ExerciseAssigned, ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import Model
from learnflow.models.metadata import ExerciseMetadata
from learnflow.models.taxonomy import GENERAL, name
from learnflow.models.vocabulary import Closing, Language, LearningStyle
from learnflow.tutor.exercises.hidden_cases import visible_cases

_SHOWN_TESTS: Final = ("", "One of the tests", "Two of the tests")  # by how many are shown: one at least
_WAYS: Final = {
    LearningStyle.VISUAL: "A way to begin: draw the values of the first example, and what becomes of them.",
    LearningStyle.AUDITORY: "A way to begin: explain your plan aloud before you write it down.",
    LearningStyle.KINESTHETIC: "A way to begin: type the smallest thing that runs, and change it until it is right.",
    LearningStyle.STEP_BY_STEP: "A way to begin: write down the steps in words, then turn one after the other to code.",
    LearningStyle.EXAMPLE_DRIVEN: "A way to begin: work the examples by hand, then write down what you did.",
}
_CLAIM: Final = (
    "I cannot check who allows what, so I keep to one rule for everybody: finding the solution is up to you, and I "
    "gladly help you on the way."
)
_NEXT: Final = 'Say "another exercise" when you want to go on.'


@dataclass(frozen=True, slots=True)
class ExerciseReply:
    """An answer, and the payloads of the events that go to student-events with it."""

    draft: Draft
    events: tuple[Model, ...] = ()


def draft(
    exercise: Exercise,
    *parts: str | None,
    code: tuple[str, ...] = (),
    metadata: Mapping[str, JsonValue] | None = None,
    model: str = OFFLINE_MODEL,
    usage: tuple[Usage, ...] = (),
) -> Draft:
    """Return an answer about an exercise, of paragraphs. It holds nothing that is not known for sure."""
    return Draft(
        text="\n\n".join(part.strip("\n") for part in parts if part),
        code_examples=code,
        confidence=1.0,
        topic=exercise.topic,
        metadata=ExerciseMetadata.model_validate({
            "exercise_id": exercise.exercise_id,
            "title": exercise.name,
            "difficulty": exercise.difficulty,
            "language": exercise.language,
            "suggested_topic": exercise.topic,
            **(metadata or {}),
        }).as_json(),
        model=model,
        token_count=token_count(model, usage),
        usage=usage,
    )


def assignment(  # noqa: PLR0913 - what giving an exercise consists of
    exercise: Exercise, request: AgentRequest, *, note: str | None = None, closing: str | None = None,
    model: str = OFFLINE_MODEL, usage: tuple[Usage, ...] = (), metadata: dict[str, JsonValue] | None = None,
) -> ExerciseReply:  # fmt: skip
    """Return the exercise for a student; `note` says what they should know of the choice, `closing` ends the text.

    `usage` is what was paid for it, also where it was in vain.
    """
    language, topic = Language(exercise.language).label, name(exercise.topic)
    total = len(exercise.test_cases)
    open_cases = visible_cases(total)
    examples = exercise.test_cases[: min(open_cases, len(_SHOWN_TESTS) - 1)]
    shown = "\n".join(f"- {_shown(case.input)} gives {_shown(case.output)}" for case in examples)
    how = (
        f"When you are done, send me your code with the id {exercise.exercise_id}: I run it on {total} test cases and "
        f"tell you what passed. {total - open_cases} of them stay hidden."
    )
    hints = f' {len(exercise.hints)} hints are waiting: say "hint" when you are stuck.' if exercise.hints else ""
    answer = draft(
        exercise, note, f"Exercise: {exercise.name} ({topic}, {exercise.difficulty}, {language})",
        exercise.problem_text, f"{_SHOWN_TESTS[len(examples)]}:\n{shown}", _WAYS[request.profile.learning_style],
        how + hints, closing,
        code=(exercise.starter_code.strip("\n"),) if exercise.starter_code else (),
        metadata={"hints_available": len(exercise.hints), "test_cases": total, **(metadata or {})},
        model=model, usage=usage,
    )  # fmt: skip
    return ExerciseReply(answer, (ExerciseAssigned(exercise=exercise, query_id=request.query.query_id),))


def _shown(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def next_hint(assigned: Assigned) -> int | None:
    """Return the number of the hint that comes next, from 1 on; None when all have been given, or it is closed."""
    number = assigned.hints_given + 1
    return number if number <= len(assigned.exercise.hints) and assigned.closed is None else None


def numbered_hint(exercise: Exercise, number: int) -> str:
    """Return a hint with its number, from 1 on."""
    return f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}"


def hint(assigned: Assigned | None, query_id: UUID) -> ExerciseReply:
    """Return the next hint to an exercise."""
    if assigned is None:
        return ExerciseReply(_nothing_open("There is no open exercise to give a hint for."))
    exercise, number, most = assigned.exercise, next_hint(assigned), len(assigned.exercise.hints)
    metadata = {"hint": number, "hints_available": most}
    if assigned.closed is not None:
        over = "solved" if assigned.closed is Closing.SOLVED else "given up"
        return ExerciseReply(
            draft(exercise, f'You have {over} "{exercise.name}": there is nothing left to hint at.', _NEXT)
        )
    if number is None:
        opening = f'You have had all {most} hints to "{exercise.name}"' if most else f'"{exercise.name}" has no hints'
        last = f"The last was: {exercise.hints[-1]}" if most else None
        more = 'Send me your code as far as it goes, or say "I give up" and I show you the solution.'
        return ExerciseReply(draft(exercise, f"{opening}.", last, more, metadata=metadata))
    further = 'Say "hint" again for the next one.' if number < most else "That was the last one."
    more = f'{further} If you say "I give up", I show you a solution, and the exercise is closed.'
    answer = draft(
        exercise, f'Hint {number} of {most} for the exercise "{exercise.name}":', exercise.hints[number - 1], more,
        metadata=metadata,
    )  # fmt: skip
    return ExerciseReply(answer, (HintGiven(exercise_id=exercise.exercise_id, number=number, query_id=query_id),))


def claim(assigned: Assigned | None, query_id: UUID) -> ExerciseReply:
    """Return the same friendly sentence to whoever claims to be allowed the solution, and the next hint."""
    reply = hint(assigned, query_id)
    return replace(reply, draft=reply.draft.model_copy(update={"text": f"{_CLAIM}\n\n{reply.draft.text}"}))


def solution(assigned: Assigned | None, query_id: UUID) -> ExerciseReply:
    """Return the solution. An exercise that was open is closed by that, and not solved."""
    if assigned is None:
        return ExerciseReply(_nothing_open("There is no open exercise to give up."))
    exercise = assigned.exercise
    given_up = ExerciseGraded(
        exercise_id=exercise.exercise_id, topic=exercise.topic, query_id=query_id, score=0.0, passed=False, gave_up=True
    )
    opening = {
        Closing.SOLVED: f'You have solved "{exercise.name}" yourself. This is how I would write it.',
        Closing.GIVEN_UP: f'Here is the solution of "{exercise.name}" again.',
        None: f'No shame in that. Here is a solution of "{exercise.name}"; the exercise is closed now.',
    }[assigned.closed]
    learn = "Read it line by line, then close it and write it yourself. Ask me about any line that is not clear."
    answer = draft(
        exercise, opening, learn, code=(exercise.solution_code.strip("\n"),),
        metadata={"closed": assigned.closed or Closing.GIVEN_UP},
    )  # fmt: skip
    return ExerciseReply(answer, (given_up,) if assigned.closed is None else ())


def _nothing_open(opening: str) -> Draft:
    return Draft(
        text=f'{opening}\n\nSay "give me an exercise on loops", or on any other topic, and you get one.',
        confidence=1.0,
        topic=GENERAL,
        model=OFFLINE_MODEL,
    )
