"""For the time of the move: what a review remarks on in the languages without a linter, from the rules' findings."""

from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.remarks import Kind, Remark
from learnflow.domain.phrasing import together
from learnflow.models.vocabulary import Language

_MOST_LINES: Final = 4  # in which the same is remarked on


def pitfalls(code: str, language: Language) -> tuple[Remark, ...]:
    """Return what is risky, unclear, or a matter of style, at most one remark of each rule."""
    return tuple(_remarks(code, language))


def _remarks(code: str, language: Language) -> Iterator[Remark]:
    findings = [finding for finding in analyze(code, language) if finding.kind not in {"error", "bug"}]
    for key in dict.fromkeys(finding.rule.key for finding in findings):
        first, *more = [finding for finding in findings if finding.rule.key == key]
        lines = together([str(finding.line) for finding in more], most=_MOST_LINES)
        again = f" The same in line {lines}." if more else ""
        text = f"{first.message} {first.fix}".strip()
        yield Remark(first.line, f"{text}{again}", kind=Kind(first.kind), about=first.rule.focus)
