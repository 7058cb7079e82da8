"""An exercise as Claude proposes it, in three languages, and what can be wrong with it."""

import json
from typing import Any

SOLUTION = """def count_passed(marks, limit):
    passed = 0
    for mark in marks:
        if mark >= limit:
            passed += 1
    return passed
"""


def case(given: object, expected: object) -> dict[str, str]:
    return {"input_json": json.dumps(given), "output_json": json.dumps(expected)}


WEAK = [case([[60, 40], 50], 1), case([[], 50], 0), case([[10, 90, 95], 20], 2)]
RIGHT: dict[str, Any] = {
    "title": "Passing marks",
    "problem_text": "Write `count_passed(marks, limit)` that returns how many marks are at least the limit.",
    "starter_code": "def count_passed(marks, limit):\n    # your code here\n    return None\n",
    "solution_code": SOLUTION,
    "test_cases": [*WEAK, case([[50, 49, 51], 50], 2)],
    "hints": ["Look at the marks one by one.", "`>=` compares a mark with the limit.", "Count where it is true."],
    "tags": ["counting"],
}
JAVASCRIPT = {
    "starter_code": "function countPassed(marks, limit) {\n  // your code here\n}\n",
    "solution_code": "function countPassed(marks, limit) {\n"
    "  return marks.filter((mark) => mark >= limit).length;\n}\n",
}
JAVA = {
    "starter_code": "public class Main {\n    public static int countPassed(int[] marks, int limit) {\n"
    "        // your code here\n        return -1;\n    }\n}\n",
    "solution_code": "public class Main {\n    public static int countPassed(int[] marks, int limit) {\n"
    "        int passed = 0;\n        for (int mark : marks) {\n            if (mark >= limit) {\n"
    "                passed++;\n            }\n        }\n        return passed;\n    }\n}\n",
}

WRONG_SOLUTION = {"solution_code": SOLUTION.replace(">=", ">")}
UNNEEDED = {
    "starter_code": "def kind(value):\n    # your code here\n    return None\n",
    "solution_code": 'def kind(value):\n    if isinstance(value, list):\n        return "a list"\n'
    '    if isinstance(value, str):\n        return "a text"\n    return "a number"\n',
    "test_cases": [case([1], "a list"), case(2, "a number"), case(3.5, "a number")],
}
GIVEN_AWAY = {"hints": ["Like this:", SOLUTION, "Now you."]}
