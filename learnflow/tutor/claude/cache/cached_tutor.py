"""A tutor that explains what was explained already in the words of the first time, which costs nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from learnflow.domain.question import distress
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.tutor.claude.cache.cacheable_question import (
    CacheableQuestion,
    anonymous_concept_request,
    anonymous_request,
    cacheable_concept,
    cacheable_question,
    needs_own_answer,
)
from learnflow.tutor.claude.cache.explanation_cache import ExplanationCache
from learnflow.tutor.interface import Tutor, TutorWrapper

SURE: Final = 0.5  # confidence of an explanation that is worth giving again
_NOT_FOR_ALL: Final = ("asks_back", "off_topic", distress.METADATA_FIELD)  # in the metadata of what answers nobody else

Explain = Callable[[], Awaitable[Draft]]


class CachedTutor(TutorWrapper):
    """Passes everything on to another tutor, but explanations that the cache has.

    Questions that stand for themselves are asked without what is known of their student, and the same question of
    several students at once is asked once. `is_personal` says whether a text holds what is nobody else's business.
    """

    def __init__(self, tutor: Tutor, cache: ExplanationCache, is_personal: Callable[[str], bool]) -> None:
        super().__init__(tutor)
        self._cache = cache
        self._is_personal = is_personal
        self._under_way: dict[CacheableQuestion, asyncio.Future[Draft | None]] = {}

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""
        cacheable = cacheable_question(request, question, self._is_personal)
        if cacheable is None or needs_own_answer(request, cacheable.topic):
            return await self._tutor.explain(request, question)
        anonymous = anonymous_request(request, cacheable)
        return await self._once(cacheable, lambda: self._tutor.explain(anonymous, question))

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        cacheable = cacheable_concept(request, question, concept)
        if cacheable is None:
            return await self._tutor.explain_concept(request, question, concept)
        anonymous = anonymous_concept_request(request, cacheable)
        plain = parse_question(anonymous.query)  # another text than the student's
        return await self._once(cacheable, lambda: self._tutor.explain_concept(anonymous, plain, concept))

    async def close(self) -> None:
        """Finish what is being written, and let go of what the other holds."""
        await self._cache.close()
        await super().close()

    async def earlier(self, request: AgentRequest, question: ParsedQuestion, concept: str | None) -> Draft | None:
        """Return what was explained before at whatever level: to who asked the same, or of a concept; or None."""
        cacheable = (
            cacheable_concept(request, question, concept)
            if concept
            else cacheable_question(request, question, self._is_personal)
        )
        draft = await self._cache.find_of_any_level(cacheable) if cacheable else None
        return draft and _from_cache(draft)

    async def _once(self, question: CacheableQuestion, explain: Explain) -> Draft:
        first = self._under_way.get(question)
        if first is None:
            return await self._first(question, explain)
        draft = await asyncio.shield(first)
        return await explain() if draft is None else _from_cache(draft)

    async def _first(self, question: CacheableQuestion, explain: Explain) -> Draft:
        """Ask, while others wait for it. Where that fails, each of them asks for itself: it may be one's own quota."""
        answer = self._under_way[question] = asyncio.get_running_loop().create_future()
        cacheable = None
        try:
            cacheable = await self._cache.find(question)
            if cacheable is not None:
                return _from_cache(cacheable)
            draft = await explain()
            if draft.confidence >= SURE and not any(draft.metadata.get(sign) for sign in _NOT_FOR_ALL):
                cacheable = draft.model_copy(update={"usage": (), "token_count": None})
                self._cache.keep(question, cacheable)
            return draft
        finally:
            del self._under_way[question]
            answer.set_result(cacheable)


def _from_cache(draft: Draft) -> Draft:
    """Return an explanation as it is given again: it has cost nothing this time."""
    return draft.model_copy(update={"metadata": {**draft.metadata, "cached": True}})
