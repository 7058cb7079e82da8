"""Parsing with a bound on its time: some texts, none of them a program, would keep a parser busy for minutes."""

from collections.abc import Callable
from time import thread_time
from typing import Final

from tree_sitter import Language, LogType, Parser, Tree

_SECONDS: Final = 0.2  # of this thread's processor time; 100 KB of a program need 0.03
_CHUNK: Final = 4_096


def parse(language: Language, text: bytes) -> Tree | None:
    """Return the tree of a text, or None when that would take too long."""
    return _parse(Parser(language), text, lambda: False)


def follow(language: Language, text: bytes, log: Callable[[LogType, str], None], done: Callable[[], bool]) -> None:
    """Parse a text for the parser's log, until it is done."""
    parser = Parser(language)
    parser.logger = log
    _parse(parser, text, done)


def _parse(parser: Parser, text: bytes, done: Callable[[], bool]) -> Tree | None:
    end = thread_time() + _SECONDS
    try:
        return parser.parse(
            lambda at, _: text[at : at + _CHUNK], progress_callback=lambda *_: done() or thread_time() > end
        )
    except ValueError:  # it was stopped
        return None
