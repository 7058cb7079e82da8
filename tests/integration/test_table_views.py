"""Operators see what core's tables hold, of all workers, whichever they ask; nobody changes anything there."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest

from learnflow.tables import Tables, changelogs
from learnflow.web.access import student_token
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client, Worker, envelope, systems, until, workers
from tests.support.submissions import submit
from tests.support.web_client import OPERATOR, SECRET, TOKENS, Told, get

STUDENTS = [f"held-{number}" for number in range(12)] + ["hëld ö?/%"]
NAMES = [topic.name.removeprefix("learnflow-core-").removesuffix("-changelog") for topic in changelogs()]
SECONDS = 180.0
PATIENT = {"LEARNFLOW_LIMITS_OPEN_QUERY_SECONDS": "600"}  # nobody answers, and all of them are to be seen at once


@dataclass(frozen=True)
class Running:
    """Two workers of core, and one that has none; nobody answers, so all questions stay open."""

    one: Worker
    other: Worker
    debug: Worker
    asked: dict[str, str]  # a question of each student


@pytest.fixture(scope="module")
def running(broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run them, and let every student ask and pass an exercise."""
    directory = tmp_path_factory.mktemp("tables")
    core, debug = ["worker", "--only", "core"], ["worker", "--only", "debug"]
    with (
        systems(broker, module_database, directory, **TOKENS, **PATIENT) as started,
        workers(started, core, core, debug) as found,
    ):
        one, other, debug_only = found
        yield Running(one, other, debug_only, _let_them_ask(Client(broker.address), one))


def _let_them_ask(client: Client, one: Worker) -> dict[str, str]:
    """Return each student's question, once core holds it; the broker may still have students of other tests."""
    asked = {student: _ask(client, student) for student in STUDENTS}

    def held() -> bool:
        return all(
            get(one.web, _path(name, student)).status == HTTPStatus.OK
            for student in STUDENTS
            for name in ("profiles", "progress", "mastery", "struggle", "open-exercises")
        ) and all(
            get(one.web, _path("open-queries", f"{key}\n{value}")).status == HTTPStatus.OK
            for key, value in asked.items()
        )

    assert until(held, SECONDS)
    return asked


def _ask(client: Client, student: str) -> str:
    now = datetime.now(UTC)
    question = envelope(student, "student.query.submitted", {"query_text": "Explain recursion"})
    client.send("student-queries", student, question | {"timestamp": now.isoformat()})
    submit(client, student, "one", topic="loops", at=now)
    return str(question["message_id"])


def _path(name: str, key: str) -> str:
    return f"/tables/{name}/{urllib.parse.quote(key, safe='')}/"


def _sizes(worker: Worker, name: str) -> dict[str, Any]:
    told = get(worker.web, f"/tables/{name}/")
    assert told.status == 200, told
    assert isinstance(told.body, dict)
    return told.body


def test_every_table_of_every_worker_is_listed_whoever_is_asked(running: Running) -> None:
    told = [get(worker.web, "/tables/") for worker in (running.one, running.other)]
    assert told[0] == told[1]
    assert told[0].status == 200
    assert told[0].body["problems"] == []
    tables = told[0].body["tables"]
    assert [table["name"] for table in tables] == NAMES
    for table in tables:
        assert table["purpose"].endswith(".")
        assert [part["partition"] for part in table["partitions"]] == list(range(12))
        assert {part["worker"].rstrip("/") for part in table["partitions"]} == {running.one.web, running.other.web}
        assert sum(part["keys"] for part in table["partitions"]) == table["keys"]
        assert all((part["bytes"] > 0) == (part["keys"] > 0) for part in table["partitions"])
    keys = {table["name"]: table["keys"] for table in tables}
    assert min(keys[name] for name in ("profiles", "open-queries", "open-exercises")) >= len(STUDENTS)
    assert [table["name"] for table in tables if table["pane_seconds"]] == ["mastery", "struggle"]


def test_a_new_key_is_counted_once_in_its_partition(running: Running, broker: Broker) -> None:
    before = _counted(running.one)
    _ask(Client(broker.address), "held-new")
    assert until(lambda: get(running.one.web, _path("profiles", "held-new")).status == HTTPStatus.OK, SECONDS)
    partition = get(running.one.web, _path("profiles", "held-new")).body["partition"]
    after = _counted(running.other)
    assert after == {number: keys + (number == partition) for number, keys in before.items()}


def _counted(worker: Worker) -> dict[int, int]:
    return {part["partition"]: part["keys"] for part in _sizes(worker, "profiles")["partitions"]}


def test_one_table_is_as_in_the_list(running: Running) -> None:
    listed = get(running.one.web, "/tables/").body["tables"]
    for table in listed:
        assert _sizes(running.other, table["name"]) == table | {"problems": []}


