"""Graded answers in PostgreSQL → the parameters of the mastery model."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import click

from learnflow.cli.connection import connect
from learnflow.domain.mastery.model import shipped
from learnflow.domain.mastery.parameters import Parameters
from learnflow.domain.phrasing import many, together

ANSWERS: Final = """
    SELECT student_id, topic, score FROM exercise_submissions ORDER BY at, message_id"""

Histories = dict[str, list[tuple[str, float]]]  # of each student, in order: topic and score


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parameters that answers lead to, and how many answers there were, in all and by topic."""

    parameters: Parameters
    students: int
    by_topic: Counter[str]
    changed: bool
    least: int
    least_of_topic: int

    @property
    def topics(self) -> list[str]:
        """The topics that got weights of their own."""
        return sorted(key for key, count in self.by_topic.items() if self.changed and count >= self.least_of_topic)

    @property
    def kept(self) -> list[str]:
        """The topics that were answered on, and too seldom."""
        return sorted(self.by_topic.keys() - set(self.topics))

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "answers": self.by_topic.total(),
            "students": self.students,
            "fitted": self.changed,
            "topics_fitted": self.topics,
            "topics_kept": self.kept,
            "parameters": self.parameters.model_dump(mode="json"),
        }

    def in_words(self) -> str:
        """Say what was fitted and what was kept, and why."""
        had = f"{many(self.by_topic.total(), 'graded answer')} of {many(self.students, 'student')}"
        if not self.changed:
            return (
                f"{had}: too few to fit anything, so the parameters that are shipped are kept. It takes "
                f"{self.least:,} in all, and {self.least_of_topic:,} on one topic."
            )
        topics = together(self.topics, most=len(self.topics))
        words = f"{had}. Fitted: what all topics share, and weights of their own for {topics}."
        if self.kept:
            few = together(self.kept, most=len(self.kept))
            words += f" Fewer than {self.least_of_topic:,} answers, so as shipped or shared: {few}."
        return f"{words} Kept: the steps, the scale of levels, and the weights of weak evidence."


async def histories() -> Histories:
    """Return all graded answers, in the order of their times."""
    answers: Histories = {}
    async with connect() as connection, connection.transaction():
        async for student_id, topic, score in connection.cursor(ANSWERS, prefetch=10_000):
            answers.setdefault(student_id, []).append((topic, score))
    return answers


def fitted(answers: Histories) -> Fitted:
    """Fit the shipped parameters to answers. Raises ClickException where numpy and scipy are not installed."""
    try:
        from learnflow.domain.mastery.fit import (  # noqa: PLC0415 - needs an extra that nothing else does
            LEAST_ANSWERS,
            LEAST_TOPIC_ANSWERS,
            fit,
        )
    except ModuleNotFoundError as error:
        raise click.ClickException(f"fitting needs {error.name}: install learnflow[fit]") from None
    before = shipped().parameters
    parameters = fit(answers.values(), before)
    return Fitted(
        parameters=parameters,
        students=len(answers),
        by_topic=Counter(topic for history in answers.values() for topic, _ in history),
        changed=parameters != before,
        least=LEAST_ANSWERS,
        least_of_topic=LEAST_TOPIC_ANSWERS,
    )
