"""What differs between the examples; the envelope around it is the same for all."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

STUDENT: Final = "student-123"
INDEX_ERROR: Final = UUID("550e8400-e29b-41d4-a716-446655440000")  # the data model's query
RECURSION: Final = UUID("5b1f7c1e-0d3a-4a58-9f0e-2c8a4f6b7d10")


@dataclass(frozen=True, slots=True)
class Example:
    """An event of the query that caused it; `payload` is JSON as Python writes it."""

    event_type: str
    at: str
    payload: dict[str, Any]
    query_id: UUID
    sequence: int | None = None
    student_id: str | None = STUDENT
