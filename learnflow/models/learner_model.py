"""What the learner keeps of a student: what was observed last, and what everything before it added up to."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, NonNegativeInt

from learnflow.models.fields import Count, Id, Model, Probability, Timestamp, TopicKey, short_id
from learnflow.models.vocabulary import Intent, StruggleLevel

MOST_EVIDENCE: Final = 1_000_000.0  # answers; further ones would change nothing that anybody could see
FARTHEST_OFFSET: Final = 5.0  # log-odds: from an even chance to 1 in 150
FARTHEST_START: Final = 30.0  # log-odds; room to set any level, whatever the offset
MOST_CLOSED: Final = 5_000  # exercises solved or given up that a student can have; 40 bytes each

Evidence = Annotated[float, Field(ge=0.0, le=MOST_EVIDENCE)]


class TopicAbility(Model):
    """All that is kept for one topic; by default nothing is known.

    `successes` and `failures` are sums of evidence: each answer adds its weight, shared out by its score. `recent` is
    an average that fades with every answer, from -1 (all wrong) to 1 (all right). `streak` counts the last answers
    that were all right, or with a minus those all wrong. `start` shifts the log-odds to the level that a teacher has
    set, and `vouched` is that level. `graded` and `graded_successes` count graded answers, and those fully right.
    """

    successes: Evidence = 0.0
    failures: Evidence = 0.0
    recent: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    streak: Annotated[float, Field(ge=-MOST_EVIDENCE, le=MOST_EVIDENCE)] = 0.0
    start: Annotated[float, Field(ge=-FARTHEST_START, le=FARTHEST_START)] = 0.0
    vouched: Probability = 0.0
    graded: NonNegativeInt = 0
    graded_successes: NonNegativeInt = 0


class StudentAbility(Model):
    """How a student does on all topics together: `offset` in log-odds, and the evidence that it was learned from."""

    offset: Annotated[float, Field(ge=-FARTHEST_OFFSET, le=FARTHEST_OFFSET)] = 0.0
    evidence: Evidence = 0.0


class _Observation(Model):
    at: Timestamp
    id: Id


class Asked(_Observation):
    """A question was routed. `id` is the query's, `at` when it was submitted."""

    kind: Literal["asked"] = "asked"
    intent: Intent | None = None
    topic: TopicKey | None = None


class Graded(_Observation):
    """A submission was graded, or the student gave up."""

    kind: Literal["graded"] = "graded"
    topic: TopicKey
    exercise: Id
    score: Probability
    gave_up: bool = False

    @property
    def closes(self) -> bool:
        """Whether the exercise ends with it."""
        return self.gave_up or self.score == 1.0


class LevelSet(_Observation):
    """A teacher said what a level is."""

    kind: Literal["set"] = "set"
    topic: TopicKey
    level: Probability


class Struggling(_Observation):
    """A struggle was detected, or has grown."""

    kind: Literal["struggling"] = "struggling"
    topic: TopicKey
    level: StruggleLevel


class Resolved(_Observation):
    """A struggle has ended."""

    kind: Literal["resolved"] = "resolved"
    topic: TopicKey


def _without_discriminator(schema: dict[str, Any]) -> None:
    """AsyncAPI has the word for something else, and each kind is a constant anyway."""
    schema.pop("discriminator", None)


Observation = Annotated[
    Asked | Graded | LevelSet | Struggling | Resolved,
    Field(discriminator="kind", json_schema_extra=_without_discriminator),
]


class TopicKnowledge(Model):
    """One topic: how often it was asked about, and what the student can do."""

    queries: NonNegativeInt = 0
    ability: TopicAbility = TopicAbility()
    level: Probability = 0.0
    announced: Probability = Field(default=0.0, description="The level of the last mastery.level.updated.")


class Knowledge(Model):
    """What observations add up to, in the order of their times; it grows only with the topics and exercises."""

    since: Timestamp | None = None
    last_asked: Timestamp | None = None
    total_queries: Count = 0
    queries_by_type: dict[Intent, NonNegativeInt] = Field(default_factory=dict)
    queries_by_minute: dict[NonNegativeInt, NonNegativeInt] = Field(
        default_factory=dict, description="Of the seven days up to the last question; minutes since 1970, UTC."
    )
    streak_days: NonNegativeInt = Field(default=0, description="Days in a row with a question, up to the last one.")
    ability: StudentAbility = StudentAbility()
    topics: dict[TopicKey, TopicKnowledge] = Field(default_factory=dict)
    struggles: dict[TopicKey, StruggleLevel] = Field(default_factory=dict)
    exercises: tuple[str, ...] = Field(default=(), description="The exercises passed, shortened, in their order.")
    closed: dict[str, date] = Field(
        default_factory=dict, description="The exercises passed or given up, shortened, and on which day, in UTC."
    )
    achievements: tuple[TopicKey, ...] = ()


class Place(Model):
    """The place of an observation in the order of their times."""

    at: Timestamp
    id: Id


class LearnerState(Model):
    """A student's knowledge, and what is still open to be put in order."""

    knowledge: Knowledge = Knowledge()
    recent: Annotated[
        tuple[Observation, ...], Field(description="Not yet part of the knowledge: a late one may come between.")
    ] = ()
    applied: Annotated[tuple[str, ...], Field(description="The observations counted last, shortened.")] = ()
    withdrawn: Annotated[tuple[str, ...], Field(description="Queries that could not be stored, shortened.")] = ()
    folded_to: Place | None = Field(default=None, description="The newest observation that is part of the knowledge.")
    late: bool = Field(default=False, description="Something came after what follows it was counted: replay is due.")

    def closed_on(self, exercise: UUID) -> date | None:
        """Return the day, in UTC, on which an exercise was solved or given up; None while it is open."""
        grades = (each for each in self.recent if isinstance(each, Graded) and each.exercise == exercise)
        days = (each.at.date() for each in grades if each.closes)
        return self.knowledge.closed.get(short_id(exercise)) or min(days, default=None)
