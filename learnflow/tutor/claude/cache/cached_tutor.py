"""A tutor that explains what was explained already in the words of the first time, which costs nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from learnflow.domain.question import distress
from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.claude.cache.cacheable_question import (
    Question,
    concept_alone,
    impersonal,
    of_concept,
    stands_alone,
    wants_its_own,
)
from learnflow.tutor.claude.cache.explanations import Explanations
from learnflow.tutor.code_run import Ran
from learnflow.tutor.exercises import Reply
from learnflow.tutor.interface import Tutor

SURE: Final = 0.5  # confidence of an explanation that is worth giving again
_NOT_FOR_ALL: Final = ("asks_back", "off_topic", distress.NOTED)  # in the metadata of what answers nobody else

Explain = Callable[[], Awaitable[Draft]]


class CachedTutor:
    """Passes everything on to another tutor, but explanations that it knows.

    Questions that stand for themselves are asked without what is known of their student, and the same question of
    several students at once is asked once. `is_personal` says whether a text holds what is nobody else's business.
    """

    def __init__(self, tutor: Tutor, explanations: Explanations, is_personal: Callable[[str], bool]) -> None:
        self._tutor = tutor
        self._explanations = explanations
        self._is_personal = is_personal
        self._asked: dict[Question, asyncio.Future[Draft | None]] = {}

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""
        return await self._tutor.triage(query, question)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""
        cacheable = stands_alone(request, question, self._is_personal)
        if cacheable is None or wants_its_own(request, cacheable.topic):
            return await self._tutor.explain(request, question)
        anybodys = impersonal(request, cacheable)
        return await self._once(cacheable, lambda: self._tutor.explain(anybodys, question))

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        cacheable = of_concept(request, question, concept)
        if cacheable is None:
            return await self._tutor.explain_concept(request, question, concept)
        anybodys = concept_alone(request, cacheable)
        plain = parse_question(anybodys.query)  # another text than the student's
        return await self._once(cacheable, lambda: self._tutor.explain_concept(anybodys, plain, concept))

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code."""
        return await self._tutor.review(request, question)

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: Ran) -> Draft:
        """Find the error."""
        return await self._tutor.debug(request, question, ran)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> Reply:
        """Give an exercise."""
        return await self._tutor.exercise(request, question)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return await self._tutor.progress(request, question)

    async def close(self) -> None:
        """Finish what is being written, and let go of what the other holds."""
        await self._explanations.close()
        await self._tutor.close()

    async def remembered(self, request: AgentRequest, question: ParsedQuestion) -> Draft | None:
        """Return what was explained to somebody who asked the same, at whatever level; None where there is nothing."""
        cacheable = stands_alone(request, question, self._is_personal)
        return None if cacheable is None else await self._known_at_any_level(cacheable)

    async def remembered_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft | None:
        """Return how a topic was explained for another answer, at whatever level; None where there is nothing."""
        cacheable = of_concept(request, question, concept)
        return None if cacheable is None else await self._known_at_any_level(cacheable)

    async def _known_at_any_level(self, question: Question) -> Draft | None:
        known = await self._explanations.find_of_any_level(question)
        return known and _again(known)

    async def _once(self, question: Question, explain: Explain) -> Draft:
        first = self._asked.get(question)
        if first is None:
            return await self._first(question, explain)
        known = await asyncio.shield(first)
        return await explain() if known is None else _again(known)

    async def _first(self, question: Question, explain: Explain) -> Draft:
        """Ask, while others wait for it. Where that fails, each of them asks for itself: it may be one's own quota."""
        answer = self._asked[question] = asyncio.get_running_loop().create_future()
        known = None
        try:
            known = await self._explanations.find(question)
            if known is not None:
                return _again(known)
            draft = await explain()
            if draft.confidence >= SURE and not any(draft.metadata.get(sign) for sign in _NOT_FOR_ALL):
                known = draft.model_copy(update={"usage": (), "token_count": None})
                self._explanations.keep(question, known)
            return draft
        finally:
            del self._asked[question]
            answer.set_result(known)


def _again(draft: Draft) -> Draft:
    """Return an explanation as it is given again: it has cost nothing this time."""
    return draft.model_copy(update={"metadata": {**draft.metadata, "cached": True}})
