"""Claude as an author of exercises."""

from collections.abc import Sequence
from typing import Final

from learnflow.models.taxonomy import title
from learnflow.tutor.claude.client.interface import Ask, Asker, Said, Written
from learnflow.tutor.claude.fenced_text import fenced
from learnflow.tutor.claude.prompts import prompt
from learnflow.tutor.exercises.generation.proposal import Attempt, Order, Proposal

_MAX_TOKENS: Final = 12_000
_MOST_SEEN: Final = 20


class ClaudeAuthor:
    """Asks Claude for exercises, and shows it what was wrong with those before."""

    def __init__(self, asker: Asker, model: str) -> None:
        """Ask a model; who asks for one question counts what it costs."""
        self._asker = asker
        self._model = model
        self._prompt = prompt("exercise")
        self.prompt = self._prompt.version

    async def write(self, order: Order, tried: Sequence[Attempt], deadline: float) -> Written[Proposal]:
        """Propose an exercise, or a better one than those tried, before a time of the event loop's clock.

        Raises ClaudeUnavailable or ClaudeMisspoke.
        """
        ask = Ask(self._model, self._prompt.text, _conversation(order, tried), Proposal, _MAX_TOKENS)
        return await self._asker.ask(ask, deadline)


def _conversation(order: Order, tried: Sequence[Attempt]) -> tuple[Said, ...]:
    """Return the order, and for each attempt what was proposed and why it was not accepted."""
    turns = [Said("user", _asked(order))]
    for attempt in tried:
        problem = f"This was not accepted: {attempt.problem}."
        if attempt.proposal is None:
            turns[-1] = Said("user", f"{turns[-1].text}\n\nYour last answer was of no use: {attempt.problem}.")
            continue
        turns.append(Said("assistant", attempt.proposal.model_dump_json()))
        turns.append(Said("user", f"{problem}\n\n{fenced(attempt.details)}" if attempt.details else problem))
    return tuple(turns)


def _asked(order: Order) -> str:
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
        seen = "\n".join(" ".join(name.split()) for name in order.seen[-_MOST_SEEN:])
        lines.append(f"- The student knows these already; write something else:\n\n{fenced(seen)}")
    return "\n".join(lines)
