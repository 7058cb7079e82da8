"""`GET /api/events`: what happens, pushed to open pages as server-sent events, each encoded once for all of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from aiohttp import web

from learnflow.models.envelope import Event
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import ResponseRated, TeacherAnswered
from learnflow.models.fields import Model
from learnflow.streams.processing import RecentIds
from learnflow.streams.stream_app import StreamApp
from learnflow.web.access import visitor_of
from learnflow.web.json_http import parameters
from learnflow.web.models import EventsAsked
from learnflow.web.push_messages import push_message

KEEP_ALIVE_SECONDS: Final = 15.0
READY_SECONDS: Final = 5.0  # an opened page waits for the reader at most so long
PULSE_SECONDS: Final = 5.0
GATHER_SECONDS: Final = 1.0  # what comes within is one write to each page
URGENT_SECONDS: Final = 0.1  # the same, where somebody waits for one of them
MOST_WAITING: Final = 50  # writes that a page may be behind
MOST_GATHERED: Final = 200  # events in one write; what is more is left out, as nobody could read it

# Tells of every event until it is cancelled; the asyncio.Event is set while nothing that is sent can be missed.
Reader = Callable[[Callable[[Event[Any]], None], asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A server-sent event as bytes; `whole`, where it differs, goes to pages that show its student alone.

    Without a student, it is for those who see everything.
    """

    data: bytes
    student: str | None = None
    whole: bytes | None = None


@dataclass(eq=False, slots=True)
class OpenPage:
    """An open page; `student` is whose events it may have, None: everybody's. `drop` closes its connection."""

    student: str | None
    drop: Callable[[], None]
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def end(self) -> None:
        """Close the connection, and wake who waits for something to write: b"" is the end."""
        self.drop()
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(b"")


def encode_event(name: str, content: Model, student: str | None = None) -> EncodedEvent:
    """Return an event of a name; JSON is one line."""
    data = f"event: {name}\ndata: {content.model_dump_json()}\n\n"
    return EncodedEvent(data.encode(), student)


class Broadcast:
    """The open pages of this process, and what goes to them."""

    def __init__(self) -> None:
        self.pages: set[OpenPage] = set()
        self._students: Counter[str | None] = Counter()
        self._gathered: list[EncodedEvent] = []
        self._due: asyncio.TimerHandle | None = None

    def publish(self, event: EncodedEvent, *, urgent: bool = False) -> None:
        """Send an event to the pages that may have it, together with what comes in the next moment.

        Of more than MOST_GATHERED at once, only the urgent are sent.
        """
        if not self.pages or (len(self._gathered) >= MOST_GATHERED and not urgent):
            return
        self._gathered.append(event)
        loop = asyncio.get_running_loop()
        due = loop.time() + (URGENT_SECONDS if urgent else GATHER_SECONDS)
        if self._due is None or due < self._due.when():
            self._end_waiting()
            self._due = loop.call_at(due, self.flush)

    def add(self, page: OpenPage) -> None:
        """Send to a page from now on."""
        self.pages.add(page)
        self._students[page.student] += 1

    def remove(self, page: OpenPage) -> None:
        """Send to a page no more."""
        if page in self.pages:
            self.pages.discard(page)
            self._students -= Counter([page.student])

    def shows(self, student: str | None) -> bool:
        """Return whether a page is open that shows a student alone."""
        return student is not None and student in self._students

    def flush(self) -> None:
        """Hand what was gathered to every page. One that does not keep up is dropped; it may come again."""
        self._end_waiting()
        gathered, self._gathered = self._gathered, []
        everything = b"".join(event.data for event in gathered)
        own: dict[str, bytes] = {}
        for event in gathered:
            if event.student is not None:
                own[event.student] = own.get(event.student, b"") + (event.whole or event.data)
        for page in tuple(self.pages):
            data = everything if page.student is None else own.get(page.student)
            if data:
                self._hand(page, data)

    def _end_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due = None

    def _hand(self, page: OpenPage, data: bytes) -> None:
        try:
            page.waiting.put_nowait(data)
        except asyncio.QueueFull:
            self.remove(page)
            page.end()

    def close(self) -> None:
        """Drop every page, as the process stops."""
        self._end_waiting()
        for page in tuple(self.pages):
            self.remove(page)
            page.end()


