"""Exercise (data model 2.7): a problem with its tests."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from learnflow.models import taxonomy
from learnflow.models.fields import Id, Model, NonBlank, Short, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import ExerciseLanguage, SkillLevel


class TestCase(Model):
    """An input, and the output that a right program prints or returns for it."""

    __test__ = False  # not a class of tests, although its name begins like one

    input: JsonValue
    output: JsonValue


class Exercise(Model):
    """A practice problem; its solution is hidden from students."""

    exercise_id: Id
    topic: TopicKey
    difficulty: SkillLevel
    problem_text: Annotated[NonBlank, StringConstraints(max_length=1_000)]
    solution_code: NonBlank
    starter_code: Text | None = None
    test_cases: Annotated[tuple[TestCase, ...], Field(min_length=3)]
    hints: tuple[Text, ...] = ()
    created_at: Timestamp
    created_by_agent: Annotated[Short, StringConstraints(max_length=50)] = "exercise"
    language: ExerciseLanguage
    tags: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _difficulty_fits(self) -> Self:
        allowed = taxonomy.difficulties(self.topic)
        if self.difficulty not in allowed:
            msg = f"difficulty: {self.difficulty} does not fit {self.topic}, which takes {', '.join(allowed)}"
            raise ValueError(msg)
        return self
