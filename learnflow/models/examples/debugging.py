"""Debug asks concepts for the part of an answer that it cannot give itself (data model 2.1, 2.2 and 2.6)."""

from typing import Any, Final

from learnflow.models.examples.example import INDEX_ERROR, STUDENT, Example

QUERY: Final[dict[str, Any]] = {
    "query_id": str(INDEX_ERROR),
    "student_id": STUDENT,
    "query_text": "Why does my code throw IndexError?",
    "timestamp": "2026-01-02T14:23:45Z",
    "detected_intent": "debug",
    "routed_to_agent": "debug",
    "status": "processing",
    "triage_confidence": 0.95,
    "code_snippet": "arr = [1, 2, 3]\nprint(arr[5])",
    "language": "python",
    "context": {"skill_level": "beginner", "topics_covered": ["variables", "loops"]},
    "topic": "lists",
    "question_key": "why-index-error",
}
_REQUEST: Final[dict[str, Any]] = {
    "query": QUERY,
    "profile": {"name": "Jane Doe", "learning_style": "example-driven", "skill_level": "beginner"},
}
_DRAFT: Final[dict[str, Any]] = {
    "text": "The IndexError occurs because you're trying to access index 5, but your list only has 3 elements "
    "(indices 0-2).",
    "code_examples": ["arr = [1, 2, 3]\nprint(arr[len(arr) - 1])  # ✓ Safe: always gets last element"],
    "confidence": 0.98,
    "topic": "lists",
    "metadata": {"error_type": "IndexError", "fix_applied": True, "suggested_topic": "lists"},
    "model": "offline",
    "missing_concept": "lists",
}

EXAMPLES: Final = (
    Example(
        "agent.collaboration.requested",
        "2026-01-02T14:23:47Z",
        {"request": _REQUEST, "source_agent": "debug", "concept": "lists", "draft": _DRAFT, "spent_ms": 1_850},
        INDEX_ERROR,
        sequence=2,
    ),
    Example(
        "agent.collaboration.answered",
        "2026-01-02T14:23:50Z",
        {
            "request": _REQUEST,
            "source_agent": "concepts",
            "concept": "lists",
            "draft": _DRAFT,
            "explanation": {
                "text": "A list of n elements has the indices 0 to n - 1. Negative indices count from its end.",
                "code_examples": ["arr = [1, 2, 3]\nprint(arr[-1])"],
                "confidence": 0.9,
                "topic": "lists",
                "model": "offline",
            },
            "spent_ms": 4_823,
        },
        INDEX_ERROR,
        sequence=3,
    ),
    Example(
        "agent.activity.logged",
        "2026-01-02T14:23:50Z",
        {
            "agent_name": "debug",
            "instance": "worker-1",
            "action": "answered a query",
            "query_id": str(INDEX_ERROR),
            "duration_ms": 4_823,
        },
        INDEX_ERROR,
    ),
    Example(
        "agent.heartbeat",
        "2026-01-02T14:23:55Z",
        {
            "agent_name": "triage",
            "instance": "worker-1",
            "status": "active",
            "started_at": "2025-12-29T14:23:45Z",
            "processed": 12_456,
            "processed_last_hour": 234,
            "errors": 47,
            "errors_last_hour": 2,
            "avg_response_time_ms": 1_823,
            "p95_response_time_ms": 3_450,
            "in_flight": 12,
            "version": "v1.0.0",
        },
        INDEX_ERROR,
        student_id=None,
    ),
)
