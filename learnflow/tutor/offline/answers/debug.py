"""Debugging: what happened when the code ran, the error by its name, and its place in the student's own code."""

from dataclasses import replace

from learnflow.domain.mastery.model import percent
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ErrorSign, find_error, has_trace, traced_line
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.support_ladder import Rung
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import name
from learnflow.tutor import run_report
from learnflow.tutor.answer_text import draft
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.offline.answers import error_text, static_diagnosis
from learnflow.tutor.offline.answers.case import Case
from learnflow.tutor.offline.answers.wrong_result import wrong_result
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.proof import Prover, proven_findings
from learnflow.tutor.student_level import mastery


async def debug(
    request: AgentRequest, question: ParsedQuestion, ran: CodeRun, prover: Prover, highest: Rung
) -> Draft:  # fmt: skip
    """Explain the error and point at its place, as far as the highest rung allows; ask for what is missing."""
    case = replace(await _case(request, _without_trace(question), ran, prover), highest=highest)
    if case.error and case.error.key in ERROR_NOTES:
        return _prepared_error(request, case, case.error)
    if case.error:
        return _unknown_error(request, case, case.error)
    return await wrong_result(request, case, prover)


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
    if fault and fault.fix and case.may_fix:
        note = note.model_copy(update={"fix": fault.fix})  # a step for the error alone could miss its cause
    sent = f"{request.query.query_text}\n{request.query.code_snippet or ''}"
    says = note.says(run_report.message_raised(case.ran, error) or sent)
    fixes, has_cause = (fault.fixes if case.may_fix else (), fault.tells_cause) if fault else ((), False)
    prepared = error_text.PreparedError(
        error, note, None if fault else says, _place(case, error) if case.may_place else None, fixes, case.proof,
        has_cause=has_cause, is_for_search=not case.may_place,
    )  # fmt: skip
    return draft(
        run_report.what_happened(case.ran, error), *error_text.error_paragraphs(request, prepared),
        _mastered(request, error.topic),
        topic=error.topic, confidence=0.9 if case.fault else 0.7 if case.question.code else 0.6, missing=case.missing,
        code=error_text.error_examples(request, prepared), metadata=case.metadata(error.name).as_json(),
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
    what = f"the {error.name}" if error.name.isalnum() else f"the message `{error.name}`"
    came = run_report.ended_with(case.ran, error)
    if case.fault:
        is_known = came or proven_findings.holds(case.proof)
        told = f"{what} comes from line" if is_known else f"a place to look for {what} is line"
        return (
            f"{told[0].upper()}{told[1:]} {case.line}{f' ({case.shown})' if case.shown else ''}: {case.fault.message}"
        )
    if came and case.shown:
        return f"Line {case.line} is {case.shown}."
    unsure = " I could not tell from the code alone which line it is." if case.question.code and not came else ""
    return f"This is about `{error.name}`.{f' {_begin(case)}' if case.line and not came else unsure}"


def _begin(case: Case) -> str:
    return f"The message points to line {case.line}{f': {case.shown}' if case.shown else ''}. Begin there."


def _unknown_error(request: AgentRequest, case: Case, error: ErrorSign) -> Draft:
    return draft(
        run_report.what_happened(case.ran, error),
        f"I have nothing prepared on `{one_line(error.name)}`, so I will not pretend to know it.",
        _begin(case) if case.line and case.may_place else None,
        "How to go on: read the last line of the message, go to the line that it names, and print the values that are "
        "used there. Then change one thing and run it again.",
        topic=error.topic, confidence=0.3, missing=case.missing, metadata=case.metadata(error.name).as_json(),
    ).model_copy(update={"missing_concept": None if request.alone else "debugging"})  # fmt: skip
