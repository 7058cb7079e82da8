"""What is said to a question in a language that the offline tutor does not speak: that it does not, and what it can."""

from typing import Final

from pydantic import JsonValue

from learnflow.domain.question.lexicon import data
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.metadata import DebugMetadata, ReviewMetadata
from learnflow.models.taxonomy import GENERAL
from learnflow.tutor import run_report
from learnflow.tutor.answer_text import draft
from learnflow.tutor.code_run import NOT_RUN, CodeRun

_SENTENCES: Final = data("spoken_languages.toml", "learnflow.tutor.offline.content")
_OFFERS: Final = """\
- "Explain loops"
- "Give me an exercise on lists"
- "Please review my code" or "Why does my code fail?", with it"""
_MISSING: Final = "I understand English only."


def unspoken(language: str, question: ParsedQuestion, ran: CodeRun = NOT_RUN) -> Draft:
    """Say in the question's language that it is not understood, what the run of its code showed, and what to write."""
    sentences = _SENTENCES.get(language, _SENTENCES["other"])
    happened = run_report.what_happened(ran, question.error)
    return draft(
        sentences["says"], _OFFERS, *((sentences["ran"], happened) if happened else ()),
        topic=GENERAL, confidence=0.3, missing=_MISSING, metadata={"asks_back": True},
    )  # fmt: skip


def for_debug(answer: Draft, ran: CodeRun) -> Draft:
    """Return such an answer with what every answer of debug says."""
    ended = ran.execution.ended if ran.execution else None
    metadata = DebugMetadata(error_type=None, fix_applied=False, suggested_topic=None, line=None, ran=ended)
    return _with(answer, metadata.as_json())


def for_review(answer: Draft) -> Draft:
    """Return such an answer with what every review says."""
    return _with(answer, ReviewMetadata(remarks=(), suggested_topic=None).as_json())


def _with(answer: Draft, metadata: dict[str, JsonValue]) -> Draft:
    return answer.model_copy(update={"metadata": {**answer.metadata, **metadata}})
