"""What to give a program that reads input, so that its fault is met: from the question, its prompts and conversions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, cycle, islice
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.outline import outline

_NUMBERS: Final = (("3", "4", "5", "6", "7"), ("5", "2", "8", "1", "9"))  # that are all different, also of each other
_WORDS: Final = (("hello", "Ada", "level"), ("world", "Bob", "abc"))
_LINES: Final = 24  # lines of input; a program that reads in a loop ends when they do
_ITEM: Final = r"['\"`]?[\w.+-]+['\"`]?"
_TOLD: Final = re.compile(
    r"(?:\b(?:enter(?:ed|ing)?|typ(?:e|ed|ing)|input(?:ted|ting)?|put(?:ting)? in|giv(?:e|en|ing) it)\b"
    rf"(?:\s+(?:is|of|in|a|the|number|value|as))*\s*[:=]?\s*(?P<after>{_ITEM}(?:(?:\s*,\s*|\s+and\s+){_ITEM})*)"
    r"|(?:^|[.;,]\s+|\b(?:for|with)\s+)(?P<before>-?\d+(?:\.\d+)?)\s+"
    r"(?:(?:it\s+)?(?:gives|prints|returns|shows)|should\s+\w+))",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[-+]?\d+(?:\.\d+)?|(?<=['\"`])[\w.+-]+(?=['\"`])")
_READ: Final = re.compile(
    r"(?P<targets>\w+(?:\s*,\s*\w+)*)\s*=\s*(?P<around>[^\n=]*?)\binput\(\s*[rf]?(?P<prompt>\"[^\"\n]*\"|'[^'\n]*')?\s*\)"
    r"(?P<after>[^\n]*)"
)
_TEXTUAL: Final = re.compile(r"name|word|text|string|sentence|letter|phrase|character|password|message", re.IGNORECASE)
_YES: Final = re.compile(r"\b(?:yes|y)\s*(?:/|or)\s*(?:no?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MadeInput:
    """Lines for standard input; `first` are those that are likely to be read, `told` whether a student named them."""

    stdin: str
    first: str
    told: bool = False


def made_inputs(language: ExerciseLanguage, code: str, text: str) -> tuple[MadeInput, ...]:
    """Return inputs for a program, the one that its question tells first; none for a program that reads none."""
    if not outline(language, code).reads_input:
        return ()
    reads = list(_READ.finditer(code)) if language is ExerciseLanguage.PYTHON else []
    named = [part for match in _TOLD.finditer(text) for part in _PARTS.findall(match["after"] or match["before"])]
    made = [_input(reads, _NUMBERS[choice], _WORDS[choice], named if choice == 0 else []) for choice in (0, 1)]
    return tuple(made)


def _input(
    reads: list[re.Match[str]], numbers: tuple[str, ...], texts: tuple[str, ...], named: list[str]
) -> MadeInput:  # fmt: skip
    number, text = chain(named, cycle(numbers)), cycle(texts)
    first = [_line(read, number, text) for read in reads] or list(islice(number, max(1, len(named))))
    lines = first + list(islice(number, _LINES - len(first)))
    return MadeInput("\n".join(lines) + "\n", ", ".join(first[:4]), told=bool(named))


def _line(read: re.Match[str], number: Iterator[str], text: Iterator[str]) -> str:
    """Return a line for one call of `input`: as many values as it is taken apart into, of the kind it is made."""
    prompt, around, after = read["prompt"] or "", read["around"], read["after"]
    if _YES.search(prompt):
        return "y"
    textual = _TEXTUAL.search(prompt) and not re.search(r"\b(?:int|float)\b", around)
    values = text if textual else number
    split = re.match(r"\s*\.split\(\s*(?:['\"](?P<separator>[^'\"]*)['\"])?", after)
    if split is None:
        return next(values)
    targets = read["targets"].count(",") + 1
    return (split["separator"] or " ").join(islice(values, targets if targets > 1 else 3))
