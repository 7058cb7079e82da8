"""The messages about a student → the rows that PostgreSQL must hold. No clock, no I/O.

Of one message, the sink's own mapping says what its row holds. Which of several messages count, and what they come to,
is decided here in another way than there: over all messages at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from learnflow.cli.audit.topic_history import Message, TopicHistory
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.students import ProfileUpdated, SkillUpgraded
from learnflow.models.student import enrolment_email
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import LearningStyle, QueryStatus, SkillLevel
from learnflow.sink import rows
from learnflow.sink.changes import Change, change
from learnflow.sink.queries import NEW, content
from learnflow.sink.rows import HintRow, ProgressRow, SubmissionRow
from learnflow.topics import STUDENT_EVENTS

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "students": ("student_id",),
    "query_history": ("query_id",),
    "agent_responses": ("query_id",),
    "message_flow": ("message_id",),
    "claude_usage": ("message_id", "agent", "model"),
    "profile_history": ("student_id", "message_id"),
    "exercises": ("exercise_id",),
    "student_exercises": ("student_id", "exercise_id"),
    "exercise_submissions": ("student_id", "message_id"),
    "response_ratings": ("student_id", "message_id"),
    "teacher_answers": ("student_id", "message_id"),
    "mastery_history": ("student_id", "message_id"),
    "struggle_history": ("student_id", "message_id"),
    "student_progress": ("student_id",),
    "student_state": ("student_id",),
}
_TABLES: Final[Mapping[type, str]] = {
    rows.ResponseRow: "agent_responses",
    rows.FlowRow: "message_flow",
    rows.UsageRow: "claude_usage",
    rows.ProfileRow: "profile_history",
    rows.ExerciseRow: "exercises",
    rows.AssignmentRow: "student_exercises",
    rows.SubmissionRow: "exercise_submissions",
    rows.RatingRow: "response_ratings",
    rows.TeacherAnswerRow: "teacher_answers",
    rows.MasteryRow: "mastery_history",
    rows.StruggleRow: "struggle_history",
}
_OF_STATE: Final = frozenset({"version", "state", "updated_at"})


@dataclass(slots=True)
class ExpectedRows:
    """Rows by table and key. What is first stays."""

    tables: dict[str, dict[tuple[str, ...], dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Expect a row, unless there is one with its key."""
        self.tables[table].setdefault(tuple(str(row[name]) for name in KEYS[table]), dict(row))

    def merge(self, other: "ExpectedRows") -> None:
        """Expect the rows of another student, too."""
        for table, found in other.tables.items():
            for row in found.values():
                self.add(table, row)


def expected_rows(student_id: str, history: TopicHistory) -> ExpectedRows:
    """Return the rows of one student."""
    expected = ExpectedRows()
    accepted = [message for message in history.of[student_id] if history.accepted(message)]
    changes = [(message, made) for message in accepted if (made := change(message.raw, message.event)) is not None]
    by_query: defaultdict[UUID, list[tuple[Message, Change]]] = defaultdict(list)
    for message, made in changes:
        if made.query is not None:
            by_query[made.query.query_id].append((message, made))
    for of_query in by_query.values():
        _add_query(expected, of_query)
    for _, made in changes:
        for row in (*made.rows, *made.paid):
            if type(row) in _TABLES:
                expected.add(_TABLES[type(row)], row._asdict())
    if accepted:
        expected.add("students", _student(student_id, history, accepted))
    _add_submissions(expected, changes)
    _add_progress(expected, changes)
    for message in accepted:
        if history.without_email(message):
            expected.tables["profile_history"][student_id, str(message.event.message_id)].pop("email")
    return expected


def two_answers(student_id: str, history: TopicHistory) -> dict[UUID, int]:
    """Return the queries that were answered more than once, without being redriven, and how often."""
    outcomes: defaultdict[tuple[UUID, int], set[UUID]] = defaultdict(set)
    for message in history.of[student_id]:
        payload = message.event.payload
        if isinstance(payload, ResponseCompleted | ResponseFailed) and payload.query is not None:
            outcomes[payload.query_id, message.event.attempt].add(message.event.message_id)
    return {query_id: len(ids) for (query_id, _), ids in outcomes.items() if len(ids) > 1}


