"""What a student asks a review to look at, and whether it was looked at."""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.remarks import Remark

_AIMS: Final = MappingProxyType({
    "speed": re.compile(
        r"\b(?:fast(?:er)?|slow(?:er)?|speed|performan\w+|efficien\w+|optimi[sz]\w+|big o)\b", re.IGNORECASE
    ),
    "security": re.compile(r"\b(?:secur\w+|safe|unsafe|inject\w+|vulnerab\w+|exploit\w*)\b", re.IGNORECASE),
    "design": re.compile(r"\b(?:design\w*|architect\w+|structur\w+|solid|patterns?)\b", re.IGNORECASE),
    "crash": re.compile(r"\b(?:crash\w*|fails?|warning|hangs?|breaks?)\b", re.IGNORECASE),
})
_RULES: Final = MappingProxyType({"S608": "security", "E722": "design", "PLR0913": "design"})
_NOT_JUDGED: Final = MappingProxyType({
    "speed": "You asked about speed: that I could not judge. Measure it with more and more data, and see how it grows.",
    "security": "You asked about security: that I could not judge. Ask of each value from outside what it may contain.",
    "design": "You asked about the design: that I could not judge. Ask of each part what it is for, in one sentence.",
    "crash": (
        'You asked why it fails: a review does not run code, so that I did not look at. Ask it apart, "why does this '
        'crash?", with the code and the message.'
    ),
})


def aims(said: str) -> tuple[str, ...]:
    """Return what a question wants to have looked at: speed, security, design, or why it fails."""
    return tuple(aim for aim, pattern in _AIMS.items() if pattern.search(said))


def about(remark: Remark) -> str:
    """Return what a remark is about, "" where it is nothing that is asked for by name."""
    return remark.about or _RULES.get(remark.rule, "")


def asked_first(remarks: Sequence[Remark], wanted: Sequence[str]) -> tuple[Remark, ...]:
    """Return the remarks, those on what was asked for first, without those that are only for who asks."""
    due = (one for one in remarks if not one.if_asked or about(one) in wanted)
    return tuple(sorted(due, key=lambda one: about(one) not in wanted))


def not_judged(remarks: Sequence[Remark], wanted: Sequence[str]) -> str | None:
    """Say what was asked for and is not among the remarks."""
    met = {about(one) for one in remarks}
    return " ".join(_NOT_JUDGED[aim] for aim in wanted if aim not in met) or None
