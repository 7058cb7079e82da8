"""What was explained is explained again in the same words, which costs nothing: a tutor, and the cache that it has."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from learnflow.bounded_cache import BoundedCache
from learnflow.database.postgres import SECONDS, Database, DatabaseAway
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
from learnflow.tutor.interface import Tutor, TutorWrapper

SURE: Final = 0.5  # confidence of an explanation that is worth giving again
_NOT_FOR_ALL: Final = ("asks_back", "off_topic", distress.METADATA_FIELD)  # in the metadata of what answers nobody else
AT_HAND: Final = 512  # explanations in the process
WRITING: Final = 64  # to PostgreSQL at once; what is more stays in the process

_BY_KEY: Final = "SELECT draft, created_at FROM concepts_cache WHERE key = $1 AND created_at > $2"
_OF_ANY_LEVEL: Final = """
SELECT draft, created_at FROM concepts_cache WHERE question = $1 AND language = $2 AND created_at > $3
ORDER BY level = $4 DESC, style = $5 DESC, created_at DESC LIMIT 1
"""
_KEEP: Final = """
INSERT INTO concepts_cache (key, question, level, style, language, draft, model, prompt_version, created_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)
ON CONFLICT (key) DO UPDATE SET draft = EXCLUDED.draft, model = EXCLUDED.model, created_at = EXCLUDED.created_at
"""

Explain = Callable[[], Awaitable[Draft]]


@dataclass(frozen=True, slots=True)
class _Entry:
    question: CacheableQuestion
    draft: Draft
    at: datetime


class ExplanationCache:
    """Keeps explanations for so many days. What PostgreSQL does not tell, for whatever reason, is not known.

    `version` is of the prompt and the model: another one makes other answers.
    """

    def __init__(self, database: Database | None, version: str, days: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._version = version
        self._age = timedelta(days=days)
        self._now = now
        self._at_hand: BoundedCache[str, _Entry] = BoundedCache(AT_HAND)
        self._writing: set[asyncio.Task[None]] = set()

    async def find(self, question: CacheableQuestion) -> Draft | None:
        """Return the explanation of a question, or None."""
        key, oldest = question.key(self._version), self._now() - self._age
        entry = self._at_hand.get(key)
        if entry is None or entry.at <= oldest:
            entry = await self._fetch(question, _BY_KEY, key, oldest)
        if entry is not None:
            self._at_hand[key] = entry
        return None if entry is None else entry.draft

    async def find_of_any_level(self, question: CacheableQuestion) -> Draft | None:
        """Return an explanation of a question, also for another level or style, of any version; or None."""
        exact = await self.find(question)
        if exact is not None:
            return exact
        words, language, oldest = question.words, question.language, self._now() - self._age
        stored = await self._fetch(question, _OF_ANY_LEVEL, words, language, oldest, question.level, question.style)
        at_hand = (
            entry
            for entry in reversed(self._at_hand.values())
            if (entry.question.words, entry.question.language) == (words, language) and entry.at > oldest
        )
        entry = stored or next(at_hand, None)
        return None if entry is None else entry.draft

    def keep(self, question: CacheableQuestion, draft: Draft) -> None:
        """Remember an explanation. PostgreSQL is written in the background."""
        entry = _Entry(question, draft, self._now())
        self._at_hand[question.key(self._version)] = entry
        if self._database is not None and len(self._writing) < WRITING:
            task = asyncio.create_task(self._write(self._database, entry))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def settled(self) -> None:
        """Wait for what is being written."""
        if self._writing:
            await asyncio.wait(self._writing, timeout=SECONDS)

    async def close(self) -> None:
        """Finish what is being written, where that is quick."""
        await self.settled()
        for task in self._writing:
            task.cancel()

    async def _fetch(self, question: CacheableQuestion, statement: str, *arguments: object) -> _Entry | None:
        if self._database is None:
            return None
        try:
            rows = await self._database.fetch(statement, *arguments)
            entries = (_Entry(question, Draft.model_validate_json(row["draft"]), row["created_at"]) for row in rows)
            return next(entries, None)
        except (DatabaseAway, ValidationError):
            return None

    async def _write(self, database: Database, entry: _Entry) -> None:
        asked, draft = entry.question, entry.draft
        try:
            await database.fetch(
                _KEEP, asked.key(self._version), asked.words, asked.level, asked.style, asked.language,
                draft.model_dump_json(), draft.model, self._version, entry.at,
            )  # fmt: skip
        except DatabaseAway:
            return  # it says so itself


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
