"""Signs of programming languages as words, so that `==` can be asked about, and the `is` that is an operator."""

import re
from typing import Final

# `is` where it is compared with something, in quotes, or between two names
_IS: Final = (
    r"[`'\"]is[`'\"](?: operator)?",
    r"\bis\b\W{1,3}(?:operator|keyword)\b",
    r"\bis\b(?=\W{1,3}(?:and|or|vs\.?|versus|instead of|rather than)\b)",
    r"(?<=\b(?:and|use) )is\b(?= in python|\W*$)",
    r"(?<=\bvs )is\b",
    r"(?<=\bwith )is\b",
    r"(?<=\bor )is\b(?=\W*$| in| when| to)",
    r"\b[a-z] is [a-z]\b",
)
_NAMED: Final = (
    ("triple equals", r"==="),
    ("double equals", r"(?<![=!])==(?!=)"),
    ("short declaration", r":="),
    ("single equals", r"(?<![=!<>:+\-*/%|&^])=(?![=>~])"),
    ("double question mark", r"\?\?(?=[`'\"]|\s*\w)"),
    ("question mark dot", r"\?\.(?=[\w`'\"\s])"),
    ("slice brackets", r"\[-?\d+:-?\d*\]|\[:-?\d+\]|\[\w+:\w+\]"),
    ("slice minus one", r"\[?::-1\]?"),
    ("double slash", r"(?<![:/])//(?!/)"),
    ("percent sign", r"(?<=[\s`'\"])%(?=[\s`'\"?])"),
    ("arrow operator", r"->"),
    ("question mark", r"(?<=[\s`'\"(])\?(?=[`'\")]|\s+\w)"),
    ("plus plus", r"(?<![cC])\+\+"),
    ("three dots", r"(?<!\w)\.\.\.(?=[\w`'\"]| (?:in|mean|means|do|does|operator)\b)"),
    ("is operator", "|".join(_IS)),
    ("this keyword", r"[`'\"]this[`'\"](?: keyword)?"),
)
_SIGN: Final = re.compile("|".join(f"({pattern})" for _, pattern in _NAMED))
_LOOKED_AT: Final = 1_000  # characters; what is asked at length is told in words


def spelled(text: str) -> str:
    """Return a text with its signs as words. The same text comes back where there are none."""
    start, rest = text[:_LOOKED_AT], text[_LOOKED_AT:]
    return _SIGN.sub(lambda found: f" {_NAMED[(found.lastindex or 1) - 1][0]} ", start) + rest
