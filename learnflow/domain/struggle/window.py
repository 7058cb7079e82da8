"""The verdict on a topic: what questions are about, and what the 24 hours up to a time show. No clock, no I/O."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from learnflow.domain.question.similarity import Alike, alike, similarity
from learnflow.domain.struggle.level import StruggleEvidence, enough, level, recommendation, signals
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import StruggleLevel

WINDOW: Final = timedelta(hours=24)
TWO_IN_A_ROW: Final = 2  # full passes that end even a high struggle
_EXERCISE: Final = "exercise"  # the text of what is asked about an exercise at hand


@dataclass(frozen=True, slots=True)
class Struggle:
    """A struggle, the time at which it ends when nothing more happens, and the id of the first that counts for it."""

    detected: StruggleDetected
    ends_at: datetime
    first: UUID


def struggle(observations: Iterable[Observation], topic: str, until: datetime, same: Alike = alike) -> Struggle | None:
    """Return the struggle that the window (until - 24 h, until] shows on a topic, or None.

    A full pass ends a struggle that is low or medium until then, two in a row end a high one; a pass without any
    struggle counts too. Questions before such a success count no more. The signals are those of the whole window.
    The observations are `attributed`; `same` tells whether two texts of telling words ask the same.
    """
    if topic == GENERAL:
        return None
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
    """Return whether two questions ask the same, whatever their topics were taken for.

    Where hardly more than a topic is named, the kind of question has to be the same: what it is, how it is used.
    """
    if left.id == right.id or same(left.text, right.text):
        return True
    return left.key is not None and left.key == right.key and similarity(left.text, right.text) >= 1.0


def attributed(observations: Iterable[Observation], same: Alike = alike) -> list[Observation]:
    """Return observations in the order of their times, each question with the topic and text of what it is about.

    A question that asks the same as an earlier one is on its topic: wordings are taken for different topics. One of no
    topic is on that of any it asks the same as. One that follows up is about the turn before it: a question, or an
    exercise. All within 24 hours. A submission to an exercise that was solved or given up before it shows nothing.
    """
    ordered = list(_until_closed(sorted(observations, key=in_order)))
    topics: dict[UUID, str] = {}
    named: list[Question] = []
    for general in (False, True):
        for item in ordered:
            if isinstance(item, Question) and not item.follows and (item.topic == GENERAL) is general:
                alike_ones = (each for each in named if _near(each, item) and similar(each, item, same))
                topics[item.id] = next((topics[each.id] for each in alike_ones), item.topic)
                if not general:
                    named.append(item)
    return list(_with_turns(ordered, topics))


def _until_closed(ordered: Iterable[Observation]) -> Iterator[Observation]:
    ended: set[UUID] = set()
    for item in ordered:
        if isinstance(item, Attempt):
            if item.exercise in ended:
                continue
            if item.closes and item.exercise is not None:
                ended.add(item.exercise)
        yield item


def _with_turns(ordered: Iterable[Observation], topics: Mapping[UUID, str]) -> Iterator[Observation]:
    turn: Question | Attempt | None = None
    for item in ordered:
        match item:
            case Question(follows=True) if turn and _near(turn, item) and item.topic in {GENERAL, turn.topic}:
                update = {"topic": turn.topic, "text": _EXERCISE}
                if isinstance(turn, Question) and turn.counts:
                    update |= {"key": turn.key or "", "text": turn.text}
                turn = item.model_copy(update=update)
            case Question():
                turn = item.model_copy(update={"topic": topics.get(item.id, item.topic)})
            case Attempt():
                turn = item
            case End():
                yield item
                continue
        yield turn


def _near(left: Observation, right: Observation) -> bool:
    return abs(right.at - left.at) < WINDOW


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
    questions = [item for item in window[start:] if isinstance(item, Question) and item.counts]
    failures = [item for item in window[start:] if isinstance(item, Attempt) and not item.passed]
    groups = similar_groups(questions, same)
    group = [questions[place] for place in max(groups, key=len, default=[])]  # the first of equally large ones
    if not enough(len(group), len(failures)):
        return None
    repeated: list[Question | Attempt] = [*group, *(() if enough(len(group), 0) else failures)]
    repeated.sort(key=in_order)
    evidence = StruggleEvidence(
        count=len(group),
        span=group[-1].at - group[0].at if group else timedelta(),
        signals=signals(window),
        share=len(group) / max(len(questions), 1),
        unhelped=sum(question.follows for question in group),
    )
    struggle_level = level(evidence)
    detected = StruggleDetected(
        topic=window[0].topic,
        struggle_level=struggle_level,
        query_count=len(repeated),
        time_window_minutes=round((repeated[-1].at - repeated[0].at).total_seconds() / 60),
        recommendation=recommendation(struggle_level, evidence.signals),
        evidence=tuple(item.id for item in repeated if isinstance(item, Question)),
        signals=evidence.signals,
    )
    return Struggle(detected, _last_needed(questions, failures, groups) + WINDOW, repeated[0].id)


def _is_high(verdict: Struggle | None) -> bool:
    return verdict is not None and verdict.detected.struggle_level is StruggleLevel.HIGH


def _last_needed(
    questions: Sequence[Question], failures: Sequence[Attempt], groups: Sequence[Sequence[int]]
) -> datetime:
    """Return the time of the first question or failure without which the later ones make no struggle."""

    def still_enough(item: Observation) -> bool:
        later = {place for place, question in enumerate(questions) if in_order(question) > in_order(item)}
        most = max((len(later.intersection(groups[place])) for place in later), default=0)
        return enough(most, sum(in_order(failure) > in_order(item) for failure in failures))

    counted: list[Question | Attempt] = [*questions, *failures]
    return next(item.at for item in sorted(counted, key=in_order) if not still_enough(item))
