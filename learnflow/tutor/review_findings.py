"""What tools find in a student's code: the remarks, how sure they are, and what was not looked at."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from learnflow.code_analysis.habits import habits
from learnflow.code_analysis.linters import Finding, Linter, LinterUnavailableError
from learnflow.code_analysis.pitfalls import pitfalls
from learnflow.code_analysis.remarks import RANKS, RULES, Kind, Remark, by_importance
from learnflow.code_analysis.syntax import check
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

MOST_REMARKS: Final = 6
LOOKED: Final = 0.4
NOT_LINTED: Final = 0.2
_LINTED: Final = 0.8
_READ: Final = 0.7


@dataclass(frozen=True, slots=True)
class ReviewFindings:
    """What was found in a piece of code, how sure that is, and what was not looked at."""

    remarks: tuple[Remark, ...]
    confidence: float
    missing: str


async def look_over(code: str, language: Language | None, linter: Linter) -> ReviewFindings:
    """Return what tools find in code, whose language is taken for Python where it is unknown."""
    if language in (Language.PYTHON, None):
        return await _python(code, linter)
    return await asyncio.to_thread(_by_text, code, language)


async def _python(code: str, linter: Linter) -> ReviewFindings:
    try:
        remarks = python_remarks(await linter.findings(code))
    except LinterUnavailableError:
        return ReviewFindings((), NOT_LINTED, "the linter could not be run this time, so I have not checked your code.")
    own_habits = await asyncio.to_thread(habits, code, Language.PYTHON)
    bugs = {one.line for one in remarks if one.kind is Kind.BUG}
    own = tuple(one for one in own_habits if one.kind is not Kind.BUG or one.line not in bugs)  # the linter has said it
    first = tuple(one for one in remarks if not one.rule)  # Python cannot read it
    both = by_importance((*own, *(one for one in remarks if one.rule)))
    return ReviewFindings(
        (*first, *both)[:MOST_REMARKS], _LINTED, "a linter's view; whether the code does what you want, I did not try."
    )


def python_remarks(findings: Sequence[Finding]) -> tuple[Remark, ...]:
    """Return what matters most to a learner of ruff's findings, at most one of each rule."""
    ranked = sorted(findings, key=lambda one: (RANKS.get(one.rule, len(RANKS)), one.line))
    first = {one.rule: one for one in reversed(ranked)}
    chosen = [one for one in ranked if first[one.rule] is one][:MOST_REMARKS]
    return tuple(_remark(one) for one in chosen)


def _remark(finding: Finding) -> Remark:
    if not finding.rule:
        return Remark(finding.line, _unreadable("Python", finding.message))
    kind, text = RULES.get(finding.rule, (Kind.STYLE, f"{one_line(finding.message, 160)}."))
    return Remark(finding.line, text, finding.rule, kind)


def _unreadable(name: str, message: str) -> str:
    return f"{name} cannot read this: {one_line(message, 160)}. Mend it first; the rest comes after that."


def _by_text(code: str, language: Language) -> ReviewFindings:
    name = language.label
    missing = f"I have no linter for {name} at hand, so I only looked for syntax errors and a few well-known pitfalls."
    own = habits(code, language)
    bugs = {one.line for one in own if one.kind is Kind.BUG}
    rest = (one for one in pitfalls(code, language) if one.kind is not Kind.BUG or one.line not in bugs)  # said once
    ranked, fault = by_importance((*own, *rest)), check(language, code)
    if fault is None:
        return ReviewFindings(ranked[:MOST_REMARKS], LOOKED, missing)
    first = Remark(fault.line, _unreadable(name, fault.message))
    return ReviewFindings((first, *ranked)[:MOST_REMARKS], _READ, missing)
