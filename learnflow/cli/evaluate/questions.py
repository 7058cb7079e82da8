"""The questions of an evaluation: JSON lines, each a question and what is expected of its answer."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, Self
from uuid import UUID

import click
from pydantic import ConfigDict, Field, ValidationError, model_validator

from learnflow.models.fields import Model, NonBlank, explain
from learnflow.models.student_query import Code, QueryText
from learnflow.models.vocabulary import Intent, Language, SkillLevel, Specialist
from learnflow.tutor.exercises.bank import BANK

SHIPPED: Final = "questions.jsonl"
_ID: Final = 8  # characters of the hash


class _Strict(Model):
    model_config = ConfigDict(extra="forbid")  # a misspelt expectation would always hold


class EarlierTurn(_Strict):
    """A turn before the question."""

    question: NonBlank
    answer: NonBlank
    agent: Specialist = Specialist.CONCEPTS
    topic: str | None = None


class Expected(_Strict):
    """What must hold of an answer; what is None need not. Of `mentions`, a|b is one or the other."""

    intent: Intent | None = None
    topic: str | None = None
    error_type: str | None = None
    mentions: tuple[NonBlank, ...] = ()
    asks_back: bool | None = None
    distress: bool = False


class Question(_Strict):
    """A question, as a student asks it; `exercise` is the id of one of the bank's that is open."""

    query_text: QueryText
    code_snippet: Code | None = None
    language: Language | None = None
    skill_level: SkillLevel | None = None
    turns: tuple[EarlierTurn, ...] = ()
    exercise: UUID | None = None
    submits: bool = Field(default=False, description="The code is a solution of the exercise, to be graded.")
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.code_snippet is not None and self.language is None:
            raise ValueError("language: must be given when code_snippet is")
        if self.exercise is not None and BANK.get(self.exercise) is None:
            raise ValueError("exercise: the bank has none with this id")
        return self

    @property
    def id(self) -> str:
        """What the question is known by in reports: a hash of what is asked, whatever is expected."""
        asked = self.model_dump_json(exclude={"expect"}, exclude_defaults=True)
        return sha256(asked.encode()).hexdigest()[:_ID]


def read(file: Path | None) -> tuple[Question, ...]:
    """Return the questions of a file, or those that are shipped. Raises ClickException that names the line."""
    source = files(__package__).joinpath(SHIPPED) if file is None else file
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: is not UTF-8") from None
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                question = Question.model_validate_json(line)
            except ValidationError as error:
                raise click.ClickException(f"{file or SHIPPED}, line {number}: {explain(error)}") from None
            questions[question.id] = question
    if not questions:
        raise click.ClickException(f"{file}: has no questions")
    return tuple(questions.values())
