"""Decide from recent questions whether a student struggles. No clock, no I/O."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from learnflow.models.events.learning import StruggleDetected
from learnflow.models.fields import Id, Model, Timestamp
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import StruggleLevel

SIMILAR_QUESTIONS: Final = 3
WINDOW: Final = timedelta(hours=24)
MANY: Final = 5  # similar questions that are a high level, however far apart
SHORT_SPAN: Final = timedelta(minutes=30)  # in which one more than the least is a high level

RECOMMENDATIONS: Final = {
    StruggleLevel.LOW: "Offer another explanation, with an example",
    StruggleLevel.MEDIUM: "Go back to what the topic builds on, and practise it",
    StruggleLevel.HIGH: "Suggest 1-on-1 session",
}
_ORDER: Final = {None: 0, StruggleLevel.LOW: 1, StruggleLevel.MEDIUM: 2, StruggleLevel.HIGH: 3}


class Observation(Model):
    """One question: when it came, on what topic, and what it asks."""

    at: Timestamp
    query_id: Id
    topic: str
    key: str


@dataclass(frozen=True, slots=True)
class Window:
    """What was asked in the 24 hours up to a time."""

    observations: tuple[Observation, ...]

    @classmethod
    def until(cls, at: datetime, observations: Iterable[Observation]) -> "Window":
        """Return the window that ends at a time, both ends as the data model has them: (at - 24 h, at]."""
        return cls(tuple(o for o in observations if at - WINDOW < o.at <= at))

    def struggle(self, topic: str) -> StruggleDetected | None:
        """Return the struggle that the window shows on a topic, or None."""
        similar = _largest_similar_group([o for o in self.observations if o.topic == topic])
        if topic == GENERAL or len(similar) < SIMILAR_QUESTIONS:
            return None
        span = max(o.at for o in similar) - min(o.at for o in similar)
        level = _level(len(similar), span)
        return StruggleDetected(
            topic=topic,
            struggle_level=level,
            query_count=len(similar),
            time_window_minutes=round(span.total_seconds() / 60),
            recommendation=RECOMMENDATIONS[level],
            evidence=tuple(o.query_id for o in similar),
        )


def detected(seen: Iterable[Observation], new: Observation) -> StruggleDetected | None:
    """Return the struggle that a question brings to light: a new one, or a known one that has grown.

    A question that is among `seen` already gives the same as when it was new.
    """
    others = [o for o in seen if o.query_id != new.query_id]
    before = Window.until(new.at, others).struggle(new.topic)
    after = Window.until(new.at, [*others, new]).struggle(new.topic)
    grown = after and _ORDER[after.struggle_level] > _ORDER[before.struggle_level if before else None]
    return after if grown else None


def _largest_similar_group(observations: list[Observation]) -> list[Observation]:
    counts = Counter(o.key for o in observations)
    if not counts:
        return []
    [(key, _)] = counts.most_common(1)
    return [o for o in observations if o.key == key]


def _level(count: int, span: timedelta) -> StruggleLevel:
    if count >= MANY or (count > SIMILAR_QUESTIONS and span <= SHORT_SPAN):
        return StruggleLevel.HIGH
    return StruggleLevel.MEDIUM if count > SIMILAR_QUESTIONS else StruggleLevel.LOW
