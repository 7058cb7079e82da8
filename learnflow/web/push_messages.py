"""What is pushed to open pages, and what of an event becomes of it."""

from typing import Any, Literal

from pydantic import Field

from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, StruggleDetected
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseProgress
from learnflow.models.fields import Confidence, Id, Model, StudentId, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import Agent, Language


class PushedStruggle(StruggleDetected):
    """`struggle`: a struggle was detected, or has grown."""

    student_id: StudentId
    at: Timestamp


class PushedMastery(MasteryUpdated):
    """`mastery`: a level has changed."""

    student_id: StudentId
    at: Timestamp


class PushedAnswer(Model):
    """`answer`: a question has its outcome.

    What was said comes along to pages that show this student alone, and where the question was asked in this process.
    """

    student_id: StudentId
    at: Timestamp
    asked_at: Timestamp | None = None
    query_id: Id
    status: Literal["completed", "failed"]
    agent_name: Agent
    topic: TopicKey | None = None
    processing_time_ms: int | None = None
    confidence: Confidence | None = None
    question: Text | None = None
    code: Text | None = Field(default=None, description="What was sent with the question.")
    text: Text | None = Field(default=None, description="The answer, or why there is none.")
    code_examples: tuple[Text, ...] = ()
    language: Language | None = None


class PushedProgress(Model):
    """`progress`: how far an answer is, to the pages that get its words; what is being done, and its words so far."""

    student_id: StudentId
    at: Timestamp
    query_id: Id
    agent_name: Agent
    stage: Text
    text: Text | None = None


Pushed = PushedStruggle | PushedMastery | PushedAnswer | PushedProgress


def push_message(event: Event[Any], *, whole: bool) -> tuple[str, Pushed] | None:
    """Return an event's name and content for pages; `whole` with the words of an answer. None: it is not for them.

    How far an answer is concerns those alone who wait for it.
    """
    payload = event.payload
    if event.student_id is None:
        return None
    whose: dict[str, Any] = {"student_id": event.student_id, "at": event.timestamp}
    if isinstance(payload, StruggleDetected):
        return "struggle", PushedStruggle(**dict(payload), **whose)
    if isinstance(payload, MasteryUpdated):
        return "mastery", PushedMastery(**dict(payload), **whose)
    if isinstance(payload, ResponseProgress) and whole:
        return "progress", PushedProgress(**dict(payload) | {"stage": payload.stage.words}, **whose)
    if isinstance(payload, ResponseCompleted | ResponseFailed):
        return "answer", _answer(payload, whose, whole=whole)
    return None


def _answer(payload: ResponseCompleted | ResponseFailed, whose: dict[str, Any], *, whole: bool) -> PushedAnswer:
    query = payload.query
    whose |= {"query_id": payload.query_id, "agent_name": Agent(payload.agent_name)}
    whose |= {"topic": query.topic, "language": query.language, "asked_at": query.timestamp} if query else {}
    said: dict[str, Any] = {"question": query.query_text, "code": query.code_snippet} if whole and query else {}
    if isinstance(payload, ResponseFailed):
        return PushedAnswer(**whose, **said, status="failed", text=payload.reason)
    said |= {"text": payload.response_text, "code_examples": payload.code_examples} if whole else {}
    times = {"processing_time_ms": payload.processing_time_ms, "confidence": payload.confidence}
    return PushedAnswer(**whose, **said, **times, status="completed")
