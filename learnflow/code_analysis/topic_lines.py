"""Where a topic occurs in the student's code in a language with braces, by the beginnings of its lines."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

_LONGEST_LINE: Final = 200  # characters looked at
_COMMENT: Final = re.compile(r"\s*(?://|/?\*)")
_MODIFIERS: Final = r"(?:(?:export|default|public|private|protected|static|final|abstract|async|pub|const) )*"

_BEGINS: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = MappingProxyType({
    topic: tuple((re.compile(rf"[\s}}]*{pattern}"), said) for pattern, said in signs)
    for topic, signs in {
        "loops": (
            (r"for\b", "a `for` loop"),
            (r"while\b", "a `while` loop"),
            (r"do\s*\{", "a `do` loop"),
            (r"loop\s*\{", "a `loop`"),
        ),
        "conditionals": (
            (r"if\b", "an `if`"),
            (r"else if\b", "an `else if`"),
            (r"else\b", "an `else`"),
            (r"switch\b", "a `switch`"),
            (r"match\b", "a `match`"),
        ),
        "functions": (
            (rf"{_MODIFIERS}(?:function|func|fn) (\w+)", "the function `{}`"),
            (rf"{_MODIFIERS}(?!else |new |return )[\w<>\[\]]+ (\w+)\([^;]*\{{$", "the function `{}`"),
        ),
        "object-oriented-programming": ((rf"{_MODIFIERS}(?:class|struct|record) (\w+)", "the class `{}`"),),
        "inheritance": (
            (rf"{_MODIFIERS}class (\w+)[^{{]*\b(?:extends|implements)\b", "the class `{}`, which inherits"),
        ),
        "exceptions": ((r"try\b", "a `try`"), (r"catch\b", "a `catch`"), (r"throw\b", "a `throw`")),
        "variables": (
            (r"(?:let|const|var) (?:mut )?(\w+)", "the variable `{}`"),
            (r"(?:int|double|float|boolean|bool|char|String|long|auto) (\w+)\s*[=;]", "the variable `{}`"),
        ),
    }.items()
})


def seen_in_lines(topic: str, code: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the lines on which a topic begins, with what is there."""
    for number, line in enumerate(code.splitlines(), start=1):
        start = line[:_LONGEST_LINE].rstrip()
        if _COMMENT.match(start):
            continue
        for pattern, said in _BEGINS.get(topic, ()):
            if found := pattern.match(start):
                yield number, said.format(*found.groups())
                break
