"""A bound on nesting: a parser's memory grows with its square, to gigabytes on what would fit into a question."""

import re
from typing import Final

_DEEPEST: Final = 300  # brackets open at once, or `<` and `=` in one statement; programs have a tenth of it
_MARKS: Final = re.compile(r"[()\[\]{}<>=;\n]")


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
