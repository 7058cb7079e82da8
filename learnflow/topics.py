"""Every topic once: partitions, replication, retention, and the event types that travel on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from learnflow.models.vocabulary import Agent, Specialist

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)
LARGEST_MESSAGE: Final = 1_048_588  # bytes, Kafka's default, said so that no broker's own default matters
LARGEST_DEAD_LETTER: Final = 2 * LARGEST_MESSAGE  # the original and its headers


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic. `replication` is capped by the number of brokers; `retention` None keeps for good.

    `reader` answers for what cannot be read on it: one dead letter, whoever else reads the topic. None: nothing is lost
    with a message there, and who reads it passes over what cannot be read.
    What people and programs send is `external`: bad input there, however much of it, is no fault of ours.
    """

    name: str
    partitions: int
    replication: int
    retention: timedelta | None
    purpose: str
    reader: Agent | None
    events: tuple[str, ...] = ()
    compacted: bool = False
    external: bool = False
    largest: int = LARGEST_MESSAGE

    def config(self, replication: int) -> dict[str, str]:
        """Return Kafka's topic settings, given the replication that the brokers allow."""
        milliseconds = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(milliseconds),
            "max.message.bytes": str(self.largest),
            "min.insync.replicas": "2" if replication >= 3 else "1",  # noqa: PLR2004 - two of three
        }


def _requests(agent: Specialist, *more: str) -> Topic:
    purpose = f"Requests to the {agent.replace('-', ' ')} agent"
    return Topic(f"{agent}-requests", 6, 3, DAY, purpose, Agent(agent), ("agent.request.created", *more))


def _for_core(
    name: str, retention: timedelta | None, purpose: str, reader: Agent, events: tuple[str, ...], **flags: bool
) -> Topic:
    """Return a topic with as many partitions as core's tables."""
    return Topic(name, 12, 3, retention, purpose, reader, events, **flags)


STUDENT_QUERIES: Final = _for_core(
    "student-queries", WEEK, "Student query submissions", Agent.TRIAGE, ("student.query.submitted",), external=True
)
TRIAGE_ROUTING: Final = _for_core(
    "triage-routing",
    DAY,
    "Triage routing decisions",
    Agent.ROUTER,
    ("triage.routing.decision", "student.query.refused"),
)
REQUESTS: Final[Mapping[Specialist, Topic]] = MappingProxyType({
    Specialist.CONCEPTS: _requests(Specialist.CONCEPTS, "agent.collaboration.requested"),
    Specialist.CODE_REVIEW: _requests(Specialist.CODE_REVIEW),
    Specialist.DEBUG: _requests(Specialist.DEBUG, "agent.collaboration.answered"),
    Specialist.EXERCISE: _requests(Specialist.EXERCISE),
    Specialist.PROGRESS: _requests(Specialist.PROGRESS),
})
CONCEPTS_REQUESTS: Final = REQUESTS[Specialist.CONCEPTS]
DEBUG_REQUESTS: Final = REQUESTS[Specialist.DEBUG]
_RESPONSES: Final = ("agent.response.completed", "agent.response.failed", "agent.response.late")
AGENT_RESPONSES: Final = _for_core("agent-responses", WEEK, "All agent responses", Agent.LEARNER, _RESPONSES)
AGENT_RESPONSE_PROGRESS: Final = Topic(
    "agent-response-progress", 6, 2, HOUR, "How far answers are that are under way", None, ("agent.response.progress",)
)
AGENT_LOGS: Final = Topic(
    "agent-logs", 6, 2, DAY, "Agent activity and heartbeats", Agent.SINK, ("agent.activity.logged", "agent.heartbeat")
)
STUDENT_STRUGGLE: Final = Topic(
    "student-struggle", 6, 2, DAY, "Struggle detection alerts", Agent.SINK, ("student.struggle.detected",)
)
MASTERY_LEVEL_UPDATED: Final = Topic(
    "mastery-level-updated", 6, 2, DAY, "Mastery level changes", Agent.SINK, ("mastery.level.updated",)
)
_PROGRESS: Final = ("student.progress.updated",)
STUDENT_PROGRESS: Final = _for_core(
    "student-progress", None, "The newest progress of each student", Agent.SINK, _PROGRESS, compacted=True
)
_STUDENT_EVENTS: Final = (
    "student.profile.updated",
    "exercise.assigned",
    "exercise.verified",
    "exercise.hint.given",
    "exercise.graded",
    "mastery.level.set",
    "response.rated",
    "teacher.answered",
    "student.skill.upgraded",
    "student.struggle.detected",
    "struggle.resolved",
    "student.progress.due",
    "student.progress.rebuilt",
    "student.query.cancelled",
)
STUDENT_EVENTS: Final = _for_core(
    "student-events", WEEK, "What is known of a student from elsewhere", Agent.LEARNER, _STUDENT_EVENTS, external=True
)
DEAD_LETTERS: Final = Topic(
    "dead-letters", 6, 3, MONTH, "What could not be processed, as it came", Agent.SINK, largest=LARGEST_DEAD_LETTER
)

TOPICS: Final = (
    STUDENT_QUERIES,
    TRIAGE_ROUTING,
    *REQUESTS.values(),
    AGENT_RESPONSES,
    AGENT_RESPONSE_PROGRESS,
    AGENT_LOGS,
    STUDENT_STRUGGLE,
    MASTERY_LEVEL_UPDATED,
    STUDENT_PROGRESS,
    STUDENT_EVENTS,
    DEAD_LETTERS,
)

BY_NAME: Final[Mapping[str, Topic]] = MappingProxyType({topic.name: topic for topic in TOPICS})

# What people at a terminal may say instead of a topic's name.
SHORT_NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "queries": STUDENT_QUERIES.name,
    "routing": TRIAGE_ROUTING.name,
    "responses": AGENT_RESPONSES.name,
    "struggle": STUDENT_STRUGGLE.name,
    "mastery": MASTERY_LEVEL_UPDATED.name,
    "progress": STUDENT_PROGRESS.name,
    "events": STUDENT_EVENTS.name,
    "logs": AGENT_LOGS.name,
    "letters": DEAD_LETTERS.name,
})


def changelog(app: str, table: str) -> Topic:
    """The topic behind a table of core: compacted and kept for good, or its recovery loses values."""
    purpose = f"Changelog of the table {table}"
    return Topic(f"{app}-{table}-changelog", 12, 3, None, purpose, Agent.LEARNER, compacted=True)
