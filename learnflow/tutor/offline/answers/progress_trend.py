"""A question on whether somebody gets better: figures of before are not known, and that is said."""

import re
from typing import Final

_TREND: Final = re.compile(
    r"\b(?:(?:getting|become|becoming|got|gotten) (?:any |much )?(?:better|worse|faster|slower)"
    r"|improv(?:e|ed|ing|ement)|(?:making|made) (?:any )?progress|progressing|than (?:before|last (?:week|month)))\b",
    re.IGNORECASE,
)
_UNKNOWN: Final = (
    "Whether you are getting better or worse I cannot tell: I know your figures as they are now, not as they were."
)


def no_trend(said: str) -> str | None:
    """Say that no trend is known, to who asks for one."""
    return _UNKNOWN if _TREND.search(said) else None
