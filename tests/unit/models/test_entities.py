"""The entities of the data model: its examples are valid, and each constraint is held."""

from typing import Any

import pytest
from pydantic import ValidationError

from learnflow.models.agent_health import AgentHealthMetrics
from learnflow.models.events.responses import AgentResponse
from learnflow.models.events.routing import MessageFlow, check_sequence
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model, explain
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student import Student, enrolment_email
from learnflow.models.student_query import StudentQuery, TransitionError
from learnflow.models.vocabulary import QueryStatus

AT = "2026-01-02T14:23:45Z"
GONE: Any = object()

# The data model's examples; ids that are no UUIDs, and lists that its own rules contradict, are replaced.
EXAMPLES: dict[type[Model], dict[str, Any]] = {
    StudentQuery: {
        "query_id": "550e8400-e29b-41d4-a716-446655440000", "student_id": "student-123",
        "query_text": "Why does my code throw IndexError?", "timestamp": AT, "detected_intent": "debug",
        "routed_to_agent": "debug", "status": "processing", "triage_confidence": 0.95,
        "code_snippet": "arr = [1, 2, 3]\nprint(arr[5])", "language": "python",
        "context": {"skill_level": "beginner", "topics_covered": ["variables", "loops"]},
    },
    AgentResponse: {
        "response_id": "650e8400-e29b-41d4-a716-446655440001", "query_id": "550e8400-e29b-41d4-a716-446655440000",
        "agent_type": "debug", "response_text": "The IndexError occurs because you're trying to access index 5 …",
        "response_type": "debug_solution", "processing_time_ms": 4823, "confidence_score": 0.98,
        "code_examples": ["arr = [1, 2, 3]\nprint(arr[2])  # ✓ Valid: accesses last element"],
        "metadata": {"error_type": "IndexError", "fix_applied": True, "suggested_topic": "list-indexing"},
        "created_at": "2026-01-02T14:23:50Z", "claude_model": "claude-sonnet-4-20250514", "token_count": 1250,
    },
    Student: {
        "student_id": "student-123", "name": "Jane Doe", "email": "jane.doe@example.com",
        "created_at": "2026-01-01T10:00:00Z", "learning_style": "example-driven", "skill_level": "intermediate",
        "active": True,
    },
    LearningProgress: {
        "student_id": "student-123",
        "python_mastery_levels": {"variables": 0.95, "loops": 0.88, "functions": 0.82, "lists": 0.75,
                                  "recursion": 0.60, "object-oriented-programming": 0.45},
        "completed_exercises": 23, "topics_mastered": ["variables", "loops"],
        "topics_covered": ["variables", "loops", "functions", "lists", "recursion", "object-oriented-programming"],
        "strengths": ["variables", "loops"], "weaknesses": ["object-oriented-programming"],
        "learning_velocity": 4.2, "total_queries": 47,
        "queries_by_type": {"concepts": 20, "debug": 15, "code_review": 8, "exercise": 4}, "last_activity": AT,
        "struggle_topics": ["recursion"], "achievements": ["mastered-loops", "completed-10-exercises", "7-day-streak"],
        "created_at": "2026-01-01T10:00:00Z", "updated_at": AT,
    },
    AgentHealthMetrics: {
        "agent_name": "triage", "status": "active", "uptime_seconds": 345600, "total_queries_processed": 12456,
        "queries_last_hour": 234, "error_count": 47, "error_count_last_hour": 2, "avg_response_time_ms": 1823,
        "p95_response_time_ms": 3450, "current_queue_depth": 12, "last_heartbeat": AT, "replica_count": 3,
        "version": "v1.0.0",
    },
    MessageFlow: {
        "trace_id": "850e8400-e29b-41d4-a716-446655440000", "query_id": "550e8400-e29b-41d4-a716-446655440000",
        "message_id": "950e8400-e29b-41d4-a716-446655440000", "source_agent": "triage", "destination_agent": "debug",
        "message_content": "Routing query to Debug Agent (intent: debug, confidence: 0.95)",
        "message_type": "routing_decision", "timestamp": AT, "sequence_order": 1,
    },
    Exercise: {
        "exercise_id": "750e8400-e29b-41d4-a716-446655440002", "topic": "loops", "difficulty": "beginner",
        "problem_text": "Write a function that prints numbers from 1 to N using a for loop.",
        "solution_code": "def print_numbers(n):\n    for i in range(1, n + 1):\n        print(i)",
        "starter_code": "def print_numbers(n):\n    # Your code here\n    pass",
        "test_cases": [{"input": 3, "output": "1\n2\n3"}, {"input": 5, "output": "1\n2\n3\n4\n5"},
                       {"input": 1, "output": "1"}],
        "hints": ["Use a for loop with range()", "range(1, n+1) generates numbers from 1 to n"],
        "created_at": "2026-01-02T14:30:00Z", "created_by_agent": "exercise", "language": "python",
        "tags": ["loops", "range", "printing"],
    },
}  # fmt: skip

