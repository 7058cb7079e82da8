"""What becomes of a question to the exercise agent: an answer, and what everybody is told of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from learnflow.models.draft import Draft, Usage, total_tokens
from learnflow.models.events.students import ExerciseAssigned
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.metadata import ExerciseMetadata
from learnflow.models.taxonomy import name
from learnflow.models.vocabulary import ExerciseLanguage, LearningStyle
from learnflow.tutor.answer_text import OFFLINE_MODEL


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
        token_count=None if model == OFFLINE_MODEL else total_tokens(usage),
        usage=usage,
    )


def fenced(text: str) -> str:
    """Return a text as it is, apart from the words around it."""
    return f"```\n{text}\n```"


_SHOWN_TESTS: Final = 2
_LANGUAGES: Final = {
    ExerciseLanguage.PYTHON: "Python",
    ExerciseLanguage.JAVASCRIPT: "JavaScript",
    ExerciseLanguage.JAVA: "Java",
}
_WAYS: Final = {
    LearningStyle.VISUAL: "A way to begin: draw the values of the first example, and what becomes of them.",
    LearningStyle.AUDITORY: "A way to begin: explain your plan aloud before you write it down.",
    LearningStyle.KINESTHETIC: "A way to begin: type the smallest thing that runs, and change it until it is right.",
    LearningStyle.STEP_BY_STEP: "A way to begin: write down the steps in words, then turn one after the other to code.",
    LearningStyle.EXAMPLE_DRIVEN: "A way to begin: work the examples by hand, then write down what you did.",
}


def assignment(  # noqa: PLR0913 - what giving an exercise consists of
    exercise: Exercise, request: AgentRequest, *, note: str | None = None, closing: str | None = None,
    model: str = OFFLINE_MODEL, usage: tuple[Usage, ...] = (), metadata: dict[str, JsonValue] | None = None,
) -> ExerciseReply:  # fmt: skip
    """Return the exercise for a student; `note` says what they should know of the choice, `closing` ends the text.

    `usage` is what was paid for it, also where it was in vain.
    """
    language, topic = _LANGUAGES[exercise.language], name(exercise.topic)
    examples = exercise.test_cases[:_SHOWN_TESTS]
    shown = "\n".join(f"- {_shown(case.input)} gives {_shown(case.output)}" for case in examples)
    how = (
        f"When you are done, send me your code with the id {exercise.exercise_id}: I run it on "
        f"{len(exercise.test_cases)} test cases and tell you what passed."
    )
    hints = f' {len(exercise.hints)} hints are waiting: say "hint" when you are stuck.' if exercise.hints else ""
    answer = draft(
        exercise, note, f"Exercise: {exercise.name} ({topic}, {exercise.difficulty}, {language})",
        exercise.problem_text, f"Two of the tests:\n{shown}", _WAYS[request.profile.learning_style], how + hints,
        closing,
        code=(exercise.starter_code.strip("\n"),) if exercise.starter_code else (),
        metadata={"hints_available": len(exercise.hints), "test_cases": len(exercise.test_cases), **(metadata or {})},
        model=model, usage=usage,
    )  # fmt: skip
    return ExerciseReply(answer, (ExerciseAssigned(exercise=exercise, query_id=request.query.query_id),))


def _shown(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
