"""Fit the model's parameters to graded answers. Needs the extra `fit` (numpy and scipy); the platform itself does not.

What is fitted are the averages and the weights, shared and for each topic. The steps stay as they are, so one replay of
the answers gives all inputs, and what remains is a convex problem.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from learnflow.domain.mastery.model import MasteryModel, shipped, span
from learnflow.domain.mastery.parameters import FARTHEST, HEAVIEST, OPPORTUNITIES, Parameters, Weights
from learnflow.models.learner_model import StudentAbility, TopicAbility

TOPIC_PRIOR: Final = 5.0  # precision, 1 / variance in log-odds, of a topic's numbers around the mean of all topics
SHARED_PRIOR: Final = 10.0  # of that mean around the numbers that were there before
INPUTS: Final = 7  # a constant, then what is weighed
ITERATIONS: Final = 200
_SPANS: Final = len(OPPORTUNITIES)
_HALF: Final = (-FARTHEST / 2, FARTHEST / 2)  # the start takes the opportunities' mean over, and stays in its bounds
_BOUNDS: Final = [_HALF, *[(0.0, HEAVIEST)] * (INPUTS - 1), *[_HALF] * _SPANS]

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Regression:
    """What was known before each of n answers: inputs (7 x n), span of opportunities, topic and score (n each).

    `prior` holds the numbers (7 weights, and one for each span) that the mean of all topics is drawn to.
    """

    inputs: Numbers
    spans: Indices
    topics: Indices
    scores: Numbers
    count: int
    prior: Numbers

    def solve(self) -> tuple[Numbers, Numbers]:
        """Return the most likely numbers of each topic (topics x numbers), and their mean with the prior."""
        result = minimize(
            self._loss,
            np.tile(self.prior, self.count),
            jac=True,
            method="L-BFGS-B",
            bounds=_BOUNDS * self.count,
            options={"maxiter": ITERATIONS, "maxcor": 20},
        )
        numbers = np.asarray(result.x).reshape(self.count, -1)
        return numbers, self._mean(numbers)

    def shares(self) -> Numbers:
        """Return the share of each topic's answers in each span (topics x spans)."""
        answers = np.bincount(self._cells(), minlength=self.count * _SPANS).reshape(self.count, -1)
        return np.asarray(answers / answers.sum(axis=1, keepdims=True))

    def _loss(self, flat: Numbers) -> tuple[float, Numbers]:
        """Return the penalised negative log likelihood, and its gradient."""
        numbers = flat.reshape(self.count, -1)
        log_odds = self._log_odds(numbers)
        mean = self._mean(numbers)
        away = numbers - mean
        value = np.logaddexp(0.0, log_odds).sum() - self.scores @ log_odds
        value += TOPIC_PRIOR / 2 * (away**2).sum() + SHARED_PRIOR / 2 * ((mean - self.prior) ** 2).sum()
        error = 1.0 / (1.0 + np.exp(-log_odds)) - self.scores
        slope = TOPIC_PRIOR * away  # the mean is the best one for these numbers, so its own slope is 0
        for place, values in enumerate(self.inputs):
            slope[:, place] += np.bincount(self.topics, error * values, self.count)
        slope[:, INPUTS:] += np.bincount(self._cells(), error, self.count * _SPANS).reshape(self.count, -1)
        return float(value), slope.ravel()

    def _log_odds(self, numbers: Numbers) -> Numbers:
        log_odds = numbers[:, INPUTS:].ravel()[self._cells()]
        for weights, values in zip(numbers.T, self.inputs, strict=False):
            log_odds += weights[self.topics] * values
        return log_odds

    def _mean(self, numbers: Numbers) -> Numbers:
        pull = TOPIC_PRIOR * numbers.sum(axis=0) + SHARED_PRIOR * self.prior
        return np.asarray(pull / (TOPIC_PRIOR * self.count + SHARED_PRIOR))

    def _cells(self) -> Indices:
        return self.topics * _SPANS + self.spans


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
    before = before or shipped().parameters
    students = [list(history) for history in histories]
    counts = Counter(topic for history in students for topic, _ in history)
    topics = sorted(topic for topic, count in counts.items() if count >= LEAST_TOPIC_ANSWERS)
    if counts.total() < LEAST_ANSWERS or not topics:
        return before
    averages = _averages(students)
    regression = _regression(students, {topic: averages[topic] for topic in topics}, before)
    numbers, shared = regression.solve()
    shares = regression.shares()
    own = {
        topic: _weights(averages[topic], own_numbers, own_shares)
        for topic, own_numbers, own_shares in zip(topics, numbers, shares, strict=True)
    }
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
        student, abilities = StudentAbility(), dict[str, TopicAbility]()
        for topic, score in history:
            ability = abilities.get(topic, TopicAbility())
            if topic in places:
                rows.append((places[topic], score, *_state(student, ability)))
            student, abilities[topic] = model.updated(topic, student, ability, score)
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
