"""`learnflow audit`: nothing differs after events of every type, valid and refused; whatever is changed is found."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from learnflow import embedded
from learnflow.cli.audit import audit, get_from
from learnflow.cli.audit.comparison import Report
from learnflow.topics import STUDENT_EVENTS
from tests.support.apache_kafka import Broker
from tests.support.command_line import Cli
from tests.support.running_system import Client, Reader, Systems, Worker, envelope, systems, until

QUESTION: Final = "Can you explain how a for loop works in Python?"
SECONDS: Final = 180.0
EXERCISE: Final = {
    "topic": "loops", "difficulty": "beginner", "language": "python", "created_at": "2026-01-02T14:30:00Z",
    "problem_text": "Write a function that prints numbers from 1 to N.",
    "solution_code": "def print_numbers(n):\n    for i in range(1, n + 1):\n        print(i)",
    "test_cases": [{"input": n, "output": "\n".join(map(str, range(1, n + 1)))} for n in (3, 5, 1)],
}  # fmt: skip


class Audited(NamedTuple):
    """A system about which much was said."""

    started: Systems
    worker: Worker
    client: Client

    def report(self, patience: float = SECONDS, *only: str) -> Report:
        """Audit it."""
        brokers, url, get = [self.client.address], self.started.database_url, partial(get_from, self.worker.web)
        return asyncio.run(audit(brokers, url, get, only=frozenset(only), patience=patience))

    def sql(self, statement: str) -> None:
        """Change something in PostgreSQL."""

        async def execute() -> None:
            connection = await asyncpg.connect(self.started.database_url)
            await connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
            done = await connection.execute(statement)
            await connection.close()
            assert not done.endswith(" 0"), statement

        asyncio.run(execute())


def student_events() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every event type of student-events, as a student, a type and a payload, and forms that are refused."""
    exercise, other = str(uuid4()), str(uuid4())
    yield "ann", "student.profile.updated", {"name": "Ann", "email": "ann@example.com", "active": True}
    yield "bob", "student.profile.updated", {"name": "Bob", "skill_level": "intermediate"}
    yield "eve", "student.profile.updated", {"name": "Eve", "email": "ann@example.com"}  # which is taken
    yield "eve", "student.profile.updated", {"email": "no address"}
    assigned = {"exercise": {"exercise_id": exercise, **EXERCISE}}
    yield "ann", "exercise.assigned", assigned
    yield "ann", "exercise.verified", assigned  # as follows by itself, but before the hint
    yield "ann", "exercise.hint.given", {"exercise_id": exercise, "number": 2}
    for score in (0.5, 1.0, 1.0):
        graded = {"exercise_id": exercise, "topic": "loops", "score": score, "passed": score == 1.0, "code": "x"}
        yield "ann", "exercise.graded", graded
    given_up = {"exercise_id": other, "topic": "lists", "score": 0.0, "passed": False, "gave_up": True}
    yield "bob", "exercise.graded", given_up
    yield "bob", "exercise.graded", given_up | {"score": 7}
    level = {"topic": "recursion", "level": 0.9, "reason": "an exam", "set_by": "teacher-7"}
    yield "bob", "mastery.level.set", level
    rating = {"query_id": exercise, "rating": "down", "reason": "too short", "ask_teacher": True}
    yield "ann", "response.rated", rating
    yield "bob", "response.rated", rating  # of a question that is not bob's
    yield "bob", "response.rated", rating | {"rating": "sideways"}
    yield "ann", "teacher.answered", {"query_id": exercise, "text": "Draw it.", "answered_by": "teacher-7"}
    yield "bob", "student.skill.upgraded", {"old_level": "intermediate", "new_level": "advanced", "reason": "a test"}
    struggle = {"topic": "lists", "struggle_level": "low", "query_count": 3, "time_window_minutes": 5}
    yield "bob", "student.struggle.detected", struggle | {"recommendation": "Rest"}
    yield "bob", "struggle.resolved", {"topic": "lists", "resolved_by": "success", "query_count": 3, "reason": "solved"}
    yield "ann", "student.progress.due", {"day": "2026-01-02"}
    yield "cid", "student.progress.rebuilt", {"state": {}}
    yield "cid", "student.query.cancelled", {"query_id": other}


def say_all(client: Client, answers: Reader) -> None:
    """Send events of all types, and wait for the outcomes of all questions."""
    for student, event_type, payload in student_events():
        client.send("student-events", student, envelope(student, event_type, payload))
    asked = [client.ask(student, QUESTION) for student in ("ann", "bob", "cid") for _ in range(4)]
    code = {"query_type": "code", "code_snippet": 'print({"a": 1}["b"])', "language": "python"}
    asked += [client.ask(student, "I get KeyError: 'b', why?", **code) for student in ("ann", "eve")]
    asked.append(client.ask("ann", "What is a list?", message_id=asked[0]))  # again, with other words
    client.ask("eve", "What is a list?", message_id=asked[1])  # another student's
    client.send("student-queries", "ann", b"no question")
    client.send("student-queries", "bob", envelope("bob", "student.query.submitted", {"query_text": " "}))
    left = set(asked)
    for message in answers.until(SECONDS):
        left.discard((message.value() or b"").decode().partition('"query_id":"')[2][:36])
        if not left:
            return
    pytest.fail(f"{len(left)} questions without an outcome")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory, module_database: str) -> Iterator[Audited]:
    """Run a system on topics of its own, of which no other test's are a part."""
    directory: Path = tmp_path_factory.mktemp("audited")
    with (
        embedded.broker(directory) as url,
        systems(Broker(url.removeprefix("kafka://"), "embedded"), module_database, directory) as started,
    ):
        parts = [started.start(command, name=command, wait=False) for command in ("worker", "sink")]
        for part in parts:
            part.wait_ready()
        client = Client(started.broker.address)
        with client.reading("agent-responses") as answers:
            say_all(client, answers)
        yield Audited(started, parts[0], client)


