"""Bayesian Knowledge Tracing as a baseline: its parameters fitted by maximum likelihood, one skill at a time.

Corbett and Anderson (1995); forgetting as in pyBKT (Badrinath, Wang and Pardos 2021).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

LONGEST: Final = 60  # answers of one student on one skill; the later ones say little about how it was learned
MOST: Final = 1_500  # sequences of one skill, the longest first
_HIGHEST: Final = np.array([1.0, 1.0, 0.5, 0.5, 0.5])  # of each parameter; guess and slip below 0.5 keep its meaning
_START: Final = np.array([-0.4, -2.0, -0.85, -1.4, -3.0])  # logits of the shares of those
_FARTHEST: Final = 8.0  # logits

History = Sequence[tuple[str, int]]  # of one student, in order: skill, and 1 for right or 0
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bkt:
    """Probabilities: known at first, learned at an answer, guessed, slipped, forgotten at an answer."""

    prior: float
    learn: float
    guess: float
    slip: float
    forget: float = 0.0

    def right(self, mastery: float) -> float:
        """Return the probability of a right answer."""
        return mastery * (1.0 - self.slip) + (1.0 - mastery) * self.guess

    def after(self, mastery: float, correct: int) -> float:
        """Return the probability that the skill is known after an answer."""
        if correct:
            mastery = mastery * (1.0 - self.slip) / self.right(mastery)
        else:
            mastery = mastery * self.slip / (1.0 - self.right(mastery))
        return mastery * (1.0 - self.forget) + (1.0 - mastery) * self.learn


def fit(histories: Iterable[History], *, forgets: bool) -> Mapping[str, Bkt]:
    """Return the most likely parameters of each skill."""
    by_skill: defaultdict[str, list[list[int]]] = defaultdict(list)
    for history in histories:
        of_student: defaultdict[str, list[int]] = defaultdict(list)
        for skill, correct in history:
            of_student[skill].append(correct)
        for skill, answers in of_student.items():
            by_skill[skill].append(answers[:LONGEST])
    return {
        skill: _fit(sorted(answers, key=len, reverse=True)[:MOST], forgets=forgets)
        for skill, answers in by_skill.items()
    }


def _fit(sequences: Sequence[Sequence[int]], *, forgets: bool) -> Bkt:
    shape = (len(sequences[0]), len(sequences))
    correct, counts = np.zeros(shape), np.zeros(shape)
    for place, sequence in enumerate(sequences):
        correct[: len(sequence), place] = sequence
        counts[: len(sequence), place] = 1.0
    free = len(_START) if forgets else len(_START) - 1
    fitted = minimize(
        _loss,
        _START[:free],
        args=(correct, counts),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_FARTHEST, _FARTHEST)] * free,
        options={"maxiter": 60},
    )
    return Bkt(*(_HIGHEST[:free] / (1.0 + np.exp(-np.asarray(fitted.x)))).tolist())


def _loss(logits: Numbers, correct: Numbers, counts: Numbers) -> tuple[float, Numbers]:
    """Return the negative log likelihood and its gradient, carried forward with the state.

    `correct` and `counts` (0 past a sequence's end) are answers x sequences. Each logit has a weak prior, that of one
    answer for and one against.
    """
    free = len(logits)
    share = 1.0 / (1.0 + np.exp(-logits))
    prior, learn, guess, slip, forget = np.append(_HIGHEST[:free] * share, [0.0] * (len(_START) - free))
    slope = np.diag(_HIGHEST[:free] * share * (1.0 - share))  # of each probability, by each logit
    slope = np.vstack([slope, np.zeros((len(_START) - free, free))])[:, :, None]
    mastery, mastery_by = np.full(correct.shape[1], prior), np.repeat(slope[0], correct.shape[1], axis=1)
    value, gradient = -np.log(share * (1.0 - share)).sum(), 2.0 * share - 1.0
    for right, count in zip(correct, counts, strict=True):
        if_known, if_not = np.where(right, 1.0 - slip, slip), np.where(right, guess, 1.0 - guess)
        sign = np.where(right, 1.0, -1.0)
        both = mastery * if_known
        both_by = mastery_by * if_known - mastery * sign * slope[3]
        chance = both + (1.0 - mastery) * if_not
        chance_by = both_by - mastery_by * if_not + (1.0 - mastery) * sign * slope[2]
        value -= (count * np.log(chance)).sum()
        gradient = gradient - (chance_by * (count / chance)).sum(axis=1)
        shown = both / chance
        shown_by = (both_by - shown * chance_by) / chance
        mastery = shown * (1.0 - forget) + (1.0 - shown) * learn
        mastery_by = shown_by * (1.0 - forget - learn) - shown * slope[4] + (1.0 - shown) * slope[1]
    return float(value), gradient
