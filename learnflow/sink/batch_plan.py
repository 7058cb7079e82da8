"""The changes of a batch, and the queries as they are stored → the rows to write. No clock, no I/O."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from learnflow.models.student import enrolment_email
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, QueryStatus
from learnflow.sink.changes import Change
from learnflow.sink.messages import Rejected
from learnflow.sink.queries import NEW, content, fold
from learnflow.sink.rows import ProfileRow, ProgressRow, QueryContent, QueryState, Row, StudentRow, TotalRow

STRANGER: Final = "query_id: belongs to another student"


@dataclass(slots=True)
class Rows:
    """What a batch writes, each table's rows merged and in the order of their keys."""

    students: list[StudentRow] = field(default_factory=list)
    new_queries: list[tuple[QueryContent, QueryState]] = field(default_factory=list)
    moved_queries: list[tuple[UUID, QueryState]] = field(default_factory=list)
    of: dict[type[Row], list[Row]] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows to the others of their table."""
        for row in rows:
            self.of.setdefault(type(row), []).append(row)


class StoredQuery(NamedTuple):
    """A query of the database: whose it is, and how far."""

    student_id: str
    state: QueryState


@dataclass(slots=True)
class _Query:
    student_id: str
    state: QueryState
    new: QueryContent | StudentQuery | None = None
    moved: bool = False


def settle(changes: Sequence[Change], stored: Mapping[UUID, StoredQuery]) -> tuple[Rows, list[Rejected]]:
    """Merge a batch to one row of each query, student and progress; refuse what claims another student's query."""
    rows, rejected = Rows(), list[Rejected]()
    queries = {query_id: _Query(*query) for query_id, query in stored.items()}
    students: dict[str, StudentRow] = {}
    for change in changes:
        moved = False if change.query is None else _fold_into(queries, change, change.query)
        if moved is None:
            rejected.append(Rejected(change.message, STRANGER, ours=False))
        else:
            rows.add(change.rows)
        if moved:
            rows.add(change.outcome)
        rows.add(change.paid)
        if (moved is not None or change.paid) and (student := change.student_id) not in students:
            students[student] = StudentRow(student, enrolment_email(student), change.at)
    rows.students = sorted(students.values())
    new = ((query_id, query.new, query.state) for query_id, query in queries.items() if query.new)
    in_order = sorted(new, key=lambda query: query[0].int)  # two ids are compared in Python, two numbers are not
    rows.new_queries = [
        (query if isinstance(query, QueryContent) else content(query), state) for _, query, state in in_order
    ]
    rows.moved_queries = [
        (query_id, query.state) for query_id, query in queries.items() if query.moved and not query.new
    ]
    _keep_newest_progress(rows)
    before = {query_id: query.state for query_id, query in stored.items()}
    rows.add(_totals((before.get(query_id, NEW), query.state) for query_id, query in queries.items()))
    return rows, rejected


def _totals(moves: Iterable[tuple[QueryState, QueryState]]) -> list[TotalRow]:
    """Return how many more questions agents have processed: triage has routed, specialists have answered."""
    counts: Counter[str] = Counter()
    for old, new in moves:
        if old.triage_confidence is None and new.triage_confidence is not None:
            counts[Agent.TRIAGE] += 1
        if old.status != QueryStatus.COMPLETED == new.status and new.routed_to_agent:
            counts[new.routed_to_agent] += 1
    return [TotalRow(agent, counts[agent]) for agent in sorted(counts)]


def _fold_into(queries: dict[UUID, _Query], change: Change, query: QueryContent | StudentQuery) -> bool | None:
    """Fold a change into its query. Return whether its status moved, or None when the query is another student's."""
    stored = queries.get(query.query_id)
    if stored is not None and stored.student_id != change.student_id:
        return None
    state = change.state
    assert state is not None  # noqa: S101 - it comes with the query
    if stored is None:
        queries[query.query_id] = _Query(change.student_id, state, query)
        return True
    before = stored.state
    folded = fold(before, state, handed_over=change.handed_over, attempt=change.attempt)
    if folded != before:
        stored.state, stored.moved = folded, True
    return folded.status != before.status


def merged_profiles(rows: Iterable[ProfileRow], new: Collection[tuple[str, UUID]]) -> list[ProfileRow]:
    """Merge the profile changes that are new to one of each student: the last value of each field."""
    merged: dict[str, ProfileRow] = {}
    first: dict[tuple[str, UUID], ProfileRow] = {}
    for row in rows:
        first.setdefault((row.student_id, row.message_id), row)
    for row in (row for row in first.values() if (row.student_id, row.message_id) in new):
        before = merged.get(row.student_id, row)
        merged[row.student_id] = ProfileRow._make(
            old if value is None else value for old, value in zip(before, row, strict=True)
        )
    return [merged[student_id] for student_id in sorted(merged)]


def _keep_newest_progress(rows: Rows) -> None:
    newest: dict[str, ProgressRow] = {}
    for row in rows.of.get(ProgressRow, ()):
        assert isinstance(row, ProgressRow)  # noqa: S101 - the key says so
        if row.student_id not in newest or newest[row.student_id].version < row.version:
            newest[row.student_id] = row
    if newest:
        rows.of[ProgressRow] = [newest[student_id] for student_id in sorted(newest)]
