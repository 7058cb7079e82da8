"""How hard a student wishes an exercise to be, from the words. No clock, no I/O."""

import re
from dataclasses import dataclass
from typing import Final

from learnflow.models.vocabulary import SkillLevel

_HARD_WORDS: Final = (
    r"(?:hard|difficult|challenging|challenge|tough|tricky|advanced|complicated|complex|crazy|scary|long|big|heavy)"
)
_EASY_WORDS: Final = r"(?:easy|simple|basic|trivial|beginner)"
_NOT: Final = r"(?:not|nothing|isnt|arent|without|no|less|never|dont want)\b(?: \w+){0,3}?"
_LEVELS: Final = (
    (SkillLevel.INTERMEDIATE, re.compile(r"\b(?:medium|intermediate|moderate|middling|average difficulty)\b")),
    (SkillLevel.ADVANCED, re.compile(r"\b(?:hardest|expert|advanced level|most difficult)\b")),
    (
        SkillLevel.BEGINNER,
        re.compile(
            r"\b(?:easiest|simplest|beginner level|for (?:a )?beginners?|(?:am|im) (?:still )?(?:a |an )?beginner)\b"
        ),
    ),
)
_EASIER: Final = re.compile(
    rf"\b{_NOT} {_HARD_WORDS}\b|\b(?:easier|simpler|warmup|warm up)\b"
    rf"|\b(?:find|finds|finding) (?:\w+ ){{1,3}}{_HARD_WORDS}\b"
    rf"|(?<!\bthat )(?<!\bwhich )\b(?:is|was|are|too) (?:too |so |very |really )?{_HARD_WORDS}\b"
)
_HARDER: Final = re.compile(rf"\b{_NOT} {_EASY_WORDS}\b|\bharder\b|\b(?:is|was|are|too) (?:too |so )?{_EASY_WORDS}\b")
_EASY: Final = re.compile(rf"\b{_EASY_WORDS}\b")
_HARD: Final = re.compile(r"\b(?:hard|difficult|challenging|challenge|tough|tricky|advanced)\b")


@dataclass(frozen=True, slots=True)
class DifficultyWish:
    """A difficulty that is named outright, or else how many steps harder (or, below 0, easier) it should be."""

    named: SkillLevel | None = None
    steps: int = 0


def difficulty_wish(said: str) -> DifficultyWish:
    """Return how hard an exercise should be, from lower-case words; "not too hard" is a wish for something easier."""
    named = next((level for level, pattern in _LEVELS if pattern.search(said)), None)
    if named is not None:
        return DifficultyWish(named)
    if _EASIER.search(said):
        return DifficultyWish(steps=-1)
    if _HARDER.search(said):
        return DifficultyWish(steps=1)
    return DifficultyWish(steps=bool(_HARD.search(said)) - bool(_EASY.search(said)))
