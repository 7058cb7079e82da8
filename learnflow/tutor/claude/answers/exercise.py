"""Exercises that Claude writes for a student, and that were verified; where none holds, the bank has one."""

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Usage
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import title
from learnflow.models.vocabulary import Agent
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.interface import (
    ClaudeRequest,
    ClaudeUnavailable,
    Message,
    ModelClient,
    UnusableReply,
    WayRefused,
)
from learnflow.tutor.claude.prompts import fenced, prompt
from learnflow.tutor.exercises import ExerciseReply, assignment, choose
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation.generate import Generated, GenerationFailed
from learnflow.tutor.exercises.generation.proposal import (
    Attempt,
    AuthorUnavailable,
    ExerciseOrder,
    FlawedExercise,
    Proposal,
)
from learnflow.tutor.exercises.selection import requested_exercise

_MOST_NAMED: Final = 20  # exercises that Claude is told not to repeat


def exercise_order(request: AgentRequest, question: ParsedQuestion) -> ExerciseOrder:
    """Return what is to be written for a student."""
    wish = requested_exercise(request, question, BANK.topics)
    return ExerciseOrder(
        topic=wish.topic,
        difficulty=wish.difficulty,
        language=wish.language,
        style=request.profile.learning_style,
        mastery=request.standing.python_mastery_levels.get(wish.topic),
        seen=tuple(assigned.exercise.name for assigned in request.exercises),
    )


def written_exercise(generated: Generated, request: AgentRequest, usage: tuple[Usage, ...]) -> ExerciseReply:
    """Return an exercise that was written, without its solution; what was tried is in the metadata."""
    generation: dict[str, JsonValue] = {
        "by": generated.model,
        "prompt": generated.prompt,
        "tried": _as_json(generated.tried),
    }
    metadata: dict[str, JsonValue] = {"generation": generation, "prompt": generated.prompt}
    return assignment(generated.exercise, request, model=generated.model, usage=usage, metadata=metadata)


def exercise_from_bank(
    request: AgentRequest, question: ParsedQuestion, failure: GenerationFailed, usage: tuple[Usage, ...]
) -> ExerciseReply:
    """Return an exercise of the bank where none could be written; why is in the metadata."""
    choice = choose(request, question)
    generation: dict[str, JsonValue] = {"by": "bank", "reason": str(failure), "tried": _as_json(failure.tried)}
    return assignment(choice.exercise, request, note=choice.note, usage=usage, metadata={"generation": generation})


def _as_json(tried: Sequence[Attempt]) -> list[JsonValue]:
    return [attempt.model_dump(mode="json") for attempt in tried]


class ClaudeAuthor:
    """Asks Claude for exercises, and shows it what was wrong with those before."""

    def __init__(self, client: ModelClient, settings: ClaudeSettings) -> None:
        """Ask the model of the settings; the client counts what it costs."""
        self._client = client
        self._settings = settings
        self._prompt = prompt("exercise")
        self.prompt = self._prompt.version

    async def write(self, order: ExerciseOrder, tried: Sequence[Attempt], deadline: float) -> tuple[Proposal, str]:
        """Propose an exercise, or a better one than those tried, before a time of the event loop's clock.

        Returns the model that wrote it, too. Raises AuthorUnavailable, or FlawedExercise where it is none.
        """
        agent, settings = Agent.EXERCISE, self._settings
        request = ClaudeRequest(
            settings.model, self._prompt.text, _conversation(order, tried), Proposal, settings.most_tokens(agent),
            effort=settings.effort_of(agent),
        )  # fmt: skip
        try:
            try:
                reply = await self._client.ask(request, deadline)
            except WayRefused:
                reply = await self._client.ask(request, deadline)
        except ClaudeUnavailable as error:
            raise AuthorUnavailable(f"Claude cannot be asked: {error}") from error
        except UnusableReply as error:
            if error.refused:
                raise AuthorUnavailable("Claude does not want to write it") from error
            raise FlawedExercise(f"the answer is no exercise: {error}") from error
        return reply.value, reply.model


def _conversation(order: ExerciseOrder, tried: Sequence[Attempt]) -> tuple[Message, ...]:
    """Return the order, and for each attempt what was proposed and why it was not accepted."""
    messages = [Message("user", _assignment(order))]
    for attempt in tried:
        problem = f"This was not accepted: {attempt.problem}."
        if attempt.proposal is None:
            messages[-1] = Message("user", f"{messages[-1].text}\n\nYour last answer was of no use: {attempt.problem}.")
            continue
        messages.append(Message("assistant", attempt.proposal.model_dump_json()))
        messages.append(Message("user", f"{problem}\n\n{fenced(attempt.details)}" if attempt.details else problem))
    return tuple(messages)


def _assignment(order: ExerciseOrder) -> str:
    lines = [
        "Write an exercise.",
        "",
        f"- Topic: {title(order.topic)}",
        f"- Difficulty: {order.difficulty}",
        f"- Language: {order.language}",
    ]
    if order.style is not None:
        lines.append(f"- The student prefers to learn: {order.style}")
    if order.mastery is not None:
        lines.append(f"- The student's mastery of the topic, from 0 to 1: {order.mastery:.2f}")
    if order.seen:
        seen = "\n".join(" ".join(name.split()) for name in order.seen[-_MOST_NAMED:])
        lines.append(f"- The student knows these already; write something else:\n\n{fenced(seen)}")
    return "\n".join(lines)
