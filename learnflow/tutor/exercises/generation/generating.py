"""Have an exercise written, verify it by running it, and have it mended where it is wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from learnflow.models.exercise import Exercise
from learnflow.sandbox import Sandbox, SandboxUnavailable
from learnflow.tutor.claude.client.interface import ClaudeMisspoke, ClaudeUnavailable
from learnflow.tutor.exercises.generation.drafting import Flawed, drafted
from learnflow.tutor.exercises.generation.proposal import Attempt, Author, Order
from learnflow.tutor.exercises.generation.verification import verify

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
    order: Order,
    author: Author,
    sandbox: Sandbox,
    *,
    exercise_id: UUID,
    now: datetime,
    seconds: float = SECONDS,
) -> Generated:
    """Return a verified exercise. Raises GenerationFailed when there is none after two repairs, or in that time.

    What the author's calls cost is counted by whoever asks for it: those of exercises that do not hold are paid, too.
    """
    problem = await sandbox.check()
    if problem is not None:
        raise GenerationFailed(_why(SandboxUnavailable(problem), seconds), ())
    tried: list[Attempt] = []
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout_at(deadline):
            while len(tried) < ATTEMPTS:
                outcome = await _attempt(order, author, sandbox, tried, exercise_id, now, deadline)
                if isinstance(outcome, Generated):
                    return outcome
                tried.append(outcome)
    except (ClaudeMisspoke, ClaudeUnavailable, SandboxUnavailable, TimeoutError) as error:
        raise GenerationFailed(_why(error, seconds), tried) from error
    reason = f"none of {ATTEMPTS} attempts holds"
    raise GenerationFailed(reason, tried)


def _why(error: Exception, seconds: float) -> str:
    match error:
        case ClaudeMisspoke():
            return "Claude does not want to write it"
        case ClaudeUnavailable():
            return f"Claude cannot be asked: {error}"
        case SandboxUnavailable():
            return f"nothing can be verified: {error}"
    return f"there is none after {seconds:g} s"


async def _attempt(  # noqa: PLR0913, PLR0917 - as above
    order: Order,
    author: Author,
    sandbox: Sandbox,
    tried: Sequence[Attempt],
    exercise_id: UUID,
    now: datetime,
    deadline: float,
) -> Generated | Attempt:
    number = len(tried) + 1
    try:
        written = await author.write(order, tried, deadline)
    except ClaudeMisspoke as error:
        if error.refused:
            raise
        return Attempt(number=number, problem=f"the answer is no exercise: {error}")
    try:
        exercise = drafted(order, written.value, exercise_id, now)
        await verify(exercise, sandbox)
    except Flawed as flaw:
        return Attempt(number=number, problem=str(flaw), details=flaw.details, proposal=written.value)
    return Generated(
        exercise=exercise,
        tried=(*tried, Attempt(number=number)),
        model=written.model,
        prompt=author.prompt,
    )
