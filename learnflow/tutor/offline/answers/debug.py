"""Debugging: what happened when the code ran, the error by its name, and its place in the student's own code."""

from dataclasses import dataclass, replace

from learnflow.code_analysis.engine import in_analysis_thread
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.rule import Certainty
from learnflow.code_analysis.rules.division_and_floats import inexact_result
from learnflow.domain.mastery.model import percent
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ErrorSign, find_error, has_trace, traced_line
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.metadata import DebugMetadata, Proof
from learnflow.models.taxonomy import GENERAL, name, title
from learnflow.tutor.answer_text import draft
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.offline.answers import error_text, proven_findings, run_report, static_diagnosis
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.proof import Prover
from learnflow.tutor.student_level import depth, mastery


@dataclass(frozen=True, slots=True)
class Case:
    """A question about an error: what was read, the error if one is known, the fault if it can be seen, and the run.

    `proof` is what running the mended code showed, where there is any.
    """

    question: ParsedQuestion
    topic: str
    error: ErrorSign | None
    fault: Finding | None
    ran: CodeRun
    line: int | None
    proof: Proof | None = None

    @property
    def missing(self) -> str:
        """What could not be done."""
        if self.ran.execution:
            given = "with input that I made up" if self.ran.made_input else "without input"
            given = "with the input that you name" if self.ran.made_input and self.ran.made_input.told else given
            return f"I ran your code by itself, {given}, and without files that it may need."
        if self.ran.problem:
            return f"I read your code, but did not run it: {self.ran.problem}"
        return "I read what you sent, and ran nothing."


async def debug(request: AgentRequest, question: ParsedQuestion, ran: CodeRun, prover: Prover) -> Draft:
    """Explain the error and point at its place; ask for what is missing."""
    case = await _case(request, _without_trace(question), ran, prover)
    if case.error and case.error.key in ERROR_NOTES:
        return _prepared_error(request, case, case.error)
    if case.error:
        return _unknown_error(request, case, case.error)
    possible = await in_analysis_thread(static_diagnosis.candidates, request.query.query_text, case.question)
    standing = await proven_findings.tried(request, case.question, possible, prover)
    if standing:
        (cause, proof), *others = standing
        return _wrong_result(request, replace(case, proof=proof), cause, *(other for other, _ in others))
    if case.question.code:
        return await _no_cause_seen(case, case.question.code, request.query.query_text)
    return _ask(case, request.query.query_text)


async def _case(request: AgentRequest, question: ParsedQuestion, ran: CodeRun, prover: Prover) -> Case:
    raised = run_report.error_of_run(ran, question.language)
    error = question.error or await static_diagnosis.error_to_explain(request.query.query_text, question, raised)
    if raised and error and raised.name == error.name:
        error = raised  # the run has the whole message, the question often only the name
    visible = await static_diagnosis.visible_fault(request.query.query_text, question, error)
    to_mend = error.name if error else None
    standing = await proven_findings.tried(request, question, (visible,) if visible else (), prover, to_mend)
    fault, proof = standing[0] if standing else (None, None)
    if fault is not None:
        error = static_diagnosis.error_raised(fault, error)
    topic = topic_of_request(request, question) if error is None else error.topic
    line = fault.line if fault else run_report.line_raised(ran, error) or _traced(request)
    return Case(question, topic, error, fault, ran, line, proof)


def _without_trace(question: ParsedQuestion) -> ParsedQuestion:
    """Return what was read; what is a trace and not a program does not count as code."""
    code = question.code
    if code is None or not has_trace(code):
        return question
    error = question.error or find_error(words(code), question.language)
    return replace(question, snippet=replace(question.snippet, code=None), error=error)


def _traced(request: AgentRequest) -> int | None:
    """Return the line that a trace names, in the question or in what was sent as its code."""
    query = request.query
    code = query.code_snippet or ""
    return traced_line(query.query_text) or (traced_line(code) if has_trace(code) else None)


def _prepared_error(request: AgentRequest, case: Case, error: ErrorSign) -> Draft:
    note, fault = ERROR_NOTES[error.key], case.fault
    if fault and fault.fix:
        note = note.model_copy(update={"fix": fault.fix})  # a step for the error alone could miss its cause
    sent = f"{request.query.query_text}\n{request.query.code_snippet or ''}"
    says = note.says(run_report.message_raised(case.ran, error) or sent)
    fixes, has_cause = (fault.fixes, fault.tells_cause) if fault else ((), False)
    prepared = error_text.PreparedError(
        error, note, None if fault else says, _place(case, error), fixes, case.proof, has_cause=has_cause
    )
    return draft(
        run_report.what_happened(case.ran, error), *error_text.error_paragraphs(request, prepared),
        _mastered(request, error.topic),
        topic=error.topic, confidence=0.9 if case.fault else 0.7 if case.question.code else 0.6, missing=case.missing,
        code=error_text.error_examples(request, prepared), metadata=_metadata(case, error.name).as_json(),
    ).model_copy(update={"missing_concept": _concept(request, error)})  # fmt: skip


