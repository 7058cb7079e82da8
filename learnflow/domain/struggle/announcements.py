"""What was told of a student's struggles and is open, and what is to be told now. No clock, no I/O.

A struggle is told once a level: when it is first seen, and when it grows; again only after its end was told. It is
open until the message that tells of its end is read back: so a crash in between finds it open, and tells the same.

Messages have the time of what they rest on, not of their sending, and each of a topic is later than the one before:
sorted by it, what was told is in its order, however late an observation came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from learnflow.domain.question.similarity import Alike, alike
from learnflow.domain.struggle.level import higher
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order
from learnflow.domain.struggle.window import WINDOW, Struggle, struggle, within
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import StruggleResolved
from learnflow.models.fields import Id, Model, Timestamp, TopicKey
from learnflow.models.vocabulary import StruggleLevel

_MOMENT: Final = timedelta(microseconds=1)
_TOO_FEW: Final = "Fewer than three similar questions are left in the last 24 hours"


class Announcement(Model):
    """A message that told of a struggle, and the id of the observation that brought it about."""

    cause: Id
    event: Event[StruggleDetected]


class Open(Model):
    """A struggle that was told and has not ended.

    `announced` has at least one message, the lowest level first. `level`, `count` and `ends_at` are as the window that
    ends at `newest` shows them; `newest` is the time of the newest observation on the topic.
    """

    announced: tuple[Announcement, ...]
    level: StruggleLevel
    count: int
    newest: Timestamp
    ends_at: Timestamp

    @property
    def topic(self) -> str:
        """The topic that the student struggles with."""
        return self.announced[0].event.payload.topic

    @property
    def since(self) -> datetime:
        """When the struggle was first seen."""
        return self.announced[0].event.timestamp

    @property
    def end_id(self) -> UUID:
        """The id of the message that tells of the end: one struggle has one end, whoever notices it first."""
        first = self.announced[0].event
        return derived_id(first.student_id or "", first.message_id, "resolved")


class Struggles(Model):
    """The open struggles of a student by topic, and the partition that the student is on."""

    partition: int
    topics: dict[TopicKey, Open]


@dataclass(frozen=True, slots=True)
class Settled:
    """What is open of a topic now, and the messages to send."""

    open: Open | None
    tell: tuple[Event[Any], ...] = ()


def settle(
    cause: Event[Any], found: Observation, seen: Iterable[Observation], known: Open | None, same: Alike = alike
) -> Settled:
    """Return what an observation changes on its topic.

    `found` is what `cause` shows, and is among `seen`, all that is known of the student around its time, unless so
    much is known that there was no room for it. The verdict is over the window that ends at the newest time known on
    the topic, so the order of arrival makes no difference. What is too old to reach into the window of an open
    struggle changes nothing. `same` tells whether two texts of telling words ask the same.
    """
    on_topic = [one for one in seen if one.topic == found.topic]
    newest = max((one.at for one in on_topic), default=found.at)
    if known and found.id == known.end_id:
        known = None
    again = _again(known, found)
    if known and newest < known.newest:
        return Settled(known, again)
    shown = struggle(on_topic, found.topic, newest, same)
    at = _time_of_message(on_topic, known, newest)
    if shown is None:
        if known is None or isinstance(found, End):  # somebody else has told of its end
            return Settled(None)
        return Settled(known, (*again, _resolved(known, on_topic, newest, at, same)))
    announced = known.announced if known else ()
    if higher(shown.detected.struggle_level, announced[-1].event.payload.struggle_level if announced else None):
        event = _detected(cause, shown.detected, on_topic, at)
        announced, again = (*announced, Announcement(cause=found.id, event=event)), (*again, event)
    return Settled(_open(announced, shown, newest), again)


def ended(known: Open) -> Event[StruggleResolved]:
    """Return the message that tells that a struggle has ended by time."""
    at = max(known.ends_at, known.announced[-1].event.timestamp + _MOMENT)
    return _end(known, "time", _TOO_FEW, at)


def reopened(told: Sequence[Event[StruggleDetected]], seen: Iterable[Observation], same: Alike = alike) -> Open:
    """Return the open struggle that stored messages told of; at least one, in the order of their times."""
    last = told[-1].payload
    announced = tuple(
        Announcement(cause=(event.payload.evidence or (event.message_id,))[-1], event=event) for event in told
    )
    newest = told[-1].timestamp
    shown = struggle(seen, last.topic, newest, same) or Struggle(last, newest + WINDOW)
    return _open(announced, shown, newest)


def _open(announced: tuple[Announcement, ...], shown: Struggle, newest: datetime) -> Open:
    return Open(
        announced=announced,
        level=shown.detected.struggle_level,
        count=shown.detected.query_count,
        newest=newest,
        ends_at=shown.ends_at,
    )


def _again(known: Open | None, found: Observation) -> tuple[Event[Any], ...]:
    """Return what an observation has brought about before: a crash may have kept it from being sent."""
    return tuple(each.event for each in known.announced if each.cause == found.id) if known else ()


def _time_of_message(on_topic: Iterable[Observation], known: Open | None, newest: datetime) -> datetime:
    told = [one.at for one in on_topic if isinstance(one, End)]
    if known:
        told.append(known.announced[-1].event.timestamp)
    return max(newest, *(at + _MOMENT for at in told)) if told else newest


def _detected(
    cause: Event[Any], payload: StruggleDetected, on_topic: Iterable[Observation], at: datetime
) -> Event[StruggleDetected]:
    """Its id is that of the first question and of the end before it: a repeat in any state of the tables has it."""
    ends = [one for one in on_topic if isinstance(one, End)]
    after = max(ends, key=in_order).id if ends else ""
    student = cause.student_id or ""
    what = f"struggle {payload.topic} {payload.struggle_level} {after}"
    return Event[StruggleDetected](
        message_id=derived_id(student, payload.evidence[0], what),
        timestamp=at,
        student_id=student,
        trace_id=cause.trace_id,
        event_type=EVENT_TYPES[StruggleDetected],
        payload=payload,
        metadata=version_metadata(),
    )


def _resolved(
    known: Open, on_topic: Sequence[Observation], newest: datetime, at: datetime, same: Alike
) -> Event[StruggleResolved]:
    if struggle([one for one in on_topic if isinstance(one, Question)], known.topic, newest, same) is None:
        return _end(known, "time", _TOO_FEW, at)
    passed = sum(
        isinstance(one, Attempt) and one.passed and one.at >= known.since
        for one in within(on_topic, known.topic, newest)
    )
    exercises = f"{passed} {known.topic} exercises" if passed > 1 else f"a {known.topic} exercise"
    return _end(known, "success", f"Completed {exercises}", at)


def _end(known: Open, by: Literal["success", "time"], reason: str, at: datetime) -> Event[StruggleResolved]:
    first = known.announced[0].event
    payload = StruggleResolved(topic=known.topic, resolved_by=by, query_count=known.count, reason=reason)
    return Event[StruggleResolved](
        message_id=known.end_id,
        timestamp=at,
        student_id=first.student_id,
        trace_id=first.trace_id,
        event_type=EVENT_TYPES[StruggleResolved],
        payload=payload,
        metadata=version_metadata(),
    )
