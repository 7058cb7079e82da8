"""What was announced of a student's struggles and is open, and what is announced now. No clock, no I/O.

A struggle is announced once a level: when it is first seen, and when it grows; again only after its end was. It is
open until the message on its end is read back: so a crash in between finds it open, and announces the same.

Messages have the time of what they rest on, not of their sending, and each of a topic is later than the one before:
sorted by it, announcements are in their order, however late an observation came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from learnflow.domain.question.similarity import Alike, alike
from learnflow.domain.struggle.level import higher
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order
from learnflow.domain.struggle.window import WINDOW, Struggle, attributed, struggle, within
from learnflow.models.envelope import Event, derived_id
from learnflow.models.events import event_with
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import StruggleResolved
from learnflow.models.fields import Id, Model, Timestamp, TopicKey
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import StruggleLevel

_MOMENT: Final = timedelta(microseconds=1)
_TOO_FEW: Final = "Too few similar questions and failed submissions are left in the last 24 hours"


class Announcement(Model):
    """A message on a struggle, and the id of the observation that brought it about."""

    cause: Id
    event: Event[StruggleDetected]


class OngoingStruggle(Model):
    """A struggle that was announced and has not ended.

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
    topics: dict[TopicKey, OngoingStruggle]


@dataclass(frozen=True, slots=True)
class StruggleUpdate:
    """What is open of a topic now, and the messages to send."""

    open: OngoingStruggle | None
    messages: tuple[Event[Any], ...] = ()


def apply_observation(
    cause: Event[Any],
    observation: Observation,
    observations: Iterable[Observation],
    ongoing: Mapping[str, OngoingStruggle],
    same: Alike = alike,
) -> Mapping[str, StruggleUpdate]:
    """Return what an observation changes, by topic.

    `observation` is what `cause` shows; `observations` are all that is known around its time, and have it where there
    was room. It may show what others are about, too. The verdict is over the window up to the newest time on a topic,
    so the order of arrival makes no difference. What is too old to reach into the window of an ongoing struggle
    changes nothing.
    """
    known = list(observations)
    after = attributed(known, same)
    before = {_about(item) for item in attributed((item for item in known if item.id != observation.id), same)}
    changed = before.symmetric_difference(map(_about, after)) or {_about(observation)}
    latest = max((item.at for item in after), default=observation.at)
    updates = {}
    for topic in sorted({topic for _, topic, _ in changed} - {GENERAL}):
        reported = ongoing.get(topic)
        on_topic = [item for item in after if item.topic == topic]
        if reported and latest < reported.newest:
            updates[topic] = StruggleUpdate(reported, _repeated(reported, observation))
        else:
            updates[topic] = _update(cause, observation, on_topic, reported, same)
    return updates


def _about(observation: Observation) -> tuple[UUID, str, str]:
    return observation.id, observation.topic, observation.text if isinstance(observation, Question) else ""


def _update(
    cause: Event[Any],
    observation: Observation,
    on_topic: Sequence[Observation],
    ongoing: OngoingStruggle | None,
    same: Alike,
) -> StruggleUpdate:
    newest = max((item.at for item in on_topic), default=observation.at)
    ongoing = None if ongoing and observation.id == ongoing.end_id else ongoing
    repeated = _repeated(ongoing, observation)
    verdict = struggle(on_topic, on_topic[0].topic, newest, same) if on_topic else None
    at = _time_of_message(on_topic, ongoing, newest)
    if verdict is None:
        if ongoing is None or isinstance(observation, End):  # somebody else has told of its end
            return StruggleUpdate(None)
        return StruggleUpdate(ongoing, (*repeated, _resolved(ongoing, on_topic, newest, at, same)))
    announced = ongoing.announced if ongoing else ()
    if higher(verdict.detected.struggle_level, announced[-1].event.payload.struggle_level if announced else None):
        event = _detected(cause, verdict, on_topic, at)
        announced, repeated = (*announced, Announcement(cause=observation.id, event=event)), (*repeated, event)
    return StruggleUpdate(_open(announced, verdict, newest), repeated)


