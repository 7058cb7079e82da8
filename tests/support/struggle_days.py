"""A student's day, for the tests of struggle: what they ask and submit, and what the agent makes of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from learnflow.domain.struggle.observations import Attempt, End, Observation, Question
from learnflow.domain.struggle.struggle_lifecycle import OngoingStruggle, apply_observation
from learnflow.models.envelope import Event
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import StruggleResolved
from learnflow.models.fields import Model
from learnflow.models.vocabulary import StruggleLevel

NOW: Final = datetime(2026, 1, 2, 14, 0, tzinfo=UTC)
LOOPS: Final = "loops"


class Anything(Model):
    """A payload that nobody looks at."""


def asked(minutes_ago: float, topic: str = LOOPS, key: str | None = "explain-loops", **more: Any) -> Question:
    """A question, so many minutes before now; its words are those of its key, unless they are given."""
    at = NOW - timedelta(minutes=minutes_ago)
    return Question(at=at, id=uuid4(), topic=topic, key=key, **{"text": (key or "").replace("-", " "), **more})


def tried(minutes_ago: float, *, passed: bool = False, topic: str = LOOPS, error: str | None = None) -> Attempt:
    """A graded submission, so many minutes before now."""
    return Attempt(at=NOW - timedelta(minutes=minutes_ago), id=uuid4(), topic=topic, passed=passed, error=error)


def passed(minutes_ago: float, topic: str = LOOPS) -> Attempt:
    """A full pass, so many minutes before now."""
    return tried(minutes_ago, passed=True, topic=topic)


def resent(attempt: Attempt, exercise: UUID) -> Attempt:
    """The same submission to an exercise that may have others; one that passed ends it."""
    return attempt.model_copy(update={"exercise": exercise, "closes": attempt.passed})


def cause(seen: Observation, student: str = "ann") -> Event[Any]:
    """The event that shows an observation."""
    return Event[Anything](
        message_id=seen.id, timestamp=seen.at, student_id=student, trace_id=seen.id, event_type="any",
        payload=Anything(),
    )  # fmt: skip


@dataclass
class Desk:
    """Observes as the agent does, with tables that are plain values."""

    seen: dict[UUID, Observation] = field(default_factory=dict)
    open: dict[str, OngoingStruggle] = field(default_factory=dict)
    told: list[Event[Any]] = field(default_factory=list)

    def observe(self, *observations: Observation) -> "Desk":
        """Fold observations one after the other."""
        for found in observations:
            self.seen.setdefault(found.id, found)
            for topic, update in apply_observation(cause(found), found, self.seen.values(), self.open).items():
                self.open.pop(topic, None)
                if update.open:
                    self.open[topic] = update.open
                self.told += update.messages
        return self

    def read_back(self) -> "Desk":
        """Fold the ends that were told, as they come back."""
        for event in [event for event in self.told if isinstance(event.payload, StruggleResolved)]:
            clears = event.payload.resolved_by == "success" and event.message_id not in self._ends()
            self.observe(End(at=event.timestamp, id=event.message_id, topic=event.payload.topic, clears=clears))
        return self

    def levels(self) -> list[StruggleLevel]:
        """The levels that were told, each message once."""
        return [event.payload.struggle_level for event in self.once(StruggleDetected)]

    def ends(self) -> list[str]:
        """By what struggles have ended, each message once."""
        return [event.payload.resolved_by for event in self.once(StruggleResolved)]

    def once(self, payload: type[Model]) -> list[Event[Any]]:
        """The messages of a kind that were told, each once."""
        kind = EVENT_TYPES[payload]
        return list({event.message_id: event for event in self.told if event.event_type == kind}.values())

    def verdict(self) -> dict[str, tuple[StruggleLevel, int, datetime]]:
        """What is open, as the window shows it."""
        return {topic: (known.level, known.count, known.ends_at) for topic, known in self.open.items()}

    def _ends(self) -> set[UUID]:
        return {known.end_id for known in self.open.values()}
