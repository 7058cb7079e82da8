"""Have an exercise written, verify it by running it, and have it mended where it is wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from learnflow.models.exercise import Exercise
from learnflow.models.vocabulary import Stage
from learnflow.sandbox import Sandbox, SandboxUnavailable
from learnflow.tutor.answer_progress import enter
from learnflow.tutor.exercises.generation.proposal import (
    Attempt,
    Author,
    AuthorUnavailable,
    ExerciseOrder,
    FlawedExercise,
)
from learnflow.tutor.exercises.generation.verification import exercise_from, verify

ATTEMPTS: Final = 3  # one, and two repairs
SECONDS: Final = 90.0  # a query is answered within 120 s, with an exercise of the bank if need be


class GenerationFailed(Exception):  # noqa: N818 - what happened, which the bank makes up for
    """There is no verified exercise; the text says why, and `tried` what came before."""

    def __init__(self, reason: str, tried: Sequence[Attempt]) -> None:
        super().__init__(reason)
        self.tried = tuple(tried)


@dataclass(frozen=True, slots=True)
class Generated:
    """A verified exercise, all attempts with the last that held, and who wrote it by which prompt."""

    exercise: Exercise
    tried: tuple[Attempt, ...]
    model: str
    prompt: str


async def generate(  # noqa: PLR0913 - an order, who works on it, and what a repeated query must find again
    order: ExerciseOrder, author: Author, sandbox: Sandbox, *, exercise_id: UUID, now: datetime,
    seconds: float = SECONDS,
) -> Generated:  # fmt: skip
    """Return a verified exercise. Raises GenerationFailed when there is none after two repairs, or in that time.

    What the author's calls cost is counted by whoever asks for it: those of exercises that do not hold are paid, too.
    """
    problem = await sandbox.check()
    if problem is not None:
        raise GenerationFailed(_reason(SandboxUnavailable(problem), seconds), ())
    tried: list[Attempt] = []
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout_at(deadline):
            for number in range(1, ATTEMPTS + 1):
                proposal = None
                try:
                    proposal, model = await author.write(order, tried, deadline)
                    exercise = exercise_from(order, proposal, exercise_id, now)
                    enter(Stage.CHECKING)
                    await verify(exercise, sandbox)
                except FlawedExercise as flaw:
                    tried.append(Attempt(number=number, problem=str(flaw), details=flaw.details, proposal=proposal))
                else:
                    return Generated(exercise, (*tried, Attempt(number=number)), model, author.prompt)
    except (AuthorUnavailable, SandboxUnavailable, TimeoutError) as error:
        raise GenerationFailed(_reason(error, seconds), tried) from error
    raise GenerationFailed(f"none of {ATTEMPTS} attempts holds", tried)


def _reason(error: Exception, seconds: float) -> str:
    match error:
        case AuthorUnavailable():
            return str(error)
        case SandboxUnavailable():
            return f"nothing can be verified: {error}"
    return f"there is none after {seconds:g} s"
