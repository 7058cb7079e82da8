"""What students get while Claude is away: which of three ways, the settings say. No question is left without a word."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.interface import Answer, ClaudeAway, Tutor, TutorUnavailable, TutorWrapper

WhenAway = Literal["offline", "cache", "fail"]

AWAY: Final = "claude_away"  # in an answer's metadata, with the reason
_OFFLINE: Final = "So here is what LearnFlow knows without it."

Asked: TypeAlias = tuple[AgentRequest, ParsedQuestion, str | None]  # the last is a concept that another answer needs
# what was explained before to who asked this
Earlier: TypeAlias = Callable[[AgentRequest, ParsedQuestion, str | None], Awaitable[Draft | None]]


class FallbackTutor(TutorWrapper):
    """Passes everything on to Claude's tutor, and has an answer for when that raises ClaudeAway.

    `offline`: what was explained before, or else the offline tutor's answer; it begins with the reason. `cache`: only
    what was explained before; all else raises TutorUnavailable, as `fail` always does. Triage goes by the offline
    rules, and exercises come from the bank, whatever is set: neither is worse than no answer.
    """

    def __init__(self, claude: Tutor, offline: Tutor, when_away: WhenAway, earlier: Earlier | None = None) -> None:
        super().__init__(claude)
        self._offline = offline
        self._when_away = when_away
        self._earlier = earlier if when_away != "fail" else None

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""
        try:
            return await super().triage(query, question)
        except ClaudeAway as away:
            triage = await self._offline.triage(query, question)
            return replace(triage, reasoning=f"{triage.reasoning} (by rules: {away})", usage=away.usage)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""
        return await self._answered(lambda tutor: tutor.explain(request, question), (request, question, None))

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it; within that, no word is said of who is away."""
        asked = (request, question, concept)
        return await self._answered(lambda tutor: tutor.explain_concept(request, question, concept), asked)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give an exercise."""
        try:
            return await super().exercise(request, question)
        except ClaudeAway as away:
            reply = await self._offline.exercise(request, question)
            return replace(reply, draft=_instead(reply.draft, away))

    async def close(self) -> None:
        """Let go of what the others hold."""
        await super().close()
        await self._offline.close()

    async def _draft(self, request: AgentRequest, question: ParsedQuestion, answer: Answer) -> Draft:  # noqa: ARG002 - the wrapper's signature
        return await self._answered(answer)

    async def _answered(self, answer: Answer, asked: Asked | None = None) -> Draft:
        part = asked is not None and asked[-1] is not None
        try:
            return await answer(self._tutor)
        except ClaudeAway as away:
            cached = await self._earlier(*asked) if asked and self._earlier else None
            if cached is not None:
                return _instead(cached, away, None if part else "Here is what it wrote to somebody who asked the same.")
            if self._when_away == "offline":
                return _instead(await answer(self._offline), away, None if part else _OFFLINE)
            raise TutorUnavailable(f"{away} Please ask again later.", away.usage) from away


def _instead(draft: Draft, away: ClaudeAway, opening: str | None = None) -> Draft:
    """Return an answer that says why it is not Claude's, and has what was paid all the same."""
    return draft.model_copy(
        update={
            "text": f"{away} {opening}\n\n{draft.text}" if opening else draft.text,
            "metadata": {**draft.metadata, AWAY: str(away)},
            "usage": (*away.usage, *draft.usage),
        }
    )
