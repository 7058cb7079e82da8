"""What a conversation remembers, and what is overdue."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from learnflow.domain.conversation import Conversation, Due, OpenQuery, Patience, close, due, remember
from learnflow.domain.question.last_program import LONGEST_PROGRAM, with_last_program
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, Language, QueryStatus, Specialist
from tests.support.offline_requests import request, turn, with_question

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


PROGRAM = "ages = {'ann': 3}\nprint(ages['bob'])"


def test_a_turn_keeps_the_topic_of_the_answer_the_code_and_the_exercise() -> None:
    query = routed(topic="loops").model_copy(update={"query_text": f"Why?\n```python\n{PROGRAM}```"})
    exercise = uuid4()
    response = answered(query).model_copy(update={"metadata": {"topic": "dictionaries", "exercise_id": str(exercise)}})
    (turn,) = remember(Conversation(), response, most=3).turns
    assert (turn.topic, turn.code, turn.language) == ("dictionaries", PROGRAM, Language.PYTHON)
    assert turn.exercise_id == exercise


def test_the_topic_of_triage_is_kept_where_the_answer_names_none() -> None:
    for metadata in (None, {}, {"topic": "general"}, {"topic": 7}, {"topic": "x" * 999, "exercise_id": "none"}):
        response = answered(routed(topic="loops")).model_copy(update={"metadata": metadata})
        (turn,) = remember(Conversation(), response, most=3).turns
        assert (turn.topic, turn.code, turn.exercise_id) == ("loops", None, None)


def test_the_code_of_a_turn_is_bounded() -> None:
    query = routed().model_copy(update={"code_snippet": "x = 1\n" * 1_500, "language": Language.PYTHON})
    (turn,) = remember(Conversation(), answered(query), most=3).turns
    assert turn.code is not None
    assert len(turn.code) == LONGEST_PROGRAM


def follow_up(text: str, code: str = PROGRAM, at: str = "2026-01-02T14:00:00Z") -> AgentRequest:
    before = turn("Why?", "The key is missing.", Specialist.DEBUG, "dictionaries")
    before |= {"code": code, "language": "python", "at": at}
    return request(text, topic="general", low_confidence=True, turns=[before])


@pytest.mark.parametrize(
    "text",
    [
        "it still fails",
        "Still the same error",
        "It still does not work!",
        "now it says KeyError: 'carl'",
        "does not work",
    ],
)
def test_a_line_of_trouble_is_read_with_the_last_program(text: str) -> None:
    read = with_last_program(*with_question(follow_up(text)))
    assert (read.query.code_snippet, read.query.language) == (PROGRAM, Language.PYTHON)
    assert (read.query.topic, read.low_confidence) == ("dictionaries", False)
    assert read.has_earlier_program


@pytest.mark.parametrize(
    "asked",
    [
        follow_up("What is a set?"),
        follow_up("and why?"),
        follow_up("Give me an exercise on loops"),
        follow_up("what does a KeyError mean"),
        follow_up("it still fails:\n```python\nprint(1)\n```"),
        follow_up("it still fails", code="x = 1\n" * 1_500),
        follow_up("it still fails", at="2026-01-01T14:00:00Z"),
        request("it still fails"),
    ],
)
def test_anything_else_is_read_alone(asked: AgentRequest) -> None:
    assert with_last_program(*with_question(asked)) is asked


def test_a_closed_query_stays_closed() -> None:
    query_id = uuid4()
    conversation = close(close(Conversation(), query_id), query_id)
    assert conversation.has_outcome(query_id)
    assert len(conversation.closed) == 1
    assert not conversation.has_outcome(uuid4())


@pytest.mark.parametrize(
    ("intent", "seconds", "overdue"),
    [
        pytest.param(Intent.CONCEPTS, 149, None, id="concepts has time"),
        pytest.param(Intent.CONCEPTS, 151, Due.ANSWER, id="concepts has had its time"),
        pytest.param(Intent.DEBUG, 14, None, id="debug may wait for concepts"),
        pytest.param(Intent.DEBUG, 16, Due.COLLABORATION, id="debug has waited for concepts"),
        pytest.param(Intent.DEBUG, 151, Due.ANSWER, id="debug has had its time"),
    ],
)
def test_queries_become_overdue(intent: Intent, seconds: int, overdue: Due | None) -> None:
    query = OpenQuery(query=routed(intent), trace_id=uuid4(), routed_at=NOW, partition=1, offset=2)
    assert due(query, PATIENCE, NOW + timedelta(seconds=seconds)) == overdue
