"""Submissions: questions with code, whose context names the exercise that the code is for. No clock, no I/O."""

from typing import Final
from uuid import UUID

from learnflow.domain.question import distress
from learnflow.domain.question.intent import Triage
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent

NAMES_IT: Final = "exercise_id"  # in the question's context
QUESTION_KEY: Final = "submission"

_CERTAIN: Final = Triage(
    Intent.EXERCISE, GENERAL, QUESTION_KEY, 1.0, f"code, and context.{NAMES_IT} says what for → exercise, to be graded"
)


def exercise_named(query: StudentQuery) -> UUID | None:
    """Return the exercise that a question names, or None. Raises ValueError with a sentence for the student."""
    said = (query.context or {}).get(NAMES_IT)
    if not said:
        return None
    try:
        return UUID(str(said))
    except ValueError:
        msg = f"context.{NAMES_IT}: must be the id (a UUID) of an exercise that you were given."
        raise ValueError(msg) from None


def is_submission(query: StudentQuery) -> bool:
    """Say whether a question is code to be graded."""
    return bool(query.code_snippet) and bool((query.context or {}).get(NAMES_IT))


def certain(query: StudentQuery) -> Triage | None:
    """Return what a question is where nothing has to be weighed: words of distress, a submission. None for others."""
    if distress.in_distress(query):
        return distress.TRIAGE
    return _CERTAIN if is_submission(query) else None
