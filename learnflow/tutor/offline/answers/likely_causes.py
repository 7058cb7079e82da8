"""What is wrong where no error is known: causes that the code shows, then what may be one."""

import asyncio
import re
from typing import Final

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.rule import Kind
from learnflow.code_analysis.rules.complaints import by_words_alone
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.vocabulary import Language

_IN_PROSE: Final = re.compile(r"(?:\[[^\]\n]{1,200}\]|\b\w+)(?:\.\w+\([^()\n]{0,100}\))+")


def bugs(code: str, language: Language | None) -> tuple[Finding, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    return tuple(finding for finding in analyze(code, language) if finding.kind is Kind.BUG)


def causes(text: str, question: ParsedQuestion) -> tuple[Finding, ...]:
    """Return the causes of a wrong result in the code of a question, or in the calls that stand in its words."""
    code = question.code or "\n".join(match[0] for match in _IN_PROSE.finditer(text))
    sure = bugs(code, question.language) if code else ()
    likely = analyze(code, question.language, complaint=text) if question.code and not sure else ()
    return sure or likely[:1] or by_words_alone(text)


async def suspects(code: str, language: Language | None) -> str | None:
    """Return what is a risk in code and can explain a wrong result; nothing of speed or style."""
    findings = await asyncio.to_thread(analyze, code, language) if language else ()
    risks = {
        finding.rule.key: finding for finding in reversed(findings)
        if finding.kind is Kind.RISK and finding.rule.focus != "speed"
    }  # fmt: skip
    listed = "\n".join(f"- Line {finding.line}: {finding.remark}" for finding in list(risks.values())[::-1][:2])
    return f"I noticed this, which may or may not be the cause:\n{listed}" if listed else None
