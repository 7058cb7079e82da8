"""How far an answer is that is under way: its stage, the words of it that were checked, and what was spent on it.

Whoever works on an answer says what they do, and need not know who hears of it: where nobody does, nothing comes of it.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

from learnflow.models.draft import Usage, summed
from learnflow.models.fields import NUL
from learnflow.models.vocabulary import Stage
from learnflow.tutor.answer_text import joined

_log = logging.getLogger(__name__)

Tell: TypeAlias = Callable[[Stage, str | None], None]
Check: TypeAlias = Callable[[str], Awaitable[bool]]

_FENCE: Final = "```"
_BOUNDARY: Final = re.compile(
    r"[.!?…]['\")\]*_`]*(?=\s)"  # a sentence
    r"|[\u3002\uff01\uff1f]"  # the same in Chinese and Japanese
    r"|\n(?=[ \t]*(?:\n|```|[-*+#] |\d+[.)] ))"  # a paragraph, or a line of a list
    rf"|{_FENCE}(?=\s)"
)


class AnswerProgress:
    """Tells of each stage, with all the words that may be shown by then.

    `opening` is what the answer begins with, which was checked before. Words are checked by what `check` is set to;
    while it is not, none are shown.
    """

    def __init__(self, tell: Tell, opening: str = "") -> None:
        self._tell = tell
        self._opening = opening
        self._stage = Stage.ASKING
        self._words = ""
        self.check: Check | None = None
        self.usage: tuple[Usage, ...] = ()

    def enter(self, stage: Stage) -> None:
        """Say what is done from now on. Who is asked writes anew, and what was written before counts no longer."""
        if stage is Stage.ASKING:
            self._words = ""
        self._stage = stage
        self._tell(stage, self._text)

    def show(self, words: str) -> None:
        """Show words that were checked, in place of those before."""
        self._words = words
        self._tell(self._stage, self._text)

    @property
    def _text(self) -> str | None:
        if self._opening and self._words:
            return joined(self._opening, self._words)
        return self._opening or self._words or None


_CURRENT: Final[ContextVar[AnswerProgress | None]] = ContextVar("answer_progress", default=None)


@contextmanager
def followed_by(progress: AnswerProgress) -> Iterator[None]:
    """Let a progress be told of what is done within."""
    token = _CURRENT.set(progress)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def enter(stage: Stage) -> None:
    """Say what is done for the answer from now on."""
    if progress := _CURRENT.get():
        progress.enter(stage)


def spend(usage: Usage) -> None:
    """Say what was spent on the answer: who stops it gets no draft, which would say so."""
    if progress := _CURRENT.get():
        progress.usage = summed((*progress.usage, usage))


def check_words_by(check: Check) -> None:
    """Say what decides whether the words of the answer may be shown."""
    if progress := _CURRENT.get():
        progress.check = check


class WordGate:
    """Lets words of an answer through while it is written: whole sentences, as far as they have been checked.

    `fine` says by reading it whether a text may stay as it is; from the first sentence on that may not, all waits for
    the answer. What the progress is checked by then may take its time.
    """

    def __init__(self, fine: Callable[[str], bool]) -> None:
        self._fine = fine
        self._progress = _CURRENT.get()
        self._passed = ""
        self._next = ""
        self._refused: str | None = None
        self._checking: asyncio.Task[None] | None = None

    def write(self, text: str) -> None:
        """Take all that was written so far. What does not go on with what was shown begins anew."""
        if self._progress is None or self._progress.check is None:
            return
        if not text.startswith(self._refused or self._passed):
            self._passed, self._refused = "", None
        self._next = self._readable(text)
        if len(self._next) > len(self._passed) and self._refused is None and self._checking is None:
            self._checking = asyncio.create_task(self._check(self._progress, self._progress.check))
            self._checking.add_done_callback(_log_failure)

    async def close(self) -> None:
        """Show nothing more."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    def _readable(self, text: str) -> str:
        """Return the whole sentences at the beginning of a text that are fine."""
        readable = self._passed
        for end in _sentence_ends(text, len(self._passed)):
            part = text[:end]
            if NUL in part or not self._fine(part):
                break
            readable = part
        return readable

    async def _check(self, progress: AnswerProgress, check: Check) -> None:
        try:
            while len(words := self._next) > len(self._passed) and self._refused is None:
                if not await check(words):
                    self._refused = words
                elif self._next.startswith(words):  # or something else is written by now
                    self._passed = words
                    progress.show(words)
        finally:
            self._checking = None


def _log_failure(checking: asyncio.Task[None]) -> None:
    if not checking.cancelled() and (error := checking.exception()):
        _log.error("Words of an answer could not be checked, and are not shown", exc_info=error)


def _sentence_ends(text: str, after: int) -> Iterator[int]:
    """Yield where sentences and paragraphs end, outside of code and behind a place."""
    for match in _BOUNDARY.finditer(text, after):
        before = text[: match.end()].split(_FENCE)
        if len(before) % 2 and not sum(part.count("`") for part in before[::2]) % 2:
            yield match.end()
