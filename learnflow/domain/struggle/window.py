"""The verdict on a topic: what the 24 hours up to a time show. No clock, no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from learnflow.domain.question.similarity import Alike, alike
from learnflow.domain.struggle.level import SIMILAR_QUESTIONS, StruggleEvidence, level, signals
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import StruggleLevel

WINDOW: Final = timedelta(hours=24)
RECOMMENDATIONS: Final = {
    StruggleLevel.LOW: "Offer another explanation, with an example",
    StruggleLevel.MEDIUM: "Go back to what the topic builds on, and practise it",
    StruggleLevel.HIGH: "Suggest 1-on-1 session",
}
TWO_IN_A_ROW: Final = 2  # full passes that end even a high struggle


@dataclass(frozen=True, slots=True)
class Struggle:
    """A struggle, and the time at which it ends when nothing more happens."""

    detected: StruggleDetected
    ends_at: datetime


def struggle(observations: Iterable[Observation], topic: str, until: datetime, same: Alike = alike) -> Struggle | None:
    """Return the struggle that the window (until - 24 h, until] shows on a topic, or None.

    A full pass ends a struggle that is low or medium until then, two in a row end a high one; a pass without any
    struggle counts too. Questions before such a success count no more. The signals are those of the whole window.
    `same` tells whether two texts of telling words ask the same.
    """
    window = within(observations, topic, until)
    return _verdict(window, _after_success(window, same), same)


def within(observations: Iterable[Observation], topic: str, until: datetime) -> list[Observation]:
    """Return the observations on a topic in the window (until - 24 h, until], in the order of their times."""
    on_topic = (item for item in observations if item.topic == topic)
    return sorted((item for item in on_topic if timedelta(0) <= until - item.at < WINDOW), key=in_order)


def similar_groups(questions: Sequence[Question], same: Alike = alike) -> list[list[int]]:
    """Return for each question the places of those that are similar to it, itself among them.

    Being similar is not transitive: that all are similar to one keeps a chain of small steps from making a group.
    """
    groups: list[list[int]] = [[] for _ in questions]
    for place, question in enumerate(questions):
        for earlier in range(place + 1):
            if similar(questions[earlier], question, same):
                groups[earlier].append(place)
                if earlier != place:
                    groups[place].append(earlier)
    return [sorted(group) for group in groups]


def similar(left: Question, right: Question, same: Alike = alike) -> bool:
    """Return whether two questions on one topic ask the same."""
    if left.id == right.id or (left.key is not None and left.key == right.key):
        return True
    return same(left.text, right.text)


def _after_success(window: Sequence[Observation], same: Alike) -> int:
    """Return the place in the window from which on questions count."""
    start = row = 0
    for place, observation in enumerate(window):
        match observation:
            case Attempt(passed=True):
                row += 1
                if row >= TWO_IN_A_ROW or not _is_high(_verdict(window[:place], start, same)):
                    start, row = place + 1, 0
            case Attempt():
                row = 0
            case End(clears=True):
                start = place + 1
    return start


def _verdict(window: Sequence[Observation], start: int, same: Alike) -> Struggle | None:
    questions = [item for item in window[start:] if isinstance(item, Question) and item.topic != GENERAL]
    groups = similar_groups(questions, same)
    group = [questions[place] for place in max(groups, key=len, default=[])]  # the first of equally large ones
    if len(group) < SIMILAR_QUESTIONS:
        return None
    evidence = StruggleEvidence(len(group), group[-1].at - group[0].at, signals(window))
    struggle_level = level(evidence)
    detected = StruggleDetected(
        topic=group[0].topic,
        struggle_level=struggle_level,
        query_count=evidence.count,
        time_window_minutes=round(evidence.span.total_seconds() / 60),
        recommendation=RECOMMENDATIONS[struggle_level],
        evidence=tuple(question.id for question in group),
        signals=evidence.signals,
    )
    return Struggle(detected, questions[_last_of_three(groups)].at + WINDOW)


def _is_high(verdict: Struggle | None) -> bool:
    return verdict is not None and verdict.detected.struggle_level is StruggleLevel.HIGH


def _last_of_three(groups: Sequence[Sequence[int]]) -> int:
    """Return the place of the latest question without which the later ones make no struggle."""
    return max(
        min(place, group[-SIMILAR_QUESTIONS]) for place, group in enumerate(groups) if len(group) >= SIMILAR_QUESTIONS
    )
