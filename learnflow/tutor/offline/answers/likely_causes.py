"""What is wrong where no error is known: causes seen in the code, then what a linter or a pitfall suspects."""

import asyncio
import re
from dataclasses import replace
from typing import Final

from learnflow.code_analysis.causes import Cause
from learnflow.code_analysis.complaint_rules import likely, told_by_words
from learnflow.code_analysis.legacy import seen
from learnflow.code_analysis.linters import Linter, LinterUnavailableError
from learnflow.code_analysis.pitfalls import pitfalls
from learnflow.code_analysis.remarks import Kind, Remark
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.vocabulary import Language
from learnflow.tutor.review_findings import python_remarks

_IN_PROSE: Final = re.compile(r"(?:\[[^\]\n]{1,200}\]|\b\w+)(?:\.\w+\([^()\n]{0,100}\))+")


def causes(text: str, question: ParsedQuestion) -> tuple[Cause, ...]:
    """Return the causes of a wrong result in the code of a question, or in the calls that stand in its words."""
    code = question.code or "\n".join(found[0] for found in _IN_PROSE.finditer(text))
    found = seen(code, question.language) if code else ()
    if found or not question.code:
        return found or told_by_words(text)
    return tuple(replace(one, sure=one.key == "inexact-result") for one in likely(code, question.language, text))


async def suspects(code: str, language: Language | None, linter: Linter) -> str | None:
    """Return what a linter or the pitfalls of a language find that can explain a wrong result; nothing of style."""
    if language is Language.PYTHON:
        try:
            found = python_remarks(await linter.findings(code))
        except LinterUnavailableError:
            return None
    else:
        found = await asyncio.to_thread(pitfalls, code, language) if language else ()
    bugs = [one for one in found if one.kind is Kind.BUG]
    if bugs:
        return f"This is most likely the cause:\n{_listed(bugs[:2])}"
    risks = [one for one in found if one.kind is Kind.RISK][:2]
    return f"I noticed this, which may or may not be the cause:\n{_listed(risks)}" if risks else None


def _listed(remarks: list[Remark]) -> str:
    return "\n".join(f"- Line {one.line}: {one.text}" for one in remarks)
