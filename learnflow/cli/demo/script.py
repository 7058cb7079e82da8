"""The questions of the demo, and what must become of each."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import orjson


class Expected(StrEnum):
    """What must become of a question."""

    ANSWERED = "answered"
    FAILED = "failed"
    DEAD_LETTER = "dead-letter"


@dataclass(frozen=True, slots=True)
class Question:
    """A message to send as it is, and whose it is. `query_id` is None where nobody could read one."""

    student: str
    title: str
    value: bytes
    query_id: UUID | None
    expected: Expected


@dataclass(frozen=True, slots=True)
class Script:
    """Messages as (student, message): profiles go first, and after half of the questions what was graded meanwhile."""

    profiles: tuple[tuple[str, bytes], ...]
    questions: tuple[Question, ...]
    submissions: tuple[tuple[str, bytes], ...]


def read_script() -> Script:
    """Return the demo's script, with fresh ids."""
    text = files("learnflow.cli.demo").joinpath("questions.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return Script(
        tuple(map(_profile, content["students"])),
        tuple(map(_question, content["questions"])),
        tuple(each for entry in content["submissions"] for each in _submission(entry)),
    )


def _profile(entry: Mapping[str, Any]) -> tuple[str, bytes]:
    payload = {key: value for key, value in entry.items() if key != "student_id"}
    return entry["student_id"], _envelope(uuid4(), entry["student_id"], "student.profile.updated", payload)


def _question(entry: Mapping[str, Any]) -> Question:
    expected = Expected(entry.get("outcome", "answered"))
    if "raw" in entry:
        return Question(entry["student"], entry["raw"], entry["raw"].encode(), None, expected)
    query_id = uuid4()
    payload = {
        "query_text": entry["text"],
        "query_type": "code" if "code" in entry else "text",
        "code_snippet": entry.get("code", "").strip("\n") or None,
        **({"language": entry["language"]} if "language" in entry else {}),
    }
    value = _envelope(query_id, entry["student"], "student.query.submitted", payload)
    return Question(entry["student"], entry["text"], value, query_id, expected)


def _submission(entry: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Assign an exercise, and grade what became of it: nobody runs the code yet."""
    student, now = entry["student"], datetime.now(UTC)
    exercise = {"exercise_id": uuid4(), "created_at": now, **entry["exercise"]}
    yield student, _envelope(uuid4(), student, "exercise.assigned", {"exercise": exercise})
    graded = {key: entry[key] for key in ("score", "code") if key in entry}
    graded |= {"exercise_id": exercise["exercise_id"], "topic": exercise["topic"], "passed": entry["score"] == 1.0}
    yield student, _envelope(uuid4(), student, "exercise.graded", graded)


def _envelope(message_id: UUID, student: str, event_type: str, payload: Mapping[str, Any]) -> bytes:
    """What any Kafka client sends: the plain envelope, of which LearnFlow has no part in the making here."""
    return orjson.dumps({
        "schema_version": "1.0",
        "message_id": message_id,
        "timestamp": datetime.now(UTC),
        "student_id": student,
        "trace_id": uuid4(),
        "event_type": event_type,
        "payload": payload,
    })