def test_what_is_held_for_a_key_is_the_same_whoever_is_asked(running: Running) -> None:
    workers_of = {part["partition"]: part["worker"] for part in _sizes(running.one, "profiles")["partitions"]}
    owners = set()
    for student in STUDENTS:
        told = [get(worker.web, _path("profiles", student)) for worker in (running.one, running.other)]
        assert told[0] == told[1]
        assert (told[0].status, told[0].body["key"]) == (200, student)
        assert told[0].body["worker"] == workers_of[told[0].body["partition"]]
        assert "learning_style" in told[0].body["value"]
        owners.add(told[0].body["worker"])
    assert len(owners) == 2


def test_an_open_query_lies_with_its_student(running: Running) -> None:
    student, query_id = next(iter(running.asked.items()))
    told = get(running.one.web, _path("open-queries", f"{student}\n{query_id}")).body
    assert told["value"]["query"]["query_id"] == query_id
    assert told["partition"] == get(running.one.web, _path("profiles", student)).body["partition"]


@pytest.mark.parametrize("name", ["mastery", "struggle"])
def test_panes_are_shown_each_with_its_times(running: Running, name: str) -> None:
    for student in STUDENTS:
        told = get(running.one.web, _path(name, student)).body
        assert told["value"] is None
        assert told["panes"]
        starts = [datetime.fromisoformat(pane["start"]) for pane in told["panes"]]
        ends = [datetime.fromisoformat(pane["end"]) for pane in told["panes"]]
        assert starts == sorted(starts)
        assert {(end - start).total_seconds() for start, end in zip(starts, ends, strict=True)} == {86_400.0}
        assert all(pane["value"] for pane in told["panes"])


def test_what_is_not_there_is_not_found_and_says_why(running: Running) -> None:
    for worker in (running.one, running.other):
        for name in NAMES:
            told = get(worker.web, _path(name, "nobody"))
            assert told == Told(404, {"error": f"The table {name} holds nothing for this key."})
        assert get(worker.web, _path("struggle", "held")).status == 404  # a key is not found by its beginning
        for path in ("/tables/nothing/", "/tables/nothing/nobody/"):
            told = get(worker.web, path)
            assert (told.status, told.body["error"]) == (
                404, f"There is no table of that name; there are {', '.join(NAMES)}.",
            )  # fmt: skip


def test_a_worker_without_core_says_so(running: Running) -> None:
    for path in ("/tables/", "/tables/progress/", _path("progress", STUDENTS[0])):
        told = get(running.debug.web, path)
        assert (told.status, "ask a worker that runs core" in told.body["error"]) == (503, True)


@pytest.mark.parametrize("path", ["/tables/", "/tables/profiles/", "/tables/profiles/held-0/"])
def test_only_operators_look_and_nobody_writes(running: Running, path: str) -> None:
    student = student_token("held-0", SECRET)
    for worker in (running.one, running.other):
        assert get(worker.web, path, None).status == 401
        assert get(worker.web, path, "wrong").status == 401
        assert get(worker.web, path, student).status == 403
        statuses = {
            method: _status(worker, method, path) for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        }
        assert statuses == {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "PATCH": 405, "DELETE": 405}
    assert get(running.one.web, _path("profiles", "held-0")).status == 200


def _status(worker: Worker, method: str, path: str) -> int:
    request = urllib.request.Request(f"{worker.web}{path}", method=method)  # noqa: S310 - our own address
    request.add_header("Authorization", f"Bearer {OPERATOR}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_no_student_is_named_in_a_log(running: Running) -> None:
    for worker in (running.one, running.other, running.debug):
        get(worker.web, _path("profiles", STUDENTS[0]))
        assert "held-" not in worker.log.read_text()


def test_a_worker_that_does_not_answer_leaves_gaps_that_are_named(
    broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory, running: Running
) -> None:
    """A third worker of core takes partitions and is killed: at once they are unknown, then others have them."""
    directory = tmp_path_factory.mktemp("gone")
    before = _counted(running.one)
    with systems(broker, module_database, directory, **TOKENS, **PATIENT) as started:
        gone = started.start("worker", "--only", "core")
        assert until(lambda: gone.web in str(_sizes(running.one, "profiles")["partitions"]), SECONDS)
        gone.kill()
        told = _sizes(running.one, "profiles")
        theirs = [part for part in told["partitions"] if (part["worker"] or "").startswith(gone.web)]
        assert theirs
        assert [(part["keys"], part["bytes"]) for part in theirs] == [(None, None)] * len(theirs)
        assert [problem for problem in told["problems"] if problem.startswith(gone.web)]

    def whole() -> bool:
        told = _sizes(running.one, "profiles")
        return _counted(running.one) == before and not told["problems"]

    assert until(whole, SECONDS), _sizes(running.one, "profiles")


def test_each_table_says_what_it_is_for() -> None:
    assert len(NAMES) == len(Tables.__dataclass_fields__) == len(set(NAMES))
