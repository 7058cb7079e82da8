"""A student's views are the same whichever worker is asked: the owner's, another's, or one that has no tables."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from learnflow.contracts import openapi
from learnflow.models.learning_progress import LearningProgress
from learnflow.web.access import student_token
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client, Systems, Worker, envelope, systems, until, workers
from tests.support.submissions import submit
from tests.support.web_client import SECRET, TOKENS, Told, get, post

STUDENTS = [f"routed-{number}" for number in range(12)] + ["röuted ö?/%"]
SECONDS = 180.0  # four workers start, and two of them share the students anew
VIEWS = ("progress", "mastery", "struggle", "conversation")


@pytest.fixture(scope="module")
def running(
    broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Systems, list[Worker]]]:
    """Run core twice, one of them with all agents; debug alone; and the sink."""
    directory = tmp_path_factory.mktemp("routing")
    commands = (["worker"], ["worker", "--only", "core"], ["worker", "--only", "debug"], ["sink"])
    with systems(broker, module_database, directory, **TOKENS) as started, workers(started, *commands) as found:
        _let_them_learn(Client(broker.address), found)
        yield started, found


def _let_them_learn(client: Client, found: list[Worker]) -> None:
    """Let every student ask three times and pass an exercise, today, and wait until both have told PostgreSQL."""
    now = datetime.now(UTC)
    for student in STUDENTS:
        for number, text in enumerate(("Explain recursion", "Explain recursion again", "Explain recursion, please")):
            question = envelope(student, "student.query.submitted", {"query_text": text})
            at = now - timedelta(seconds=9 - number)
            client.send("student-queries", student, question | {"timestamp": at.isoformat()})
        submit(client, student, "one", topic="loops", at=now)

    for student in STUDENTS:  # one after the other: asking of all again and again takes the time that learning needs

        def learned(student: str = student) -> bool:
            """Whether core has counted everything and PostgreSQL has both changes of the level."""
            turns = get(found[0].web, _path(student, "conversation")).body.get("turns", ())
            return len(turns) == 3 and bool(get(found[-1].web, _path(student, "mastery")).body.get("ledger"))

        assert until(learned, SECONDS), [
            get(found[0].web, _path(student, view)) for view in ("conversation", "questions")
        ]


def _path(student: str, view: str) -> str:
    quoted = "".join(f"%{byte:02x}" for byte in student.encode())
    return f"/api/students/{quoted}/{view}"


def _told(worker: Worker, student: str, view: str) -> dict[str, Any]:
    told = get(worker.web, _path(student, view))
    assert told.status == 200, told
    assert isinstance(told.body, dict)
    return told.body


@pytest.mark.parametrize("view", VIEWS)
def test_both_core_workers_say_the_same_of_every_student(running: tuple[Systems, list[Worker]], view: str) -> None:
    _, (one, other, _, _) = running
    for student in STUDENTS:
        told = [_told(worker, student, view) for worker in (one, other)]
        assert told[0] == told[1]
        assert (told[0]["source"], told[0]["student_id"]) == ("tables", student)


def test_each_core_worker_owns_some_of_the_students(running: tuple[Systems, list[Worker]]) -> None:
    """What one is asked as if another had asked it already, it answers for its own students alone."""
    _, (one, other, _, _) = running
    owned = [{student for student in STUDENTS if _owns(worker, student)} for worker in (one, other)]
    assert owned[0]
    assert owned[1]
    assert owned[0] | owned[1] == set(STUDENTS)
    assert not owned[0] & owned[1]


def _owns(worker: Worker, student: str) -> bool:
    told = get(worker.web, _path(student, "progress"), headers={"X-LearnFlow-Forwarded": "1"})
    assert told.status in (200, 503)
    return told.status == 200


@pytest.mark.parametrize("view", VIEWS)
def test_a_worker_without_core_says_the_same_from_postgresql(running: tuple[Systems, list[Worker]], view: str) -> None:
    _, (one, _, debug, sink) = running
    for student in STUDENTS:
        told = _told(one, student, view) | {"source": "postgresql"}

        def agrees(student: str = student, told: dict[str, Any] = told) -> bool:
            return [_comparable(_told(worker, student, view)) for worker in (debug, sink)] == [_comparable(told)] * 2

        assert until(agrees), (told, _told(debug, student, view))


def _comparable(told: dict[str, Any]) -> dict[str, Any]:
    """Leave out what PostgreSQL says of the row itself, and in which order a day's outcomes came."""
    days = [day | {"outcomes": sorted(day["outcomes"], key=str)} for day in told.get("days", ())]
    return {name: value for name, value in told.items() if name not in ("created_at", "updated_at")} | {"days": days}


def test_what_is_told(running: tuple[Systems, list[Worker]]) -> None:
    _, (one, *_) = running
    student = STUDENTS[0]
    progress = _told(one, student, "progress")
    LearningProgress.model_validate(progress)
    assert (progress["total_queries"], progress["completed_exercises"]) == (3, 1)
    mastery = _told(one, student, "mastery")
    assert mastery["levels"] == progress["python_mastery_levels"]
    [day] = mastery["days"]
    assert [each["kind"] for each in day["outcomes"]].count("asked") == 3
    assert {change["topic"] for change in mastery["ledger"]} >= {"loops"}
    struggle = _told(one, student, "struggle")
    [open_] = struggle["open"]
    assert (open_["topic"], open_["level"], open_["count"]) == ("recursion", "low", 3)
    assert [seen["kind"] for seen in struggle["observations"]].count("question") == 3
    assert set(open_["evidence"]) <= {seen["id"] for seen in struggle["observations"]}
    assert [told["topic"] for told in struggle["history"]] == ["recursion"]


