"""What becomes of a question to the exercise agent: an answer, and what everybody is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from learnflow.models.draft import Draft
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.metadata import ExerciseMetadata
from learnflow.models.usage import Usage, total_tokens
from learnflow.tutor.answer_text import OFFLINE_MODEL


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the payloads of the events that go to student-events with it."""

    draft: Draft
    told: tuple[Model, ...] = ()


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
