"""The fault behind an error, or one that will raise it, as far as it can be seen by reading the code."""

import asyncio
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.legacy import find_brace_fault, seen
from learnflow.code_analysis.python_tree import Fault
from learnflow.code_analysis.rules.python.errors import find_fault
from learnflow.code_analysis.syntax import check
from learnflow.domain.question.errors import ErrorSign
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.answers.likely_causes import causes

_UNREADABLE: Final = MappingProxyType({
    Language.JAVASCRIPT: "javascript-unexpected-token",
    Language.JAVA: "java-semicolon-expected",
    Language.CPP: "cpp-expected-token",
    Language.GO: "go-syntax",
    Language.RUST: "rust-syntax",
})
_PARTS_MISSING: Final = frozenset({
    "python-name-error", "python-file-not-found-error", "python-module-not-found-error", "javascript-reference-error",
    "javascript-module-not-found", "java-cannot-find-symbol",
})  # fmt: skip
_NO_NAME: Final = "python-name-error"


async def error_to_explain(text: str, question: ParsedQuestion, raised: ErrorSign | None) -> ErrorSign | None:
    """Return the error of a run; None where it lacks what was not sent, and the complaint has another cause."""
    if raised is None or raised.key not in _PARTS_MISSING:
        return raised
    return None if await asyncio.to_thread(causes, text, question) else raised


async def visible_fault(text: str, question: ParsedQuestion, error: ErrorSign | None) -> Fault | None:
    """Return the fault that can be seen by reading the code; of a known error, or of any kind without one."""
    fault = await _fault(question, error)
    if error is None and fault is not None and fault.error == _NO_NAME:
        possible = await asyncio.to_thread(causes, text, question)
        return None if possible else fault  # the name may stand in what was not sent
    return fault


async def _fault(question: ParsedQuestion, error: ErrorSign | None) -> Fault | None:
    code, language = question.code, question.language
    if not code:
        return None
    if language and language in _UNREADABLE and error is None:
        syntax_error = await asyncio.to_thread(check, language, code)
        says = f"this cannot be read: {syntax_error.message}." if syntax_error else ""
        return Fault(_UNREADABLE[language], syntax_error.line, says) if syntax_error else None
    if error is not None:
        return await asyncio.to_thread(fault_behind, code, language, error)
    return find_fault(code, None) if language else None  # without a language it need not be Python at all


def fault_behind(code: str, language: Language | None, error: ErrorSign) -> Fault | None:
    """Return the fault in the code that an error comes from, or else the cause that it can come from."""
    key = error.key
    found = find_fault(code, key) if language in (Language.PYTHON, None) else find_brace_fault(code, language, key)
    return found or _behind(code, language, error)


def _behind(code: str, language: Language | None, error: ErrorSign) -> Fault | None:
    """Return the cause in the code that an error can come from, as its fault."""
    found = next((one for one in seen(code, language) if error.key in one.explains), None)
    return Fault(error.key, found.line, found.says, found.mended, found.fix, found.topic) if found else None
