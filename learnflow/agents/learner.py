"""triage-routing, agent-responses, student-events → the tables of core → student-progress."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import faust
from faust.types import EventT
from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.known import NEW, Known, Student
from learnflow.agents.messages import follow
from learnflow.agents.reporter import Reporter
from learnflow.domain.conversation import Conversation, close, remember
from learnflow.domain.open_queries import OpenQuery
from learnflow.domain.progress import count
from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.students import ProfileUpdated
from learnflow.models.events.work import RoutingDecision
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent
from learnflow.streams.activity import Activity
from learnflow.streams.batches import batches
from learnflow.streams.codec import Refusal, decode
from learnflow.streams.outbox import Outbox, Outgoing
from learnflow.streams.station import attempt_of, send_dead_letter
from learnflow.tables import Tables, open_queries
from learnflow.topics import BY_NAME, STUDENT_PROGRESS

NAME = Agent.LEARNER
BATCH: Final = 500  # events between two acknowledgements
_log = get_logger(__name__)


class LearnerAgent:
    """The only writer of core's tables. It never waits between reading a table and writing it."""

    def __init__(
        self, context: Context, known: Known, *, activity: Activity, outbox: Outbox, reporter: Reporter
    ) -> None:
        self._context = context
        self._known = known
        self._activity = activity
        self._outbox = outbox
        self._reporter = reporter

    @property
    def _tables(self) -> Tables:
        return self._known.tables

    async def run(self, stream: faust.StreamT[bytes]) -> None:
        """Process the stream until the worker stops."""
        async for items in batches(stream, BATCH):
            events = [(item, event) for item in items if (event := await self._decoded(item)) is not None]
            loaded = await self._load({event.student_id or "" for _, event in events})
            outgoing: list[Outgoing] = []
            for item, event in events:
                stream._set_current_event(item)  # noqa: SLF001 - says which partition a table write belongs to
                outgoing += await self._guarded(item, event, loaded)
            await self._outbox.send(outgoing)
            for item in items:
                await stream.ack(item)

    async def _decoded(self, item: EventT) -> Event[Any] | None:
        message = item.message
        topic = BY_NAME[message.topic]
        try:
            event = decode(topic, message.key, message.value)
        except Refusal as refusal:
            if topic.reader is NAME:
                self._activity.failed()
                await send_dead_letter(self._outbox, message, NAME, refusal.reason, self._context.now())
            return None
        return event.redriven(attempt) if (attempt := attempt_of(message.headers)) else event

    async def _load(self, students: set[str]) -> dict[str, Student]:
        """Read those who are not in the tables; waits while PostgreSQL is away, and starts nobody from nothing."""
        missing = [student for student in students if self._known.in_tables(student) is None]
        return dict(zip(missing, await asyncio.gather(*map(self._known.student, missing)), strict=True))

    async def _guarded(self, item: EventT, event: Event[Any], loaded: dict[str, Student]) -> Sequence[Outgoing]:
        try:
            outgoing = self._fold(item, event, self._student(event.student_id or "", loaded))
        except Exception as error:  # the dead-letter guard
            _log.exception("learner: %s could not be processed", event.event_type)
            self._activity.failed()
            reason = f"{type(error).__name__}: {error}"
            await send_dead_letter(self._outbox, item.message, NAME, reason, self._context.now())
            return []
        self._activity.finished(1)
        return outgoing

    def _student(self, student_id: str, loaded: dict[str, Student]) -> Student:
        student = self._known.in_tables(student_id)
        if student is None:
            student = loaded.get(student_id, NEW)
            self._tables.profiles.put(student_id, student.profile)
            if student.standing:
                self._tables.progress.put(student_id, student.standing)
            self._tables.conversations.put(student_id, student.conversation)
        return student

    def _fold(self, item: EventT, event: Event[Any], student: Student) -> Sequence[Outgoing]:
        match event.payload:
            case RoutingDecision(query=StudentQuery() as query):
                return self._routed(item, event, query, student)
            case ResponseCompleted(query=StudentQuery() as query) as response:
                self._close(query, self._with_turn(student, response, event.attempt))
            case ResponseFailed(query=StudentQuery() as query):
                self._close(query, student.conversation)
            case ProfileUpdated() as update:
                known = student.profile.model_dump() | update.model_dump(exclude_none=True)
                self._tables.profiles.put(event.student_id or "", student.profile.model_validate(known))
        return []

    def _routed(
        self, item: EventT, event: Event[Any], query: StudentQuery, student: Student
    ) -> Sequence[Outgoing]:
        if event.attempt or not student.conversation.has_outcome(query.query_id):
            self._open(item, event, query)
        standing = count(student.standing, query, self._context.now())
        self._tables.progress.put(query.student_id, standing)
        return [Outgoing(STUDENT_PROGRESS, follow(event, query.query_id, "progress", standing, self._context.now()))]

    def _open(self, item: EventT, event: Event[Any], query: StudentQuery) -> None:
        key = open_queries.key(query.student_id, query.query_id)
        opened = self._tables.open_queries.get(key) or OpenQuery(
            query=query,
            trace_id=event.trace_id,
            routed_at=event.timestamp,
            partition=item.message.partition,
            offset=item.message.offset,
            attempt=event.attempt,
        )
        self._tables.open_queries.put(key, opened)

    def _with_turn(self, student: Student, response: ResponseCompleted, attempt: int) -> Conversation:
        """A late answer, to a query that has failed, is no turn."""
        if student.conversation.has_outcome(response.query_id) and not attempt:
            return student.conversation
        return remember(student.conversation, response, self._context.settings.limits.turns)

    def _close(self, query: StudentQuery, conversation: Conversation) -> None:
        self._tables.open_queries.drop(open_queries.key(query.student_id, query.query_id))
        self._tables.conversations.put(query.student_id, close(conversation, query.query_id))
