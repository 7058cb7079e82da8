"""Debugging without an error: what comes is not what should come, and what is known of the reason."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from learnflow.code_analysis.engine import in_analysis_thread
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.occurrences import names_set_in_loop
from learnflow.code_analysis.rule import Certainty
from learnflow.code_analysis.rules.division_and_floats import inexact_result
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import name, title
from learnflow.models.vocabulary import Language
from learnflow.repair.claims import NONE_HELPS, Repair
from learnflow.tutor import run_report
from learnflow.tutor.answer_text import draft
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.offline.answers import error_text, static_diagnosis
from learnflow.tutor.offline.answers.case import Case
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.proof import Prover, proven_findings
from learnflow.tutor.review_evidence import Tried, try_on_open_exercise
from learnflow.tutor.student_level import depth

_WISH: Final = re.compile(
    r"\b(?:expect\w*|instead|should|supposed|want\w*|comes out|rather than|but (?:i )?(?:get|got|it)|and not"
    r"|gives?|prints?|wrong|doesn.?t|not \w+ing)\b", re.IGNORECASE,
)  # fmt: skip
_PRINTS: Final = {
    Language.PYTHON: "print({})", Language.JAVASCRIPT: "console.log({})", Language.JAVA: "System.out.println({})",
    Language.CPP: "std::cout << {} << '\\n'", Language.GO: "fmt.Println({})", Language.RUST: "dbg!({})",
}  # fmt: skip
_STUCK: Final = re.compile(
    r"\b(?:stuck|hangs?|hanging|freez\w*|frozen|forever|never (?:ends|stops)|endless|infinite)", re.IGNORECASE
)
_LOOP: Final = re.compile(r"\s*(?:\w+:\s*)?(?:for|while|loop)\b")
_MOST: Final = 3  # names
_MOST_CHANGES: Final = 3  # that are told
_TRIED: Final = "I tried small changes of it, one at a time, and ran each."
_HELPS: Final = "In line {line} is one with which it gives what you expect."
_ELSEWHERE: Final = "Several give what you expect, and not in one line alone."
_YOURS: Final = "it is for you to say whether that is what you mean."


async def wrong_result(request: AgentRequest, case: Case, prover: Prover) -> Draft:
    """Tell what is proven; else what can be seen by reading, as a place to look; else how to find the place."""
    text, code = request.query.query_text, case.question.code
    possible = await in_analysis_thread(static_diagnosis.candidates, text, case.question)
    findings = await proven_findings.tried(request, case.question, possible, prover)
    repair = tried = None
    if not (findings and proven_findings.holds(findings[0][1])):
        tried = await try_on_open_exercise(request, case.question, prover)
        repair = None if tried else await prover.repair(request, case.question)
    if not case.may_place and code:
        return _to_be_found(case, text)
    if repair and repair.candidates:
        return await _repaired(request, case, repair, prover)
    if findings and tried is None:
        (cause, proof), *others = findings
        return _cause(request, replace(case, proof=proof), cause, *(other for other, _ in others))
    return await _no_cause_seen(case, text, _told(tried, repair)) if code else _ask(case, text)


def _told(tried: Tried | None, repair: Repair | None) -> str | None:
    """Return what the tests of the open exercise showed, or that no small change helps where that was seen."""
    if tried is not None:
        return tried.text
    none_helps = repair is not None and repair.problem == NONE_HELPS
    return "I tried small changes of it, one at a time, and none gives what you expect." if none_helps else None


def _cause(request: AgentRequest, case: Case, cause: Finding, *others: Finding) -> Draft:
    """Tell a cause that raises no error, and the next one where there are two."""
    case = replace(case, line=cause.line) if case.question.code else case
    at = f" is in line {cause.line}{f' ({case.shown})' if case.shown else ''}" if case.question.code else ""
    sure = (other for other in others if other.rule.certainty is Certainty.SURE)
    second = next((other for other in sure if other.rule.key != cause.rule.key), None)
    shows_fix = bool(cause.fixes and case.question.code and case.may_fix)
    is_known = cause.rule is inexact_result or proven_findings.holds(case.proof)
    return draft(
        run_report.what_happened(case.ran, None),
        f"{'The cause' if is_known else 'A place to look'}{at}: {cause.message}",
        *(cause.steps(depth(request, cause.topic)) if case.may_fix else ()),
        error_text.mended(case.proof) if shows_fix else None,
        f"There is more, in line {second.line}: {second.message}" if second else None,
        None if request.alone else f'Say "Explain {name(cause.topic)}" if you want the idea behind it.',
        topic=cause.topic, confidence=0.85 if is_known else 0.6, missing=case.missing,
        code=cause.fixes if shows_fix else (), metadata={
            **case.metadata().as_json(), "suggested_topic": cause.topic,
        },
    )  # fmt: skip


async def _repaired(request: AgentRequest, case: Case, repair: Repair, prover: Prover) -> Draft:
    """Tell the small change that is proven; where it is not, or several help, all, for the student to choose.

    Below the fix, tell no more than the line.
    """
    if not case.may_fix:
        line = repair.line or (repair.candidates[0].line if repair.code else None)
        place = f"{_TRIED} {_HELPS.format(line=line) if line else _ELSEWHERE}"
        return await _no_cause_seen(replace(case, line=line), request.query.query_text, place)
    proof = await prover.prove(request, case.question, repair.code) if repair.code else None
    is_proven, edits = proven_findings.holds(proof), repair.candidates[:_MOST_CHANGES]
    case = replace(case, line=edits[0].line if is_proven else repair.line, proof=proof if is_proven else None)
    places = [f"line {edit.line} ({case.shown_line(edit.line)}): {edit.words}" for edit in edits]
    if is_proven:
        told = (f"{_TRIED} What helps is in {places[0]}. {edits[0].why}".strip(), error_text.mended(proof))
    else:
        listed = "\n".join(f"- {place[0].upper()}{place[1:]}." for place in places)
        what = "each of these alone gives" if len(places) > 1 else "this gives"
        differ = "With other values they differ, so" if repair.differ else "I could not compare more, so"
        told = (f"{_TRIED} With these values {what} what you expect:\n{listed}", f"{differ} {_YOURS}")
    return draft(
        run_report.what_happened(case.ran, None), *told, topic=case.topic, confidence=0.85 if is_proven else 0.5,
        missing=case.missing, code=(repair.code,) if is_proven and repair.code else (),
        metadata=case.metadata().as_json(),
    )  # fmt: skip


async def _no_cause_seen(case: Case, text: str, tried: str | None) -> Draft:
    code, language = case.question.code or "", case.question.language
    suspected = await static_diagnosis.suspects(code, language)
    unseen = None if suspected else "By reading alone I cannot see what goes wrong in your code."
    return draft(
        run_report.what_happened(case.ran, None) or unseen, tried, suspected,
        *_find_out(code, language, text, case.ran),
        topic=case.topic, confidence=0.5 if suspected else 0.35, missing=case.missing,
        metadata=case.metadata().as_json(),
    )  # fmt: skip


def _to_be_found(case: Case, text: str) -> Draft:
    """Tell what happened, and how the place is found, without naming it."""
    return draft(
        run_report.what_happened(case.ran, None),
        *_find_out(case.question.code or "", case.question.language, text, case.ran),
        topic=case.topic, confidence=0.5, missing=case.missing, metadata=case.metadata().as_json(),
    )  # fmt: skip


def _ask(case: Case, text: str) -> Draft:
    return draft(
        "To find the error I need the code and the full error message, from its first to its last line.",
        _without_code(text) or _suspect(case),
        topic=case.topic, confidence=0.35, missing="without code I can only guess, so I do not.",
        metadata=case.metadata().model_copy(update={"asks_back": True}).as_json(),
    )  # fmt: skip


def _suspect(case: Case) -> str | None:
    """Return what often goes wrong with the topic in Python; nothing for who writes another language."""
    explanation = EXPLANATIONS.get(case.topic)
    if explanation is None or not case.question.may_be_python:
        return None
    return f"A usual suspect with {title(case.topic).lower()}: {explanation.watch_out}"


def _find_out(code: str, language: Language | None, text: str, ran: CodeRun) -> Iterator[str]:
    """Yield how to find the place of a wrong result, and what is still missing from the question."""
    tells_wish = _WISH.search(text) is not None
    if tells_wish or ran.execution is None:
        yield _look(code, language)
    if tells_wish:
        yield "If that does not show it, send me what was printed there. By rule I see no more."
    elif ran.execution is None:
        yield "Please send me the full error message, or what it does and what you expected instead."
    else:
        yield "Which part of that is not what you expected, and what should it be?"


def _without_code(text: str) -> str | None:
    """Return how to begin where there is no code and no message to look at."""
    if not _STUCK.search(text):
        return None
    return (
        "If it hangs, stop it with Ctrl-C: the end of the message shows where it was. Usually that is a loop whose "
        "condition never becomes false, or something that waits for an input."
    )


def _look(code: str, language: Language | None) -> str:
    number = next((number for number, line in enumerate(code.splitlines(), 1) if _LOOP.match(line)), None)
    names = ", ".join(names_set_in_loop(code, number)[:_MOST]) if number and language in (Language.PYTHON, None) else ""
    shown = _PRINTS[language or Language.PYTHON].format(names or "...")
    where = f"at the end of the loop in line {number}" if number else "after each step"
    return (
        f"To find the place: put `{shown}` {where}, with the values that matter there, and work out by hand what you "
        "expect to see. The first line that differs shows the step that goes wrong."
    )
