"""What students think of answers, and what teachers add to them: both are sent as events, and read from PostgreSQL."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal
from uuid import uuid4

from faust.web import View
from pydantic import NonNegativeInt

from learnflow.models.events import event_with
from learnflow.models.events.students import ResponseRated, TeacherAnswered, TeacherText
from learnflow.models.fields import Id, Model, Short, StudentId, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import Language, ProofVerdict, Rating, Specialist
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.stream_app import StreamApp
from learnflow.topics import STUDENT_EVENTS
from learnflow.web.database_views import WebDatabase
from learnflow.web.json_http import Refused, answer, parameters, posted
from learnflow.web.models import AnswersAsked
from learnflow.web.page import send_in_time
from learnflow.web.student_views import checked_id

LARGEST: Final = 65_536  # bytes; 8,000 characters, escaped, are less
NO_ANSWER: Final = "query_id: there is no stored answer to this question"
TEACHER: Final = "operator"  # the role of the token that is let in; it does not say who has it
MOST_WAITING: Final = 100

_ASKED_BY: Final = """
SELECT q.student_id FROM query_history q JOIN agent_responses a USING (query_id) WHERE q.query_id = $1
"""
_FEEDBACK: Final = """
SELECT q.query_id, r.rating, r.reason, coalesce(r.ask_teacher, FALSE) AS ask_teacher, r.at AS rated_at,
    coalesce(r.waits_for_teacher, FALSE) AS waits_for_teacher, (
        SELECT coalesce(json_agg(json_build_object('message_id', t.message_id, 'text', t.text,
            'answered_by', t.answered_by, 'at', t.at) ORDER BY t.at, t.message_id), '[]')
        FROM teacher_answers t WHERE t.query_id = q.query_id AND t.student_id = q.student_id
    ) AS additions
FROM query_history q JOIN agent_responses a USING (query_id)
LEFT JOIN (SELECT * FROM current_ratings WHERE student_id = $1) r USING (query_id)
WHERE q.student_id = $1 ORDER BY q.timestamp DESC, q.query_id DESC LIMIT $2
"""
_WAITING: Final = """
SELECT r.query_id, r.student_id, r.at AS rated_at, r.rating, r.reason, q.topic, q.query_text AS question,
    q.code_snippet AS code, q.language, a.agent_type AS agent_name, a.response_text AS text
FROM current_ratings r JOIN query_history q USING (query_id) JOIN agent_responses a USING (query_id)
WHERE r.waits_for_teacher ORDER BY r.at, r.query_id LIMIT $1
"""
_SUMMARY: Final = """
SELECT * FROM rating_summary WHERE up + down > 0
ORDER BY agent, tutor, claude_model, prompt NULLS LAST, proof NULLS LAST LIMIT 500
"""


class Addition(Model):
    """What a teacher has added to an answer."""

    message_id: Id
    text: Text
    answered_by: Short
    at: Timestamp


class AnswerFeedback(Model):
    """How a stored answer is rated by its student now, and what teachers have added to it, the oldest first."""

    query_id: Id
    rating: Rating | None = None
    reason: Text | None = None
    ask_teacher: bool
    rated_at: Timestamp | None = None
    waits_for_teacher: bool
    additions: tuple[Addition, ...]


class StudentFeedback(Model):
    """What was said of a student's last answers, the newest question first."""

    answers: tuple[AnswerFeedback, ...]


class WaitingStudent(Model):
    """A student who waits for a teacher, with the question and its answer."""

    query_id: Id
    student_id: StudentId
    rated_at: Timestamp
    rating: Rating
    reason: Text | None = None
    topic: TopicKey | None = None
    question: Text
    code: Text | None = None
    language: Language | None = None
    agent_name: Specialist
    text: Text


class WaitingStudents(Model):
    """Who waits for a teacher, at most 100, whoever has waited longest first."""

    waiting: tuple[WaitingStudent, ...]


class RatingCount(Model):
    """How the answers of one agent, tutor, model, version of the prompts and verdict of the proof are rated."""

    agent: Specialist
    tutor: Literal["claude", "offline"]
    claude_model: Text
    prompt: Text | None = None
    proof: ProofVerdict | None = None
    answers: NonNegativeInt
    up: NonNegativeInt
    down: NonNegativeInt
    asked_for_teacher: NonNegativeInt
    waiting_for_teacher: NonNegativeInt


class RatingSummary(Model):
    """How answers are rated; only groups in which one is."""

    ratings: tuple[RatingCount, ...]


class TeacherWords(Model):
    """What a teacher adds to an answer. Whose answer it is, LearnFlow knows; who the teacher is, the token says."""

    query_id: Id
    text: TeacherText


class Sent(Model):
    """What was said is on its way, as the event with this id and time."""

    message_id: Id
    at: Timestamp


def add_feedback(app: StreamApp, database: WebDatabase, now: Callable[[], datetime]) -> None:
    """Take ratings and teachers' words on an app's web server, and serve the views on them."""
    outbox = EventProducer(app)

    async def send(student_id: str, payload: ResponseRated | TeacherAnswered) -> Any:  # noqa: ANN401 - Faust's response
        event = event_with(payload, uuid4(), now(), student_id=student_id, trace_id=uuid4())
        await send_in_time(outbox, Outgoing(STUDENT_EVENTS, event))
        return answer(Sent(message_id=event.message_id, at=event.timestamp), HTTPStatus.ACCEPTED)

    @app.page("/api/students/{student_id}/ratings", name="student-ratings")
    class RatingsView(View):
        async def post(self, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's request and response
            student_id, rated = checked_id(student_id), await posted(ResponseRated, request, LARGEST)
            if await _asked_by(database, rated) != student_id:
                raise Refused(HTTPStatus.NOT_FOUND, NO_ANSWER)
            return await send(student_id, rated)

    @app.page("/api/teacher-answers", name="teacher-answers")
    class TeacherAnswersView(View):
        async def post(self, request: Any, **_: Any) -> Any:  # noqa: ANN401 - as above
            words = await posted(TeacherWords, request, LARGEST)
            student_id = await _asked_by(database, words)
            if student_id is None:
                raise Refused(HTTPStatus.NOT_FOUND, NO_ANSWER)
            return await send(student_id, TeacherAnswered(**dict(words), answered_by=TEACHER))

    _add_views(app, database)


def _add_views(app: StreamApp, database: WebDatabase) -> None:
    @app.page("/api/students/{student_id}/feedback", name="student-feedback")
    async def feedback(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        limit = parameters(AnswersAsked, request).limit
        rows = await database.read(AnswerFeedback, _FEEDBACK, checked_id(student_id), limit)
        return answer(StudentFeedback(answers=tuple(rows)))

    @app.page("/api/waiting", name="waiting")
    async def waiting(_view: Any, _request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(WaitingStudents(waiting=tuple(await database.read(WaitingStudent, _WAITING, MOST_WAITING))))

    @app.page("/api/ratings", name="ratings")
    async def ratings(_view: Any, _request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(RatingSummary(ratings=tuple(await database.read(RatingCount, _SUMMARY))))


async def _asked_by(database: WebDatabase, feedback: ResponseRated | TeacherWords) -> str | None:
    """Return who asked the question of a stored answer."""
    rows = await database.fetch(_ASKED_BY, feedback.query_id)
    return str(rows[0][0]) if rows else None
