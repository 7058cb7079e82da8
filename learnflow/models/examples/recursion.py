"""A question about a concept, on its way from the student to the answer (data model 2.8)."""

from typing import Any, Final

from learnflow.models.examples.example import INDEX_ERROR, RECURSION, STUDENT, Example

_QUERY: Final[dict[str, Any]] = {
    "query_id": str(RECURSION),
    "student_id": STUDENT,
    "query_text": "Explain recursion",
    "timestamp": "2026-01-02T14:20:00Z",
    "detected_intent": "concepts",
    "routed_to_agent": "concepts",
    "status": "processing",
    "triage_confidence": 0.95,
    "context": {"skill_level": "beginner"},
    "topic": "recursion",
    "question_key": "explain-recursion",
}
_ANSWERED: Final[dict[str, Any]] = {**_QUERY, "status": "completed"}

EXAMPLES: Final = (
    Example(
        "student.query.submitted",
        "2026-01-02T14:20:00Z",
        {
            "query_text": "Explain recursion",
            "query_type": "text",
            "code_snippet": None,
            "context": {"skill_level": "beginner"},
        },
        RECURSION,
    ),
    Example(
        "triage.routing.decision",
        "2026-01-02T14:20:00.120Z",
        {
            "query_id": str(RECURSION),
            "target_agent": "concepts",
            "confidence": 0.95,
            "reasoning": "Question asks for concept explanation",
            "intent": "concepts",
            "topic": "recursion",
            "question_key": "explain-recursion",
            "query": _QUERY,
        },
        RECURSION,
        sequence=1,
    ),
    Example(
        "agent.request.created",
        "2026-01-02T14:20:00.150Z",
        {
            "query": _QUERY,
            "profile": {"name": "Jane Doe", "learning_style": "example-driven", "skill_level": "intermediate"},
            "turns": [
                {
                    "query_id": "3d8f0d7c-6a51-4d0e-8d55-6b0f0a4c1e21",
                    "at": "2026-01-02T14:12:30Z",
                    "agent": "concepts",
                    "topic": "functions",
                    "question": "Can a function call another function?",
                    "answer": "Yes. A function may call any function that it can see, also itself.",
                }
            ],
            "standing": {
                "total_queries": 46,
                "queries_by_type": {"concepts": 19, "debug": 15, "code_review": 8, "exercise": 4},
                "topics_covered": ["variables", "loops", "functions"],
                "last_activity": "2026-01-02T14:12:30Z",
            },
        },
        RECURSION,
        sequence=1,
    ),
    Example(
        "agent.response.completed",
        "2026-01-02T14:20:04.973Z",
        {
            "query_id": str(RECURSION),
            "agent_name": "concepts",
            "response_text": "Recursion is when a function calls itself on a smaller part of the same problem, until "
            "the part is so small that the answer is plain: the base case.",
            "processing_time_ms": 4823,
            "confidence": 0.98,
            "response_id": "650e8400-e29b-41d4-a716-446655440001",
            "response_type": "explanation",
            "code_examples": ["def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)"],
            "metadata": {"suggested_topic": "functions"},
            "claude_model": "offline",
            "query": _ANSWERED,
        },
        RECURSION,
        sequence=2,
    ),
    Example(
        "agent.response.failed",
        "2026-01-02T14:25:45Z",
        {
            "query_id": str(INDEX_ERROR),
            "agent_name": "router",
            "failure": "overdue",
            "reason": "Nobody could answer this question in time. Please ask it again.",
            "query": {
                **_QUERY,
                "query_id": str(INDEX_ERROR),
                "query_text": "Why does my code throw IndexError?",
                "status": "failed",
                "failure_reason": "Nobody could answer this question in time. Please ask it again.",
            },
        },
        INDEX_ERROR,
        sequence=2,
    ),
)
