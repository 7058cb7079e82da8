"""What the views on students and questions take and return."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, NonNegativeInt, StringConstraints

from learnflow.domain.learner.mastery_change_reasons import Outcome
from learnflow.domain.struggle.observations import Observation
from learnflow.models.events.learning import Signals
from learnflow.models.events.responses import AgentResponse
from learnflow.models.events.routing import MessageFlow, Turn
from learnflow.models.fields import Id, Model, Probability, Short, StudentId, Text, Timestamp, TopicKey
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, Language, QueryStatus, Specialist, StruggleLevel

MOST_STUDENTS = 200
MOST_TOPICS = 60

_SOURCE = (
    "What was asked: core's own tables, or PostgreSQL, where the student is not in them or no core "
    "runs in the worker that was asked; that may be a moment behind."
)
Source = Annotated[Literal["tables", "postgresql"], Field(description=_SOURCE)]


class Parameters(Model):
    """What may stand behind the question mark of an address."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _list(text: object) -> object:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


class QuestionsAsked(Parameters):
    """Which of a student's questions."""

    limit: int = Field(default=20, ge=1, le=100)
    before: Id | None = Field(default=None, description="Only those before this query; `next` of the last answer.")


class AnswersAsked(Parameters):
    """How many of the last answers."""

    limit: int = Field(default=20, ge=1, le=100)


class EventsAsked(Parameters):
    """Whose events; everybody's without a student. A student has their own in any case."""

    student: StudentId | None = None


class Searched(Parameters):
    """What is looked for, and among which questions."""

    text: Annotated[Text, StringConstraints(max_length=500)] = Field(
        default="", description='Words, "a phrase", -without, or; as in a web search. Empty: the newest questions.'
    )
    student: StudentId | None = None
    agent: Specialist | None = None
    status: QueryStatus | None = None
    since: Timestamp | None = None
    until: Timestamp | None = None
    order: Literal["rank", "newest"] = "rank"
    limit: int = Field(default=20, ge=1, le=100)


class ClassAsked(Parameters):
    """Which topics and students; those that were active last, and the topics that most of them have, when none."""

    topics: Annotated[
        tuple[TopicKey, ...], BeforeValidator(_list), Field(max_length=MOST_TOPICS, description="Comma-separated.")
    ] = ()
    students: Annotated[
        tuple[StudentId, ...], BeforeValidator(_list), Field(max_length=MOST_STUDENTS, description="Comma-separated.")
    ] = ()


class StudentProgress(LearningProgress):
    """LearningProgress (data model 2.4), and where it was read."""

    source: Source


class MasteryDay(Model):
    """A day (UTC): what was asked, passed and failed, topic by topic."""

    day: date
    outcomes: tuple[Outcome, ...]


class MasteryChange(Model):
    """A change of a level, or, without old_level, a teacher's own word."""

    message_id: Id
    topic: TopicKey
    old_level: Probability | None = None
    new_level: Probability
    reason: str
    evidence: tuple[Id, ...] = ()
    model_version: str | None = None
    set_by: Short | None = None
    at: Timestamp


class StudentMastery(Model):
    """What a student can do, and why that is believed."""

    student_id: StudentId
    levels: dict[TopicKey, Probability]
    days: tuple[MasteryDay, ...] = Field(description="Today and the seven days before, the oldest first; if not empty.")
    ledger: tuple[MasteryChange, ...] = Field(description="The last 200 changes, the newest first.")
    source: Source


class OpenStruggle(Model):
    """A struggle that was told and has not ended."""

    topic: TopicKey
    level: StruggleLevel
    count: NonNegativeInt = Field(description="Similar questions in the 24 hours up to the newest.")
    since: Timestamp
    newest: Timestamp
    ends_at: Timestamp = Field(description="When it ends if nothing more happens.")
    recommendation: str
    evidence: tuple[Id, ...] = Field(description="The similar questions.")
    signals: Signals


class StruggleTold(Model):
    """A struggle that was detected or has grown, or, with resolved_by, has ended."""

    message_id: Id
    topic: TopicKey
    struggle_level: StruggleLevel | None = None
    query_count: NonNegativeInt
    time_window_minutes: NonNegativeInt | None = None
    recommendation: str | None = None
    evidence: tuple[Id, ...] = ()
    signals: Signals | None = None
    resolved_by: Literal["success", "time"] | None = None
    reason: str | None = None
    at: Timestamp


class StudentStruggle(Model):
    """What a student struggles with, and what that rests on."""

    student_id: StudentId
    observations: tuple[Observation, ...] = Field(description="Of the last 24 hours, the oldest first.")
    open: tuple[OpenStruggle, ...]
    history: tuple[StruggleTold, ...] = Field(description="The last 100 messages, the newest first.")
    source: Source


class StudentConversation(Model):
    """The last turns, which travel with the next question; the oldest first."""

    student_id: StudentId
    turns: tuple[Turn, ...]
    source: Source


class Asked(Model):
    """A question in a list."""

    query_id: Id
    student_id: StudentId
    timestamp: Timestamp
    query_text: str
    has_code: bool
    language: Language | None = None
    status: QueryStatus
    detected_intent: Intent | None = None
    routed_to_agent: Specialist | None = None
    triage_confidence: Probability | None = None
    topic: TopicKey | None = None
    failure_reason: str | None = None
    answered_at: Timestamp | None = None


class StudentQuestions(Model):
    """A student's questions, the newest first."""

    questions: tuple[Asked, ...]
    next: Id | None = Field(description="`before` of the next questions; none when these are the oldest.")


class QueryTold(Model):
    """A question, its outcome, and its whole way through the agents."""

    question: StudentQuery
    response: AgentResponse | None
    flow: tuple[MessageFlow, ...] = Field(description="In the order of their sequence numbers and times.")


class Found(Model):
    """A question that was found."""

    query_id: Id
    student_id: StudentId
    timestamp: Timestamp
    status: QueryStatus
    detected_intent: Intent | None = None
    routed_to_agent: Specialist | None = None
    topic: TopicKey | None = None
    snippet: str = Field(description="The part of its text that fits, with what was found in «…».")
    rank: float = Field(description="How well it fits; only to be compared with the others.")


class SearchResult(Model):
    """The questions that were found."""

    found: tuple[Found, ...]


class Pupil(Model):
    """A student of a class."""

    student_id: StudentId
    name: str
    levels: dict[TopicKey, Probability]
    state: Literal["struggling", "active", "away"] = Field(
        description="struggling: with a struggle that has not ended; away: not active for seven days."
    )
    last_activity: Timestamp | None = None


class ClassMastery(Model):
    """The levels of a class, of the topics that are named; a level that is missing has no evidence yet."""

    topics: tuple[TopicKey, ...]
    students: tuple[Pupil, ...]
