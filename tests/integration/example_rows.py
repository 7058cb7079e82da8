"""The data model's example rows (sections 2.1 to 2.7); ids that are no UUIDs there are replaced."""

from typing import Any, Final

QUERY: Final = "550e8400-e29b-41d4-a716-446655440000"
TRACE: Final = "850e8400-e29b-41d4-a716-446655440003"


def _flow(number: int, way: tuple[str, str], kind: str, text: str, second: int) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "query_id": QUERY,
        "message_id": f"950e8400-e29b-41d4-a716-44665544000{number}",
        "source_agent": way[0],
        "destination_agent": way[1],
        "message_content": text,
        "message_type": kind,
        "timestamp": f"2026-01-02T14:23:{second}Z",
        "sequence_order": number,
    }


# Parents first.
EXAMPLES: Final[dict[str, list[dict[str, Any]]]] = {
    "students": [
        {
            "student_id": "student-123",
            "name": "Jane Doe",
            "email": "jane.doe@example.com",
            "created_at": "2026-01-01T10:00:00Z",
            "learning_style": "example-driven",
            "skill_level": "intermediate",
            "active": True,
        }
    ],
    "query_history": [
        {
            "query_id": QUERY,
            "student_id": "student-123",
            "query_text": "Why does my code throw IndexError?",
            "timestamp": "2026-01-02T14:23:45Z",
            "detected_intent": "debug",
            "routed_to_agent": "debug",
            "status": "processing",
            "triage_confidence": 0.95,
            "code_snippet": "arr = [1, 2, 3]\nprint(arr[5])",
            "language": "python",
            "context": {"skill_level": "beginner", "topics_covered": ["variables", "loops"]},
        }
    ],
    "agent_responses": [
        {
            "response_id": "650e8400-e29b-41d4-a716-446655440001",
            "query_id": QUERY,
            "agent_type": "debug",
            "response_text": "The IndexError occurs because you're trying to access index 5, but your array only has "
            "3 elements (indices 0-2). Arrays in Python are zero-indexed...",
            "response_type": "debug_solution",
            "processing_time_ms": 4823,
            "confidence_score": 0.98,
            "code_examples": [
                "arr = [1, 2, 3]\nprint(arr[2])  # ✓ Valid: accesses last element",
                "arr = [1, 2, 3]\nprint(arr[len(arr) - 1])  # ✓ Safe: always gets last element",
            ],
            "metadata": {"error_type": "IndexError", "fix_applied": True, "suggested_topic": "list-indexing"},
            "created_at": "2026-01-02T14:23:50Z",
            "claude_model": "claude-sonnet-4-20250514",
            "token_count": 1250,
        }
    ],
    "student_progress": [
        {
            "student_id": "student-123",
            "python_mastery_levels": {
                "variables": 0.95,
                "loops": 0.88,
                "functions": 0.82,
                "lists": 0.75,
                "recursion": 0.60,
                "object-oriented-programming": 0.45,
            },
            "completed_exercises": 23,
            "topics_mastered": ["variables", "loops"],
            "topics_covered": [
                *("variables", "loops", "functions"),
                *("lists", "recursion", "object-oriented-programming"),
            ],
            "strengths": ["variables", "loops", "functions"],
            "weaknesses": ["recursion", "object-oriented-programming"],
            "learning_velocity": 4.2,
            "total_queries": 47,
            "queries_by_type": {"concepts": 20, "debug": 15, "code_review": 8, "exercise": 4},
            "last_activity": "2026-01-02T14:23:45Z",
            "struggle_topics": ["recursion"],
            "achievements": ["mastered-loops", "completed-10-exercises", "7-day-streak"],
            "created_at": "2026-01-01T10:00:00Z",
            "updated_at": "2026-01-02T14:23:45Z",
        }
    ],
    "message_flow": [
        _flow(
            1,
            ("triage", "debug"),
            "routing_decision",
            "Routing query to Debug Agent (intent: debug, confidence: 0.95)",
            45,
        ),
        _flow(2, ("debug", "concepts"), "collaboration", "Request concept explanation for IndexError", 47),
        _flow(3, ("concepts", "debug"), "response", "IndexError explanation provided", 50),
    ],
    "exercises": [
        {
            "exercise_id": "750e8400-e29b-41d4-a716-446655440002",
            "topic": "loops",
            "difficulty": "beginner",
            "problem_text": "Write a function that prints numbers from 1 to N using a for loop.",
            "solution_code": "def print_numbers(n):\n    for i in range(1, n + 1):\n        print(i)",
            "starter_code": "def print_numbers(n):\n    # Your code here\n    pass",
            "test_cases": [
                {"input": 3, "output": "1\n2\n3"},
                {"input": 5, "output": "1\n2\n3\n4\n5"},
                {"input": 1, "output": "1"},
            ],
            "hints": [
                "Use a for loop with range()",
                "range(1, n+1) generates numbers from 1 to n",
                "Use print(i) inside the loop",
            ],
            "created_at": "2026-01-02T14:30:00Z",
            "created_by_agent": "exercise",
            "language": "python",
            "tags": ["loops", "range", "printing"],
        }
    ],
}
