"""The bad messages that may come over internal topics, of which each is one dead letter of the topic's reader."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from learnflow import topics
from learnflow.models.examples import EXAMPLES
from learnflow.topics import TOPICS, Topic
from tests.running.bad_input import TOMORROW, Bad, Sent

OUTSIDE: Final = {topics.STUDENT_QUERIES, topics.AGENT_LOGS, topics.DEAD_LETTERS}
INSIDE: Final = [topic for topic in TOPICS if topic.reader and topic not in OUTSIDE]


def _garbage(topic: Topic, student: str) -> Sent:
    return Sent(topic.name, student, b"{")


def _of_tomorrow(topic: Topic, event_type: str, student: str) -> Sent:
    """Send an example whose sender's clock is a day ahead."""
    message = _of(student, event_type) | {"timestamp": TOMORROW}
    return Sent(topic.name, student, json.dumps(message).encode())


def _on_a_question_of_tomorrow(student: str) -> Sent:
    message = _of(student, "triage.routing.decision")
    message["payload"]["query"]["timestamp"] = TOMORROW
    return Sent("triage-routing", student, json.dumps(message).encode())


def _of(student: str, event_type: str) -> dict[str, Any]:
    """Return an example as if it were about a student."""
    example = EXAMPLES[event_type]
    about = json.dumps(example.student_id).encode()
    message: dict[str, Any] = json.loads(example.encode().replace(about, json.dumps(student).encode()))
    return message


def _example(topic: str, by: str, reason: str, event_type: str, **payload: object) -> Bad:
    """Send an example of an event, changed."""

    def make(student: str) -> Sent:
        message = json.loads(EXAMPLES[event_type].encode())
        changed = message | {"student_id": student, "payload": message["payload"] | payload}
        return Sent(topic, student, json.dumps(changed).encode())

    return Bad(make, reason, by)


INTERNAL: Final[Mapping[str, Bad]] = {
    **{
        f"garbage on {topic.name}": Bad(partial(_garbage, topic), "message: is not valid JSON", str(topic.reader))
        for topic in INSIDE
    },
    **{
        f"a {event_type} of tomorrow on {topic.name}": Bad(
            partial(_of_tomorrow, topic, event_type), "timestamp: lies ", str(topic.reader)
        )
        for topic in INSIDE
        for event_type in topic.events
    },
    "a routing decision on a question of tomorrow": Bad(
        _on_a_question_of_tomorrow, "payload.query.timestamp: lies ", "router"
    ),
    "a routing decision to nobody": _example(
        "triage-routing", "router", "payload.target_agent", "triage.routing.decision", target_agent="cook"
    ),
    "a routing decision without its query": _example(
        "triage-routing", "sink", "payload.query: must be given", "triage.routing.decision", query=None
    ),
    "a response without its query": _example(
        "agent-responses", "sink", "payload.query: must be given", "agent.response.completed", query=None
    ),
    "a response with another student's query": _example(
        "agent-responses", "learner", "payload.query.student_id: differs", "agent.response.completed"
    ),
    "a routing decision on another student's query": _example(
        "triage-routing", "router", "payload.query.student_id: differs", "triage.routing.decision"
    ),
    "a request with another student's query": _example(
        "concepts-requests", "concepts", "payload.query.student_id: differs", "agent.request.created"
    ),
    "a response that is too short": _example(
        "agent-responses", "learner", "payload.response_text", "agent.response.completed", response_text="No."
    ),
    "a profile that says nothing": _example(
        "student-events", "learner", "payload: must give at least one of", "student.profile.updated",
        name=None, email=None, learning_style=None, skill_level=None, active=None,
    ),
    "a profile without an e-mail address": _example(
        "student-events", "learner", "payload.email: is not an e-mail address", "student.profile.updated", email="jane"
    ),
    "progress of another student": _example(
        "student-progress", "sink", "payload.progress.student_id: differs", "student.progress.updated"
    ),
    "a level above 1": _example(
        "mastery-level-updated", "sink", "payload.new_level", "mastery.level.updated", new_level=1.5
    ),
    "a struggle that its column cannot hold": _example(
        "student-struggle", "sink", "payload.query_count", "student.struggle.detected", query_count=2**31
    ),
}  # fmt: skip
