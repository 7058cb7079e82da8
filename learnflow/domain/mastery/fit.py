"""Fit the model's parameters to graded answers. Needs the extra `fit` (numpy and scipy); the platform itself does not.

What is fitted are the averages and the weights, shared and for each topic. The steps stay as they are, so one replay of
the answers gives all inputs, and what remains is a convex problem.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from math import log
from typing import Final

import numpy as np

from learnflow.domain.mastery.model import MasteryModel, span
from learnflow.domain.mastery.parameters import Parameters, Weights, shipped_parameters
from learnflow.domain.mastery.regression import INPUTS, Numbers, Regression
from learnflow.models.ability import StudentAbility, TopicAbility

LEAST_ANSWERS: Final = 1_000  # in all; below, what was there before is the better guess
LEAST_TOPIC_ANSWERS: Final = 100  # of one topic, for weights of its own: 5 for each of its 20 numbers
AVERAGE_PRIOR: Final = 5.0  # answers of average difficulty that are added to each topic's
_SUREST: Final = 0.01  # no topic's average is taken for surer than 1 in 100

Answers = Sequence[tuple[str, float]]  # of one student, in order: topic, and score from 0 to 1

_NAMES: Final = ("start", "student", "successes", "failures", "recent", "run", "slump")  # as in the regression


def fit(histories: Iterable[Answers], before: Parameters | None = None) -> Parameters:
    """Return parameters fitted to graded answers, one history a student. The same answers give the same parameters.

    With fewer than LEAST_ANSWERS, `before` (the shipped parameters) comes back unchanged; a topic with fewer than
    LEAST_TOPIC_ANSWERS keeps what `before` has for it, or the shared weights.
    """
    before = before or shipped_parameters()
    students = [list(history) for history in histories]
    counts = Counter(topic for history in students for topic, _ in history)
    topics = sorted(topic for topic, count in counts.items() if count >= LEAST_TOPIC_ANSWERS)
    if counts.total() < LEAST_ANSWERS or not topics:
        return before
    averages = _averages(students)
    regression = _regression(students, {topic: averages[topic] for topic in topics}, before)
    numbers, shared = regression.solve()
    shares = regression.shares()
    own = {topic: _weights(averages[topic], *one) for topic, *one in zip(topics, numbers, shares, strict=True)}
    average = sum(averages[topic] for topic in topics) / len(topics)
    return before.model_copy(
        update={
            "version": f"{before.version}, fitted to {counts.total()} answers",
            "shared": _weights(average, shared, shares.mean(axis=0)),
            "topics": {**before.topics, **own},
        }
    )


def _averages(students: Iterable[Answers]) -> dict[str, float]:
    """Return the log-odds of each topic's mean score."""
    counts, sums = Counter[str](), defaultdict[str, float](float)
    for topic, score in chain.from_iterable(students):
        counts[topic] += 1
        sums[topic] += score
    prior = AVERAGE_PRIOR * sum(sums.values()) / counts.total()
    return {topic: _log_odds((sums[topic] + prior) / (counts[topic] + AVERAGE_PRIOR)) for topic in counts}


def _log_odds(mean: float) -> float:
    within = min(1.0 - _SUREST, max(_SUREST, mean))
    return log(within / (1.0 - within))


def _regression(students: Iterable[Answers], averages: dict[str, float], before: Parameters) -> Regression:
    """Replay all answers, and return what the model knew before each one on the topics."""
    own = {topic: before.shared.model_copy(update={"average": average}) for topic, average in averages.items()}
    model = MasteryModel(before.model_copy(update={"topics": {**before.topics, **own}}))
    places = {topic: place for place, topic in enumerate(averages)}
    rows: list[tuple[float, ...]] = []
    for history in students:
        student, known = StudentAbility(), dict[str, TopicAbility]()
        for topic, score in history:
            ability = known.get(topic, TopicAbility())
            if topic in places:
                rows.append((places[topic], score, *_state(student, ability)))
            student, known[topic] = model.updated(topic, student, ability, score)
    topics, scores, spans, *state = np.array(rows).T
    return Regression(
        inputs=_inputs(*state),
        spans=spans.astype(np.intp),
        topics=topics.astype(np.intp),
        scores=scores,
        count=len(averages),
        prior=np.array([*(getattr(before.shared, name) for name in _NAMES), *before.shared.opportunities]),
    )


def _state(student: StudentAbility, ability: TopicAbility) -> tuple[float, ...]:
    return span(ability), student.offset, ability.successes, ability.failures, ability.recent, ability.streak


def _inputs(offset: Numbers, successes: Numbers, failures: Numbers, recent: Numbers, streak: Numbers) -> Numbers:
    """Return what the weights are multiplied by in the model (7 x n)."""
    run, slump = np.log1p(np.maximum(streak, 0.0)), -np.log1p(np.maximum(-streak, 0.0))
    return np.stack((np.ones_like(offset), offset, np.log1p(successes), -np.log1p(failures), recent, run, slump))


def _weights(average: float, numbers: Numbers, shares: Numbers) -> Weights:
    """Return numbers as weights. The opportunities become 0 on average, so that the level is about an average one."""
    opportunities = numbers[INPUTS:]
    middle = float(shares @ opportunities)
    start, *others = numbers[:INPUTS].tolist()
    named = dict(zip(_NAMES, (start + middle, *others), strict=True))
    return Weights(average=average, opportunities=tuple((opportunities - middle).tolist()), **named)
