"""Each event is sent to the pages that may have it, once, and no page can hold up another."""

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from learnflow.models.envelope import Event
from learnflow.models.examples import EXAMPLES
from learnflow.models.fields import Model
from learnflow.web.access import Access
from learnflow.web.event_stream import (
    GATHER_SECONDS,
    MOST_GATHERED,
    MOST_WAITING,
    Broadcast,
    EncodedEvent,
    Events,
    OpenPage,
    encode_event,
    serve,
)
from learnflow.web.push_messages import PushedAnswer, push_message


class Said(Model):
    text: str


class Dropped:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def page(broadcast: Broadcast, student: str | None = None, drop: Dropped | None = None) -> OpenPage:
    found = OpenPage(student, drop or Dropped())
    broadcast.add(found)
    return found


def received(page: OpenPage) -> bytes:
    return b"".join(page.waiting.get_nowait() for _ in range(page.waiting.qsize()))


async def test_an_event_is_one_line_of_json_under_its_name() -> None:
    assert (
        encode_event("struggle", Said(text="two\nlines")).data == b'event: struggle\ndata: {"text":"two\\nlines"}\n\n'
    )


async def test_what_comes_together_is_one_write_and_the_same_bytes_for_all() -> None:
    broadcast = Broadcast()
    pages = [page(broadcast) for _ in range(3)]
    broadcast.publish(EncodedEvent(b"one "))
    broadcast.publish(EncodedEvent(b"two", "student-1"))
    broadcast.flush()
    written = [each.waiting.get_nowait() for each in pages]
    assert written == [b"one two"] * 3
    assert len({id(each) for each in written}) == 1


async def test_a_student_gets_their_own_events_and_nothing_else() -> None:
    broadcast = Broadcast()
    own, other = page(broadcast, "student-1"), page(broadcast, "student-2")
    for event in (EncodedEvent(b"all"), EncodedEvent(b"mine", "student-1"), EncodedEvent(b"again", "student-1")):
        broadcast.publish(event)
    broadcast.flush()
    assert (received(own), received(other)) == (b"mineagain", b"")


async def test_a_page_that_does_not_keep_up_is_dropped_and_the_others_stay() -> None:
    broadcast, drop = Broadcast(), Dropped()
    slow, quick = page(broadcast, drop=drop), page(broadcast)
    for number in range(MOST_WAITING + 1):
        broadcast.publish(EncodedEvent(b"%d" % number))
        broadcast.flush()
        received(quick)
    assert (drop.times, broadcast.pages) == (1, {quick})
    assert received(slow) == b"", "what it had not read is not kept"


async def test_of_too_much_at_once_only_the_urgent_is_sent() -> None:
    broadcast = Broadcast()
    watching = page(broadcast)
    for _ in range(MOST_GATHERED + 5):
        broadcast.publish(EncodedEvent(b"."))
    broadcast.publish(EncodedEvent(b"!"), urgent=True)
    broadcast.flush()
    assert received(watching) == b"." * MOST_GATHERED + b"!"


async def test_what_somebody_waits_for_does_not_wait_for_the_rest() -> None:
    broadcast = Broadcast()
    watching = page(broadcast)
    loop = asyncio.get_running_loop()
    started = loop.time()
    broadcast.publish(EncodedEvent(b"later "))
    broadcast.publish(EncodedEvent(b"now"), urgent=True)
    assert await watching.waiting.get() == b"later now"
    assert loop.time() - started < GATHER_SECONDS


async def test_without_a_page_nothing_is_gathered() -> None:
    broadcast = Broadcast()
    broadcast.publish(EncodedEvent(b"nobody"))
    late = page(broadcast)
    broadcast.flush()
    assert received(late) == b""


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_for_pages_or_not(name: str) -> None:
    expected = {
        "student.struggle.detected": "struggle", "mastery.level.updated": "mastery",
        "agent.response.completed": "answer", "agent.response.failed": "answer",
        "response.rated": "feedback", "teacher.answered": "feedback",
    }  # fmt: skip
    found = push_message(EXAMPLES[name], whole=False)
    assert (found and found[0]) == expected.get(name)


def test_the_words_of_an_answer_go_only_where_they_are_waited_for() -> None:
    event = EXAMPLES["agent.response.completed"]
    brief, whole = (push_message(event, whole=whole) for whole in (False, True))
    assert brief is not None
    assert whole is not None
    assert isinstance(brief[1], PushedAnswer)
    assert (brief[1].text, whole[1].model_dump()["text"]) == (None, event.payload.response_text)


