"""One stream of events to all open pages: each event is encoded once, and sent to all of them together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from learnflow.models.fields import Model

GATHER_SECONDS: Final = 1.0  # what comes within is one write to each page
URGENT_SECONDS: Final = 0.1  # the same, where somebody waits for one of them
MOST_WAITING: Final = 50  # writes that a page may be behind
MOST_GATHERED: Final = 200  # events in one write; what is more is left out, as nobody could read it


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A server-sent event as bytes. Without a student, it is for those who see everything."""

    data: bytes
    student: str | None = None


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
    return EncodedEvent(
        b"event: " + name.encode() + b"\ndata: " + content.model_dump_json().encode() + b"\n\n", student
    )


class Broadcast:
    """The open pages of this process, and what goes to them."""

    def __init__(self) -> None:
        self.pages: set[OpenPage] = set()
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

    def flush(self) -> None:
        """Hand what was gathered to every page. One that does not keep up is dropped; it may come again."""
        self._end_waiting()
        gathered, self._gathered = self._gathered, []
        everything = b"".join(event.data for event in gathered)
        own: dict[str, bytes] = {}
        for event in gathered:
            if event.student is not None:
                own[event.student] = own.get(event.student, b"") + event.data
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
            self.pages.discard(page)
            page.end()

    def close(self) -> None:
        """Drop every page, as the process stops."""
        self._end_waiting()
        for page in self.pages:
            page.end()
        self.pages.clear()
