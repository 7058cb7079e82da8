"""Code review: the linter's findings in friendly words, sorted by what matters to a learner."""

import asyncio
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from learnflow.domain.reading import Reading, read
from learnflow.domain.topic import code_topic
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.offline.knowing import advice
from learnflow.tutor.offline.linting import Finding, Linter, LinterUnavailableError
from learnflow.tutor.offline.wording import draft, one_line, topic_asked
from learnflow.tutor.syntax import check

MOST_REMARKS: Final = 6
_LONGEST_LINE: Final = 300  # characters that a pattern sees
_NAMES: Final = {Language.CPP: "C++", Language.JAVASCRIPT: "JavaScript"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say on a line, and its rule if it came from the linter."""

    line: int
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a piece of code, how sure that is, and what was not looked at."""

    remarks: tuple[Remark, ...]
    confidence: float
    missing: str


def _table() -> dict[str, Any]:
    file = files("learnflow.tutor.offline").joinpath("content", "review.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


_TABLE: Final = _table()
_RULES: Final[Mapping[str, str]] = MappingProxyType(_TABLE["rules"])
_RANK: Final[Mapping[str, int]] = MappingProxyType({rule: rank for rank, rule in enumerate(("", *_RULES))})
_PATTERNS: Final[Mapping[Language, tuple[tuple[re.Pattern[str], str], ...]]] = MappingProxyType({
    language: tuple((re.compile(entry["pattern"]), entry["remark"]) for entry in _TABLE[language])
    for language in Language
    if language in _TABLE
})


async def review(request: AgentRequest, linter: Linter) -> Draft:
    """Review the student's code, or ask for it."""
    reading = read(request.query)
    if reading.code is None:
        return _ask_for_code(request, reading)
    topic = topic_asked(request, reading)
    topic = code_topic(reading.code) if topic == GENERAL else topic
    return _report(request, await look_over(reading.code, reading.language, linter), reading.code, topic)


async def look_over(code: str, language: Language | None, linter: Linter) -> Found:
    """Return what tools find in code, whose language is taken for Python where it is unknown."""
    if language in (Language.PYTHON, None):
        return await _python(code, linter)
    return await asyncio.to_thread(_by_text, code, language)


async def _python(code: str, linter: Linter) -> Found:
    try:
        remarks = python_remarks(await linter.findings(code))
    except LinterUnavailableError:
        return Found((), 0.2, "the linter could not be run this time, so I have not checked your code.")
    return Found(remarks, 0.8, "a linter's view; whether the code does what you want, I did not try.")


def python_remarks(findings: Sequence[Finding]) -> tuple[Remark, ...]:
    """Return what matters most to a learner of ruff's findings, at most one of each rule."""
    ranked = sorted(findings, key=lambda one: (_RANK.get(one.rule, len(_RANK)), one.line))
    first = {one.rule: one for one in reversed(ranked)}
    chosen = [one for one in ranked if first[one.rule] is one][:MOST_REMARKS]
    return tuple(Remark(one.line, _words(one), one.rule) for one in chosen)


def _words(finding: Finding) -> str:
    if not finding.rule:
        return _unreadable("Python", finding.message)
    return _RULES.get(finding.rule) or f"{one_line(finding.message, 160)}."


def _unreadable(name: str, message: str) -> str:
    return f"{name} cannot read this: {one_line(message, 160)}. Mend it first; the rest comes after that."


def _by_text(code: str, language: Language) -> Found:
    name = _NAMES.get(language, language.capitalize())
    missing = f"I have no linter for {name} at hand, so I only looked for syntax errors and a few well-known pitfalls."
    fault = check(language, code)
    if fault is None:
        return Found(tuple(_pitfalls(code, language))[:MOST_REMARKS], 0.4, missing)
    first = Remark(fault.line, _unreadable(name, fault.message))
    return Found((first, *_pitfalls(code, language))[:MOST_REMARKS], 0.7, missing)


def _pitfalls(code: str, language: Language) -> Iterator[Remark]:
    lines = [line[:_LONGEST_LINE] for line in code.splitlines()]
    for pattern, text in _PATTERNS.get(language, ()):
        number = next((number for number, line in enumerate(lines, start=1) if pattern.search(line)), None)
        if number is not None:
            yield Remark(number, text)


def _report(request: AgentRequest, found: Found, code: str, topic: str) -> Draft:
    remarks, lines = found.remarks, code.splitlines()
    listed = "\n".join(f"- Line {remark.line}{_quoted(lines, remark.line)}: {remark.text}" for remark in remarks)
    if remarks:
        opening = f"I have {len(remarks)} remark{'s' if len(remarks) != 1 else ''}, the most important first."
    else:
        opening = "I found nothing to complain about by rule. Well done; clear names and small functions come next."
    how = "Take them one at a time, and run your code after each change."
    return draft(
        opening, listed or None, *((how, advice(request, topic, Specialist.CODE_REVIEW)) if remarks else ()),
        topic=topic, confidence=found.confidence, missing=found.missing,
        metadata={
            "remarks": [{"line": remark.line, "rule": remark.rule, "text": remark.text} for remark in remarks],
            "suggested_topic": topic,
        },
    )  # fmt: skip


def _quoted(lines: Sequence[str], number: int) -> str:
    text = one_line(lines[number - 1]) if number <= len(lines) else ""
    return f" (`{text}`)" if text else ""


def _ask_for_code(request: AgentRequest, reading: Reading) -> Draft:
    return draft(
        "Happy to look at it, but there is no code with your question.",
        "Send the code itself, between ``` lines or as the snippet, and say what it should do.",
        topic=topic_asked(request, reading), confidence=0.4, missing="I cannot open links or files.",
        metadata={"asks_back": True},
    )  # fmt: skip
