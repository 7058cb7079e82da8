"""Exercise (data model 2.7): a problem with its tests."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, JsonValue, NonNegativeInt, StringConstraints, model_validator

from learnflow.models import taxonomy
from learnflow.models.fields import HAS_NUL, NUL, Id, Model, NonBlank, NullAsEmpty, Short, Text, Timestamp, TopicKey
from learnflow.models.student_query import LONGEST_CODE, Code
from learnflow.models.vocabulary import Closing, ExerciseLanguage, SkillLevel

_NAMING_WORDS: Final = 8  # of the problem, where an exercise has no title


LARGEST: Final = 32_768  # bytes of an exercise as JSON: a student's open ones travel with each request
MOST_TESTS: Final = 100
_EXACT: Final = 2**53  # integers up to here are the same in every language's JSON


def _exact(value: JsonValue) -> JsonValue:
    """Return a value that stays what it is on its way: no NUL, no huge integer, keys in the order of JSONB."""
    match value:
        case str() if NUL in value:
            raise ValueError(HAS_NUL)
        case int() if abs(value) > _EXACT:
            raise ValueError("has an integer beyond 2^53, which not every language's JSON keeps")
        case list():
            return [_exact(item) for item in value]
        case dict():
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return {str(_exact(key)): _exact(value[key]) for key in keys}
    return value


Tag = Annotated[Text, StringConstraints(max_length=255)]  # a longer one fits into no index


class TestCase(Model):
    """An input, and the output that a right program prints or returns for it."""

    __test__ = False  # not a class of tests, although its name begins like one

    input: JsonValue
    output: JsonValue


def _exact_case(case: TestCase) -> TestCase:
    return TestCase(input=_exact(case.input), output=_exact(case.output))


ExactCase = Annotated[TestCase, AfterValidator(_exact_case)]


class Exercise(Model):
    """A practice problem; its solution is hidden from students."""

    exercise_id: Id
    title: Annotated[Short, StringConstraints(max_length=100)] | None = None
    topic: TopicKey
    difficulty: SkillLevel
    problem_text: Annotated[NonBlank, StringConstraints(max_length=1_000)]
    solution_code: Annotated[NonBlank, StringConstraints(max_length=LONGEST_CODE)]
    starter_code: Code | None = None
    test_cases: Annotated[tuple[ExactCase, ...], Field(min_length=3, max_length=MOST_TESTS)]
    hints: Annotated[tuple[NonBlank, ...], NullAsEmpty()] = ()
    created_at: Timestamp
    created_by_agent: Annotated[Short, StringConstraints(max_length=50)] = "exercise"
    language: ExerciseLanguage
    tags: Annotated[tuple[Tag, ...], NullAsEmpty()] = ()

    @model_validator(mode="after")
    def _difficulty_fits(self) -> Self:
        allowed = taxonomy.difficulties(self.topic)
        if self.difficulty not in allowed:
            fitting = ", ".join(allowed)
            raise ValueError(f"difficulty: {self.difficulty} does not fit {self.topic}, which takes {fitting}")
        return self

    @model_validator(mode="after")
    def _is_no_burden(self) -> Self:
        size = len(self.model_dump_json())
        if size > LARGEST:
            raise ValueError(f"is larger than {LARGEST:,} bytes")
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
    hints_given: NonNegativeInt = 0
    closed: Closing | None = Field(default=None, description="How it came to its end; None while it is open.")
    closed_at: Timestamp | None = Field(default=None, description="When it did.")
