"""triage-routing, student-events → what the student did in the last 24 h → student-struggle, student-events."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from faust.types import EventT

from learnflow.agents.context import Context
from learnflow.agents.student_store import Student, StudentStore
from learnflow.database.postgres import BatchSource
from learnflow.database.struggle_window import StoredWindow, Wanted
from learnflow.domain.struggle.observations import Attempt, End, Observation, observed
from learnflow.domain.struggle.struggle_lifecycle import (
    OngoingStruggle,
    Struggles,
    apply_observation,
    restored_struggle,
)
from learnflow.models.envelope import Event
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ExerciseGraded
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.processing import RecentIds
from learnflow.topics import STUDENT_EVENTS, STUDENT_STRUGGLE


class StruggleAgent:
    """Notices when a student asks the same again and again, and when that is over. The only writer of its tables."""

    def __init__(self, context: Context, students: StudentStore, source: BatchSource[Wanted, StoredWindow]) -> None:
        self._context = context
        self._students = students
        self._panes = students.tables.struggle
        self._struggles = students.tables.struggles
        self._source = source
        self._alike = context.alike
        self._loaded: dict[str, StoredWindow | None] = {}
        self._graded: dict[str, Student] = {}
        self._sent = RecentIds()
        self._restored = RecentIds()

    async def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Read those who are not in the tables; waits while PostgreSQL is away, and starts nobody from nothing."""
        graded = {event.student_id or "" for event in events if isinstance(event.payload, ExerciseGraded)}
        self._graded = dict(zip(graded, await asyncio.gather(*map(self._students.student, graded)), strict=True))
        wanted: dict[str, Wanted] = {}
        for event in events:
            student_id, at = event.student_id or "", _time(event)
            since, until = self._panes.extent(at)
            in_tables = student_id in self._struggles or self._panes.has(student_id, at)
            if in_tables or (student_id, since) in self._restored:
                continue
            window = wanted.get(student_id, Wanted(student_id, since, until))
            wanted[student_id] = Wanted(student_id, min(since, window.since), max(until, window.until))
        windows = await asyncio.gather(*map(self._source.read, wanted.values()))
        self._loaded = dict(zip(wanted, windows, strict=True))

    def handle(self, item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        """Add what an event shows to the student's window, and return what it brings to light, or to an end."""
        observation, student_id, partition = observed(event), event.student_id or "", item.message.partition
        self._restore(student_id, partition)
        self._restored.add((student_id, self._panes.extent(_time(event))[0]))
        if observation is None or self._is_over(student_id, observation):
            return []
        reported = self._topics(student_id)
        ended = reported.get(observation.topic)
        if isinstance(observation, End) and ended and observation.id == ended.end_id:
            observation = observation.model_copy(update={"clears": False})  # the success itself is in the window
        self._panes.add(student_id, [observation])
        around = self._panes.around(student_id, observation.at)
        updates = apply_observation(event, observation, around, reported, self._alike)
        for topic, update in updates.items():
            if update.open or topic in reported or isinstance(observation, End):
                self._keep(student_id, partition, topic, update.open)
        # By the clock alone, a worker that catches up would lose panes that it still needs.
        self._panes.sweep(partition, min(self._context.now(), observation.at))
        announced = (announcement for update in updates.values() for announcement in update.messages)
        return [message for announcement in announced for message in self._messages(announcement)]

    def _is_over(self, student_id: str, observation: Observation) -> bool:
        """Whether an exercise had ended on a day before: the window may not have that any more."""
        if not isinstance(observation, Attempt) or observation.exercise is None:
            return False
        student = self._students.in_tables(student_id) or self._graded[student_id]
        ended = student.state.closed_on(observation.exercise)
        return ended is not None and observation.at.date() > ended

    def _restore(self, student_id: str, partition: int) -> None:
        window = self._loaded.pop(student_id, None)
        if window is None:
            return
        self._panes.add(student_id, window.observations)
        for topic, announced in window.announced.items():
            self._keep(student_id, partition, topic, restored_struggle(announced, window.observations, self._alike))

    def _topics(self, student_id: str) -> Mapping[str, OngoingStruggle]:
        struggles = self._struggles.get(student_id)
        return struggles.topics if struggles else {}

    def _keep(self, student_id: str, partition: int, topic: str, is_open: OngoingStruggle | None) -> None:
        topics = {name: each for name, each in self._topics(student_id).items() if name != topic}
        if is_open:
            topics[topic] = is_open
        if topics:
            self._struggles.put(student_id, Struggles(partition=partition, topics=topics))
        else:
            self._struggles.drop(student_id)

    def _messages(self, announcement: Event[Any]) -> Sequence[Outgoing]:
        """A struggle goes to those who watch, and to those who fold it: they read topics of 12 partitions only."""
        if isinstance(announcement.payload, StruggleDetected):
            return [Outgoing(STUDENT_STRUGGLE, announcement), Outgoing(STUDENT_EVENTS, announcement)]
        if announcement.message_id in self._sent:  # it is on its way back, and until then every verdict tells of it
            return []
        self._sent.add(announcement.message_id)
        return [Outgoing(STUDENT_EVENTS, announcement)]


def _time(event: Event[Any]) -> datetime:
    """Return the time of what an event is about."""
    query = event.payload.query if isinstance(event.payload, RoutingDecision) else None
    return query.timestamp if query else event.timestamp
