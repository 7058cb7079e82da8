"""Questions for a running system, and what should become of them."""

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist
from tests.support.running_system import Client, envelope, until
from tests.support.topic_watcher import TopicMessage, TopicWatcher

TRACEBACK: Final = (
    'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\nIndexError: list index out of range'
)


@dataclass(frozen=True)
class Asked:
    """A question, and what should become of it."""

    text: str
    intent: str
    agent: str
    response_type: str
    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    messages: int = 2

    def __str__(self) -> str:
        return self.intent


INDEX_ERROR: Final = Asked(
    "Why does my code throw IndexError?", "debug", "debug", "debug_solution", "list-indexing",
    {"query_type": "code", "code_snippet": "arr = [1, 2, 3]\nprint(arr[5])", "language": "python",
     "context": {"skill_level": "beginner", "topics_covered": ["variables", "loops"]}},
    messages=4,
)  # fmt: skip
QUESTIONS: Final = (
    Asked("Explain recursion", "concepts", "concepts", "explanation", "recursion"),
    Asked(
        "Please review my code", "code_review", "code-review", "code_review", "functions",
        {"query_type": "code", "code_snippet": "def f(x):\n    return x", "language": "python"},
    ),
    INDEX_ERROR,
    Asked("Give me an exercise on loops", "exercise", "exercise", "exercise", "loops"),
    Asked("How am I doing?", "progress", "progress", "progress_report", "general"),
)  # fmt: skip


@dataclass(frozen=True)
class Misrouted:
    """A question that lies before an agent to whom triage should not have sent it, and who answers it."""

    what: str
    first: Specialist
    second: Specialist
    text: str
    code: str | None = None
    messages: int = 2

    def __str__(self) -> str:
        return self.what

    def request(self, student: str) -> Event[AgentRequest]:
        """Return the request as the router makes it."""
        query = {
            "query_id": uuid4(), "student_id": student, "query_text": self.text, "timestamp": datetime.now(UTC),
            "code_snippet": self.code, "language": "python" if self.code else None,
            "routed_to_agent": self.first, "triage_confidence": 0.6, "status": "processing",
        }  # fmt: skip
        return Event[AgentRequest](
            message_id=uuid4(), timestamp=datetime.now(UTC), student_id=student, trace_id=uuid4(),
            event_type="agent.request.created", metadata=version_metadata(sequence=1),
            payload=AgentRequest(query=StudentQuery.model_validate(query)),
        )  # fmt: skip


MISROUTED: Final = (
    Misrouted("a traceback to review", Specialist.CODE_REVIEW, Specialist.DEBUG, TRACEBACK, messages=4),
    Misrouted("a plain question to debug", Specialist.DEBUG, Specialist.CONCEPTS, "What is recursion?"),
    Misrouted("code as an exercise", Specialist.EXERCISE, Specialist.CODE_REVIEW, "Please review my code", "x = 1"),
    Misrouted("to one who would hand it on", Specialist.PROGRESS, Specialist.CONCEPTS, TRACEBACK),
)


def progress(watch: TopicWatcher, student: str, total: int) -> TopicMessage:
    """Return what `student-progress` says, once so many queries are counted."""
    return watch.wait(
        "student-progress",
        lambda seen: seen.key == student.encode() and seen.payload["progress"]["total_queries"] >= total,
    )[-1]


def standings(watch: TopicWatcher, student: str, total: int) -> list[dict[str, Any]]:
    """Return the rows of student_progress, once so many queries are counted there."""
    statement = "SELECT * FROM student_progress WHERE student_id = $1 AND total_queries >= $2"
    assert until(lambda: watch.database.rows(statement, student, total))
    return watch.database.rows(statement, student, total)


def tell(client: Client, watch: TopicWatcher, student: str, **profile: object) -> None:
    """Say something of a student, and wait until everybody knows it."""
    message = envelope(student, "student.profile.updated", profile)
    client.send("student-events", student, message)
    watch.processed(*watch.wait("student-events", lambda seen: seen.event.get("message_id") == message["message_id"]))


def request_of(watch: TopicWatcher, topic: str, query_id: str) -> TopicMessage:
    """Return the request that a query became."""
    return watch.wait(topic, lambda seen: seen.payload.get("query", {}).get("query_id") == query_id)[0]


def beat_of(seen: TopicMessage) -> str | None:
    """Return whose heartbeat a log entry is."""
    return seen.payload.get("agent_name") if seen.event.get("event_type") == "agent.heartbeat" else None


def get(url: str) -> tuple[int, bytes]:
    """Return status and body of a page."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - our own worker
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