def test_a_student_sees_what_is_their_own_on_any_worker(running: tuple[Systems, list[Worker]]) -> None:
    _, found = running
    ann, bob = STUDENTS[:2]
    token = student_token(ann, SECRET)
    for worker in found:
        assert get(worker.web, _path(ann, "progress"), token).status == 200
        assert get(worker.web, _path(bob, "progress"), token).status == 403
        assert get(worker.web, _path(ann, "progress"), None).status == 401
        assert get(worker.web, "/api/search", token, text="recursion").status == 403
        assert get(worker.web, "/api/class", token).status == 403
        assert get(worker.web, "/live", None).status == 200
        [_, _, mine] = get(worker.web, _path(ann, "questions"), token).body["questions"]
        [_, _, anothers] = get(worker.web, _path(bob, "questions")).body["questions"]
        assert get(worker.web, f"/api/queries/{mine['query_id']}", token).status == 200
        assert get(worker.web, f"/api/queries/{anothers['query_id']}", token).status == 404


def test_a_browser_keeps_its_token(running: tuple[Systems, list[Worker]]) -> None:
    _, (one, *_) = running
    token = student_token(STUDENTS[0], SECRET)
    mine = {"role": "student", "student_id": STUDENTS[0]}
    assert get(one.web, "/api/session", None) == Told(200, {"role": None, "student_id": None})
    assert get(one.web, "/api/session") == Told(200, {"role": "operator", "student_id": None})
    assert get(one.web, "/api/session", token) == Told(200, mine)
    assert post(one.web, "/api/session", {"token": token}) == Told(200, mine)
    assert post(one.web, "/api/session", {"token": "x"}).status == 401
    assert post(one.web, "/api/session", {"tokens": "x"}).status == 400


def test_somebody_unknown_is_not_found(running: tuple[Systems, list[Worker]]) -> None:
    _, found = running
    for worker in found:
        for view in VIEWS:
            told = get(worker.web, _path("nobody", view))
            assert told == Told(404, {"error": "There is no student with this id."})
        assert get(worker.web, "/api/students/%00/progress").status == 400


def test_no_student_is_named_in_a_log(running: tuple[Systems, list[Worker]]) -> None:
    _, found = running
    for worker in found:
        get(worker.web, _path(STUDENTS[0], "progress"))
        log = worker.log.read_text()
        assert not any(student in log for student in STUDENTS)
        assert "/api/" not in log


def test_every_answer_is_as_the_contract_says(running: tuple[Systems, list[Worker]]) -> None:
    _, (one, *_) = running
    document = openapi.document()
    [*_, asked] = get(one.web, _path(STUDENTS[0], "questions")).body["questions"]
    values = {
        "student_id": STUDENTS[0],
        "query_id": asked["query_id"],
        "agent": "debug",
        "name": "progress",
        "key": STUDENTS[0],
    }
    for path, methods in document["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "application/json" in content:
            told = get(one.web, path.format(**values))
            assert str(told.status) in methods["get"]["responses"], (path, told)
            said = methods["get"]["responses"][str(told.status)]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator({**said, "components": document["components"]}).validate(told.body)
            assert told.status in (200, 503), (path, told)
    wrong = get(one.web, "/api/search", limit="1000")
    assert wrong == Told(400, {"error": "limit: Input should be less than or equal to 100"})
    assert get(one.web, "/api/search", colour="red").status == 400
    assert get(one.web, "/api/queries/1").status == 400


def test_a_questions_whole_way(running: tuple[Systems, list[Worker]]) -> None:
    _, (one, *_) = running
    page = get(one.web, _path(STUDENTS[0], "questions"), limit=2).body
    rest = get(one.web, _path(STUDENTS[0], "questions"), limit=2, before=page["next"]).body
    texts = [asked["query_text"] for asked in (*page["questions"], *rest["questions"])]
    assert texts == ["Explain recursion, please", "Explain recursion again", "Explain recursion"]
    assert rest["next"] is None
    told = get(one.web, f"/api/queries/{page['questions'][0]['query_id']}").body
    assert (told["question"]["status"], told["response"]["agent_type"]) == ("completed", "concepts")
    ways = [(step["sequence_order"], step["source_agent"], step["destination_agent"]) for step in told["flow"]]
    assert [number for number, _, _ in ways] == sorted(number for number, _, _ in ways)
    assert ways[0][1:] == ("triage", "concepts")
    assert ways[-1][1:] == ("concepts", "student")


def test_search_and_class(running: tuple[Systems, list[Worker]]) -> None:
    _, (one, *_) = running
    found = get(one.web, "/api/search", text="recursion", student=STUDENTS[1], limit=2).body["found"]
    assert [each["student_id"] for each in found] == [STUDENTS[1]] * 2
    assert all("«recursion»" in each["snippet"] for each in found)
    class_ = get(one.web, "/api/class", topics="loops", students=f"{STUDENTS[0]},{STUDENTS[1]}").body
    assert class_["topics"] == ["loops"]
    assert {each["student_id"]: list(each["levels"]) for each in class_["students"]} == {
        STUDENTS[0]: ["loops"], STUDENTS[1]: ["loops"],
    }  # fmt: skip
    everybody = {each["student_id"] for each in get(one.web, "/api/class").body["students"]}
    assert set(STUDENTS) <= everybody  # the broker may still hold students of other tests