def test_every_event_type_is_tried() -> None:
    assert {event_type for _, event_type, _ in student_events()} == set(STUDENT_EVENTS.events)


def test_nothing_differs_after_events_of_every_type(audited: Audited, bare: Cli) -> None:
    report = audited.report()
    assert ([str(each) for each in report.differences], report.left_out) == ([], [])
    assert report.students == 4
    done = bare("audit", "--url", audited.worker.web, **audited.started.environment)
    assert done.stdout.strip().endswith("0 differences")
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("students bob, name", "UPDATE students SET name = 'Rob' WHERE student_id = 'bob'"),
        ("students ann, active", "UPDATE students SET active = false WHERE student_id = 'ann'"),
        ("query_history", "UPDATE query_history SET status = 'processing' WHERE student_id = 'cid'"),
        ("query_history", "DELETE FROM query_history WHERE student_id = 'ann'"),
        ("agent_responses", "UPDATE agent_responses SET response_text = 'Another text' WHERE agent_type = 'debug'"),
        ("message_flow", "UPDATE message_flow SET sequence_order = sequence_order + 1"),
        ("message_flow", "UPDATE message_flow SET message_id = gen_random_uuid()"),
        ("exercises", "UPDATE exercises SET solution_code = 'pass'"),
        ("student_exercises", "UPDATE student_exercises SET attempts = 12"),
        ("exercise_submissions", "UPDATE exercise_submissions SET score = 0.7 WHERE NOT passed AND NOT gave_up"),
        ("response_ratings", "UPDATE response_ratings SET rating = 'up'"),
        ("response_ratings", "UPDATE response_ratings SET student_id = 'eve' WHERE student_id = 'bob'"),
        ("teacher_answers", "DELETE FROM teacher_answers"),
        ("mastery_history", "DELETE FROM mastery_history WHERE student_id = 'ann'"),
        ("struggle_history", "UPDATE struggle_history SET query_count = 99"),
        ("student_progress ann, completed_exercises", "UPDATE student_progress SET completed_exercises = 12"),
        ("student_progress ann, python_mastery_levels", "UPDATE student_progress SET python_mastery_levels = '{}'"),
        ("student_state", "UPDATE student_state SET version = version + 1"),
        ("agent_totals, debug", "UPDATE agent_totals SET questions = questions + 2 WHERE agent_name = 'debug'"),
    ],
    ids=lambda value: value[:60],
)
def test_what_was_changed_is_found(audited: Audited, where: str, change: str) -> None:
    table = change.split()[1 if change.startswith("UPDATE") else 2]
    audited.sql(f"CREATE TABLE kept AS TABLE {table}")
    audited.sql(change)
    try:
        found = [str(each) for each in audited.report(0.0).differences]
        assert any(each.startswith(where) for each in found), found
    finally:
        audited.sql(f"DELETE FROM {table}; INSERT INTO {table} TABLE kept; DROP TABLE kept")  # noqa: S608 - ours


def test_a_profile_that_core_has_otherwise_is_found(audited: Audited) -> None:
    def get(path: str) -> object:
        found = get_from(audited.worker.web, path)
        if path == "/tables/profiles/ann/" and isinstance(found, dict):
            found["value"]["active"] = False
        return found

    report = asyncio.run(audit([audited.client.address], audited.started.database_url, get, patience=5.0))
    assert [(each.student_id, each.where) for each in report.differences] == [("ann", "table profiles, active")]


def test_a_second_answer_and_a_level_out_of_nothing_are_found(audited: Audited) -> None:
    with audited.client.reading("agent-responses") as answers:
        query_id = audited.client.ask("zoe", QUESTION)
        first = next(seen for seen in answers.until(SECONDS) if query_id in (seen.value() or b"").decode())
    assert until(lambda: audited.report(0.0, "zoe").differences == [])
    second = (first.value() or b"").decode().replace('"message_id":"', f'"message_id":"{uuid4()}","was":"')
    audited.client.send("agent-responses", "zoe", second.encode())
    level = {"topic": "loops", "old_level": 0.0, "new_level": 0.9, "reason": "forged"}
    audited.client.send("mastery-level-updated", "zoe", envelope("zoe", "mastery.level.updated", level))
    found = {each.where for each in audited.report(2.0, "zoe").differences}
    assert found == {f"query {query_id}, answers", "mastery-level-updated, loops"}
