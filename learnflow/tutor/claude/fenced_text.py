"""What others wrote, on its way to Claude: data between fences that it cannot close."""

import re
from typing import Final

_FENCE: Final = re.compile(r"`{3,}")


def fenced(text: str, language: str = "") -> str:
    """Put a text between fences that it cannot close: they are longer than any row of backticks in it."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
