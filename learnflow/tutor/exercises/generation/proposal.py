"""What is asked of an author of exercises, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import Field, PositiveInt

from learnflow.models.fields import Model
from learnflow.models.vocabulary import ExerciseLanguage, LearningStyle, SkillLevel

_LONGEST_DETAILS: Final = 2_000  # characters that an author is shown


@dataclass(frozen=True, slots=True)
class ExerciseOrder:
    """An exercise that is wanted. `mastery` of the topic is 0..1; `seen` are names of exercises not to repeat."""

    topic: str
    difficulty: SkillLevel
    language: ExerciseLanguage
    style: LearningStyle | None = None
    mastery: float | None = None
    seen: tuple[str, ...] = ()


class ProposedCase(Model):
    """A test case, as JSON in text: a schema of structured output allows no free JSON."""

    input_json: str = Field(description="The input as JSON text.")
    output_json: str = Field(description="The output as JSON text.")


class Proposal(Model):
    """An exercise as its author wrote it, unchecked."""

    title: str
    problem_text: str
    starter_code: str
    solution_code: str
    test_cases: tuple[ProposedCase, ...]
    hints: tuple[str, ...]
    tags: tuple[str, ...]


class Attempt(Model):
    """One attempt and the problem with it; None when there was none.

    As JSON it is only this. The proposal and the details, which show its code, are for the author alone.
    """

    number: PositiveInt
    problem: str | None = None
    details: str = Field(default="", exclude=True, repr=False)
    proposal: Proposal | None = Field(default=None, exclude=True, repr=False)


class AuthorUnavailable(Exception):  # noqa: N818 - a state, which the bank makes up for
    """The author writes none, and asking again soon does not help. The text says why."""


class FlawedExercise(Exception):  # noqa: N818 - a property of an exercise
    """An exercise that no student may see. The text says why without its code; the details may show it."""

    def __init__(self, problem: str, details: str = "") -> None:
        super().__init__(problem)
        self.details = (
            details if len(details) <= _LONGEST_DETAILS else f"{details[:_LONGEST_DETAILS]}\N{HORIZONTAL ELLIPSIS}"
        )


class Author(Protocol):
    """Writes exercises."""

    prompt: str
    """The version of the instructions that it follows."""

    async def write(self, order: ExerciseOrder, tried: Sequence[Attempt], deadline: float) -> tuple[Proposal, str]:
        """Propose an exercise, or a better one than those tried, before a time of the event loop's clock.

        Returns the model that wrote it, too. Raises AuthorUnavailable, or FlawedExercise where it is none.
        """