class Telling:
    """A reader that tells what it is given, and then waits."""

    def __init__(self, *events: Event[Any]) -> None:
        self.events = events
        self.runs = 0
        self.stopped = 0

    async def run(self, tell: Any, ready: asyncio.Event) -> None:
        self.runs += 1
        ready.set()
        for event in self.events:
            tell(event)
        try:
            await asyncio.Event().wait()
        finally:
            ready.clear()
            self.stopped += 1


async def test_topics_are_read_while_a_page_is_open_and_only_then() -> None:
    reader = Telling()
    events = Events(reader.run)
    first, second = OpenPage(None, Dropped()), OpenPage(None, Dropped())
    await events.opened(first)
    await events.opened(second)
    await events.left(first)
    assert (reader.runs, reader.stopped) == (1, 0)
    await events.left(second)
    assert reader.stopped == 1
    await events.opened(first)
    assert reader.runs == 2
    await events.close()
    assert reader.stopped == 2


async def test_the_answer_to_a_question_asked_here_comes_with_its_words() -> None:
    example = EXAMPLES["agent.response.completed"]
    other = example.model_copy(
        update={"payload": example.payload.model_copy(update={"query_id": uuid4()}), "timestamp": datetime.now(UTC)}
    )
    events = Events(Telling(example, other).run)
    events.asked(example.payload.query_id)
    watching = OpenPage(None, Dropped())
    await events.opened(watching)
    events.broadcast.flush()
    mine, others = received(watching).decode().split("\n\n")[:2]
    assert example.payload.response_text[:20] in mine
    assert '"text":null' in others
    await events.close()


async def test_health_is_told_again_and_again_and_no_student_hears_of_it() -> None:
    events = Events(Telling().run, pulses={"health": lambda: Said(text="well")})
    operator, student = OpenPage(None, Dropped()), OpenPage("student-1", Dropped())
    await events.opened(operator)
    await events.opened(student)
    await asyncio.sleep(0)
    events.broadcast.flush()
    assert received(operator) == encode_event("health", Said(text="well")).data
    assert received(student) == b""
    await events.close()


class Late(Telling):
    """A reader that is not ready before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.started = asyncio.Event()
        self.go = asyncio.Event()
        self.ended = asyncio.Event()

    async def run(self, tell: Any, ready: asyncio.Event) -> None:
        self.started.set()
        await self.go.wait()
        try:
            await super().run(tell, ready)
        finally:
            self.ended.set()


async def test_a_page_that_leaves_before_its_first_event_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    reader = Late()
    events = Events(reader.run)
    app = web.Application(middlewares=[Access("", "").middleware()])
    app.router.add_get("/api/events", partial(serve, events))
    async with TestServer(app) as server:
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.started.wait()
        [page] = events.broadcast.pages
        page.drop()
        await asyncio.sleep(0)  # the server learns of it
        reader.go.set()
        await reader.ended.wait()
        writer.close()
    assert reader.stopped == 1
    assert not caplog.records


async def test_a_page_of_one_student_gets_whole_answers_and_others_get_them_without_words() -> None:
    example = EXAMPLES["agent.response.completed"]
    events = Events(Telling().run)
    everybody, one, other = (OpenPage(student, Dropped()) for student in (None, example.student_id, "another"))
    for each in (everybody, one, other):
        await events.opened(each)
    await events.left(other)
    events._tell(example)  # noqa: SLF001 - what the reader calls
    events.broadcast.flush()
    query = example.payload.query
    brief, whole = (json.loads(received(each).split(b"data: ")[1]) for each in (everybody, one))
    assert (brief["text"], brief["question"], brief["code"], brief["code_examples"]) == (None, None, None, [])
    assert (whole["text"], whole["question"], whole["code"]) == (
        example.payload.response_text, query.query_text, query.code_snippet,
    )  # fmt: skip
    assert whole["code_examples"] == list(example.payload.code_examples)
    assert received(other) == b""
    await events.close()


async def test_the_last_page_of_a_student_takes_the_whole_answers_with_it() -> None:
    broadcast = Broadcast()
    first, second = page(broadcast, "student-1"), page(broadcast, "student-1")
    broadcast.remove(first)
    broadcast.remove(first)
    assert broadcast.shows("student-1")
    broadcast.remove(second)
    assert not broadcast.shows("student-1")
    assert not broadcast.shows(None)
