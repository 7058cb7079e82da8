"""Syntax errors, and where a parser stops: the first token with which nothing can begin, as the parser reports it.

The tree alone does not tell: it shows what the parser made of the error, often far from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Language, LogType, Node

from learnflow.code_analysis.bounded_parsing import follow

_PROCESS: Final = re.compile(r"process version:\d+, .*row:(\d+), col:(\d+)")
_LEXED: Final = re.compile(r"lexed_lookahead sym:(.+), size:(\d+)", re.DOTALL)
_MISSING: Final = re.compile(r"recover_with_missing symbol:(.+), state:\d+", re.DOTALL)
_PUNCTUATION: Final = frozenset({";", ")", "]", "}", ",", ":", "(", "{", "[", "=", '"', "'", "`"})
_WHOLE: Final = (b"", b";", b"{", b"}")  # behind these a line is complete


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """The first syntax error: its line and column, both counted in characters from 1, and what is wrong there."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Breach:
    """The byte where reading stops or a rule is broken, and what is wrong there."""

    at: int
    says: str


def fault_at(code: str, index: int, message: str) -> SyntaxFault:
    """Return the fault at a character of the code, counted from 0."""
    before = code[:index]
    return SyntaxFault(before.count("\n") + 1, index - before.rfind("\n"), message)


class _Log:
    """Follows the parser's log up to the first token that no reading of the text can go on with."""

    def __init__(self, text: bytes) -> None:
        self.complete = False
        self._text = text
        self._rows = [0, *(match.end() for match in re.finditer(b"\n", text))]
        self._at, self._size = 0, 0
        self._furthest = (-1, 0)
        self._quotes: set[int] = set()
        self._missing: str | None = None
        self._resumed = False

    def __call__(self, kind: LogType, line: str) -> None:
        if self.complete or kind is not LogType.PARSE:
            return
        if found := _PROCESS.match(line):
            self.complete = self._resumed
            self._at = self._rows[int(found[1])] + int(found[2])
        elif found := _LEXED.fullmatch(line):
            self._size = int(found[2])
            if found[1].endswith('"') and found[1] != '"""':  # L" opens, " closes
                self._quotes.add(self._at + self._size - 1)
        elif line.startswith("detect_error"):
            self._furthest = max(self._furthest, (self._at, self._size))
        elif found := _MISSING.fullmatch(line):
            self._missing = self._missing or found[1]
        elif line.startswith("resume"):
            self._resumed = True

    def stop(self) -> Breach | None:
        """Return where the parser stopped, or None when the log does not tell."""
        at, size = self._furthest
        if at < 0 or not self._resumed:
            return None
        if len(self._quotes) % 2:
            return Breach(max(self._quotes), "the text that begins here does not end")
        if self._missing in _PUNCTUATION:
            return Breach(at, f"`{self._missing}` is missing")
        token = self._text[at : at + size]
        start = at + len(token) - len(token.lstrip())
        shown = _shown(token.strip() or self._text[start : start + 1])
        if b"\n" in self._text[at:start] and self._text[:at].strip()[-1:] not in _WHOLE:
            return Breach(at, f"something is missing before {shown}")
        return Breach(start, f"unexpected {shown}")


def locate_parse_error(language: Language, text: bytes) -> Breach:
    """Return where a text that does not parse stops to make sense."""
    log = _Log(text)
    follow(language, text, log, lambda: log.complete)
    return log.stop() or Breach(0, "this cannot be read")


def damage(root: Node) -> int:
    """Return how many bytes a parser could make nothing of, and one for each token that it made up."""
    return sum(max(node.end_byte - node.start_byte, 1) for node in _errors(root))


def _errors(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing or node.is_error:
            yield node
        elif node.has_error:
            waiting.extend(reversed(node.children))


def _shown(token: bytes) -> str:
    text = token.decode(errors="replace").split("\n")[0][:40]
    return f"`{text}`" if text.strip() else "end of the line"