def _add_query(expected: ExpectedRows, changes: Sequence[tuple[Message, Change]]) -> None:
    """Expect a query as it was submitted, as triage routed it, and with the outcome that counts."""
    submitted = [made.query for message, made in changes if isinstance(message.event.payload, QuerySubmitted)]
    query = next(iter(submitted), changes[0][1].query)
    text = content(query) if isinstance(query, StudentQuery) else query
    assert text is not None  # noqa: S101 - only changes of queries are here
    states = [made.state for _, made in changes if made.state is not None]
    routed = next((state for state in states if state.triage_confidence is not None), NEW)
    outcomes = [each for each in changes if isinstance(each[0].event.payload, ResponseCompleted | ResponseFailed)]
    outcome = _accepted(outcomes)
    row = text._asdict() | routed._asdict() | {"status": QueryStatus.PENDING, "failure_reason": None}
    if routed is not NEW:
        handed = [made.state for _, made in changes if made.handed_over and made.state is not None]
        row |= {"status": QueryStatus.PROCESSING}
        row |= {"routed_to_agent": handed[-1].routed_to_agent} if handed else {}
    if outcome is not None and outcome.state is not None:
        row |= {"status": outcome.state.status, "failure_reason": outcome.state.failure_reason}
        row |= {"routed_to_agent": outcome.state.routed_to_agent} if outcome.state.status == "completed" else {}
    expected.add("query_history", row)
    failed_first = outcomes[:1] if outcomes and isinstance(outcomes[0][0].event.payload, ResponseFailed) else []
    for made in filter(None, [outcome, *(made for _, made in failed_first)]):
        for each in made.outcome:
            expected.add(_TABLES[type(each)], each._asdict())


def _accepted(outcomes: Sequence[tuple[Message, Change]]) -> Change | None:
    """Return the first outcome, or the first answer that a redrive brought after a failure."""
    if not outcomes:
        return None
    (message, first), *later = outcomes
    if isinstance(message.event.payload, ResponseCompleted):
        return first
    redriven = (made for each, made in later if made.attempt and isinstance(each.event.payload, ResponseCompleted))
    return next(redriven, first)


def _student(student_id: str, history: TopicHistory, accepted: Iterable[Message]) -> dict[str, Any]:
    """Return the profile that all changes of it come to, without an e-mail where one was refused."""
    row: dict[str, Any] = {
        "student_id": student_id,
        "name": student_id,
        "email": enrolment_email(student_id),
        "learning_style": LearningStyle.STEP_BY_STEP,
        "skill_level": SkillLevel.BEGINNER,
        "active": True,
    }
    seen: set[UUID] = set()
    for message in accepted:
        match message.event.payload:
            case ProfileUpdated() as profile if message.event.message_id not in seen:
                row |= profile.model_dump(exclude_none=True)
            case SkillUpgraded(new_level=level) if message.event.message_id not in seen:
                row["skill_level"] = level
        seen.add(message.event.message_id)
    if any(map(history.without_email, accepted)):
        del row["email"]
    return row


def _add_submissions(expected: ExpectedRows, changes: Iterable[tuple[Message, Change]]) -> None:
    """Expect of each exercise that was given what its submissions and hints come to."""
    given = expected.tables["student_exercises"]
    for each in given.values():  # also what was graded before it was given
        each.setdefault("attempts", 0)
    submissions: dict[tuple[str, ...], dict[UUID, SubmissionRow]] = defaultdict(dict)
    for row in (row for message, made in changes if message.raw.topic == STUDENT_EVENTS.name for row in made.rows):
        key = (getattr(row, "student_id", ""), str(getattr(row, "exercise_id", "")))
        exercise = given.get(key)
        if isinstance(row, HintRow) and exercise is not None:
            exercise["hints_given"] = max(exercise.get("hints_given", 0), row.hints_given)
        elif isinstance(row, SubmissionRow) and exercise is not None:
            submissions[key].setdefault(row.message_id, row)
    for place, of_exercise in submissions.items():
        given[place] |= _results(of_exercise.values())


def _results(submissions: Iterable[SubmissionRow]) -> dict[str, Any]:
    """Return what submissions to an exercise come to, up to the one that passes or gives up."""
    results: dict[str, Any] = {"attempts": 0, "best_score": 0.0}
    for row in sorted(submissions, key=lambda each: (each.at, each.message_id)):
        results |= {"attempts": results["attempts"] + 1, "best_score": max(results["best_score"], row.score)}
        results |= {"submitted_at": row.at} | ({"passed_at": row.at} if row.passed else {})
        if row.gave_up:
            results["given_up_at"] = row.at
        if row.passed or row.gave_up:
            break
    return results


def _add_progress(expected: ExpectedRows, changes: Iterable[tuple[Message, Change]]) -> None:
    """Expect the newest progress; PostgreSQL sets itself when it was updated."""
    told = [row for _, made in changes for row in made.rows if isinstance(row, ProgressRow)]
    if told:
        row = max(told, key=lambda each: each.version)._asdict()
        expected.add("student_state", {name: row[name] for name in ("student_id", "version", "state")})
        expected.add("student_progress", {name: row[name] for name in row if name not in _OF_STATE})
