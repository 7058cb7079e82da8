"""What becomes of a message: failed responses for what is refused, and the log of what is done."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from learnflow.agents.context import Context
from learnflow.agents.messages import failed
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.cause import query_id_of, query_of
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.responses import Failure, ResponseFailed
from learnflow.models.vocabulary import Agent
from learnflow.streams.activity import Activity
from learnflow.streams.codec import Refusal
from learnflow.streams.outbox import Outgoing
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES

OUR_FAULT: Final = "Something went wrong on our side. Your question is kept, and somebody will look at it."


class Reporter:
    """Speaks for all agents of a worker."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def refused(self, agent: Agent, refusal: Refusal) -> Sequence[Outgoing]:
        """Return a failed response, where it is known whose question it was."""
        if refusal.student_id is None or refusal.query_id is None:
            return []
        student, query_id = refusal.student_id, refusal.query_id
        payload = ResponseFailed(
            query_id=query_id,
            agent_name=agent,
            failure=Failure.INVALID,
            reason=f"The question cannot be read: {refusal.reason}",
        )
        event = Event[Any](
            message_id=derived_id(student, query_id, "refusal"),
            timestamp=self._context.now(),
            student_id=student,
            trace_id=derived_id(student, query_id, "trace"),
            event_type=EVENT_TYPES[ResponseFailed],
            payload=payload,
            metadata=version_metadata(sequence=1),
        )
        return [Outgoing(AGENT_RESPONSES, event)]

    def broken(self, agent: Agent, event: Event[Any]) -> Sequence[Outgoing]:
        """Return a failed response for a query that an agent could not process."""
        query = query_of(event)
        if query is None or query.status.final:
            return []
        return [failed(event, query, agent, Failure.INTERNAL, OUR_FAULT, self._context.now())]

    def done(self, activity: Activity, event: Event[Any], milliseconds: int) -> Outgoing:
        """Return the log entry of a message that was processed."""
        payload = ActivityLogged(
            agent_name=activity.agent,
            instance=activity.instance,
            action=event.event_type,
            query_id=query_id_of(event),
            duration_ms=milliseconds,
        )
        return self._log(payload, event)

    def heartbeat(self, heartbeat: Heartbeat) -> Outgoing:
        """Return the log entry that says that an agent is alive."""
        return self._log(heartbeat, None)

    def _log(self, payload: ActivityLogged | Heartbeat, cause: Event[Any] | None) -> Outgoing:
        event = Event[Any](
            message_id=uuid4(),
            timestamp=self._context.now(),
            student_id=cause.student_id if cause else None,
            trace_id=cause.trace_id if cause else uuid4(),
            event_type=EVENT_TYPES[type(payload)],
            payload=payload,
            metadata=version_metadata(),
        )
        return Outgoing(AGENT_LOGS, event)