VALID: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("one character", StudentQuery, {"query_text": "?"}),
    ("5,000 characters", StudentQuery, {"query_text": "x" * 5_000}),
    ("10,000 characters of code", StudentQuery, {"code_snippet": "x" * 10_000}),
    ("pending before triage", StudentQuery, {"status": "pending", "routed_to_agent": None, "triage_confidence": None}),
    ("no confidence", StudentQuery, {"triage_confidence": 0.0}),
    ("all confidence", StudentQuery, {"triage_confidence": 1.0}),
    ("10 characters", AgentResponse, {"response_text": " " + "x" * 10}),
    ("no tokens", AgentResponse, {"token_count": None}),
    ("defaults", Student, {"learning_style": GONE, "skill_level": GONE, "active": GONE}),
    ("an e-mail by the rule of the SQL", Student, {"email": "a b@c.d"}),
    ("a name of 255", Student, {"name": "n" * 255}),
    ("just mastered", LearningProgress, {"python_mastery_levels": {"variables": 0.85, "loops": 1.0}}),
    ("no velocity", LearningProgress, {"learning_velocity": None}),
    ("10 errors an hour", AgentHealthMetrics, {"error_count_last_hour": 10}),
    ("idle", AgentHealthMetrics, {"status": "idle", "queries_last_hour": 0}),
    ("no query yet", AgentHealthMetrics, {"avg_response_time_ms": None, "p95_response_time_ms": None}),
    ("1,000 characters", Exercise, {"problem_text": "x" * 1_000}),
]

