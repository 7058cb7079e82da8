"""What a conversation remembers, and what is overdue."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from learnflow.domain.conversation import Conversation, Due, OpenQuery, Patience, close, due, remember
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, QueryStatus, Specialist

NOW = datetime(2026, 1, 2, 14, 0, tzinfo=UTC)
PATIENCE = Patience(answer=timedelta(seconds=120), collaboration=timedelta(seconds=15))


def routed(intent: Intent = Intent.CONCEPTS, topic: str = "loops", hours_ago: float = 0) -> StudentQuery:
    return StudentQuery(
        query_id=uuid4(),
        student_id="student-123",
        query_text="How do loops work?",
        timestamp=NOW - timedelta(hours=hours_ago),
        detected_intent=intent,
        routed_to_agent=intent.specialist,
        status=QueryStatus.PROCESSING,
        triage_confidence=0.9,
        topic=topic,
        question_key="how-to-use-loops",
    )


def answered(query: StudentQuery) -> ResponseCompleted:
    return ResponseCompleted(
        query_id=query.query_id,
        agent_name=Specialist.CONCEPTS,
        response_text="A loop repeats lines. " * 100,
        processing_time_ms=12,
        confidence=0.9,
        query=query,
    )


def test_a_conversation_keeps_its_last_turns_cut_to_a_bound() -> None:
    conversation = Conversation()
    queries = [routed() for _ in range(4)]
    for query in queries:
        conversation = remember(conversation, answered(query), most=3)
    assert [turn.query_id for turn in conversation.turns] == [query.query_id for query in queries[1:]]
    assert all(len(turn.answer) == 1_000 for turn in conversation.turns)


def test_a_turn_is_remembered_once() -> None:
    query = routed()
    once = remember(Conversation(), answered(query), most=3)
    assert remember(once, answered(query), most=3) == once


def test_a_closed_query_stays_closed() -> None:
    query_id = uuid4()
    conversation = close(close(Conversation(), query_id), query_id)
    assert conversation.has_outcome(query_id)
    assert len(conversation.closed) == 1
    assert not conversation.has_outcome(uuid4())


@pytest.mark.parametrize(
    ("intent", "seconds", "overdue"),
    [
        pytest.param(Intent.CONCEPTS, 119, None, id="concepts has time"),
        pytest.param(Intent.CONCEPTS, 121, Due.ANSWER, id="concepts has had its time"),
        pytest.param(Intent.DEBUG, 14, None, id="debug may wait for concepts"),
        pytest.param(Intent.DEBUG, 16, Due.COLLABORATION, id="debug has waited for concepts"),
        pytest.param(Intent.DEBUG, 121, Due.ANSWER, id="debug has had its time"),
    ],
)
def test_queries_become_overdue(intent: Intent, seconds: int, overdue: Due | None) -> None:
    query = OpenQuery(query=routed(intent), trace_id=uuid4(), routed_at=NOW, partition=1, offset=2)
    assert due(query, PATIENCE, NOW + timedelta(seconds=seconds)) == overdue
