"""The questions of the demo, and what must become of each."""

import tomllib
from collections.abc import Mapping
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
    """Profiles to send first, as (student, message), then the questions in their order."""

    profiles: tuple[tuple[str, bytes], ...]
    questions: tuple[Question, ...]


def read_script() -> Script:
    """Return the demo's script, with fresh ids."""
    text = files("learnflow.cli.demo").joinpath("questions.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return Script(tuple(map(_profile, content["students"])), tuple(map(_question, content["questions"])))


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
