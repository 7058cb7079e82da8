"""The online model: what it predicts, how an answer changes that, and the level it comes to. No clock, no I/O."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import copysign, exp, log, log1p
from types import MappingProxyType
from typing import Final

from learnflow.domain.mastery.parameters import OPPORTUNITIES, Parameters, Weights
from learnflow.models.learner_model import FARTHEST_OFFSET, MOST_EVIDENCE, StudentAbility, TopicAbility
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import difficulties
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

_ALMOST_MASTERED: Final = MASTERED - 0.001
_FARTHEST: Final = 30.0  # log-odds: a probability that is neither 0 nor 1 as a float
_SPANS: Final = tuple(sum(n >= start for start in OPPORTUNITIES) - 1 for n in range(OPPORTUNITIES[-1] + 1))
BANDS: Final = MappingProxyType({0.0: "new", 0.5: "learning", MASTERED: "mastered", 0.95: "expert"})
_ROUNDING = 1e-6  # 0.29 * 100 is 28.999999999999996


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
    """Return the model with the parameters that are shipped, in parameters.toml."""
    text = files(__package__).joinpath("parameters.toml").read_text(encoding="utf-8")
    return MasteryModel(Parameters.model_validate(tomllib.loads(text)))


def band(level: float) -> str:
    """Return the name of the highest band that a level reaches."""
    return BANDS[max(start for start in BANDS if start <= level)]


def hundredths(level: float) -> int:
    """Return a level's whole hundredths, rounded down: 0.849 is not 0.85, which would be mastered."""
    return int(level * 100 + _ROUNDING)


def decimals(level: float) -> str:
    """Return a level as teachers and programs write it: 0.84."""
    return f"{hundredths(level) / 100:.2f}"


def percent(level: float) -> str:
    """Return a level as students read it: 84%."""
    return f"{hundredths(level)}%"


def in_words(level: float) -> str:
    """Return a level and what it is called: 84% (learning)."""
    return f"{percent(level)} ({band(level)})"


def reached(topic: str, levels: Mapping[str, float]) -> str:
    """Tell a student how far they are with a topic; a level of 0 means that nothing was solved yet."""
    return f"you are at {in_words(levels[topic])}" if levels.get(topic) else "you have not shown me yet what you can do"


def difficulty_for(topic: str, level: float | None, skill: SkillLevel | None) -> SkillLevel:
    """Return how hard an exercise on a topic should be for a student, within what fits the topic.

    The mastery of the topic (0..1) decides: below 0.5 beginner, below 0.85 intermediate, then advanced. While it is
    unknown (None), the student's skill level does, and a student of whom nothing is known begins.
    """
    reached_bands = SKILL_LEVELS.index(skill or SkillLevel.BEGINNER) + 1
    if level is not None:
        reached_bands = sum(level >= start for start in BANDS)
    return min(difficulties(topic), key=lambda difficulty: abs(SKILL_LEVELS.index(difficulty) + 1 - reached_bands))
