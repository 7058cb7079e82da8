"""Personal data stays here: whatever is said to Claude is masked on its way."""

from dataclasses import replace

from learnflow.domain.personal_data import mask
from learnflow.tutor.claude.client.interface import Ask, Asker, Said, T, Written


class Masked:
    """An asker before another one. What writes prompts need not think of it, and cannot forget it.

    The system prompt is ours and says nothing of a student. Each turn is masked as a whole, so that the same words are
    the same on the wire every time.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        """Ask without the personal data. Raises what the other raises."""
        masked = tuple(Said(said.role, mask(said.text)) for said in ask.messages)
        return await self._asker.ask(replace(ask, messages=masked), deadline)

    async def close(self) -> None:
        """Close the other."""
        await self._asker.close()
