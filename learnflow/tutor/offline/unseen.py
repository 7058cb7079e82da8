"""What is wrong where no error is known: causes seen in the code, then what a linter or a pitfall suspects."""

import asyncio
import re
from typing import Final

from learnflow.domain.reading import Reading
from learnflow.models.vocabulary import Language
from learnflow.tutor.grounding import Ran
from learnflow.tutor.offline import silent, silent_braces
from learnflow.tutor.offline.causes import Cause
from learnflow.tutor.offline.linting import Linter, LinterUnavailableError
from learnflow.tutor.offline.pitfalls import pitfalls
from learnflow.tutor.offline.remarks import Kind, Remark
from learnflow.tutor.offline.reviewing import python_remarks

_IN_PROSE: Final = re.compile(r"(?:\[[^\]\n]{1,200}\]|\b\w+)(?:\.\w+\([^()\n]{0,100}\))+")
_WISH: Final = re.compile(
    r"\b(?:expect\w*|instead|should|supposed|want\w*|comes out|rather than|but (?:i )?(?:get|got|it)|and not"
    r"|gives?|prints?|wrong|doesn.?t|not \w+ing)\b", re.IGNORECASE,
)  # fmt: skip


def causes(said: str, reading: Reading) -> tuple[Cause, ...]:
    """Return the causes of a wrong result in the code of a question, or in the calls that stand in its words."""
    code = reading.code or "\n".join(found[0] for found in _IN_PROSE.finditer(said))
    if not code:
        return ()
    if reading.language in (Language.PYTHON, None):
        return silent.silent_causes(code)
    return silent_braces.silent_causes(code, reading.language)


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


def still_missing(ran: Ran, said: str) -> str:
    """Ask for what was not sent: no message where the code ran without an error, no wish where one was told."""
    if ran.execution is None:
        return "Please send me the full error message, or what it does and what you expected instead."
    if _WISH.search(said):
        return (
            "More I cannot see by rule. To find the place, print the values before and after each step, and look for "
            "the first one that is not what you expect."
        )
    return "Which part of that is not what you expected, and what should it be?"
