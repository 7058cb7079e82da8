"""Parsing of what anybody may have written, with bounds on its time and on nesting.

Some texts, none of them a program, would keep a parser busy for minutes, and its memory grows with the square of the
nesting, to gigabytes on what would fit into a question.
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from threading import Lock
from time import thread_time
from typing import Final

from tree_sitter import Language, LogType, Parser, Tree

_SECONDS: Final = 0.2  # of this thread's processor time; 100 KB of a program need 0.03
_CHUNK: Final = 4_096
_WARNINGS: Final = Lock()
_DEEPEST: Final = 300  # brackets open at once, or `<` and `=` in one statement; programs have a tenth of it
_MARKS: Final = re.compile(r"[()\[\]{}<>=;\n]")


@cache
def tree_sitter_language(language: str) -> Language:
    """Return the grammar of a language, loaded when it is first needed: each costs some megabytes."""
    return Language(import_module(f"tree_sitter_{language}").language())


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


def too_deep(code: str, *, semicolons: bool) -> int | None:
    """Return the character at which code is nested too deeply, or None. What a string holds counts as well.

    `semicolons`: whether a statement goes on over lines until there is one.
    """
    ends = "{};" if semicolons else "{};\n"
    depth = chained = 0
    for mark in _MARKS.finditer(code):
        match mark[0]:
            case "(" | "[" | "{":
                depth += 1
            case ")" | "]" | "}":
                depth = max(depth - 1, 0)
            case "<" | "=":
                chained += 1
            case _:
                pass
        if mark[0] in ends:
            chained = 0
        if max(depth, chained) > _DEEPEST:
            return mark.start()
    return None


@contextmanager
def without_warnings() -> Iterator[None]:
    """Let Python's parser not warn, of an odd escape, say; the filters are the process's, so one thread at a time."""
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse_python(code: str) -> ast.Module:
    """Parse Python. Raises SyntaxError also for what the parser cannot hold."""
    try:
        with without_warnings():
            return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError("the code is nested too deeply to be read") from error
