"""Ratings and teachers' words on a running system: what they change, what they leave alone, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest

from learnflow.web.access import student_token
from tests.running.test_learner import newest, settle
from tests.support.running_system import Client, Systems, Worker, envelope, systems, until
from tests.support.topic_watcher import TopicWatcher
from tests.support.web_client import OPERATOR, SECRET, TOKENS, get, post

FIGURES: Final = ("progress", "mastery", "struggle")


@pytest.fixture(scope="module")
def web(running: Systems, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a worker that asks for a token."""
    directory = tmp_path_factory.mktemp("guarded")
    with systems(running.broker, running.database_url, directory, **running.settings, **TOKENS) as started:
        worker: Worker = started.start("worker", "--only", "progress")
        yield worker.web


@pytest.fixture
def query(client: Client, watch: TopicWatcher, student: str) -> str:
    """Give the id of a student's question that is answered."""
    query = client.ask(student, "What is recursion?")
    watch.answered(query)
    watch.database.stored(query)
    newest(watch, student, 1)
    return query


def feedback(web: str, student: str) -> list[dict[str, Any]]:
    return list(get(web, f"/api/students/{student}/feedback").body["answers"])


def waiting(web: str) -> dict[str, dict[str, Any]]:
    return {each["query_id"]: each for each in get(web, "/api/waiting").body["waiting"]}


def test_a_rating_and_a_teachers_words_are_events_that_change_no_figure(
    client: Client, watch: TopicWatcher, web: str, student: str, query: str
) -> None:
    settle(watch, student)
    before = {view: get(web, f"/api/students/{student}/{view}").body for view in FIGURES}
    rating = {"query_id": query, "rating": "down", "reason": "Too short", "ask_teacher": True}
    rated = envelope(student, "response.rated", rating)
    words = envelope(student, "teacher.answered", {"query_id": query, "text": "Draw it.", "answered_by": "teacher-7"})
    client.send("student-events", student, rated)
    assert until(lambda: query in waiting(web))
    shown = waiting(web)[query]
    assert (shown["student_id"], shown["question"], shown["reason"]) == (student, "What is recursion?", "Too short")
    for _ in range(2):
        for message in (rated, words):
            client.send("student-events", student, message)
    assert until(lambda: query not in waiting(web))
    settle(watch, student)
    [said] = feedback(web, student)
    assert (said["rating"], said["waits_for_teacher"], len(said["additions"])) == ("down", False, 1)
    assert {key: said["additions"][0][key] for key in ("text", "answered_by")} == {
        "text": "Draw it.", "answered_by": "teacher-7",
    }  # fmt: skip
    assert {view: get(web, f"/api/students/{student}/{view}").body for view in FIGURES} == before
    assert len(watch.database.rows("SELECT FROM response_ratings WHERE student_id = $1", student)) == 1
    assert newest(watch, student, 1)["version"] == 1


def test_another_students_rating_and_a_teachers_words_to_another_student_are_shown_nowhere(
    client: Client, watch: TopicWatcher, web: str, student: str, query: str
) -> None:
    stranger = f"{student}-other"
    rating = {"query_id": query, "rating": "up", "ask_teacher": True}
    words = {"query_id": query, "text": "Forged.", "answered_by": "x"}
    for kind, payload in (("response.rated", rating), ("teacher.answered", words)):
        client.send("student-events", stranger, envelope(stranger, kind, payload))
    assert until(lambda: watch.database.rows("SELECT FROM teacher_answers WHERE student_id = $1", stranger))
    [said] = feedback(web, student)
    assert (said["rating"], said["waits_for_teacher"], said["additions"]) == (None, False, [])
    assert (feedback(web, stranger), query in waiting(web)) == ([], False)


def test_the_page_takes_ratings_of_the_student_who_is_there_and_words_of_operators_only(
    web: str, watch: TopicWatcher, student: str, query: str
) -> None:
    own, address = student_token(student, SECRET), f"/api/students/{student}/ratings"
    other = student_token(f"{student}-other", SECRET)
    rating = {"query_id": query, "rating": "down", "ask_teacher": True}
    words = {"query_id": query, "text": "Draw it.", "answered_by": "somebody"}
    for path, body, token, status in (
        (address, rating, other, 403), (address, rating, None, 401),
        (f"{address.replace(student, student + '-other')}", rating, other, 404),
        (address, rating | {"query_id": str(uuid4())}, own, 404),
        ("/api/teacher-answers", words, own, 403), ("/api/teacher-answers", words, None, 401),
        ("/api/teacher-answers", words | {"query_id": str(uuid4())}, OPERATOR, 404),
    ):  # fmt: skip
        assert post(web, path, body, token).status == status, (path, body)
    assert [get(web, path, own).status for path in ("/api/waiting", "/api/ratings")] == [403, 403]
    assert feedback(web, student)[0]["rating"] is None
    sent = post(web, address, rating, own)
    assert (sent.status, list(sent.body)) == (202, ["message_id", "at"])
    assert until(lambda: query in waiting(web))
    assert post(web, "/api/teacher-answers", words, OPERATOR).status == 202
    assert until(lambda: feedback(web, student)[0]["additions"])
    [said] = get(web, f"/api/students/{student}/feedback", own).body["answers"]
    assert said["additions"][0]["answered_by"] == "operator", "not who it says, but who came with the token"
    assert query not in waiting(web)
    counts = get(web, "/api/ratings").body["ratings"]
    assert sum(each["asked_for_teacher"] for each in counts if each["agent"] == "concepts") >= 1
    assert watch.database.rows(
        "SELECT FROM response_ratings WHERE message_id = $1::text::uuid", sent.body["message_id"]
    )


@pytest.mark.parametrize(
    ("path", "change", "reason"),
    [
        ("rating", {"rating": "sideways"}, "rating: Input should be 'up' or 'down'"),
        ("rating", {"rating": None}, "rating: Input should be 'up' or 'down'"),
        ("rating", {"query_id": "7"}, "query_id: is not a UUID"),
        ("rating", {"reason": " "}, "reason: must not be blank"),
        ("rating", {"reason": "x" * 1_001}, "reason: must have at most 1,000 characters"),
        ("rating", {"reason": "a\x00b"}, "reason: has a NUL character, which PostgreSQL cannot store"),
        ("rating", {"ask_teacher": "perhaps"}, "ask_teacher: Input should be a valid boolean"),
        ("words", {"text": ""}, "text: must not be blank"),
        ("words", {"text": "x" * 8_001}, "text: must have at most 8,000 characters"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_said_is_refused_with_the_field(
    web: str, path: str, change: dict[str, Any], reason: str
) -> None:
    address = {"rating": "/api/students/ann/ratings", "words": "/api/teacher-answers"}[path]
    whole = {"rating": {"query_id": str(uuid4()), "rating": "up"}, "words": {"query_id": str(uuid4()), "text": "x"}}
    refused = post(web, address, whole[path] | change, OPERATOR)
    assert refused.status == 422
    assert refused.body["error"].startswith(reason), json.dumps(refused.body)


def test_too_large_a_body_and_another_sites_form_are_refused(web: str, running: Systems) -> None:
    assert post(web, "/api/teacher-answers", {"text": "x" * 70_000}, OPERATOR).status == 413
    open_to_this_machine = running.workers[0].web
    for path in ("/api/students/ann/ratings", "/api/teacher-answers"):
        for headers, status in (({"Content-Type": "text/plain"}, 415), ({"Origin": "https://elsewhere.example"}, 403)):
            assert post(open_to_this_machine, path, {}, headers=headers).status == status