def _concept(request: AgentRequest, error: ErrorSign) -> str | None:
    """Return the topic whose explanation would complete the answer; none for a slip, and for who masters it."""
    slip, mastered = ERROR_NOTES[error.key].slip, mastery(request, error.topic) >= MASTERED
    return None if request.alone or slip or mastered or error.topic not in EXPLANATIONS else error.topic


def _mastered(request: AgentRequest, topic: str) -> str | None:
    level = mastery(request, topic)
    if level < MASTERED:
        return None
    return f"You know {name(topic)} well ({percent(level)}), so try to say why before you change anything."


def _place(case: Case, error: ErrorSign) -> str:
    shown = _shown(case)
    if case.fault:
        what = f"The {error.name}" if error.name.isalnum() else f"The message `{error.name}`"
        return f"{what} comes from line {case.fault.line}{f' ({shown})' if shown else ''}: {case.fault.message}"
    if run_report.ended_with(case.ran, error):
        return f"Line {case.line} is {shown}." if shown else f"This is about `{error.name}`."
    if case.line is not None:
        return f"This is about `{error.name}`. {_begin(case)}"
    unsure = " I could not tell from the code alone which line it is." if case.question.code else ""
    return f"This is about `{error.name}`.{unsure}"


def _shown(case: Case) -> str:
    """Return the line itself, where the code has it."""
    lines = (case.question.code or "").splitlines()
    text = one_line(lines[case.line - 1]) if case.line and case.line <= len(lines) else ""
    return f"`{text}`" if text else ""


def _begin(case: Case) -> str:
    shown = _shown(case)
    return f"The message points to line {case.line}{f': {shown}' if shown else ''}. Begin there."


def _unknown_error(request: AgentRequest, case: Case, error: ErrorSign) -> Draft:
    return draft(
        run_report.what_happened(case.ran, error),
        f"I have nothing prepared on `{one_line(error.name)}`, so I will not pretend to know it.",
        _begin(case) if case.line else None,
        "How to go on: read the last line of the message, go to the line that it names, and print the values that are "
        "used there. Then change one thing and run it again.",
        topic=error.topic, confidence=0.3, missing=case.missing, metadata=_metadata(case, error.name).as_json(),
    ).model_copy(update={"missing_concept": None if request.alone else "debugging"})  # fmt: skip


def _wrong_result(request: AgentRequest, case: Case, cause: Finding, *others: Finding) -> Draft:
    """Tell a cause that raises no error, and the next one where there are two."""
    case = replace(case, line=cause.line) if case.question.code else case
    shown = _shown(case)
    at = f" is in line {cause.line}{f' ({shown})' if shown else ''}" if case.question.code else ""
    sure = (other for other in others if other.rule.certainty is Certainty.SURE)
    second = next((other for other in sure if other.rule.key != cause.rule.key), None)
    is_sure = (
        cause.rule.certainty is Certainty.SURE or cause.rule is inexact_result or proven_findings.holds(case.proof)
    )
    return draft(
        run_report.what_happened(case.ran, None),
        f"{'The cause' if is_sure else 'What I suspect'}{at}: {cause.message}",
        *cause.steps(depth(request, cause.topic)),
        error_text.mended(case.proof) if cause.fixes and case.question.code else None,
        f"There is more, in line {second.line}: {second.message}" if second else None,
        None if request.alone else f'Say "Explain {name(cause.topic)}" if you want the idea behind it.',
        topic=cause.topic, confidence=0.85 if is_sure else 0.6, missing=case.missing,
        code=cause.fixes if case.question.code else (), metadata={
            **_metadata(case, None).as_json(), "suggested_topic": cause.topic,
        },
    )  # fmt: skip


async def _no_cause_seen(case: Case, code: str, text: str) -> Draft:
    suspected = await static_diagnosis.suspects(code, case.question.language)
    unseen = None if suspected else "By reading alone I cannot see what goes wrong in your code."
    return draft(
        run_report.what_happened(case.ran, None) or unseen, suspected,
        *error_text.find_out(code, case.question.language, text, case.ran),
        topic=case.topic, confidence=0.5 if suspected else 0.35, missing=case.missing,
        metadata=_metadata(case, None).as_json(),
    )  # fmt: skip


def _ask(case: Case, text: str) -> Draft:
    return draft(
        "To find the error I need the code and the full error message, from its first to its last line.",
        error_text.without_code(text) or _suspect(case),
        topic=case.topic, confidence=0.35, missing="without code I can only guess, so I do not.",
        metadata=_metadata(case, None).model_copy(update={"asks_back": True}).as_json(),
    )  # fmt: skip


def _suspect(case: Case) -> str | None:
    """Return what often goes wrong with the topic in Python; nothing for who writes another language."""
    explanation = EXPLANATIONS.get(case.topic)
    if explanation is None or not case.question.may_be_python:
        return None
    return f"A usual suspect with {title(case.topic).lower()}: {explanation.watch_out}"


def _metadata(case: Case, error_type: str | None) -> DebugMetadata:
    metadata = DebugMetadata(
        error_type=error_type,
        fix_applied=proven_findings.holds(case.proof),
        suggested_topic=None if case.topic == GENERAL else case.topic,
        line=case.line,
        ran=case.ran.execution.ended if case.ran.execution else None,
    )
    return metadata.model_copy(update={"proof": case.proof}) if case.proof else metadata
