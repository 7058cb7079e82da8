"""What is wrong in the code of a question: the fault behind an error, or causes of a wrong result. Nothing is run."""

import re
from dataclasses import replace
from typing import Final

from learnflow.code_analysis.engine import analyze, in_analysis_thread
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.rule import Kind, Rule
from learnflow.code_analysis.rules.division_and_floats import by_words_alone
from learnflow.code_analysis.syntax import check
from learnflow.domain.question.errors import ERRORS, ErrorSign
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.vocabulary import Language

_IN_PROSE: Final = re.compile(r"(?:\[[^\]\n]{1,200}\]|\b\w+)(?:\.\w+\([^()\n]{0,100}\))+")
_UNREADABLE: Final = {
    language: Rule(
        key, (language,), ERRORS[key].topic, "this cannot be read: {problem}.", kind=Kind.ERROR, explains=(key,)
    )
    for language, key in (
        (Language.JAVASCRIPT, "javascript-unexpected-token"), (Language.JAVA, "java-semicolon-expected"),
        (Language.CPP, "cpp-expected-token"), (Language.GO, "go-syntax"), (Language.RUST, "rust-syntax"),
    )
}  # fmt: skip
_PARTS_MISSING: Final = frozenset({
    "python-name-error", "python-file-not-found-error", "python-module-not-found-error", "javascript-reference-error",
    "javascript-module-not-found", "java-cannot-find-symbol",
})  # fmt: skip


def bugs(code: str, language: Language | None) -> tuple[Finding, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    return tuple(finding for finding in analyze(code, language) if finding.kind is Kind.BUG)


def candidates(text: str, question: ParsedQuestion) -> tuple[Finding, ...]:
    """Return possible causes of a wrong result in the code of a question, or in the calls that stand in its words."""
    code = question.code or "\n".join(match[0] for match in _IN_PROSE.finditer(text))
    return (bugs(code, question.language) if code else ()) or by_words_alone(text, question.code)


async def suspects(code: str, language: Language | None) -> str | None:
    """Return what is a risk in code and can explain a wrong result; nothing of speed or style."""
    findings = await in_analysis_thread(analyze, code, language) if language else ()
    risks = {
        finding.rule.key: finding for finding in reversed(findings)
        if finding.kind is Kind.RISK and finding.rule.focus != "speed"
    }  # fmt: skip
    listed = "\n".join(f"- Line {finding.line}: {finding.remark}" for finding in list(risks.values())[::-1][:2])
    return f"I noticed this, which may or may not be the cause:\n{listed}" if listed else None


async def error_to_explain(text: str, question: ParsedQuestion, raised: ErrorSign | None) -> ErrorSign | None:
    """Return the error of a run; None where it lacks what was not sent, and the complaint has another cause."""
    if raised is None or raised.key not in _PARTS_MISSING:
        return raised
    return None if await in_analysis_thread(candidates, text, question) else raised


async def visible_fault(text: str, question: ParsedQuestion, error: ErrorSign | None) -> Finding | None:
    """Return the fault that can be seen by reading the code; of a known error, or of any kind without one."""
    fault = await in_analysis_thread(_fault, question, error)
    if error is None and fault is not None and fault.rule.key == "python-name-error":
        possible = await in_analysis_thread(candidates, text, question)
        return None if possible else fault  # the name may stand in what was not sent
    return fault


def _fault(question: ParsedQuestion, error: ErrorSign | None) -> Finding | None:
    code, language = question.code, question.language
    if not code:
        return None
    if error is not None:
        return fault_behind(code, language, error)
    if language and language in _UNREADABLE:
        problem = check(language, code)
        return Finding(_UNREADABLE[language], problem.line, {"problem": problem.message}) if problem else None
    errors = (finding for finding in analyze(code, language) if finding.kind is Kind.ERROR)
    return next(errors, None) if language else None  # without a language it need not be Python at all


def fault_behind(code: str, language: Language | None, error: ErrorSign) -> Finding | None:
    """Return the fault in the code that an error comes from, or else the cause that it can come from."""
    return next(iter(analyze(code, language, error=error.key)), None)


def error_raised(fault: Finding, error: ErrorSign | None) -> ErrorSign:
    """Return the error that a fault raises: the one that came up, or the kind of it that the fault tells."""
    key = error.key if error and error.key in fault.rule.explains else fault.rule.explains[0]
    return replace(ERRORS[key], topic=fault.topic or ERRORS[key].topic)