INVALID: list[tuple[str, type[Model], dict[str, Any], str]] = [
    ("only blanks", StudentQuery, {"query_text": " \n"}, "query_text"),
    ("5,001 characters", StudentQuery, {"query_text": "x" * 5_001}, "query_text"),
    ("10,001 characters of code", StudentQuery, {"code_snippet": "x" * 10_001}, "code_snippet"),
    ("code without a language", StudentQuery, {"language": None}, "language"),
    ("an unknown language", StudentQuery, {"language": "cobol"}, "language"),
    ("an unknown intent", StudentQuery, {"detected_intent": "code-review"}, "detected_intent"),
    ("an unknown agent", StudentQuery, {"routed_to_agent": "code_review"}, "routed_to_agent"),
    ("an unknown status", StudentQuery, {"status": "lost"}, "status"),
    ("processing without an agent", StudentQuery, {"routed_to_agent": None}, "routed_to_agent"),
    ("processing without a confidence", StudentQuery, {"triage_confidence": None}, "triage_confidence"),
    ("completed without an agent", StudentQuery, {"status": "completed", "routed_to_agent": None}, "routed_to_agent"),
    ("failed without a reason", StudentQuery, {"status": "failed"}, "failure_reason"),
    ("a reason without failure", StudentQuery, {"failure_reason": "x"}, "failure_reason"),
    ("a confidence above 1", StudentQuery, {"triage_confidence": 1.01}, "triage_confidence"),
    ("a confidence below 0", StudentQuery, {"triage_confidence": -0.01}, "triage_confidence"),
    ("a confidence that is no number", StudentQuery, {"triage_confidence": float("nan")}, "triage_confidence"),
    ("an id that is no UUID", StudentQuery, {"query_id": "query-1"}, "query_id"),
    ("a student id of 256", StudentQuery, {"student_id": "s" * 256}, "student_id"),
    ("a date without a time", StudentQuery, {"timestamp": "2026-01-02"}, "timestamp"),
    ("no student", StudentQuery, {"student_id": GONE}, "student_id"),
    ("9 characters", AgentResponse, {"response_text": "x" * 9 + "  "}, "response_text"),
    ("no agent", AgentResponse, {"agent_type": "triage"}, "agent_type"),
    ("an unknown type", AgentResponse, {"response_type": "answer"}, "response_type"),
    ("no time at all", AgentResponse, {"processing_time_ms": 0}, "processing_time_ms"),
    ("no confidence", AgentResponse, {"confidence_score": None}, "confidence_score"),
    ("0 tokens", AgentResponse, {"token_count": 0}, "token_count"),
    ("no model", AgentResponse, {"claude_model": ""}, "claude_model"),
    ("a model of 101", AgentResponse, {"claude_model": "m" * 101}, "claude_model"),
    ("a blank name", Student, {"name": "  "}, "name"),
    ("a name of 256", Student, {"name": "n" * 256}, "name"),
    ("no @", Student, {"email": "jane.example.com"}, "email"),
    ("no dot", Student, {"email": "jane@example"}, "email"),
    ("a dot only before the @", Student, {"email": "jane.doe@example"}, "email"),
    ("an unknown style", Student, {"learning_style": "osmosis"}, "learning_style"),
    ("an unknown level", Student, {"skill_level": "expert"}, "skill_level"),
    ("a level above 1", LearningProgress, {"python_mastery_levels": {"loops": 1.1}}, "python_mastery_levels"),
    ("a level below 0", LearningProgress, {"python_mastery_levels": {"loops": -0.1}}, "python_mastery_levels"),
    ("a topic in capitals", LearningProgress, {"topics_covered": ["Loops"]}, "topics_covered"),
    ("a topic with blanks", LearningProgress, {"topics_covered": ["for loops"]}, "topics_covered"),
    ("mastered below 0.85", LearningProgress, {"python_mastery_levels": {"variables": 0.849}}, "topics_mastered"),
    ("four strengths", LearningProgress, {"strengths": ["a", "b", "c", "d"]}, "strengths"),
    ("fewer than no exercises", LearningProgress, {"completed_exercises": -1}, "completed_exercises"),
    ("fewer than no queries", LearningProgress, {"total_queries": -1}, "total_queries"),
    ("a negative velocity", LearningProgress, {"learning_velocity": -0.1}, "learning_velocity"),
    ("queries of an unknown type", LearningProgress, {"queries_by_type": {"songs": 1}}, "queries_by_type"),
    ("an unknown agent", AgentHealthMetrics, {"agent_name": "oracle"}, "agent_name"),
    ("11 errors an hour, and not in error", AgentHealthMetrics, {"error_count_last_hour": 11}, "status"),
    ("active without a query", AgentHealthMetrics, {"queries_last_hour": 0}, "status"),
    ("idle with queries", AgentHealthMetrics, {"status": "idle"}, "status"),
    ("less than no replica", AgentHealthMetrics, {"replica_count": -1}, "replica_count"),
    ("an average of 0", AgentHealthMetrics, {"avg_response_time_ms": 0}, "avg_response_time_ms"),
    ("a negative uptime", AgentHealthMetrics, {"uptime_seconds": -1}, "uptime_seconds"),
    ("a message to oneself", MessageFlow, {"destination_agent": "triage"}, "destination_agent"),
    ("a decision by another than triage", MessageFlow, {"source_agent": "router"}, "message_type"),
    ("an unknown type", MessageFlow, {"message_type": "gossip"}, "message_type"),
    ("the 0th message", MessageFlow, {"sequence_order": 0}, "sequence_order"),
    ("two tests", Exercise, {"test_cases": [{"input": 1, "output": 1}] * 2}, "test_cases"),
    ("a test without output", Exercise, {"test_cases": [{"input": 1}] * 3}, "test_cases"),
    ("1,001 characters", Exercise, {"problem_text": "x" * 1_001}, "problem_text"),
    ("no solution", Exercise, {"solution_code": " "}, "solution_code"),
    ("a language without exercises", Exercise, {"language": "rust"}, "language"),
    ("an unknown difficulty", Exercise, {"difficulty": "expert"}, "difficulty"),
    ("a difficulty that does not fit its topic", Exercise, {"difficulty": "advanced"}, "difficulty"),
    ("a NUL", Exercise, {"hints": ["\0"]}, "hints"),
]


