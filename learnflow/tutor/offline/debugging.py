"""Debugging: what happened when the code ran, the error by its name, and its place in the student's own code."""

from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from learnflow.domain.errors import ERRORS, ErrorSign, last_line
from learnflow.domain.reading import Reading, read
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, title
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.grounding import Ran
from learnflow.tutor.offline.faults import Fault, find_fault
from learnflow.tutor.offline.knowing import advice
from learnflow.tutor.offline.library import ERROR_NOTES, EXPLANATIONS
from learnflow.tutor.offline.linting import Linter, LinterUnavailableError
from learnflow.tutor.offline.reviewing import python_remarks
from learnflow.tutor.offline.running import happened, line_raised, raised, what_happened
from learnflow.tutor.offline.wording import draft, one_line, topic_asked

# slips of the hand, not gaps in what is understood
_SLIPS: Final = frozenset({"python-syntax-error", "python-indentation-error", "python-name-error"})


@dataclass(frozen=True, slots=True)
class Case:
    """A question about an error: what was read, the error if one is known, the fault if it can be seen, and the run."""

    reading: Reading
    topic: str
    error: ErrorSign | None
    fault: Fault | None
    ran: Ran

    @property
    def missing(self) -> str:
        """What could not be done."""
        if self.ran.execution:
            return "I ran your code by itself, without input, and without files that it may need."
        if self.ran.problem:
            return f"I read your code, but did not run it: {self.ran.problem}"
        return "I read what you sent, and ran nothing."


async def debug(request: AgentRequest, linter: Linter, ran: Ran) -> Draft:
    """Explain the error and point at its place; ask for what is missing."""
    case = _case(request, ran)
    if case.error and case.error.key in ERROR_NOTES:
        return _known(request, case, case.error)
    if case.error:
        return _unknown_error(request, case, case.error)
    if case.reading.code:
        return await _nothing_seen(case, case.reading.code, linter)
    return _ask(case)


def _case(request: AgentRequest, ran: Ran) -> Case:
    reading = read(request.query)
    error = reading.error or raised(ran, reading.language)
    fault = None
    if reading.code and reading.language in (Language.PYTHON, None):
        fault = find_fault(reading.code, error.key if error else None)
        if fault and reading.language is None and error is None:
            fault = None  # it need not be Python at all
    if fault is not None:
        error = ERRORS[fault.error]
    return Case(reading, topic_asked(request, reading) if error is None else error.topic, error, fault, ran)


def _known(request: AgentRequest, case: Case, error: ErrorSign) -> Draft:
    note, fault = ERROR_NOTES[error.key], case.fault
    mended = fault.mended if fault else ()
    concept = None if request.alone or error.key in _SLIPS or error.topic not in EXPLANATIONS else error.topic
    where = _place(request, case)
    return draft(
        what_happened(case.ran, error), _headline(error, fault), None if fault else where,
        f"What it means: {note.meaning}",
        f"Why it happens: {note.cause}", f"What to do: {note.fix}",
        "Your code, mended, is among the examples." if mended else "The example shows the same fault, mended.",
        advice(request, error.topic, Specialist.DEBUG),
        topic=error.topic, confidence=0.9 if fault else 0.7 if case.reading.code else 0.6, missing=case.missing,
        code=mended or (note.mended,), metadata=_metadata(case, error.name),
    ).model_copy(update={"missing_concept": concept})  # fmt: skip


def _headline(error: ErrorSign, fault: Fault | None) -> str:
    if fault is None:
        return f"This is about `{error.name}`."
    return f"The {error.name} comes from line {fault.line}: {fault.says}"


def _place(request: AgentRequest, case: Case) -> str | None:
    line = last_line(request.query.query_text)
    if line is None and happened(case.ran, case.error):
        return None
    if line is None:
        return "I could not tell from the code alone which line it is." if case.reading.code else None
    lines = (case.reading.code or "").splitlines()
    shown = f": `{one_line(lines[line - 1])}`" if 0 < line <= len(lines) and lines[line - 1].strip() else ""
    return f"The trace points to line {line}{shown}. Begin there."


def _unknown_error(request: AgentRequest, case: Case, error: ErrorSign) -> Draft:
    return draft(
        what_happened(case.ran, error),
        f"I have nothing prepared on `{one_line(error.name)}`, so I will not pretend to know it.",
        _place(request, case),
        "How to go on: read the last line of the message, go to the line that it names, and print the values that are "
        "used there. Then change one thing and run it again.",
        topic=error.topic, confidence=0.3, missing=case.missing, metadata=_metadata(case, error.name),
    ).model_copy(update={"missing_concept": None if request.alone else "debugging"})  # fmt: skip


async def _nothing_seen(case: Case, code: str, linter: Linter) -> Draft:
    noticed = None
    if case.reading.language is Language.PYTHON:
        try:
            remarks = python_remarks(await linter.findings(code))[:3]
        except LinterUnavailableError:
            remarks = ()
        listed = "\n".join(f"- Line {remark.line}: {remark.text}" for remark in remarks)
        noticed = f"The linter noticed this, which may or may not be the cause:\n{listed}" if remarks else None
    return draft(
        what_happened(case.ran, None) or "By reading alone I cannot see what goes wrong in your code.", noticed,
        _suspect(case.topic),
        "Please send me the full error message, or what it does and what you expected instead.",
        topic=case.topic, confidence=0.35, missing=case.missing, metadata=_metadata(case, None),
    )  # fmt: skip


def _ask(case: Case) -> Draft:
    return draft(
        "To find the error I need the code and the full error message, from its first to its last line.",
        _suspect(case.topic),
        topic=case.topic, confidence=0.35, missing="without code I can only guess, so I do not.",
        metadata=_metadata(case, None) | {"asks_back": True},
    )  # fmt: skip


def _suspect(topic: str) -> str | None:
    found = EXPLANATIONS.get(topic)
    return f"A usual suspect with {title(topic).lower()}: {found.watch_out}" if found else None


def _metadata(case: Case, error_type: str | None) -> dict[str, JsonValue]:
    return {
        "error_type": error_type,
        "fix_applied": bool(case.fault and case.fault.mended),
        "suggested_topic": None if case.topic == GENERAL else case.topic,
        "line": case.fault.line if case.fault else line_raised(case.ran, case.error),
        "ran": case.ran.execution.ended if case.ran.execution else None,
    }
