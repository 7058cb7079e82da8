"""What Claude wrote → a draft, with the same metadata that the offline tutor gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import JsonValue

from learnflow.domain.question import distress
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft, Usage, token_count
from learnflow.models.events.routing import AgentRequest
from learnflow.models.fields import NUL, SHORTEST_RESPONSE
from learnflow.models.metadata import AnswerMetadata, DebugMetadata, ExplanationMetadata, RemarkMetadata, ReviewMetadata
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Language
from learnflow.tutor.claude.answers.schemas import (
    Answer,
    CodeExample,
    Diagnosis,
    Explanation,
    Remark,
    Report,
    Review,
    Teaching,
)
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.progress_figures import figures, suggestions
from learnflow.tutor.student_level import depth

_MOST_EXAMPLES: Final = 4
_MOST_REMARKS: Final = 6
_LONGEST_NAME: Final = 100
_LONGEST_REMARK: Final = 300
_LONGEST_REASON: Final = 200
_LANGUAGE: Final = re.compile(r"[^\w+#-]")
_PERCENT: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s?%")

A_co = TypeVar("A_co", bound=Answer, covariant=True)


@dataclass(frozen=True, slots=True)
class ModelAnswer(Generic[A_co]):
    """What Claude wrote to a request, which model it was, by which version of a prompt, and what that cost."""

    answer: A_co
    model: str
    prompt: str
    usage: tuple[Usage, ...]


def flaw(answer: Answer) -> str | None:
    """Say why no student can be sent an answer; None where nothing is in the way."""
    if len(answer.text.strip()) < SHORTEST_RESPONSE:
        return "its text says nothing"
    return "its text has a NUL character" if NUL in answer.text else None


def invented_figure(text: str, shown: str) -> str | None:
    """Say which percentage of a report's text is none of the figures, if there is one."""
    given = set(_PERCENT.findall(shown))
    other = next((percentage for percentage in _PERCENT.findall(text) if percentage not in given), None)
    return f"the figures have no {other}%" if other else None


def supportive(reply: ModelAnswer[Answer], text: str) -> Draft:
    """Return the answer for a student who is in distress: not Claude's words, but those of the settings."""
    return _draft(reply, text, GENERAL, {distress.METADATA_FIELD: True})


def explanation(reply: ModelAnswer[Explanation], request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Return the draft of an explanation."""
    answer = reply.answer
    metadata: dict[str, JsonValue] = {"level": depth(request, answer.topic), "suggested_topic": _suggested(answer)}
    if answer.error_type and (name := storable_line(answer.error_type, _LONGEST_NAME)):
        metadata["error_type"] = name
    if request.query.question_key == OFF_TOPIC:
        metadata["off_topic"] = True
    return _taught(reply, question, ExplanationMetadata.model_validate(metadata))


def diagnosis(reply: ModelAnswer[Diagnosis], request: AgentRequest, question: ParsedQuestion, ran: CodeRun) -> Draft:
    """Return the draft of what debug found. An error that was met counts for more than what Claude calls it."""
    answer, execution = reply.answer, ran.execution
    met = execution.fault.type if execution and execution.fault else None
    metadata = DebugMetadata(
        error_type=storable_line(answer.error_type or met or "", _LONGEST_NAME) or None,
        fix_applied=answer.fix_applied and bool(answer.code_examples),
        suggested_topic=_suggested(answer),
        line=answer.line if answer.line and answer.line > 0 else None,
        ran=execution.ended if execution else None,
    )
    missing = answer.missing_concept
    draft = _taught(reply, question, metadata)
    return draft.model_copy(
        update={"missing_concept": None if missing == GENERAL or answer.asks_back or request.alone else missing}
    )


def review(reply: ModelAnswer[Review], question: ParsedQuestion) -> Draft:
    """Return the draft of a review."""
    remarks = tuple(
        _remark(remark) for remark in reply.answer.remarks[:_MOST_REMARKS] if remark.text.replace(NUL, "").strip()
    )
    return _taught(reply, question, ReviewMetadata(remarks=remarks, suggested_topic=_suggested(reply.answer)))


def report(reply: ModelAnswer[Report], request: AgentRequest) -> Draft:
    """Return the draft of a report. The figures in its metadata are those that were counted."""
    standing = request.standing
    return _draft(reply, reply.answer.text, GENERAL, figures(standing, suggestions(standing)))


def _taught(reply: ModelAnswer[Teaching], question: ParsedQuestion, metadata: AnswerMetadata) -> Draft:
    answer = reply.answer
    usual = question.language or Language.PYTHON
    examples = tuple(_example(example, usual) for example in answer.code_examples if example.code.strip())
    asking: dict[str, JsonValue] = {"asks_back": True} if answer.asks_back else {}
    return _draft(reply, answer.text, answer.topic, {**metadata.as_json(), **asking}, examples[:_MOST_EXAMPLES])


def _draft(
    reply: ModelAnswer[Answer], text: str, topic: str, metadata: Mapping[str, JsonValue], code: tuple[str, ...] = ()
) -> Draft:
    return Draft(
        text=text.strip(),
        code_examples=code,
        confidence=reply.answer.confidence,
        topic=topic,
        metadata={**metadata, "prompt": reply.prompt},
        model=reply.model,
        token_count=token_count(reply.model, reply.usage),
        usage=reply.usage,
    )


def _suggested(answer: Teaching) -> str | None:
    suggested = answer.suggested_topic if answer.suggested_topic not in (None, GENERAL) else answer.topic
    return None if suggested == GENERAL else suggested


def storable_line(text: str, longest: int = _LONGEST_REASON) -> str:
    """Return a text on one line, as far as it can be stored."""
    return " ".join(text.replace(NUL, "").split())[:longest]


def _remark(remark: Remark) -> RemarkMetadata:
    text = remark.text.replace(NUL, "").strip()[:_LONGEST_REMARK]
    return RemarkMetadata(line=max(remark.line, 1), rule=storable_line(remark.rule, _LONGEST_NAME), text=text)


def _example(example: CodeExample, usual: Language) -> str:
    """Return code as it is; in another language than the answer's, between fences that name it."""
    code = example.code.replace(NUL, "").strip("\n")
    language = _LANGUAGE.sub("", example.language.lower())
    return code if language in ("", usual) else f"```{language}\n{code}\n```"