def built(model: type[Model], changes: dict[str, Any]) -> Model:
    values = EXAMPLES[model] | changes
    return model.model_validate({name: value for name, value in values.items() if value is not GONE})


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)
def test_the_examples_of_the_data_model_are_valid_and_survive_json(model: type[Model]) -> None:
    entity = built(model, {})
    assert model.model_validate_json(entity.model_dump_json()) == entity
    assert entity.model_dump(mode="json", exclude_unset=True) == EXAMPLES[model]


@pytest.mark.parametrize(("name", "model", "changes"), VALID)
def test_what_is_at_the_limit_is_valid(name: str, model: type[Model], changes: dict[str, Any]) -> None:
    assert built(model, changes), name


@pytest.mark.parametrize(("name", "model", "changes", "field"), INVALID)
def test_what_breaks_a_constraint_is_refused_by_name(
    name: str, model: type[Model], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        built(model, changes)
    assert field in explain(error.value), name


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)
def test_an_entity_cannot_be_changed(model: type[Model]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(built(model, {}), next(iter(EXAMPLES[model])), "x")


PENDING, PROCESSING, COMPLETED, FAILED = QueryStatus
STEPS = {(PENDING, PROCESSING), (PENDING, COMPLETED), (PENDING, FAILED), (PROCESSING, COMPLETED), (PROCESSING, FAILED)}


def query_in(status: QueryStatus) -> StudentQuery:
    reason = "too late" if status is FAILED else None
    return StudentQuery.model_validate(EXAMPLES[StudentQuery] | {"status": status, "failure_reason": reason})


@pytest.mark.parametrize("after", QueryStatus)
@pytest.mark.parametrize("before", QueryStatus)
def test_a_status_only_moves_forward(before: QueryStatus, after: QueryStatus) -> None:
    query = query_in(before)
    reason = "too late" if after is FAILED else None
    if before is after or (before, after) in STEPS:
        assert query.moved_to(after, reason=reason).status is after
    else:
        with pytest.raises(TransitionError):
            query.moved_to(after, reason=reason)


@pytest.mark.parametrize(("orders", "sequential"), [([], True), ([1], True), ([1, 2, 3], True), ([2], False),
                                                     ([1, 3], False), ([1, 1], False), ([2, 1], False)])  # fmt: skip
def test_a_flow_is_numbered_without_gaps(orders: list[int], *, sequential: bool) -> None:
    flow = [MessageFlow.model_validate(EXAMPLES[MessageFlow] | {"sequence_order": order}) for order in orders]
    if sequential:
        check_sequence(flow)
    else:
        with pytest.raises(ValueError, match="sequential"):
            check_sequence(flow)


def test_unknown_students_get_an_email_of_their_own_that_nobody_reads() -> None:
    assert enrolment_email("a") != enrolment_email("b")
    assert Student.model_validate(EXAMPLES[Student] | {"email": enrolment_email("a b@\n🎓")}).email.endswith(".invalid")
