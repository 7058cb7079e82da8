"""An exercise from the wish for it to its place in PostgreSQL: given, hinted at, submitted, given up."""

import json
from typing import Any, Final
from uuid import uuid4

import pytest

from tests.running.questions import progress, request_of
from tests.support.running_system import Client, envelope, until
from tests.support.topic_watcher import TopicMessage, TopicWatcher, is_verified

EXERCISE: Final = "SELECT * FROM exercises WHERE exercise_id = $1::uuid"
STUDENT_EXERCISES: Final = "SELECT * FROM student_exercises WHERE student_id = $1 ORDER BY assigned_at"


def ask(client: Client, watch: TopicWatcher, student: str, text: str, **payload: Any) -> TopicMessage:
    """Ask, and return the answer once everybody is done with what came of it."""
    answer = watch.answered(client.ask(student, text, **payload))
    watch.processed(answer, *watch.on("student-events", student))
    return answer


def submit(client: Client, watch: TopicWatcher, student: str, exercise: dict[str, Any], code: str) -> TopicMessage:
    """Send code for an exercise, and return the answer."""
    return ask(client, watch, student, "Here is my solution", **submission(exercise, code))


def submission(exercise: dict[str, Any], code: str) -> dict[str, Any]:
    """Return what a question consists of that is a submission."""
    context = {"exercise_id": exercise["exercise_id"]}
    return {"query_type": "code", "code_snippet": code, "language": exercise["language"], "context": context}


def told(watch: TopicWatcher, student: str, event_type: str) -> list[dict[str, Any]]:
    """Return what student-events has of a student so far, each message once."""
    events = {seen.event["message_id"]: seen for seen in watch.on("student-events", student)}
    return [seen.payload for seen in events.values() if seen.event["event_type"] == event_type]


def given(
    client: Client, watch: TopicWatcher, student: str, text: str = "Give me an exercise on loops"
) -> dict[str, Any]:
    """Ask for an exercise, and return it as it was assigned, solution and all."""
    answer = ask(client, watch, student, text)
    found = [one["exercise"] for one in told(watch, student, "exercise.verified")]
    (exercise,) = (one for one in found if one["exercise_id"] == answer.payload["metadata"]["exercise_id"])
    return dict(exercise)


def no_secret(answer: TopicMessage, exercise: dict[str, Any]) -> None:
    """Fail where an answer holds what a student must find alone."""
    assert exercise["solution_code"].strip() not in "\n".join((
        answer.payload["response_text"],
        *answer.payload["code_examples"],
    ))
    assert "solution_code" not in json.dumps(answer.event)


def test_an_exercise_from_the_wish_for_it_to_its_solution(client: Client, watch: TopicWatcher, student: str) -> None:
    exercise = given(client, watch, student)
    assert exercise["topic"] == "loops"
    hint = ask(client, watch, student, "A hint, please")
    assert exercise["hints"][0] in hint.payload["response_text"]
    assert exercise["hints"][1] not in hint.payload["response_text"]
    wrong = submit(client, watch, student, exercise, exercise["starter_code"])
    assert wrong.payload["metadata"]["verdict"] != "passed"
    assert wrong.payload["metadata"]["counted"] is True
    assert exercise["hints"][1] in wrong.payload["response_text"]
    no_secret(wrong, exercise)
    query_id = str(uuid4())
    content = {"query_text": "Now it works", **submission(exercise, exercise["solution_code"])}
    right = envelope(student, "student.query.submitted", content, query_id)
    for _ in range(2):
        client.send("student-queries", student, right)
    answer = watch.answered(query_id)
    assert answer.payload["metadata"]["verdict"] == "passed"
    assert (answer.payload["agent_name"], answer.payload["response_type"]) == ("exercise", "exercise")
    watch.processed(*watch.on("student-queries", student), answer, *watch.on("student-events", student))
    assert len({seen.event["message_id"] for seen in watch.answers(query_id)}) == 1
    assert [(one["score"], one["passed"]) for one in told(watch, student, "exercise.graded")][1:] == [(1.0, True)]
    (level,) = [seen.payload for seen in watch.on("mastery-level-updated", student) if seen.payload["new_level"] > 0.1]
    assert level["topic"] == "loops"
    assert "exercise" in level["reason"]
    stored_as(watch, student, exercise)


