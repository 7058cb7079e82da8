"""Whether a student struggles within 24 hours, and how much: what repeats, what fails, and a table of rules.

Three similar questions are a struggle, and so are five failed submissions; each adds its share. Each row of the table
that holds adds its points: none is low, one is medium, two and more are high. So whoever asks three times, without
haste and without failing, is taken for curious: low. How often the same was asked counts only where it is at least half
of what was asked on the topic.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from learnflow.domain.struggle.observations import Attempt, Observation, Question
from learnflow.models.events.learning import Signals
from learnflow.models.vocabulary import StruggleLevel

SIMILAR_QUESTIONS: Final = 3  # data model 2.4
FAILED_SUBMISSIONS: Final = 5  # since the last success; ours: to fail and try again is how one learns, for a while
HASTE: Final = timedelta(minutes=30)
_MOSTLY: Final = 1 / 2  # of the questions on the topic


@dataclass(frozen=True, slots=True)
class StruggleEvidence:
    """What repeats: similar questions, their share of all on the topic, the time from the first to the last.

    `unhelped` are those among them that say that the answer before was no help. The signals tell what fails.
    """

    count: int
    span: timedelta
    signals: Signals
    share: float = 1.0
    unhelped: int = 0

    @property
    def more(self) -> int:
        """Questions beyond those that make a struggle, where they are most of what was asked."""
        return self.count - SIMILAR_QUESTIONS if self.share >= _MOSTLY else 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table. `source` says where its threshold comes from."""

    sign: str
    points: int
    holds: Callable[[StruggleEvidence], bool]
    source: str


RULES: Final = (
    Rule("a fourth similar question", 1, lambda evidence: evidence.more >= 1, "ours: data model 2.4 asks for three"),
    Rule("a fifth similar question", 1, lambda evidence: evidence.more >= 2, "ours, as above"),  # noqa: PLR2004 - the table
    Rule(
        "four or more within half an hour",
        1,
        lambda evidence: evidence.more >= 1 and evidence.span <= HASTE,
        "data model 2.8: four within 15 minutes are high; twice that time is ours",
    ),
    Rule("two that say the answer was no help", 1, lambda evidence: evidence.unhelped >= 2, "ours"),  # noqa: PLR2004
    Rule("three failed runs", 1, lambda evidence: evidence.signals.failed_runs >= 3, "ours, as many as questions"),  # noqa: PLR2004
    Rule(
        "errors repeated as much as one three times in a row",
        1,
        lambda evidence: evidence.signals.error_density >= 4 / 3,
        "Becker 2016 has the measure; the threshold, 2²/3, is ours",
    ),
    Rule(
        "wheel-spinning",
        2,
        lambda evidence: evidence.signals.wheel_spinning,
        "Beck and Gong 2013: ten tries, three right",
    ),
    Rule(
        "half of the questions want just the answer",
        1,
        lambda evidence: evidence.signals.answer_seeking >= 1 / 2,
        "Aleven et al. 2006 describe such questions; the share is ours",
    ),
)
_RECOMMENDATIONS: Final = {
    StruggleLevel.LOW: "Offer another explanation, with an example",
    StruggleLevel.MEDIUM: "Go back to what the topic builds on, and practise it",
    StruggleLevel.HIGH: "Suggest 1-on-1 session",
}
_LEVELS: Final = tuple(StruggleLevel)  # the lowest first


def enough(similar_questions: int, failed_submissions: int) -> bool:
    """Return whether so many similar questions and failed submissions together are a struggle."""
    return similar_questions / SIMILAR_QUESTIONS + failed_submissions / FAILED_SUBMISSIONS >= 1


def level(evidence: StruggleEvidence) -> StruggleLevel:
    """Return how much of a struggle it is; that there are enough similar questions is settled before."""
    points = sum(rule.points for rule in RULES if rule.holds(evidence))
    return _LEVELS[min(points, len(_LEVELS) - 1)]


def recommendation(struggle_level: StruggleLevel, evidence: Signals) -> str:
    """Return what a teacher may do: it depends on how much of a struggle it is, and on whether it shows in failures."""
    if struggle_level is not StruggleLevel.HIGH and evidence.failed_runs >= SIMILAR_QUESTIONS:
        return "Go through the failed submissions together, then practise something easier"
    return _RECOMMENDATIONS[struggle_level]


def higher(new: StruggleLevel, old: StruggleLevel | None) -> bool:
    """Return whether a level is above another; every level is above none."""
    return old is None or _LEVELS.index(new) > _LEVELS.index(old)


TRIES: Final = 10
RIGHT_IN_A_ROW: Final = 3


def signals(window: Sequence[Observation]) -> Signals:
    """Return the signals of observations in the order of their times.

    An error counts where a submission ended with it or a question is about it; a submission without one ends a run.
    """
    attempts = [item for item in window if isinstance(item, Attempt)]
    questions = [item for item in window if isinstance(item, Question) and item.counts]
    met = [item.error for item in window if isinstance(item, Attempt) or (isinstance(item, Question) and item.error)]
    errors = [error for error in met if error]
    return Signals(
        failed_runs=sum(not attempt.passed for attempt in attempts),
        repeated_errors=len(errors) - len(set(errors)),
        error_density=repeated_error_density(met),
        wheel_spinning=spins(attempt.passed for attempt in attempts),
        answer_seeking=sum(question.wants_answer for question in questions) / len(questions) if questions else 0.0,
    )


def repeated_error_density(errors: Iterable[str | None]) -> float:
    """Return Σ r²/(r+1) over the runs of one error, where r is how often it was repeated; None is no error.

    Becker 2016, A New Metric to Quantify Repeated Compiler Errors for Novice Programmers.
    """
    repeats = (sum(1 for _ in run) - 1 for error, run in groupby(errors) if error)
    return sum(repeated**2 / (repeated + 1) for repeated in repeats)


def spins(results: Iterable[bool]) -> bool:
    """Return whether ten tries have passed since the last three right in a row, or without any.

    Beck and Gong 2013, Wheel-Spinning: Students Who Fail to Master a Skill.
    """
    tries = right = 0
    for passed in results:
        tries += 1
        right = right + 1 if passed else 0
        if right >= RIGHT_IN_A_ROW:
            tries = 0
    return tries >= TRIES
