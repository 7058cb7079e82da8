"""Exercise (data model 2.7): a problem with its tests."""

from typing import Annotated, Final, Self

from pydantic import Field, JsonValue, NonNegativeInt, StringConstraints, model_validator

from learnflow.models import taxonomy
from learnflow.models.fields import Id, Model, NonBlank, Short, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import Closing, ExerciseLanguage, SkillLevel

_NAMING_WORDS: Final = 8  # of the problem, where an exercise has no title


class TestCase(Model):
    """An input, and the output that a right program prints or returns for it."""

    __test__ = False  # not a class of tests, although its name begins like one

    input: JsonValue
    output: JsonValue


class Exercise(Model):
    """A practice problem; its solution is hidden from students."""

    exercise_id: Id
    title: Annotated[Short, StringConstraints(max_length=100)] | None = None
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

    @property
    def name(self) -> str:
        """What a student knows it by: its title, or else the beginning of the problem."""
        if self.title:
            return self.title
        words = self.problem_text.split()
        beginning = " ".join(words[:_NAMING_WORDS])
        return beginning if len(words) <= _NAMING_WORDS else f"{beginning} \N{HORIZONTAL ELLIPSIS}"


class Assigned(Model):
    """An exercise that a student was given, and how far they are with it."""

    exercise: Exercise
    assigned_at: Timestamp
    attempts: NonNegativeInt = 0
    hints_given: NonNegativeInt = 0
    closed: Closing | None = Field(default=None, description="How it came to its end; None while it is open.")
