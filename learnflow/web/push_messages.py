"""What is pushed to open pages, and what of an event becomes of it."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from pydantic import Field

from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, StruggleDetected
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseProgress
from learnflow.models.events.students import ResponseRated, TeacherAnswered
from learnflow.models.fields import Confidence, Id, Model, StudentId, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import Agent, Language
from learnflow.topics import (
    AGENT_RESPONSE_PROGRESS,
    AGENT_RESPONSES,
    MASTERY_LEVEL_UPDATED,
    STUDENT_EVENTS,
    STUDENT_STRUGGLE,
    Topic,
)

_WHOLE: Final = (STUDENT_STRUGGLE, MASTERY_LEVEL_UPDATED, AGENT_RESPONSES, AGENT_RESPONSE_PROGRESS)
READ: Final[Mapping[Topic, Collection[str]]] = {  # each event from the topic on which it is believed
    **{topic: topic.events for topic in _WHOLE},
    STUDENT_EVENTS: ("response.rated", "teacher.answered"),
}


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


class PushedFeedback(Model):
    """`feedback`: an answer was rated, or a teacher has added to it. What counts of it, the views say."""

    student_id: StudentId
    at: Timestamp
    query_id: Id


Pushed = PushedStruggle | PushedMastery | PushedAnswer | PushedProgress | PushedFeedback


def push_message(event: Event[Any], *, whole: bool) -> tuple[str, Pushed] | None:
    """Return an event's name and content for pages; `whole` with the words of an answer. None: it is not for them.

    How far an answer is concerns those alone who wait for it.
    """
    whose: dict[str, Any] = {"student_id": event.student_id, "at": event.timestamp}
    match event.payload if event.student_id is not None else None:
        case StruggleDetected() as struggle:
            return "struggle", PushedStruggle(**dict(struggle), **whose)
        case MasteryUpdated() as mastery:
            return "mastery", PushedMastery(**dict(mastery), **whose)
        case ResponseProgress() as progress if whole:
            return "progress", PushedProgress(**dict(progress) | {"stage": progress.stage.words}, **whose)
        case ResponseRated(query_id=query_id) | TeacherAnswered(query_id=query_id):
            return "feedback", PushedFeedback(**whose, query_id=query_id)
        case ResponseCompleted() | ResponseFailed() as response:
            return "answer", _answer(response, whose, whole=whole)
    return None


def _answer(response: ResponseCompleted | ResponseFailed, whose: dict[str, Any], *, whole: bool) -> PushedAnswer:
    query = response.query
    whose |= {"query_id": response.query_id, "agent_name": Agent(response.agent_name)}
    whose |= {"topic": query.topic, "language": query.language, "asked_at": query.timestamp} if query else {}
    said: dict[str, Any] = {"question": query.query_text, "code": query.code_snippet} if whole and query else {}
    if isinstance(response, ResponseFailed):
        return PushedAnswer(**whose, **said, status="failed", text=response.reason)
    said |= {"text": response.response_text, "code_examples": response.code_examples} if whole else {}
    times = {"processing_time_ms": response.processing_time_ms, "confidence": response.confidence}
    return PushedAnswer(**whose, **said, **times, status="completed")
