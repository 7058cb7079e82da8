"""What the views read of PostgreSQL alone: questions, searches, a class, and what was told of a student."""

from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final, TypeVar
from uuid import UUID

import asyncpg

from learnflow.database.postgres import Database, DatabaseAway
from learnflow.database.question_search import Search
from learnflow.models.events.responses import AgentResponse
from learnflow.models.events.routing import MessageFlow
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.web import models
from learnflow.web.json_http import Refused
from learnflow.web.push_messages import PushedAnswer

AWAY: Final = "The database cannot be asked now. Try again in a moment."

Row = TypeVar("Row", bound=Model)


class WebDatabase(Database):
    """One small pool a process. What it raises is for whoever asked."""

    def __init__(self, url: str) -> None:
        super().__init__(url, lacking="some web views cannot answer", pause=0.0)

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Return the rows of a query. Raises Refused with 503 while PostgreSQL is away."""
        try:
            return await super().fetch(query, *args)
        except DatabaseAway as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, AWAY) from error

    async def read(self, model: type[Row], query: str, *args: object) -> list[Row]:
        """Return a query's rows as models, by the names of its columns. Raises Refused as `fetch` does."""
        rows = await self.fetch(f"SELECT to_json(model)::text FROM ({query}) AS model", *args)  # noqa: S608 - ours
        return [model.model_validate_json(row[0]) for row in rows]


NO_QUESTION: Final = "There is no question with this id."

_QUESTIONS: Final = """
SELECT q.query_id, q.student_id, q.timestamp, q.query_text, q.code_snippet IS NOT NULL AS has_code, q.language,
    q.status, q.detected_intent, q.routed_to_agent, q.triage_confidence, q.topic, q.failure_reason,
    r.created_at AS answered_at
FROM query_history q LEFT JOIN agent_responses r USING (query_id)
WHERE q.student_id = $1 AND ($2::uuid IS NULL OR (q.timestamp, q.query_id) < (
    SELECT b.timestamp, b.query_id FROM query_history b WHERE b.query_id = $2 AND b.student_id = $1
))
ORDER BY q.timestamp DESC, q.query_id DESC LIMIT $3
"""
_QUESTION: Final = """
SELECT query_id, student_id, query_text, timestamp, detected_intent, routed_to_agent, status, triage_confidence,
    code_snippet, language, context, failure_reason, topic, question_key
FROM query_history WHERE query_id = $1
"""
_ANSWERED: Final = """
SELECT q.query_id, q.student_id, q.status, q.timestamp AS asked_at, coalesce(r.created_at, q.timestamp) AS at,
    q.query_text AS question, q.code_snippet AS code, q.language, q.topic,
    coalesce(r.agent_type, q.routed_to_agent, 'triage') AS agent_name,
    coalesce(r.response_text, q.failure_reason) AS text, coalesce(r.code_examples, '{}') AS code_examples,
    r.processing_time_ms, r.confidence_score AS confidence
FROM query_history q LEFT JOIN agent_responses r USING (query_id)
WHERE q.status IN ('completed', 'failed')
"""
_ANSWERS: Final = f"{_ANSWERED} ORDER BY q.received_at DESC, q.query_id DESC LIMIT $1"  # whatever clocks clients have
_STUDENTS_ANSWERS: Final = f"{_ANSWERED} AND q.student_id = $2 ORDER BY q.timestamp DESC, q.query_id DESC LIMIT $1"
_RESPONSE: Final = """
SELECT response_id, query_id, agent_type, response_text, response_type, processing_time_ms, confidence_score,
    coalesce(code_examples, '{}') AS code_examples, metadata, created_at, claude_model, token_count
FROM agent_responses WHERE query_id = $1
"""
_FLOW: Final = """
SELECT trace_id, query_id, message_id, source_agent, destination_agent, message_content, message_type, timestamp,
    sequence_order
FROM message_flow WHERE query_id = $1 ORDER BY sequence_order, timestamp, message_id
"""
_LEDGER: Final = """
SELECT message_id, topic, old_level, new_level, reason, evidence, model_version, set_by, at
FROM mastery_history WHERE student_id = $1 ORDER BY at DESC, message_id LIMIT 200
"""
_STRUGGLES: Final = """
SELECT message_id, topic, struggle_level, query_count, time_window_minutes, recommendation, evidence, signals,
    resolved_by, reason, at
FROM struggle_history WHERE student_id = $1 ORDER BY at DESC, message_id LIMIT 100
"""
_CLASS: Final = """
SELECT s.student_id, s.name, coalesce(p.python_mastery_levels, '{}') AS levels, p.last_activity,
    CASE WHEN cardinality(p.struggle_topics) > 0 THEN 'struggling'
        WHEN p.last_activity > now() - interval '7 days' THEN 'active' ELSE 'away' END AS state
FROM students s LEFT JOIN student_progress p USING (student_id)
WHERE CASE WHEN cardinality($1::text[]) > 0 THEN s.student_id = ANY($1::text[]) ELSE s.active AND p IS NOT NULL END
ORDER BY p.last_activity DESC NULLS LAST, s.student_id LIMIT $2
"""


