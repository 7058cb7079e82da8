"""student-events → sandbox, PostgreSQL → student-events: an assigned exercise is its student's once it has been run."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.backoff import Backoff
from learnflow.bounded_cache import BoundedCache
from learnflow.database.exercises import Addition, other_content
from learnflow.database.postgres import BatchSource
from learnflow.models.envelope import Event
from learnflow.models.events.students import ExerciseAssigned, ExerciseVerified
from learnflow.models.exercise import Exercise
from learnflow.sandbox import SandboxUnavailable
from learnflow.streams.codec import Refusal
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import STUDENT_EVENTS
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation.proposal import FlawedExercise
from learnflow.tutor.exercises.generation.verification import verify_solution

TRIES: Final = 4  # of a sandbox that cannot run anything now
_BACKOFF: Final = Backoff(first=0.5, longest=5.0)
_REMEMBERED: Final = 1_024  # exercises; a whole class gets the same one


def is_assignment(event: Event[Any]) -> bool:
    """Say whether an event assigns an exercise."""
    return isinstance(event.payload, ExerciseAssigned)


def verified(cause: Event[Any], assigned: ExerciseAssigned, now: datetime) -> Event[Any]:
    """Return the event by which an exercise becomes its student's: one for each student and exercise."""
    exercise = assigned.exercise
    payload = ExerciseVerified(exercise=exercise, query_id=assigned.query_id)
    return follow(cause, exercise.exercise_id, "exercise-verified", payload, now, steps=0)


class AssignedExercises:
    """Runs what schools assign, before a student sees it. One that does not hold is a dead letter."""

    def __init__(self, context: Context, additions: BatchSource[Addition, str | None]) -> None:
        self._context = context
        self._additions = additions
        self._runs: BoundedCache[str, asyncio.Task[None]] = BoundedCache(_REMEMBERED)

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return that the exercise holds. Raises Refusal; waits while PostgreSQL is away."""
        assigned: ExerciseAssigned = delivery.event.payload
        problem = await self._problem(assigned.exercise)
        if problem is not None:
            raise Refusal(f"payload.{problem}", trace_id=delivery.event.trace_id)
        return [Outgoing(STUDENT_EVENTS, verified(delivery.event, assigned, self._context.now()))]

    async def _problem(self, exercise: Exercise) -> str | None:
        prepared = BANK.get(exercise.exercise_id)
        if prepared is not None:  # which is run by our tests
            return other_content(exercise, prepared)
        try:
            await self._run_once(exercise)
        except FlawedExercise as flaw:
            details = " ".join(flaw.details.split())
            return f"exercise: {flaw}" + (f" ({details})" if details else "")
        except SandboxUnavailable as error:
            return f"exercise: cannot be run here, redrive this when it can: {error}"
        return await self._additions.read(Addition(exercise))

    async def _run_once(self, exercise: Exercise) -> None:
        """Run an exercise, or wait for the run of the same one that was begun for another student."""
        content = exercise.model_dump_json(exclude={"created_at", "created_by_agent"})
        key = hashlib.sha256(content.encode()).hexdigest()
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = asyncio.create_task(self._run(exercise))
        try:
            await asyncio.shield(run)
        except Exception:
            self._runs.pop(key, None)  # the next one may find a sandbox that is less busy
            raise

    async def _run(self, exercise: Exercise) -> None:
        for tried in range(1, TRIES + 1):
            try:
                await verify_solution(exercise, self._context.sandbox)
            except SandboxUnavailable:
                if tried == TRIES:
                    raise
                await asyncio.sleep(_BACKOFF.wait(tried))
            else:
                return
