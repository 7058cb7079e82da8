"""What the metadata of each agent's answer holds (data model 2.2), whoever the tutor is.

A field without a default is always there. The others are there where they say something.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Union

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, NonNegativeInt, PositiveInt, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from learnflow.models.fields import Id, JsonObject, Model, NonBlank, Probability, Short, Text, TopicKey
from learnflow.models.vocabulary import Closing, ExerciseLanguage, ProofVerdict, SkillLevel, Specialist


class Checked(Model):
    """What became of an answer's code examples."""

    checked: NonNegativeInt
    repaired: NonNegativeInt
    dropped: NonNegativeInt


class Explained(Model):
    """What debug had explained by concepts, and by whom."""

    topic: TopicKey
    model: Short
    prompt: Short | None = None


class Proof(Model):
    """What running the changed code of an answer next to the student's has shown, with the same input."""

    verdict: ProofVerdict
    ran: Short | None = Field(default=None, description="How the run of the changed code ended, if it was run.")
    before: Text | None = Field(default=None, description="What came of the student's code.")
    after: Text | None = Field(default=None, description="What came of the changed code.")
    expected: Text | None = Field(default=None, description="What the student said that should come.")
    reason: NonBlank = Field(description="The verdict in a sentence, as it stands in the answer.")


def _open(schema: JsonSchemaValue) -> None:
    """What we write has these fields only; who reads it meets more in a later 1.x."""
    schema.pop("additionalProperties", None)


class AnswerMetadata(Model):
    """What every answer may have."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_open)

    topic: TopicKey = Field(default="general", description="What the answer is about; every response has it.")
    distress: bool = Field(default=False, description="The student may be in distress: the answer is the school's.")
    asks_back: bool = Field(default=False, description="The answer asks for what is missing.")
    code_examples: Checked | None = None
    proof: Proof | None = Field(default=None, description="Of what is given as the student's code, changed.")
    withheld: Id | None = Field(default=None, description="The open exercise that the answer would have solved.")
    claude_away: NonBlank | None = Field(default=None, description="Why Claude did not answer.")
    prompt: Short | None = Field(default=None, description="The version of the prompts that Claude answered by.")

    def as_json(self) -> dict[str, Any]:
        """Return what was said, for a draft."""
        return self.model_dump(mode="json", exclude_unset=True)


class ExplanationMetadata(AnswerMetadata):
    """Of the concepts agent."""

    level: SkillLevel | None = Field(default=None, description="How deep the explanation goes.")
    telling: Short | None = Field(default=None, description="Which of the ways to tell it this is.")
    suggested_topic: TopicKey | None = None
    error_type: Short | None = Field(default=None, description="The error that was explained.")
    off_topic: bool = False
    answered: bool = Field(default=True, description="False where nothing is prepared on it.")
    cached: bool = Field(default=False, description="It was given before, to the same question.")


class RemarkMetadata(Model):
    """A remark on a line of the code; `rule` is the linter's, or empty."""

    line: PositiveInt
    rule: Text
    text: NonBlank


class ReviewMetadata(AnswerMetadata):
    """Of the code-review agent."""

    remarks: tuple[RemarkMetadata, ...]
    suggested_topic: TopicKey | None
    ran: Short | None = Field(default=None, description="How the run of the code ended, if it was run.")


class DebugMetadata(AnswerMetadata):
    """Of the debug agent. `ran` says how the run of the code ended, None where it was not run."""

    error_type: Short | None
    fix_applied: bool = Field(
        description="Whether the code examples hold the student's code, mended, and `proof` has shown that it is."
    )
    suggested_topic: TopicKey | None
    line: PositiveInt | None = Field(description="The line of the student's code to look at.")
    ran: Short | None
    explained: Explained | None = None


class ExerciseMetadata(AnswerMetadata):
    """Of the exercise agent: an exercise given, a hint, a solution or a grade. Without an exercise there is none."""

    exercise_id: Id | None = None
    title: Text | None = None
    difficulty: SkillLevel | None = None
    language: ExerciseLanguage | None = None
    suggested_topic: TopicKey | None = None
    hints_available: NonNegativeInt = 0
    hint: PositiveInt | None = Field(default=None, description="The number of the hint that the answer gives.")
    test_cases: NonNegativeInt = 0
    closed: Closing | None = None
    verdict: Short | None = Field(default=None, description="How a submission did; `hidden`: only hidden cases fail.")
    passed: NonNegativeInt = 0
    total: NonNegativeInt = 0
    score: Probability = 0.0
    counted: bool = True
    error_type: Short | None = None
    cases: tuple[JsonObject, ...] = Field(default=(), description="Those that a student may see.")
    first_failure: JsonObject | None = Field(default=None, description="Where it is one that a student may see.")
    hidden: NonNegativeInt = Field(default=0, description="How many cases a student never sees.")
    hidden_passed: NonNegativeInt = 0
    failing_inputs: tuple[Short, ...] = Field(default=(), description="What kinds of input fail that are hidden.")
    line: PositiveInt | None = Field(default=None, description="The line where a small change makes all cases pass.")
    generation: JsonObject | None = Field(default=None, description="What was tried to make the exercise.")


class SuggestedMetadata(Model):
    """A topic to learn next, and why."""

    topic: TopicKey
    reason: NonBlank


class ProgressMetadata(AnswerMetadata):
    """Of the progress agent: the figures that were counted."""

    total_queries: NonNegativeInt
    mastery_levels: dict[TopicKey, Probability]
    topics_covered: tuple[TopicKey, ...]
    topics_mastered: tuple[TopicKey, ...]
    strengths: tuple[TopicKey, ...]
    weaknesses: tuple[TopicKey, ...]
    struggle_topics: tuple[TopicKey, ...]
    achievements: tuple[Text, ...]
    completed_exercises: NonNegativeInt
    learning_velocity: float | None
    streak_days: NonNegativeInt
    suggested_topic: TopicKey | None
    suggested_topics: tuple[SuggestedMetadata, ...]


METADATA: Final[Mapping[Specialist, type[AnswerMetadata]]] = MappingProxyType({
    Specialist.CONCEPTS: ExplanationMetadata,
    Specialist.CODE_REVIEW: ReviewMetadata,
    Specialist.DEBUG: DebugMetadata,
    Specialist.EXERCISE: ExerciseMetadata,
    Specialist.PROGRESS: ProgressMetadata,
})


_ANY: Final[Any] = Union[tuple(METADATA.values())]  # noqa: UP007 - made of values


class _Described:
    """Lets a contract describe metadata, of which any object is read: other producers may write their own."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(TypeAdapter(_ANY).core_schema)
        return {
            "type": "object",
            "description": "Of each agent's answers, in the order of the agents; what others write may be different.",
            "anyOf": [*described["anyOf"], handler(schema)],
        }


MetadataJson = Annotated[JsonObject, _Described]
