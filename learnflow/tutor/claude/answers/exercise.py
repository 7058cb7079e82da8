"""Exercises that Claude writes for a student, and that were verified; where none holds, the bank has one."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import JsonValue

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.envelope import derived_id
from learnflow.models.events.work import AgentRequest
from learnflow.models.usage import Usage
from learnflow.models.vocabulary import Agent
from learnflow.sandbox import Sandbox
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.answers.dialogue import seconds_for
from learnflow.tutor.claude.client.interface import Meters
from learnflow.tutor.exercises import Reply, choose, given
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation import SECONDS, Attempt, ClaudeAuthor, GenerationFailed, Order, generate
from learnflow.tutor.exercises.requested_exercise import wanted


class Exercising:
    """Has exercises written."""

    def __init__(
        self, meters: Meters, settings: ClaudeSettings, sandbox: Sandbox, now: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._meters = meters
        self._model = settings.model
        self._sandbox = sandbox
        self._now = now

    async def __call__(self, request: AgentRequest, question: ParsedQuestion) -> Reply:
        """Return an exercise without its solution; what was tried is in the metadata."""
        query, now = request.query, self._now()
        meter = self._meters(Agent.EXERCISE, query)
        try:
            made = await generate(
                _order(request, question), ClaudeAuthor(meter, self._model), self._sandbox.of(query.student_id),
                exercise_id=derived_id(query.student_id, query.query_id, "exercise"), now=now,
                seconds=seconds_for(request, SECONDS, now),
            )  # fmt: skip
        except GenerationFailed as failure:
            return _from_the_bank(request, question, failure, meter.usage)
        generation: dict[str, JsonValue] = {"by": made.model, "prompt": made.prompt, "tried": _as_json(made.tried)}
        metadata: dict[str, JsonValue] = {"generation": generation, "prompt": made.prompt}
        return given(made.exercise, request, model=made.model, usage=meter.usage, metadata=metadata)


def _order(request: AgentRequest, question: ParsedQuestion) -> Order:
    wish = wanted(request, question, BANK.topics)
    return Order(
        topic=wish.topic,
        difficulty=wish.difficulty,
        language=wish.language,
        style=request.profile.learning_style,
        mastery=request.standing.python_mastery_levels.get(wish.topic),
        seen=tuple(one.exercise.name for one in request.exercises),
    )


def _from_the_bank(
    request: AgentRequest, question: ParsedQuestion, failure: GenerationFailed, usage: tuple[Usage, ...]
) -> Reply:
    choice = choose(request, question)
    made: dict[str, JsonValue] = {"by": "bank", "reason": str(failure), "tried": _as_json(failure.tried)}
    return given(choice.exercise, request, note=choice.note, usage=usage, metadata={"generation": made})


def _as_json(tried: Sequence[Attempt]) -> list[JsonValue]:
    return [{"number": one.number, "problem": one.problem} for one in tried]
