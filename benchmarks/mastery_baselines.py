"""What the mastery model is measured against: each fitted to one set of students, and walked over others.

A baseline is a function from a student's answers to the probability of each, from those before it alone. What has a
free number is tuned on the last fifth of the students that it is fitted to.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import exp, log, log1p
from typing import Final, TypeVar

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import mastery_bkt
from benchmarks.mastery_bkt import Bkt, History

INNER: Final = 0.8  # share of the students that a candidate is fitted to when numbers are tuned
MEAN_PRIOR: Final = 5.0  # answers of average difficulty added to a skill's mean
HAND_SET: Final = Bkt(prior=0.4, learn=0.1, guess=0.2, slip=0.1)
STEPS: Final = tuple(product((0.1, 0.2, 0.4, 0.6), (0.0, 0.02, 0.1)))  # of the offset beside BKT, and its fading
_SUREST: Final = 0.005

Histories = Sequence[History]
Baseline = Callable[[History], list[float]]
Setting = TypeVar("Setting")


def all_fitted(train: Histories) -> Iterator[tuple[str, Baseline]]:
    """Yield the name of each baseline, and the baseline fitted to the students."""
    inner = train[: int(INNER * len(train))]
    yield "skill mean", skill_mean(train)
    yield "mean so far", mean_so_far(train, 0.01, start=0.5)
    yield "mean so far + skill prior", _tuned(mean_so_far, (0.5, 1.0, 2.0, 3.0, 5.0, 8.0), train)
    yield "EWMA from 0.5", _tuned(partial(ewma, start=0.5), (0.1, 0.2, 0.3, 0.4), train)
    yield "EWMA from skill mean", _tuned(ewma, (0.05, 0.1, 0.15, 0.2, 0.3), train)
    apart = tuple(product((0.4, 0.8, 1.2, 1.6), (0.0, 0.05, 0.2), (0.0,)))
    yield "Elo student x skill", _tuned(elo, apart, train)
    joined = tuple(product((0.2, 0.4, 0.8), (0.05, 0.2), (0.3, 0.6, 1.0)))
    yield "Elo + student offset", _tuned(elo, joined, train)
    yield "PFA", pfa(train)
    yield "BKT hand-set", bkt({}, (0.0, 0.0))
    yield "BKT fitted", bkt(mastery_bkt.fit(train, forgets=False), (0.0, 0.0))
    skills = mastery_bkt.fit(train, forgets=True)
    yield "BKT forget", bkt(skills, (0.0, 0.0))
    inner_skills = mastery_bkt.fit(inner, forgets=True)
    step = _best({step: bkt(inner_skills, step) for step in STEPS}, train[len(inner) :])
    yield "BKT forget + student offset", bkt(skills, step)


def skill_mean(train: Histories) -> Baseline:
    """Predict the mean of the skill."""
    means = _means(train)
    return lambda history: [means[skill] for skill, _ in history]


def mean_so_far(train: Histories, weight: float, start: float | None = None) -> Baseline:
    """Predict the mean of the skill's answers, with `weight` answers at the skill's mean or at `start`."""
    means = _means(train)

    def walk(history: History) -> list[float]:
        predicted = []
        for (skill, _), (right, wrong) in _counted(history):
            prior = means[skill] if start is None else start
            predicted.append((right + weight * prior) / (right + wrong + weight))
        return predicted

    return walk


def ewma(train: Histories, rate: float, start: float | None = None) -> Baseline:
    """Predict an exponentially weighted average of the skill's answers, from its mean or from `start`."""
    means = _means(train)

    def walk(history: History) -> list[float]:
        state, predicted = dict[str, float](), []
        for skill, correct in history:
            average = state.get(skill, means[skill] if start is None else start)
            predicted.append(average)
            state[skill] = average + rate * (correct - average)
        return predicted

    return walk


