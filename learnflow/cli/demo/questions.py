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
    """A message to send as it is, and whose it is. `query_id` is None where nobody could read one.

    A submission has the `verdict` that it must get.
    """

    student: str
    title: str
    value: bytes
    query_id: UUID | None
    expected: Expected
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class DemoQuestions:
    """What is known of students beforehand, as (student, message), and then their questions and submissions."""

    student_events: tuple[tuple[str, bytes], ...]
    questions: tuple[Question, ...]


def read_questions(*, graded: bool = True) -> DemoQuestions:
    """Return the demo's questions, with fresh ids. Where code cannot be run, nothing is `graded`: submissions fail."""
    text = files("learnflow.cli.demo").joinpath("questions.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    questions = tuple(map(_question, content["questions"]))
    assigned, submitted = zip(*(_submission(entry, graded=graded) for entry in content["submissions"]), strict=True)
    half = len(questions) // 2
    return DemoQuestions(
        (*map(_profile, content["students"]), *assigned), (*questions[:half], *submitted, *questions[half:])
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


def _submission(entry: Mapping[str, Any], *, graded: bool) -> tuple[tuple[str, bytes], Question]:
    """Return the assignment of an exercise, and the question that brings the student's code for it."""
    student, exercise_id = entry["student"], uuid4()
    exercise = {"exercise_id": exercise_id, "created_at": datetime.now(UTC), **entry["exercise"]}
    assigned = _envelope(uuid4(), student, "exercise.assigned", {"exercise": exercise})
    query_id, text = uuid4(), f'Here is my code for "{exercise["title"]}"'
    payload = {
        "query_text": text,
        "query_type": "code",
        "code_snippet": entry.get("code", exercise["solution_code"]).strip("\n"),
        "language": exercise["language"],
        "context": {"exercise_id": exercise_id},
    }
    value = _envelope(query_id, student, "student.query.submitted", payload)
    expected = Expected.ANSWERED if graded else Expected.FAILED
    return (student, assigned), Question(student, text, value, query_id, expected, entry["verdict"] if graded else None)


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
