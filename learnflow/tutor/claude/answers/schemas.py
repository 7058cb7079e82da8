"""What Claude is asked to write, one schema for each agent. The fields stand in the order in which they are written.

Those of the last base come first, so that an answer is thought out, and its rung chosen, before its text. No field has
a default, a bound or free JSON: structured output knows none of these. What they mean to Claude stands in the prompts;
what is out of bounds is mended where it can be, and otherwise refused in drafts.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from learnflow.domain.support_ladder import Rung
from learnflow.models.fields import Model, TopicKey
from learnflow.models.taxonomy import GENERAL, TOPICS, lookup
from learnflow.models.vocabulary import Intent, Specialist

_ByName = BeforeValidator(lambda topic: lookup(topic) if isinstance(topic, str) else topic)
Topic = Annotated[TopicKey, _ByName, WithJsonSchema({"enum": [*TOPICS, GENERAL]})]
# the same, without telling all of them again: a schema is paid with every question
AnotherTopic = Annotated[TopicKey, _ByName, WithJsonSchema({"type": "string"})]
Sureness = Annotated[float, AfterValidator(lambda confidence: min(max(confidence, 0.0), 1.0))]


class Elsewhere(Model):
    """The agent that should answer the question instead, and why in a few words."""

    agent: Specialist
    because: str


class CodeExample(Model):
    """Code for the student, and the name of its language in lower case."""

    language: str
    code: str


class _Guided(Model):
    """How much an answer gives away, which is settled before it is written. No student sees it."""

    hint_level: Rung


class _Diagnosed(Model):
    """What is wrong and how that is known, which is thought out before the rest. No student sees it."""

    diagnosis: str


class Answer(Model):
    """What every agent writes."""

    distress: bool
    belongs_to: Elsewhere | None
    text: str
    confidence: Sureness


class Teaching(Answer, _Guided):
    """What an agent writes that teaches a topic."""

    topic: Topic
    suggested_topic: AnotherTopic | None
    asks_back: bool
    code_examples: tuple[CodeExample, ...]


class Explanation(Teaching):
    """An explanation."""

    error_type: str | None


class Diagnosis(Teaching, _Diagnosed):
    """What is wrong with the code, and how it can be mended."""

    error_type: str | None
    line: int | None
    fix_applied: bool
    missing_concept: AnotherTopic | None


class Remark(Model):
    """What there is to say on a line."""

    line: int
    rule: str
    text: str


class Review(Teaching, _Diagnosed):
    """A review of the code."""

    remarks: tuple[Remark, ...]


class Report(Answer):
    """Where the student stands, in words."""


class Sorted(Model):
    """What a question is."""

    reasoning: str
    off_topic: bool
    intent: Intent
    topic: Topic
    telling: tuple[str, ...]
    confidence: Sureness