def elo(train: Histories, setting: tuple[float, float, float]) -> Baseline:
    """Elo rating of a student on a skill, and with a share of the student over all skills (Pelánek 2016)."""
    step, fading, share = setting
    means = _means(train)

    def walk(history: History) -> list[float]:
        ratings: defaultdict[str | None, tuple[float, int]] = defaultdict(lambda: (0.0, 0))  # None: over all skills
        predicted = []
        for skill, correct in history:
            probability = _sigmoid(ratings[skill][0] + share * ratings[None][0] + _logit(means[skill]))
            predicted.append(probability)
            for key in (skill, None):
                rating, count = ratings[key]
                ratings[key] = rating + step / (1.0 + fading * count) * (correct - probability), count + 1
        return predicted

    return walk


def pfa(train: Histories) -> Baseline:
    """Performance Factors Analysis (Pavlik, Cen and Koedinger 2009) with ln(1 + count), weights for each skill."""
    skills = {skill: place for place, skill in enumerate(sorted({skill for history in train for skill, _ in history}))}
    rows = [(skills[skill], *counts, correct) for history in train for (skill, correct), counts in _counted(history)]
    place, right, wrong, correct = np.array(rows).T
    columns = np.concatenate([place, place + len(skills), place + 2 * len(skills)])
    values = np.concatenate([np.ones(len(rows)), np.log1p(right), np.log1p(wrong)])
    inputs = csr_matrix((values, (np.tile(np.arange(len(rows)), 3), columns)), (len(rows), 3 * len(skills)))
    fitted = LogisticRegression(max_iter=300).fit(inputs, correct)
    starts, by_right, by_wrong = fitted.coef_[0].reshape(3, -1).tolist()
    common = float(fitted.intercept_[0])

    def walk(history: History) -> list[float]:
        predicted = []
        for (skill, _), (right, wrong) in _counted(history):
            at = skills.get(skill)
            evidence = 0.0 if at is None else starts[at] + by_right[at] * log1p(right) + by_wrong[at] * log1p(wrong)
            predicted.append(_sigmoid(common + evidence))
        return predicted

    return walk


def bkt(skills: Mapping[str, Bkt], step: tuple[float, float]) -> Baseline:
    """Predict by BKT, moved by an offset of the student that each residual moves (step, fading); 0 for none."""
    size, fading = step

    def walk(history: History) -> list[float]:
        state, predicted, offset = dict[str, float](), [], 0.0
        for count, (skill, correct) in enumerate(history):
            parameters = skills.get(skill, HAND_SET)
            mastery = state.get(skill, parameters.prior)
            right = min(1.0 - _SUREST, max(_SUREST, parameters.right(mastery)))
            probability = _sigmoid(_logit(right) + offset)
            predicted.append(probability)
            offset += size / (1.0 + fading * count) * (correct - probability)
            state[skill] = parameters.after(mastery, correct)
        return predicted

    return walk


def _tuned(make: Callable[[Histories, Setting], Baseline], settings: Sequence[Setting], train: Histories) -> Baseline:
    inner = int(INNER * len(train))
    candidates = {setting: make(train[:inner], setting) for setting in settings}
    return make(train, _best(candidates, train[inner:]))


def _best(candidates: Mapping[Setting, Baseline], students: Histories) -> Setting:
    """Return the setting with the highest AUC."""
    correct = [answer for history in students for _, answer in history]

    def auc(setting: Setting) -> float:
        walk = candidates[setting]
        return float(roc_auc_score(correct, [p for history in students for p in walk(history)]))

    return max(candidates, key=auc)


def _means(train: Histories) -> Mapping[str, float]:
    answers: defaultdict[str, list[int]] = defaultdict(list)
    for history in train:
        for skill, correct in history:
            answers[skill].append(correct)
    overall = sum(map(sum, answers.values())) / sum(map(len, answers.values()))
    return defaultdict(
        lambda: overall,
        {skill: (sum(all_) + MEAN_PRIOR * overall) / (len(all_) + MEAN_PRIOR) for skill, all_ in answers.items()},
    )


def _counted(history: History) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """Yield each answer with the counts of right and wrong ones before it on the skill."""
    counts: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for skill, correct in history:
        right, wrong = counts[skill]
        yield (skill, correct), (right, wrong)
        counts[skill] = right + correct, wrong + 1 - correct


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def _logit(p: float) -> float:
    return log(p / (1.0 - p))
