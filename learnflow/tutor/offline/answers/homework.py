"""Homework: the steps to a function that a student has to write, so that they write it themselves."""

import re
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.tutor.answer_text import draft
from learnflow.tutor.offline.content.library import HOMEWORK
from learnflow.tutor.offline.conversation import topic_of_request

_HOMEWORK: Final = frozenset({"homework", "assignment", "coursework"})
_CALL: Final = re.compile(r"\b([A-Za-z_]\w{1,40})\(([A-Za-z_][\w, ]{0,60})?\)")
_FIRST: Final = "Say in your own words what goes in and what comes out, and note two inputs with their results."
_MISSING: Final = "steps by rule, not a look at your own attempt; send me that, and I look at it."


def homework(request: AgentRequest, question: ParsedQuestion) -> Draft | None:
    """Return the way to what somebody has to write, None where no homework is asked to be done."""
    signature = _CALL.search(request.query.query_text)
    if _HOMEWORK.isdisjoint(question.words) or not (signature or "write" in question.words):
        return None
    task = next((task for task in HOMEWORK if not task.words.isdisjoint(_apart(question))), HOMEWORK[-1])
    takes = signature[2] if signature and signature[2] else "its input"
    steps = [_FIRST, *task.steps]
    written = "\n".join(f"{place}. {step.replace('INPUT', takes)}" for place, step in enumerate(steps, start=1))
    return draft(
        "I do not write homework for you, because then it teaches you nothing; but I lead you there.",
        written, "Begin with the skeleton, fill in one step, and run it. Where you get stuck, send me your code.",
        topic=topic_of_request(request, question), confidence=0.8, missing=_MISSING,
        code=(f"def {signature[1]}({signature[2] or ''}):\n    ...",) if signature and question.may_be_python else (),
    )  # fmt: skip


def _apart(question: ParsedQuestion) -> frozenset[str]:
    """Return the words of a question, those inside names such as count_vowels as well."""
    return frozenset(part for word in question.words for part in (word, *word.split("_")))