def stored_as(watch: TopicWatcher, student: str, exercise: dict[str, Any]) -> None:
    """Compare what PostgreSQL has of a solved exercise with what was assigned."""
    assert until(lambda: any(row["passed_at"] for row in watch.database.rows(STUDENT_EXERCISES, student)))
    (row,) = watch.database.rows(STUDENT_EXERCISES, student)
    assert (row["attempts"], row["best_score"], row["hints_given"], row["given_up_at"]) == (2, 1.0, 2, None)
    assert row["last_code"] == exercise["solution_code"]
    (stored,) = watch.database.rows(EXERCISE, exercise["exercise_id"])
    assert (stored["title"], stored["topic"], stored["language"]) == (
        exercise["title"], exercise["topic"], exercise["language"],
    )  # fmt: skip
    assert progress(watch, student, 4).payload["progress"]["completed_exercises"] == 1


def test_a_solved_exercise_counts_once(client: Client, watch: TopicWatcher, student: str) -> None:
    exercise = given(client, watch, student)
    submit(client, watch, student, exercise, exercise["solution_code"])
    again = submit(client, watch, student, exercise, exercise["solution_code"])
    assert again.payload["metadata"]["counted"] is False
    assert "solved this exercise before" in again.payload["response_text"]
    assert len(told(watch, student, "exercise.graded")) == 1


