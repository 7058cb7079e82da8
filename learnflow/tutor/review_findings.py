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
    bugs = {remark.line for remark in remarks if remark.kind is Kind.BUG}
    own = (remark for remark in own_habits if remark.kind is not Kind.BUG or remark.line not in bugs)  # not twice
    first = tuple(remark for remark in remarks if not remark.rule)  # Python cannot read it
    both = by_importance((*own, *(remark for remark in remarks if remark.rule)))
    return ReviewFindings(
        (*first, *both)[:MOST_REMARKS], _LINTED, "a linter's view; whether the code does what you want, I did not try."
    )


def python_remarks(findings: Sequence[Finding]) -> tuple[Remark, ...]:
    """Return what matters most to a learner of ruff's findings, at most one of each rule."""
    ranked = sorted(findings, key=lambda finding: (RANKS.get(finding.rule, len(RANKS)), finding.line))
    first = {finding.rule: finding for finding in reversed(ranked)}
    chosen = [finding for finding in ranked if first[finding.rule] is finding][:MOST_REMARKS]
    return tuple(_remark(finding) for finding in chosen)


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
    bugs = {remark.line for remark in own if remark.kind is Kind.BUG}
    rest = (remark for remark in pitfalls(code, language) if remark.kind is not Kind.BUG or remark.line not in bugs)
    ranked, fault = by_importance((*own, *rest)), check(language, code)
    if fault is None:
        return ReviewFindings(ranked[:MOST_REMARKS], LOOKED, missing)
    first = Remark(fault.line, _unreadable(name, fault.message))
    return ReviewFindings((first, *ranked)[:MOST_REMARKS], _READ, missing)
