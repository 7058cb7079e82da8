"""Exercises that are assigned and graded, as events that any program could send."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from tests.support.running_system import Client, envelope

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
_TESTS: Final = UUID("0b6f9a53-6d3a-5f0e-9a54-0f8a1f4f5d7c")


def submit(  # noqa: PLR0913 - what a submission consists of
    client: Client, student: str, name: object, *, topic: str = "loops", score: float = 1.0, at: datetime = NOON
) -> str:
    """Assign an exercise of the student's own and grade it; return the grading's id."""
    exercise = str(uuid5(_TESTS, f"{student} {name}"))
    client.send("student-events", student, assigned(student, exercise, topic, at))
    payload = {"exercise_id": exercise, "topic": topic, "score": score, "passed": score == 1.0}
    graded = event(student, "exercise.graded", payload, at)
    client.send("student-events", student, graded)
    return str(graded["message_id"])


def assigned(student: str, exercise: str, topic: str = "loops", at: datetime = NOON) -> dict[str, Any]:
    """Return the event that assigns an exercise."""
    return event(student, "exercise.assigned", {"exercise": _exercise(exercise, topic)}, at)


def event(student: str, event_type: str, payload: dict[str, Any], at: datetime = NOON) -> dict[str, Any]:
    """Return an event of a time."""
    return envelope(student, event_type, payload) | {"timestamp": at.isoformat()}


def after_noon(minutes: float) -> datetime:
    """Return the time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def _exercise(exercise_id: str, topic: str) -> dict[str, Any]:
    return {
        "exercise_id": exercise_id,
        "topic": topic,
        "difficulty": "beginner",
        "problem_text": "Print the numbers from 1 to N.",
        "solution_code": "def numbers(n):\n    for number in range(1, n + 1):\n        print(number)",
        "test_cases": [{"input": n, "output": "\n".join(map(str, range(1, n + 1)))} for n in (1, 2, 3)],
        "hints": ["Use range()."],
        "created_at": NOON.isoformat(),
        "language": "python",
    }