class Answers(Model):
    """What was asked and answered last, the newest question first."""

    answers: tuple[PushedAnswer, ...]


class StoredViews:
    """Asks PostgreSQL. Everything raises Refused with 503 while that is away."""

    def __init__(self, database: WebDatabase) -> None:
        self._database = database

    async def questions(self, student_id: str, asked: models.QuestionsAsked) -> models.StudentQuestions:
        """Return a student's questions, the newest first; none where nobody knows the student."""
        questions = await self._database.read(models.Asked, _QUESTIONS, student_id, asked.before, asked.limit + 1)
        shown = questions[: asked.limit]
        before_next = shown[-1].query_id if len(questions) > asked.limit else None
        return models.StudentQuestions(questions=tuple(shown), next=before_next)

    async def answers(self, asked: models.AnswersAsked) -> Answers:
        """Return the last questions of all that have their outcome, the newest first."""
        return Answers(answers=tuple(await self._database.read(PushedAnswer, _ANSWERS, asked.limit)))

    async def students_answers(self, student_id: str, asked: models.AnswersAsked) -> Answers:
        """Return the same of a student."""
        found = await self._database.read(PushedAnswer, _STUDENTS_ANSWERS, asked.limit, student_id)
        return Answers(answers=tuple(found))

    async def query(self, query_id: UUID) -> models.QueryTold:
        """Return a question with its outcome and its way. Raises Refused with 404."""
        questions = await self._database.read(StudentQuery, _QUESTION, query_id)
        if not questions:
            raise Refused(HTTPStatus.NOT_FOUND, NO_QUESTION)
        responses = await self._database.read(AgentResponse, _RESPONSE, query_id)
        flow = await self._database.read(MessageFlow, _FLOW, query_id)
        return models.QueryTold(question=questions[0], response=next(iter(responses), None), flow=tuple(flow))

    async def search(self, search: models.Searched) -> models.SearchResult:
        """Return the questions that fit."""
        statement, arguments = Search(**search.model_dump()).statement()
        return models.SearchResult(found=tuple(await self._database.read(models.Found, statement, *arguments)))

    async def ledger(self, student_id: str) -> tuple[models.MasteryChange, ...]:
        """Return the last changes of a student's levels, the newest first."""
        return tuple(await self._database.read(models.MasteryChange, _LEDGER, student_id))

    async def struggles(self, student_id: str) -> tuple[models.StruggleTold, ...]:
        """Return what was told last of a student's struggles, the newest first."""
        return tuple(await self._database.read(models.StruggleTold, _STRUGGLES, student_id))

    async def mastery_of_class(self, asked: models.ClassAsked) -> models.ClassMastery:
        """Return the levels of those asked for, or of those who were active last."""
        pupils = await self._database.read(models.Pupil, _CLASS, list(asked.students), models.MOST_STUDENTS)
        topics = asked.topics or _most_common(pupils)
        shown = frozenset(topics)
        return models.ClassMastery(
            topics=topics,
            students=tuple(
                pupil.model_copy(update={"levels": {key: pupil.levels[key] for key in pupil.levels if key in shown}})
                for pupil in pupils
            ),
        )


def _most_common(pupils: Iterable[models.Pupil]) -> tuple[str, ...]:
    """Return the topics that most of a class have, in the order of their names."""
    counts = Counter(topic for pupil in pupils for topic in pupil.levels)
    ranked = sorted(counts, key=lambda topic: (-counts[topic], topic))
    return tuple(sorted(ranked[: models.MOST_TOPICS]))
