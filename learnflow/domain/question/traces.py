"""The line of a student's own code that a trace or a compiler's message in one of six languages points to."""

import re
from collections.abc import Iterator
from typing import Final

_PYTHON: Final = re.compile(r'File "(?P<file>[^"\n]{1,300})", line (?P<line>\d{1,6})')
_PLACE: Final = re.compile(
    r"(?P<file>[\w./\\$@<>+-]{1,200}\.(?:[cm]?[jt]s|jsx|java|cpp|cc|cxx|hpp|h|c|go|rs)|\[eval\]):(?P<line>\d{1,6})\b"
)
_SAID: Final = re.compile(r"\b[Ll]ine (?P<line>\d{1,6})\b")
# of the language and its libraries, not of the student; and what a compiler says beside the fault itself
_NOT_OWN: Final = re.compile(
    r"site-packages|dist-packages|/lib/python3|<frozen |node:internal|node_modules|java\.base/|at (?:java|jdk|sun)[.x]"
    r"|/go/src/|/rustc/|/library/(?:std|core|alloc)/|/usr/include/|: note: |: warning: |^\s*from |In file included"
)


def place(text: str) -> int | None:
    """Return the line, counted from 1, that a trace in a text names as the place of the error; None without one.

    Python's trace ends with the innermost call; the others begin with it, and compilers with the first fault.
    """
    python = list(_places(_PYTHON, text))
    if python:
        return python[-1]
    other = next(_places(_PLACE, text), None)
    if other is not None:
        return other
    said = [int(found["line"]) for found in _SAID.finditer(text)]
    return said[-1] if said else None


def _places(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """Yield the lines of places in the student's own files, in order of the text."""
    for line in text.splitlines():
        if _NOT_OWN.search(line):
            continue
        found = pattern.search(line)
        if found is not None:
            yield int(found["line"])
