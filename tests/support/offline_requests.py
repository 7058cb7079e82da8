"""Requests to the offline tutor, and what holds for each of its answers."""

import subprocess
import sys
from typing import Any

from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.answer_text import LONGEST


def request(text: str, code: str | None = None, language: Language | None = None, **more: Any) -> AgentRequest:
    query = {key: more.pop(key) for key in ("question_key", "topic", "context") if key in more}
    return AgentRequest.model_validate({
        "query": {
            "query_id": "550e8400-e29b-41d4-a716-446655440000", "student_id": "student-123",
            "timestamp": "2026-01-02T14:23:45Z", "query_text": text, "code_snippet": code,
            "language": language or (Language.PYTHON if code else None), **query,
        },
        **more,
    })  # fmt: skip


def with_question(asked: AgentRequest) -> tuple[AgentRequest, ParsedQuestion]:
    """Return a request and its question, as a specialist gives both to the tutor."""
    return asked, parse_question(asked.query)


def query_with_question(query: StudentQuery) -> tuple[StudentQuery, ParsedQuestion]:
    """Return a query and its question, as triage gives both to the tutor."""
    return query, parse_question(query)


def turn(question: str, answer: str, agent: Specialist, topic: str | None = None) -> dict[str, Any]:
    return {"query_id": "650e8400-e29b-41d4-a716-446655440001", "at": "2026-01-02T14:00:00Z", "agent": agent,
            "topic": topic, "question": question, "answer": answer}  # fmt: skip


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=False)


def honest(draft: Draft) -> Draft:
    assert "offline tutor" in draft.text
    assert (draft.model, draft.token_count) == ("offline", None)
    assert len(draft.text) <= LONGEST
    return draft
