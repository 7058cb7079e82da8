"""The answers that a process is at: how far they are is told, and those that their students stop are not finished."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID, uuid4

from learnflow.bounded_cache import BoundedCache
from learnflow.models.draft import Usage
from learnflow.models.envelope import Event
from learnflow.models.events import event_with, query_of
from learnflow.models.events.queries import QueryCancelled
from learnflow.models.events.responses import ResponseProgress
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Stage
from learnflow.streams.event_producer import Outgoing
from learnflow.topics import AGENT_RESPONSE_PROGRESS
from learnflow.tutor.answer_progress import AnswerProgress, followed_by

FIRST_SECONDS: Final = 0.2  # an answer that comes sooner needs no word on how far it is
PAUSE_SECONDS: Final = 0.25  # between two messages about one answer
STOPPED: Final = "You stopped this answer. You can ask again at any time."
_REMEMBERED: Final = 10_000  # questions

Made = TypeVar("Made")
Post: TypeAlias = Callable[[Outgoing], Awaitable[None]]
_Key: TypeAlias = tuple[str, UUID]


class Stopped(Exception):  # noqa: N818 - what the student wants
    """The student wants no answer any more; `usage` is what was spent until then."""

    def __init__(self, usage: tuple[Usage, ...]) -> None:
        super().__init__(STOPPED)
        self.usage = usage


class AnswersUnderWay:
    """One for a process. Without `post`, which sends what may get lost, nobody is told how far answers are."""

    def __init__(self) -> None:
        self.post: Post | None = None
        self._stopped: BoundedCache[_Key, None] = BoundedCache(_REMEMBERED)
        self._running: defaultdict[_Key, set[asyncio.Timeout]] = defaultdict(set)

    def stop(self, event: Event[Any]) -> None:
        """Stop the answer that an event wants to be stopped. Its sender is the student, or it is another question."""
        if isinstance(event.payload, QueryCancelled) and event.student_id is not None:
            key = (event.student_id, event.payload.query_id)
            self._stopped[key] = None
            for running in self._running.pop(key, ()):
                running.reschedule(0.0)

    def is_stopped(self, query: StudentQuery) -> bool:
        """Say whether a student has stopped the answer to a query lately."""
        return _key(query) in self._stopped

    async def work(
        self, event: Event[Any], agent: Agent, now: Callable[[], datetime], make: Callable[[], Awaitable[Made]],
        opening: str = "",
    ) -> Made:  # fmt: skip
        """Return what an agent makes of a query, and tell how far it is meanwhile. Raises Stopped.

        `opening` is what the answer begins with already.
        """
        query = query_of(event)
        assert query is not None  # noqa: S101 - it is a request
        if self.is_stopped(query):
            raise Stopped(())
        reports = _Reports(self.post, event, query.query_id, agent, now)
        progress, key = AnswerProgress(reports.tell, opening), _key(query)
        limit = asyncio.timeout(None)
        try:
            with followed_by(progress):
                async with limit:
                    self._running[key].add(limit)
                    return await make()
        except TimeoutError:
            if limit.expired():
                raise Stopped(progress.usage) from None
            raise
        finally:
            self._running[key].discard(limit)
            if not self._running[key]:
                del self._running[key]
            reports.close()


def _key(query: StudentQuery) -> _Key:
    return query.student_id, query.query_id


@dataclass(slots=True, eq=False)
class _Reports:
    """The messages on how far one answer is: at most one in some time, each with the newest that is known."""

    post: Post | None
    event: Event[Any]
    query_id: UUID
    agent: Agent
    now: Callable[[], datetime]
    _newest: tuple[Stage, str | None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _posting: asyncio.Task[None] | None = None
    _due: float = field(default_factory=lambda: asyncio.get_running_loop().time() + FIRST_SECONDS)

    def tell(self, stage: Stage, text: str | None) -> None:
        """Send this soon, if nothing newer comes before."""
        if self.post is None or self._newest == (stage, text):
            return
        self._newest = stage, text
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(self._due, self._send)

    def close(self) -> None:
        """Send nothing more: the answer is there."""
        self.post = None
        if self._timer is not None:
            self._timer.cancel()

    def _send(self) -> None:
        self._due = asyncio.get_running_loop().time() + PAUSE_SECONDS
        self._timer = None
        if self.post is None or self._newest is None:
            return
        if self._posting is not None and not self._posting.done():  # the broker is slow
            self._timer = asyncio.get_running_loop().call_at(self._due, self._send)
            return
        self._posting = asyncio.ensure_future(self.post(self._message(*self._newest)))
        self._posting.add_done_callback(lambda posted: posted.cancelled() or posted.exception())

    def _message(self, stage: Stage, text: str | None) -> Outgoing:
        payload = ResponseProgress(query_id=self.query_id, agent_name=self.agent, stage=stage, text=text)
        student, trace_id, attempt = self.event.student_id, self.event.trace_id, self.event.attempt
        event = event_with(payload, uuid4(), self.now(), student_id=student, trace_id=trace_id, attempt=attempt)
        return Outgoing(AGENT_RESPONSE_PROGRESS, event)
