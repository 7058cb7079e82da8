"""What LearnFlow, teachers and other systems find out about a student."""

from typing import Final

from learnflow.models.examples.example import INDEX_ERROR, RECURSION, STUDENT, Example

_EXERCISE: Final = "750e8400-e29b-41d4-a716-446655440002"

EXAMPLES: Final = (
    Example(
        "student.struggle.detected",
        "2026-01-02T14:20:00.160Z",
        {
            "topic": "recursion",
            "struggle_level": "high",
            "query_count": 4,
            "time_window_minutes": 15,
            "recommendation": "Suggest 1-on-1 session",
            "evidence": [str(RECURSION), "0c7cf2d3-2f6f-4b8e-9b1c-8a8f6f5f3a02"],
            "signals": {"failed_runs": 3, "repeated_errors": 2, "error_density": 1.33, "answer_seeking": 0.25},
        },
        RECURSION,
    ),
    Example(
        "mastery.level.updated",
        "2026-01-02T14:40:00Z",
        {
            "topic": "loops",
            "old_level": 0.75,
            "new_level": 0.88,
            "reason": "Successfully completed 3 loop exercises",
            "evidence": [_EXERCISE],
        },
        INDEX_ERROR,
    ),
    Example(
        "student.progress.updated",
        "2026-01-02T14:23:50Z",
        {
            "version": 47,
            "progress": {
                "student_id": STUDENT,
                "python_mastery_levels": {"variables": 0.95, "loops": 0.88, "functions": 0.82, "recursion": 0.6},
                "completed_exercises": 23,
                "topics_mastered": ["variables", "loops"],
                "topics_covered": ["variables", "loops", "functions", "recursion"],
                "strengths": ["variables", "loops"],
                "learning_velocity": 4.2,
                "total_queries": 47,
                "queries_by_type": {"concepts": 20, "debug": 15, "code_review": 8, "exercise": 4},
                "last_activity": "2026-01-02T14:23:45Z",
                "struggle_topics": ["recursion"],
                "achievements": ["mastered-loops", "completed-10-exercises", "7-day-streak"],
                "created_at": "2026-01-01T10:00:00Z",
                "updated_at": "2026-01-02T14:23:50Z",
            },
            "state": {"applied": ["5b1f7c1e", "550e8400"]},
        },
        INDEX_ERROR,
    ),
    Example(
        "student.profile.updated",
        "2026-01-01T10:00:00Z",
        {
            "name": "Jane Doe",
            "email": "jane.doe@example.com",
            "learning_style": "example-driven",
            "skill_level": "intermediate",
            "active": True,
        },
        INDEX_ERROR,
    ),
    Example(
        "exercise.assigned",
        "2026-01-02T14:30:00Z",
        {
            "exercise": {
                "exercise_id": _EXERCISE,
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
                "language": "python",
                "tags": ["loops", "range", "printing"],
            }
        },
        INDEX_ERROR,
    ),
    Example(
        "exercise.hint.given",
        "2026-01-02T14:35:10Z",
        {"exercise_id": _EXERCISE, "number": 1},
        INDEX_ERROR,
    ),
    Example(
        "exercise.graded",
        "2026-01-02T14:39:58Z",
        {
            "exercise_id": _EXERCISE,
            "topic": "loops",
            "score": 1.0,
            "passed": True,
            "code": "def print_numbers(n):\n    for number in range(1, n + 1):\n        print(number)",
        },
        INDEX_ERROR,
    ),
    Example(
        "mastery.level.set",
        "2026-01-03T09:00:00Z",
        {"topic": "functions", "level": 0.9, "reason": "Passed the oral exam", "set_by": "teacher-7"},
        INDEX_ERROR,
    ),
    Example(
        "student.skill.upgraded",
        "2026-01-03T09:00:01Z",
        {"old_level": "beginner", "new_level": "intermediate", "reason": "Mastered 5 beginner topics"},
        INDEX_ERROR,
    ),
    Example(
        "struggle.resolved",
        "2026-01-02T14:55:00Z",
        {
            "topic": "recursion",
            "resolved_by": "success",
            "query_count": 4,
            "reason": "Completed 2 recursion exercises",
        },
        RECURSION,
    ),
    Example("student.progress.due", "2026-01-03T00:00:05Z", {"day": "2026-01-02"}, INDEX_ERROR),
    Example(
        "student.progress.rebuilt",
        "2026-01-03T09:30:00Z",
        {
            "state": {
                "knowledge": {
                    "since": "2026-01-01T10:00:00Z",
                    "total_queries": 47,
                    "topics": {"loops": {"queries": 12, "level": 0.88, "announced": 0.88}},
                },
                "applied": ["5b1f7c1e2d3", "550e8400e29"],
            }
        },
        INDEX_ERROR,
    ),
)
