"""The online model: what it predicts, how an answer changes that, and the level it comes to. No clock, no I/O."""

from functools import cache
from math import copysign, exp, log, log1p
from typing import Final

from learnflow.domain.mastery.parameters import OPPORTUNITIES, Parameters, Weights, shipped_parameters
from learnflow.models.knowledge import FARTHEST_OFFSET, MOST_EVIDENCE, StudentAbility, TopicAbility
from learnflow.models.learning_progress import MASTERED

_ALMOST_MASTERED: Final = MASTERED - 0.001
_FARTHEST: Final = 30.0  # log-odds: a probability that is neither 0 nor 1 as a float
_SPANS: Final = tuple(sum(n >= start for start in OPPORTUNITIES) - 1 for n in range(OPPORTUNITIES[-1] + 1))


class MasteryModel:
    """Predicts graded answers from a student's answers so far, in constant time and space.

    A logistic regression whose inputs each answer updates: Performance Factors Analysis (Pavlik, Cen and Koedinger
    2009) with a fading average (as R-PFA, Galyardt and Goldin 2015), the streak, the opportunity count (Additive
    Factors Model, Cen, Koedinger and Junker 2006), and the student's offset, learned online (Elo, Pelánek 2016).
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._steps: Final = parameters.steps  # kept apart, because every answer needs them
        self._topics: Final = parameters.topics
        self._shared: Final = parameters.shared

    def probability(self, topic: str, student: StudentAbility, ability: TopicAbility) -> float:
        """Return the probability, above 0 and below 1, that the next graded answer on a topic is right."""
        weights = self._weights(topic)
        return _sigmoid(_log_odds(weights, student, ability) + weights.opportunities[span(ability)])

    def updated(
        self, topic: str, student: StudentAbility, ability: TopicAbility, score: float, weight: float = 1.0
    ) -> tuple[StudentAbility, TopicAbility]:
        """Return both states after an answer.

        `score` is its share of a success, 0 to 1. `weight` is how much it counts, 0 to 1: 1 is a graded answer, 0
        changes nothing.
        """
        score, weight = _clipped(score, 0.0, 1.0), _clipped(weight, 0.0, 1.0)
        steps = self._steps
        balance = 2.0 * score - 1.0  # from -1, all wrong, to 1, all right
        amount = weight * balance
        graded = weight == 1.0
        streak = ability.streak
        return (
            self._updated_student(topic, student, streak, score, weight),
            TopicAbility(
                successes=min(MOST_EVIDENCE, ability.successes + weight * score),
                failures=min(MOST_EVIDENCE, ability.failures + weight * (1.0 - score)),
                recent=_clipped(ability.recent + weight * steps.recent * (balance - ability.recent), -1.0, 1.0),
                streak=_clipped(_worn(streak, amount, 1.0) + amount, -MOST_EVIDENCE, MOST_EVIDENCE),
                start=_worn(ability.start, amount, steps.contradicted),
                vouched=ability.vouched,
                graded=ability.graded + graded,
                graded_successes=ability.graded_successes + (graded and score == 1.0),
            ),
        )

    def _updated_student(
        self, topic: str, student: StudentAbility, streak: float, score: float, weight: float
    ) -> StudentAbility:
        steps = self._steps
        run = steps.streak * copysign(log1p(abs(streak)), streak)
        surprise = score - _sigmoid(self._weights(topic).average + student.offset + run)
        moved = weight * surprise * steps.offset / (1.0 + steps.offset_shrinks * student.evidence)
        return StudentAbility(
            offset=_clipped(student.offset + moved, -FARTHEST_OFFSET, FARTHEST_OFFSET),
            evidence=min(MOST_EVIDENCE, student.evidence + weight),
        )

    def level(self, topic: str, student: StudentAbility, ability: TopicAbility) -> float:
        """Return the mastery level, 0 to 1: how far the probability has come, as far as successes bear it out."""
        scale = self.parameters.level
        reached = (_sigmoid(_log_odds(self._weights(topic), student, ability)) - scale.zero) / (scale.one - scale.zero)
        return _clipped(min(reached, self._borne_out(ability)), 0.0, 1.0)

    def set_to(self, topic: str, student: StudentAbility, ability: TopicAbility, level: float) -> TopicAbility:
        """Return the state of a topic whose level a teacher has set: the counts stay, other evidence gives way."""
        scale = self.parameters.level
        fresh = TopicAbility(graded=ability.graded, graded_successes=ability.graded_successes, vouched=level)
        wanted = scale.zero + level * (scale.one - scale.zero)
        start = log(wanted / (1.0 - wanted)) - _log_odds(self._weights(topic), student, fresh)
        return fresh.model_copy(update={"start": start})

    def _weights(self, topic: str) -> Weights:
        return self._topics.get(topic, self._shared)

    def _borne_out(self, ability: TopicAbility) -> float:
        """Return the highest level that so few successes allow: each lifts it by a step from what a teacher set."""
        least = self.parameters.level.least_graded_for_mastered
        if ability.graded_successes >= least:
            return 1.0
        lifted = ability.vouched + MASTERED * ability.successes / least
        return min(lifted, max(ability.vouched, _ALMOST_MASTERED))


def span(ability: TopicAbility) -> int:
    """Return which of the spans of opportunities comes next on a topic."""
    return _SPANS[min(ability.graded, OPPORTUNITIES[-1])]


def _log_odds(weights: Weights, student: StudentAbility, ability: TopicAbility) -> float:
    streak = ability.streak
    return (
        weights.start
        + ability.start
        + weights.student * student.offset
        + weights.successes * log1p(ability.successes)
        - weights.failures * log1p(ability.failures)
        + weights.recent * ability.recent
        + (weights.run * log1p(streak) if streak > 0.0 else -weights.slump * log1p(-streak))
    )


def _worn(value: float, amount: float, share: float) -> float:
    """Return a value after evidence: evidence of the other sign takes a share of it away, as far as it counts."""
    return value * (1.0 - share * abs(amount)) if value * amount < 0.0 else value


def _clipped(value: float, lowest: float, highest: float) -> float:
    return value if lowest <= value <= highest else min(highest, max(lowest, value))


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + exp(-_clipped(x, -_FARTHEST, _FARTHEST)))


@cache
def shipped() -> MasteryModel:
    """Return the model with the parameters that are shipped."""
    return MasteryModel(shipped_parameters())
