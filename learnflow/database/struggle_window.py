"""What core reads back from PostgreSQL of struggles: what a student did around a time, and which are open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg
import orjson

from learnflow.database.postgres import Reader
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, question
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL

MOST: Final = 200  # rows of a kind and a student, the newest

_ASKED: Final = "unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS asked (student_id, since, until)"

_QUESTIONS: Final = f"""
SELECT q.*
FROM {_ASKED}
CROSS JOIN LATERAL (
    SELECT h.student_id, h.query_id, h.query_text, h.timestamp, h.code_snippet, h.language, h.detected_intent,
        h.topic, h.question_key
    FROM query_history h
    WHERE h.student_id = asked.student_id AND h.timestamp >= asked.since AND h.timestamp < asked.until
    ORDER BY h.timestamp DESC LIMIT {MOST}
) AS q
"""  # noqa: S608 - of the constants above

_ATTEMPTS: Final = f"""
SELECT s.*
FROM {_ASKED}
CROSS JOIN LATERAL (
    SELECT e.student_id, e.message_id AS id, e.at, e.topic, e.passed, e.error, e.exercise_id AS exercise,
        e.passed OR e.gave_up AS closes
    FROM exercise_evidence e
    WHERE e.student_id = asked.student_id AND e.at >= asked.since AND e.at < asked.until AND e.topic <> '{GENERAL}'
    ORDER BY e.at DESC LIMIT {MOST}
) AS s
"""  # noqa: S608 - of the constants above

# Who has told of an end is not stored; that a success clears what came before it is true of all but a late message.
_ENDS: Final = f"""
SELECT r.student_id, r.message_id AS id, r.at, r.topic, r.resolved_by = 'success' AS clears
FROM {_ASKED} JOIN struggle_history r USING (student_id)
WHERE r.resolved_by IS NOT NULL AND r.at >= asked.since AND r.at < asked.until
"""  # noqa: S608 - of the constants above

_ANNOUNCED: Final = """
SELECT d.student_id, d.message_id, d.topic, d.struggle_level, d.query_count, d.time_window_minutes, d.recommendation,
    d.evidence, d.signals, d.at
FROM struggle_history d
WHERE d.student_id = ANY($1::text[]) AND d.resolved_by IS NULL AND NOT EXISTS (
    SELECT FROM struggle_history r
    WHERE r.student_id = d.student_id AND r.topic = d.topic AND r.resolved_by IS NOT NULL AND r.at >= d.at
)
ORDER BY d.at, d.message_id
"""


class Wanted(NamedTuple):
    """A student, and from when on, until when what they did is wanted."""

    student_id: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class StoredWindow:
    """What PostgreSQL has. `announced` has, by topic, the messages of its open struggle, the first one first."""

    observations: list[Observation] = field(default_factory=list)
    announced: dict[str, list[Event[StruggleDetected]]] = field(default_factory=dict)


async def load_windows(database: Reader, wanted: Sequence[Wanted]) -> dict[Wanted, StoredWindow]:
    """Return what PostgreSQL has of students, each wanted once."""
    columns = [list(column) for column in zip(*wanted, strict=True)]
    windows = {each.student_id: StoredWindow() for each in wanted}
    for statement, parse in ((_QUESTIONS, _question), (_ATTEMPTS, Attempt.model_validate), (_ENDS, End.model_validate)):
        for record in await database.fetch(statement, *columns):
            observation = parse(dict(record))
            if observation is not None:
                windows[record["student_id"]].observations.append(observation)
    for record in await database.fetch(_ANNOUNCED, list(windows)):
        event = _announced(record)
        windows[record["student_id"]].announced.setdefault(event.payload.topic, []).append(event)
    return {each: windows[each.student_id] for each in wanted}


def _question(columns: dict[str, Any]) -> Question | None:
    return question(StudentQuery.model_validate(columns))


def _announced(record: asyncpg.Record) -> Event[StruggleDetected]:
    """Return a message as it was sent, but for its trace, which is not stored: its own id stands for it."""
    signals = {} if record["signals"] is None else {"signals": orjson.loads(record["signals"])}
    return Event[StruggleDetected](
        message_id=record["message_id"],
        timestamp=record["at"],
        student_id=record["student_id"],
        trace_id=record["message_id"],
        event_type=EVENT_TYPES[StruggleDetected],
        payload=StruggleDetected.model_validate({**record, **signals}),
        metadata=version_metadata(),
    )
