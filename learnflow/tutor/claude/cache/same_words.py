"""Questions in the same words: without capitals, punctuation and politeness. No clock, no I/O."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 300  # characters; longer questions are hardly ever asked twice

_END: Final = ".,;:!?\"'\N{HORIZONTAL ELLIPSIS}"  # of a word or a sentence
_QUOTES: Final = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_BEFORE: Final = re.compile(r"^(?:(?:hi|hello|hey|please|pls|ok|okay|so|well|(?:can|could|would|will) you) )+")
_AFTER: Final = re.compile(r"(?: (?:please|pls|thanks|thx|thank you))+$")


def same_words(text: str) -> str:
    """Return a question as its words alone; "" for one that is too long.

    Signs that belong to no word stay as they are: `==` and `=` are two questions.
    """
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    words = " ".join(map(_bare, plain.split()))
    return _AFTER.sub("", _BEFORE.sub("", words))


def _bare(word: str) -> str:
    bare = word.lstrip("\"'").rstrip(_END)
    return bare if any(map(str.isalnum, bare)) else word