def test_giving_up_shows_the_solution_and_closes_the_exercise(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    exercise = given(client, watch, student)
    answer = ask(client, watch, student, "I give up")
    assert answer.payload["code_examples"] == [exercise["solution_code"].strip("\n")]
    assert [(one["passed"], one["gave_up"]) for one in told(watch, student, "exercise.graded")] == [(False, True)]
    late = submit(client, watch, student, exercise, exercise["solution_code"])
    assert late.payload["metadata"]["counted"] is False
    assert until(lambda: watch.database.rows(STUDENT_EXERCISES, student)[0]["given_up_at"])
    assert progress(watch, student, 3).payload["progress"]["completed_exercises"] == 0
    other = given(client, watch, student, "Give me another exercise on loops")
    assert other["exercise_id"] != exercise["exercise_id"]


@pytest.mark.parametrize("whose", ["nobody's", "another student's", "no id at all"])
def test_an_exercise_that_is_not_the_students_is_a_clear_failure(
    client: Client, watch: TopicWatcher, student: str, whose: str
) -> None:
    named = {"nobody's": str(uuid4()), "no id at all": "loops"}.get(whose)
    if named is None:
        named = given(client, watch, f"student-{uuid4()}")["exercise_id"]
    query_id = client.ask(
        student, "Here", code_snippet="x = 1", language="python", query_type="code", context={"exercise_id": named}
    )
    failure = watch.failure(query_id)
    assert "context.exercise_id" in failure.payload["reason"]
    assert told(watch, student, "exercise.graded") == []


def test_no_answer_gives_an_open_exercise_away(client: Client, watch: TopicWatcher, student: str) -> None:
    """The code of the question is one step from the solution, and debug would correct it."""
    exercise = custom(client, watch, student)
    broken = "arr = [1, 2, 3]\nprint(arr[5])"
    answer = ask(
        client, watch, student, "Why do I get IndexError: list index out of range?",
        query_type="code", code_snippet=broken, language="python",
    )  # fmt: skip
    request = request_of(watch, "debug-requests", answer.payload["query_id"])
    assert [one["exercise"]["exercise_id"] for one in request.payload["exercises"]] == [exercise["exercise_id"]]
    assert answer.payload["metadata"]["withheld"] == exercise["exercise_id"]
    assert not any("arr" in code for code in answer.payload["code_examples"]), "the concept's own examples may stay"
    assert exercise["hints"][0] in answer.payload["response_text"]
    another = f"student-{uuid4()}"
    free = ask(
        client, watch, another, "Why do I get IndexError: list index out of range?",
        query_type="code", code_snippet=broken, language="python",
    )  # fmt: skip
    assert "withheld" not in free.payload["metadata"]
    assert any("arr" in code for code in free.payload["code_examples"])


def custom(client: Client, watch: TopicWatcher, student: str) -> dict[str, Any]:
    """Assign an exercise that a school has written, and return it."""
    exercise_id = str(uuid4())
    exercise = {
        "exercise_id": exercise_id, "title": "The last one", "topic": "list-indexing", "difficulty": "beginner",
        "problem_text": "Make the program print the last item of `arr = [1, 2, 3]`, whatever is typed.",
        "solution_code": "arr = [1, 2, 3]\nprint(arr[-1])",
        "test_cases": [{"input": typed, "output": "3"} for typed in ("", "a", "b")],
        "hints": ["Indices can be counted from the end, too."], "created_at": "2026-01-02T00:00:00Z",
        "language": "python",
    }  # fmt: skip
    event = envelope(student, "exercise.assigned", {"exercise": exercise})
    client.send("student-events", student, event)
    watch.processed(*watch.wait("student-events", lambda seen: is_verified(seen, exercise_id)))
    return exercise


def test_debug_runs_the_code_and_answers_from_what_happened(client: Client, watch: TopicWatcher, student: str) -> None:
    code = "def mean(numbers):\n    return sum(numbers) / len(numbers)\n\n\nprint(mean([]))\n"
    answer = ask(
        client, watch, student, "Why does this not work?", query_type="code", code_snippet=code, language="python"
    )
    if answer.payload["agent_name"] != "debug":
        pytest.fail(f"answered by {answer.payload['agent_name']}")
    metadata = answer.payload["metadata"]
    assert (metadata["ran"], metadata["error_type"], metadata["line"]) == ("exception", "ZeroDivisionError", 2)
    assert "ZeroDivisionError in line 2: division by zero" in answer.payload["response_text"]


def test_what_a_school_assigns_is_run_before_its_student_has_it(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    right = custom(client, watch, student)
    wrong = {**right, "exercise_id": str(uuid4()), "solution_code": "print(0)", "hints": None, "tags": None}
    other = {**right, "problem_text": "Print 3."}
    for number, (exercise, reason) in enumerate([
        (wrong, "payload.exercise: the solution does not pass its tests: wrong at test case 1 (input: expected: 3"),
        (other, "payload.exercise.exercise_id: belongs to another exercise already, which differs in problem_text"),
    ]):
        client.send("student-events", student, envelope(student, "exercise.assigned", {"exercise": exercise}))
        letter = watch.wait("dead-letters", lambda seen: seen.key == student.encode(), count=number + 1)[-1]
        assert (letter.header("agent"), letter.header("topic")) == ("exercise", "student-events")
        assert str(letter.header("reason")).startswith(reason)
    refused = client.ask(student, "Here is my solution", **submission(wrong, "print(3)"))
    assert "you were given no exercise" in watch.failure(refused).payload["reason"]
    given = watch.database.rows("SELECT exercise_id FROM student_exercises WHERE student_id = $1", student)
    assert [str(row["exercise_id"]) for row in given] == [right["exercise_id"]]
    stored = watch.database.rows(
        "SELECT problem_text FROM exercises WHERE exercise_id = ANY($1)", [right["exercise_id"], wrong["exercise_id"]]
    )
    assert stored == [{"problem_text": right["problem_text"]}]
    assert submit(client, watch, student, right, right["solution_code"]).payload["metadata"]["score"] == 1.0


def test_a_submission_right_after_its_exercise_waits_until_that_is_run(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    slow = "import time\ntime.sleep(0.6)\nprint(3)"  # three tests of it take longer than the router waits otherwise
    exercise = {
        "exercise_id": str(uuid4()), "topic": "variables", "difficulty": "beginner", "problem_text": "Print 3.",
        "solution_code": slow, "test_cases": [{"input": typed, "output": "3"} for typed in ("", "a", "b")],
        "hints": None, "created_at": "2026-01-02T00:00:00Z", "language": "python",
    }  # fmt: skip
    client.send("student-events", student, envelope(student, "exercise.assigned", {"exercise": exercise}))
    assert submit(client, watch, student, exercise, "print(3)").payload["metadata"]["score"] == 1.0
