"""Hierarchical logistic regression: each topic's numbers are drawn to the mean of all topics, that mean to a prior one.

Needs the extra `fit` (numpy and scipy); the platform itself does not.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from learnflow.domain.mastery.parameters import FARTHEST, HEAVIEST, OPPORTUNITIES

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
        found = minimize(
            self._loss,
            np.tile(self.prior, self.count),
            jac=True,
            method="L-BFGS-B",
            bounds=_BOUNDS * self.count,
            options={"maxiter": ITERATIONS, "maxcor": 20},
        )
        numbers = np.asarray(found.x).reshape(self.count, -1)
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