@dataclass(eq=False, slots=True)
class Events:
    """Reads topics while a page is open, and passes on what pages show.

    `pulses` are what is told every PULSE_SECONDS, by the name of its event.
    """

    read: Reader
    pulses: Mapping[str, Callable[[], Model]] = field(default_factory=dict)
    broadcast: Broadcast = field(default_factory=Broadcast)
    _asked_here: RecentIds = field(default_factory=RecentIds)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _work: list[asyncio.Task[None]] = field(default_factory=list)

    def asked(self, query_id: UUID) -> None:
        """Remember a question that was asked here: a page waits for its answer."""
        self._asked_here.add(query_id)

    async def opened(self, page: OpenPage) -> None:
        """Add a page, and return when nothing that happens from now on can be missed, or after READY_SECONDS."""
        self.broadcast.add(page)
        if not self._work:
            self._ready = asyncio.Event()  # the last reader may still be on its way out
            self._work = [asyncio.create_task(self.read(self._tell, self._ready))]
            self._work += [asyncio.create_task(self._beat(name, pulse)) for name, pulse in self.pulses.items()]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), READY_SECONDS)

    async def left(self, page: OpenPage) -> None:
        """Take a page away; after the last one nothing is read."""
        self.broadcast.remove(page)
        if not self.broadcast.pages:
            await self._rest()

    async def close(self) -> None:
        """Drop every page, and stop reading."""
        self.broadcast.close()
        await self._rest()

    async def _rest(self) -> None:
        work, self._work = self._work, []
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    def _tell(self, event: Event[Any]) -> None:
        asked_here = getattr(event.payload, "query_id", None) in self._asked_here
        shown = self.broadcast.shows(event.student_id)
        for_all = push_message(event, whole=asked_here)
        whole = push_message(event, whole=True) if shown and not asked_here else None
        if for_all is None and whole is None:
            return
        encoded = EncodedEvent(
            encode_event(*for_all).data if for_all else b"",
            event.student_id,
            encode_event(*whole).data if whole else None,
        )
        urgent = asked_here or shown or isinstance(event.payload, StruggleDetected | ResponseRated | TeacherAnswered)
        self.broadcast.publish(encoded, urgent=urgent)

    async def _beat(self, name: str, pulse: Callable[[], Model]) -> None:
        while True:
            self.broadcast.publish(encode_event(name, pulse()))
            await asyncio.sleep(PULSE_SECONDS)


def add_events(app: StreamApp, events: Events) -> None:
    """Serve the events on an app's web server; a student gets their own, others may ask for those of one student."""

    @app.page("/api/events")
    async def stream(_view: Any, request: Any, **_: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        return await serve(events, request)

    app.at_end(events.close)


async def serve(events: Events, request: web.Request) -> web.StreamResponse:
    """Push events to whoever asks until they leave, which they may do at any moment."""
    if request.transport is None:  # it has gone already
        return web.Response()
    student_id = visitor_of(request).student_id or parameters(EventsAsked, request).student
    page = OpenPage(student_id, request.transport.abort)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    try:
        await events.opened(page)
        with suppress(ConnectionError):
            await response.prepare(request)
            await _write(response, page)
    finally:
        await events.left(page)
    return response


async def _write(response: web.StreamResponse, page: OpenPage) -> None:
    await response.write(b"retry: 2000\n\n")
    while True:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                data = await page.waiting.get()
        except TimeoutError:
            data = b": still here\n\n"
        if not data:
            return
        await response.write(data)