def ended_by_time(ongoing: OngoingStruggle) -> Event[StruggleResolved]:
    """Return the message that tells that a struggle has ended by time."""
    at = max(ongoing.ends_at, ongoing.announced[-1].event.timestamp + _MOMENT)
    return _end(ongoing, "time", _TOO_FEW, at)


def restored_struggle(
    messages: Sequence[Event[StruggleDetected]], observations: Iterable[Observation], same: Alike = alike
) -> OngoingStruggle:
    """Return the open struggle that stored messages told of; at least one, in the order of their times."""
    last = messages[-1].payload
    announced = tuple(
        Announcement(cause=(event.payload.evidence or (event.message_id,))[-1], event=event) for event in messages
    )
    newest = messages[-1].timestamp
    verdict = struggle(attributed(observations, same), last.topic, newest, same) or Struggle(
        last, newest + WINDOW, messages[-1].message_id
    )
    return _open(announced, verdict, newest)


def _open(announced: tuple[Announcement, ...], verdict: Struggle, newest: datetime) -> OngoingStruggle:
    return OngoingStruggle(
        announced=announced,
        level=verdict.detected.struggle_level,
        count=verdict.detected.query_count,
        newest=newest,
        ends_at=verdict.ends_at,
    )


def _repeated(ongoing: OngoingStruggle | None, observation: Observation) -> tuple[Event[Any], ...]:
    """Return what an observation has brought about before: a crash may have kept it from being sent."""
    announced = ongoing.announced if ongoing else ()
    return tuple(announcement.event for announcement in announced if announcement.cause == observation.id)


def _time_of_message(on_topic: Iterable[Observation], ongoing: OngoingStruggle | None, newest: datetime) -> datetime:
    ends = [item.at for item in on_topic if isinstance(item, End)]
    if ongoing:
        ends.append(ongoing.announced[-1].event.timestamp)
    return max(newest, *(at + _MOMENT for at in ends)) if ends else newest


def _detected(
    cause: Event[Any], verdict: Struggle, on_topic: Iterable[Observation], at: datetime
) -> Event[StruggleDetected]:
    """Its id is of the first that counts, and of the end before it: a repeat in any state of the tables has it."""
    ends = [item for item in on_topic if isinstance(item, End)]
    after = max(ends, key=in_order).id if ends else ""
    student, payload = cause.student_id or "", verdict.detected
    what = f"struggle {payload.topic} {payload.struggle_level} {after}"
    message_id = derived_id(student, verdict.first, what)
    return event_with(payload, message_id, at, student_id=student, trace_id=cause.trace_id)


def _resolved(
    ongoing: OngoingStruggle, on_topic: Sequence[Observation], newest: datetime, at: datetime, same: Alike
) -> Event[StruggleResolved]:
    unsolved = [
        item for item in on_topic if isinstance(item, Question) or (isinstance(item, Attempt) and not item.passed)
    ]
    if struggle(unsolved, ongoing.topic, newest, same) is None:
        return _end(ongoing, "time", _TOO_FEW, at)
    passed = sum(
        isinstance(item, Attempt) and item.passed and item.at >= ongoing.since
        for item in within(on_topic, ongoing.topic, newest)
    )
    exercises = f"{passed} {ongoing.topic} exercises" if passed > 1 else f"a {ongoing.topic} exercise"
    return _end(ongoing, "success", f"Completed {exercises}", at)


def _end(
    ongoing: OngoingStruggle, by: Literal["success", "time"], reason: str, at: datetime
) -> Event[StruggleResolved]:
    first = ongoing.announced[0].event
    payload = StruggleResolved(topic=ongoing.topic, resolved_by=by, query_count=ongoing.count, reason=reason)
    return event_with(payload, ongoing.end_id, at, student_id=first.student_id, trace_id=first.trace_id)
