"""What students get while Claude is away: which of three ways, the settings say. No question is left without a word."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Literal, Protocol

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.code_run import Ran
from learnflow.tutor.exercises import Reply
from learnflow.tutor.interface import ClaudeAway, Tutor, TutorUnavailable

WhenAway = Literal["offline", "cache", "fail"]

AWAY: Final = "claude_away"  # in an answer's metadata, with the reason
_REMEMBERED: Final = "Here is what it wrote to somebody who asked the same."
_OFFLINE: Final = "So here is what LearnFlow knows without it."
_FAILED: Final = "Please ask again later."

Recall = Callable[[], Awaitable[Draft | None]]
Answer = Callable[[], Awaitable[Draft]]


class Memory(Protocol):
    """Knows what Claude explained before, at whatever level."""

    async def remembered(self, request: AgentRequest, question: ParsedQuestion) -> Draft | None:
        """Return what was explained to somebody who asked the same; None where there is nothing."""

    async def remembered_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft | None:
        """Return how a topic was explained for another answer; None where there is nothing."""


class FallbackTutor:
    """Passes everything on to Claude's tutor, and has an answer for when that raises ClaudeAway.

    `offline`: what was explained before, or else the offline tutor's answer; it begins with the reason. `cache`: only
    what was explained before; all else raises TutorUnavailable, as `fail` always does. Triage goes by the offline
    rules, and exercises come from the bank, whatever is set: neither is worse than no answer.
    """

    def __init__(self, claude: Tutor, offline: Tutor, when_away: WhenAway, memory: Memory | None = None) -> None:
        self._claude = claude
        self._offline = offline
        self._when_away = when_away
        self._memory = memory

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""
        try:
            return await self._claude.triage(query, question)
        except ClaudeAway as away:
            found = await self._offline.triage(query, question)
            return replace(found, reasoning=f"{found.reasoning} (by rules: {away})", usage=away.usage)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""

        async def recall() -> Draft | None:
            return await self._memory.remembered(request, question) if self._memory else None

        return await self._answered(
            lambda: self._claude.explain(request, question), lambda: self._offline.explain(request, question), recall
        )  # fmt: skip

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it; within that, no word is said of who is away."""

        async def recall() -> Draft | None:
            return await self._memory.remembered_concept(request, question, concept) if self._memory else None

        return await self._answered(
            lambda: self._claude.explain_concept(request, question, concept),
            lambda: self._offline.explain_concept(request, question, concept),
            recall,
            part=True,
        )

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code."""
        return await self._answered(
            lambda: self._claude.review(request, question), lambda: self._offline.review(request, question)
        )

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: Ran) -> Draft:
        """Find the error."""
        return await self._answered(
            lambda: self._claude.debug(request, question, ran), lambda: self._offline.debug(request, question, ran)
        )  # fmt: skip

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> Reply:
        """Give an exercise."""
        try:
            return await self._claude.exercise(request, question)
        except ClaudeAway as away:
            reply = await self._offline.exercise(request, question)
            return replace(reply, draft=_instead(reply.draft, away))

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return await self._answered(
            lambda: self._claude.progress(request, question), lambda: self._offline.progress(request, question)
        )

    async def close(self) -> None:
        """Let go of what the others hold."""
        await self._claude.close()
        await self._offline.close()

    async def _answered(
        self, claude: Answer, offline: Answer, recall: Recall | None = None, *, part: bool = False
    ) -> Draft:
        try:
            return await claude()
        except ClaudeAway as away:
            known = await recall() if recall and self._when_away != "fail" else None
            if known is not None:
                return _instead(known, away, None if part else _REMEMBERED)
            if self._when_away == "offline":
                return _instead(await offline(), away, None if part else _OFFLINE)
            msg = f"{away} {_FAILED}"
            raise TutorUnavailable(msg, away.usage) from away


def _instead(draft: Draft, away: ClaudeAway, opening: str | None = None) -> Draft:
    """Return an answer that says why it is not Claude's, and has what was paid all the same."""
    return draft.model_copy(
        update={
            "text": f"{away} {opening}\n\n{draft.text}" if opening else draft.text,
            "metadata": {**draft.metadata, AWAY: str(away)},
            "usage": (*away.usage, *draft.usage),
        }
    )
