"""What tools find in a student's code: the findings, how sure they are, and what was not looked at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from learnflow.code_analysis.engine import all_rules, analyze, in_analysis_thread
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.linters import LinterUnavailableError, ruff_diagnostics
from learnflow.code_analysis.rule import Kind, Rule
from learnflow.code_analysis.syntax import check
from learnflow.domain.phrasing import one_line
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Language

MOST_REMARKS: Final = 6
LOOKED: Final = 0.4
NOT_LINTED: Final = 0.2
_LINTED: Final = 0.8
_READ: Final = 0.7
_KINDS: Final = tuple(Kind)
_SERIOUS: Final = frozenset({Kind.ERROR, Kind.BUG, Kind.RISK})
_IN_OWN_RULES: Final = frozenset({"F821"})  # what own rules tell of ruff's findings
_UNREADABLE: Final = Rule(
    "unreadable", tuple(Language), "debugging", "{language} cannot read this: {problem}.",
    "Mend it first; the rest comes after that.", kind=Kind.ERROR,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewFindings:
    """What was found in a piece of code, how sure that is, and what was not looked at."""

    findings: tuple[Finding, ...]
    confidence: float
    missing: str


async def look_over(code: str, language: Language | None) -> ReviewFindings:
    """Return what tools find in code, whose language is taken for Python where it is unknown."""
    if language in (Language.PYTHON, None):
        return await in_analysis_thread(_python, code)
    return await in_analysis_thread(_without_linter, code, language)


def _python(code: str) -> ReviewFindings:
    try:
        diagnostics = ruff_diagnostics(code)
    except LinterUnavailableError:
        return ReviewFindings((), NOT_LINTED, "the linter could not be run this time, so I have not checked your code.")
    missing = "a linter's view."
    worded = {rule.key for rule in all_rules()} | _IN_OWN_RULES
    unreadable = [_unreadable(Language.PYTHON, each.line, each.message) for each in diagnostics if not each.code][:1]
    in_its_words = (
        Finding(Rule(each.code, (Language.PYTHON,), GENERAL, "{words}.", kind=Kind.STYLE), each.line,
                {"words": one_line(each.message, 160)})
        for each in diagnostics if each.code and each.code not in worded
    )  # fmt: skip
    findings = (*(() if unreadable else analyze(code, Language.PYTHON)), *in_its_words)
    return ReviewFindings((*unreadable, *_ranked(findings))[:MOST_REMARKS], _LINTED, missing)


def _without_linter(code: str, language: Language) -> ReviewFindings:
    name = language.label
    missing = f"I have no linter for {name} at hand, so I only looked for syntax errors and a few well-known pitfalls."
    ranked, fault = _ranked(analyze(code, language)), check(language, code)
    if fault is None:
        return ReviewFindings(ranked[:MOST_REMARKS], LOOKED, missing)
    first = _unreadable(language, fault.line, fault.message)
    return ReviewFindings((first, *ranked)[:MOST_REMARKS], _READ, missing)


def _unreadable(language: Language, line: int, problem: str) -> Finding:
    return Finding(_UNREADABLE, line, {"language": language.label, "problem": one_line(problem, 160)})


def _ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding of each rule, what matters most first; what one line has of a topic is told once."""
    by_rule: dict[str, Finding] = {}
    for finding in findings:
        first = by_rule.setdefault(finding.rule.key, finding)
        if first is not finding:
            by_rule[finding.rule.key] = replace(first, more_lines=(*first.more_lines, finding.line))
    ranked = sorted(by_rule.values(), key=lambda each: (_KINDS.index(each.kind), _rank(each.rule), each.line))
    wrong = {(each.line, each.topic): each for each in reversed(ranked) if each.kind in {Kind.ERROR, Kind.BUG}}
    return tuple(
        each for each in ranked
        if each.kind not in _SERIOUS or wrong.get((each.line, each.topic), each) is each
    )  # fmt: skip


def _rank(rule: Rule) -> int:
    """Return 0 for an own rule, and for a linter's its place among those that have words of ours."""
    if not rule.is_linter_code:
        return 0
    return next(
        (rank for rank, other in enumerate(all_rules(), start=1) if other.key == rule.key), len(all_rules()) + 1
    )
