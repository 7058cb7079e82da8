"""What tells a struggle from curiosity, of all observations on one topic within the window. No clock, no I/O."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from learnflow.domain.struggle.observations import Attempt, Observation, Question
from learnflow.models.events.learning import Signals

TRIES: Final = 10
RIGHT_IN_A_ROW: Final = 3


def signals(window: Sequence[Observation]) -> Signals:
    """Return the signals of observations in the order of their times.

    An error counts where a submission ended with it or a question is about it; a submission without one ends a run.
    """
    attempts = [seen for seen in window if isinstance(seen, Attempt)]
    questions = [seen for seen in window if isinstance(seen, Question)]
    met = [seen.error for seen in window if isinstance(seen, Attempt) or (isinstance(seen, Question) and seen.error)]
    errors = [error for error in met if error]
    return Signals(
        failed_runs=sum(not attempt.passed for attempt in attempts),
        repeated_errors=len(errors) - len(set(errors)),
        error_density=repeated_error_density(met),
        wheel_spinning=spins(attempt.passed for attempt in attempts),
        answer_seeking=sum(one.wants_answer for one in questions) / len(questions) if questions else 0.0,
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
