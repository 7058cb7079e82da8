"""For the time of the move: the causes of the rules that are not declared in the new way yet, and those that are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from learnflow.code_analysis.causes import Cause
from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.legacy_patterns import sure_slips
from learnflow.code_analysis.python_tree import Fault
from learnflow.code_analysis.rule import Kind
from learnflow.code_analysis.rules.python import loops
from learnflow.models.vocabulary import Language, SkillLevel


@dataclass(frozen=True, slots=True)
class FoundCause(Cause):
    """A finding where a cause is expected."""

    finding: Finding | None = None

    @property
    def _of(self) -> Finding:
        assert self.finding is not None  # noqa: S101
        return self.finding

    topic = property(lambda self: self._of.topic)
    says = property(lambda self: self._of.message)
    fix = property(lambda self: self._of.fix)
    explains = property(lambda self: self._of.rule.explains)

    def told(self, skill: SkillLevel) -> Iterator[str]:
        """Yield what to do."""
        return self._of.steps(skill)


def as_cause(finding: Finding) -> Cause:
    """Return a finding as a cause."""
    return FoundCause(finding.rule.key, finding.line, (), finding.fixes, sure=True, finding=finding)


@lru_cache(maxsize=64)
def seen(code: str, language: Language | None) -> tuple[Cause, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    found = loops.silent_causes(code) if language in (Language.PYTHON, None) else ()
    slips = sure_slips(code, language or Language.PYTHON)
    new = (as_cause(finding) for finding in analyze(code, language) if finding.kind is Kind.BUG)
    return tuple(sorted((*found, *slips, *new), key=lambda one: one.line))


def find_brace_fault(code: str, language: Language, error: str | None) -> Fault | None:
    """Return the fault behind an error that is known by its key."""
    finding = (
        next((one for one in analyze(code, language, error=error) if one.kind is Kind.ERROR), None) if error else None
    )
    if finding is None or error is None:
        return None
    return Fault(error, finding.line, finding.message, finding.fixes, finding.fix, finding.topic)
