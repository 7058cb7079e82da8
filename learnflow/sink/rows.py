"""The rows of each table, as values: the fields of a row are named as the columns."""

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from learnflow.database.postgres import Json


class StudentRow(NamedTuple):
    """A student of whom only the id is known."""

    student_id: str
    email: str
    created_at: datetime


class QueryState(NamedTuple):
    """What changes of a query while it is worked on."""

    status: str
    routed_to_agent: str | None = None
    detected_intent: str | None = None
    triage_confidence: Decimal | None = None
    topic: str | None = None
    question_key: str | None = None
    failure_reason: str | None = None


class QueryContent(NamedTuple):
    """What never changes of a query."""

    query_id: UUID
    student_id: str
    query_text: str
    timestamp: datetime
    code_snippet: str | None
    language: str | None
    context: Json | None


class ResponseRow(NamedTuple):
    """A row of agent_responses."""

    response_id: UUID
    query_id: UUID
    agent_type: str
    response_text: str
    response_type: str
    processing_time_ms: int
    confidence_score: Decimal
    code_examples: tuple[str, ...]
    metadata: Json | None
    created_at: datetime
    claude_model: str
    token_count: int | None


class FlowRow(NamedTuple):
    """A row of message_flow."""

    message_id: UUID
    trace_id: UUID
    query_id: UUID
    source_agent: str
    destination_agent: str
    message_content: str
    message_type: str
    timestamp: datetime
    sequence_order: int


class ProfileRow(NamedTuple):
    """A change of a student's profile; None leaves a field as it is."""

    message_id: UUID
    student_id: str
    at: datetime
    name: str | None = None
    email: str | None = None
    learning_style: str | None = None
    skill_level: str | None = None
    active: bool | None = None
    reason: str | None = None


class ExerciseRow(NamedTuple):
    """A row of exercises."""

    exercise_id: UUID
    title: str | None
    topic: str
    difficulty: str
    problem_text: str
    solution_code: str
    starter_code: str | None
    test_cases: Json
    hints: tuple[str, ...]
    created_at: datetime
    created_by_agent: str
    language: str
    tags: tuple[str, ...]


class AssignmentRow(NamedTuple):
    """Which student got which exercise, and when."""

    student_id: str
    exercise_id: UUID
    assigned_at: datetime


class HintRow(NamedTuple):
    """How many hints to an exercise a student has had."""

    student_id: str
    exercise_id: UUID
    hints_given: int


class SubmissionRow(NamedTuple):
    """A graded submission, or that the student gave up."""

    message_id: UUID
    student_id: str
    at: datetime
    exercise_id: UUID
    query_id: UUID | None
    score: float
    passed: bool
    code: str | None
    topic: str
    error: str | None
    gave_up: bool


class RatingRow(NamedTuple):
    """What a student thinks of an answer."""

    message_id: UUID
    student_id: str
    at: datetime
    query_id: UUID
    rating: str
    reason: str | None
    ask_teacher: bool


class TeacherAnswerRow(NamedTuple):
    """What a teacher adds to an answer."""

    message_id: UUID
    student_id: str
    at: datetime
    query_id: UUID
    text: str
    answered_by: str


class MasteryRow(NamedTuple):
    """A change of a mastery level."""

    message_id: UUID
    student_id: str
    at: datetime
    topic: str
    new_level: float
    reason: str
    old_level: float | None = None
    evidence: tuple[UUID, ...] = ()
    model_version: str | None = None
    set_by: str | None = None


class StruggleRow(NamedTuple):
    """A struggle that was detected, or resolved."""

    message_id: UUID
    student_id: str
    at: datetime
    topic: str
    query_count: int
    struggle_level: str | None = None
    time_window_minutes: int | None = None
    recommendation: str | None = None
    evidence: tuple[UUID, ...] = ()
    resolved_by: str | None = None
    reason: str | None = None
    signals: Json | None = None


class ProgressRow(NamedTuple):
    """Progress and state of a student."""

    student_id: str
    version: int
    state: Json
    python_mastery_levels: Json
    completed_exercises: int
    topics_mastered: tuple[str, ...]
    topics_covered: tuple[str, ...]
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    learning_velocity: float | None
    total_queries: int
    queries_by_type: Json
    last_activity: datetime
    struggle_topics: tuple[str, ...]
    achievements: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class TotalRow(NamedTuple):
    """How many more questions an agent has processed."""

    agent_name: str
    questions: int


class UsageRow(NamedTuple):
    """What one agent's calls to one model cost, as one message says."""

    message_id: UUID
    agent: str
    model: str
    query_id: UUID
    student_id: str
    topic: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    price_usd: Decimal
    at: datetime


QUERY_COLUMNS: Final = (*QueryContent._fields, *QueryState._fields)
QueryRow: TypeAlias = ResponseRow | FlowRow | UsageRow | TotalRow
HistoryRow: TypeAlias = SubmissionRow | RatingRow | TeacherAnswerRow | MasteryRow | StruggleRow
LearnerRow: TypeAlias = ProfileRow | ExerciseRow | AssignmentRow | HintRow | HistoryRow | ProgressRow
Row: TypeAlias = QueryRow | LearnerRow
