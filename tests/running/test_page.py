"""The page, as people use it: in a real Chromium, on a running system."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from learnflow.tables import changelogs
from learnflow.web.access import student_token
from learnflow.web.page import HEADERS, POLICY
from tests.support.running_system import Client, Systems, Worker, envelope, systems, until, workers
from tests.support.submissions import submit
from tests.support.topic_watcher import TopicWatcher

PAGES: Final = Path(__file__).parents[1] / "pages"
INDEX_ERROR: Final = {"code_snippet": "arr = [1, 2, 3]\nprint(arr[5])", "language": "python"}
MARKUP: Final = "Explain <img src=x onerror=alert(1)> recursion"
TOKEN: Final = "operator-of-the-tests-1"  # noqa: S105 - as it says
SECRET: Final = "secret-of-the-tests-for-students"  # noqa: S105 - as it says
SECONDS: Final = 240
STOP_SECONDS: Final = 10.0


class Browser:
    """Plays scenarios of tests/pages/page.mjs."""

    def __init__(self, chromium: str) -> None:
        self._chromium = chromium

    def play(self, scenario: str, web: str, **given: Any) -> Any:
        """Return what a scenario found; it asked no other host, and broke no policy."""
        values = json.dumps({"web": web, "chromium": self._chromium, **given})
        done = subprocess.run(
            ["node", "page.mjs", scenario, values], cwd=PAGES, capture_output=True, text=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout)
        assert told["faults"] == []
        return told["found"]


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Give Chromium, driven by Playwright from npm; here it may be missing, in CI it may not."""
    chromium = shutil.which("chromium") or ""
    if not (chromium and shutil.which("npm")):
        reason = "chromium or npm is not there"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    if not (PAGES / "node_modules" / "playwright-core").is_dir():
        done = subprocess.run(["npm", "ci"], cwd=PAGES, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return Browser(chromium)


@pytest.fixture(scope="module")
def web(running: Systems) -> str:
    """Give the address of the page."""
    return running.workers[0].web


@pytest.fixture
def routes(client: Client, watch: TopicWatcher, student: str) -> dict[str, str]:
    """Give every view with something in it: a struggle, a conversation, levels and a whole way."""
    asked = [client.ask(student, MARKUP), client.ask(student, "Why IndexError?", query_type="code", **INDEX_ERROR)]
    for each in asked:
        watch.answered(each)
        watch.database.stored(each, flow=2)
    return {
        "now": "/", "class": "/class", "student": f"/student/{student}", "query": f"/query/{asked[1]}",
        "find": "/find?text=recursion", "ask": "/ask", "nowhere": "/nowhere",
        "tables": "/tables", "table": f"/tables/struggle?key={student}",
    }  # fmt: skip


@pytest.fixture(scope="module")
def guarded(running: Systems, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Run a worker that asks for a token."""
    tokens = {"LEARNFLOW_WEB_OPERATOR_TOKEN": TOKEN, "LEARNFLOW_WEB_STUDENT_SECRET": SECRET}
    directory = tmp_path_factory.mktemp("guarded")
    with systems(running.broker, running.database_url, directory, **running.settings, **tokens) as started:
        yield started.start("worker", "--only", "progress")


def request(address: str, *, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """Ask as a program would; gives the status, the JSON, and the headers."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} if data else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, sent | headers), timeout=20) as found:  # noqa: S310
            return found.status, _json(found.read()), dict(found.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read()), dict(error.headers)


def _json(body: bytes) -> Any:
    return json.loads(body) if body.startswith((b"{", b"[")) else body


@contextmanager
def listening(web: str, **headers: str) -> Iterator[Any]:
    """Open the events as a page does, and yield them line by line."""
    with urllib.request.urlopen(urllib.request.Request(f"{web}/api/events", headers=headers), timeout=30) as stream:  # noqa: S310
        assert stream.readline() == b"retry: 2000\n"
        yield stream


def test_a_question_is_asked_and_its_answer_comes(
    browser: Browser, web: str, watch: TopicWatcher, student: str
) -> None:
    code = {"code": INDEX_ERROR["code_snippet"], "language": "python"}
    found = browser.play("asks", web, student=student, text="Why does this throw IndexError?", **code)
    assert watch.answered(found["id"]).payload["response_text"].splitlines()[0] in found["answer"]
    assert "IndexError in line 2" in found["answer"]
    assert found["politely"] == "polite"


def test_a_struggle_appears_without_a_reload_with_its_evidence(
    browser: Browser, web: str, watch: TopicWatcher, student: str
) -> None:
    found = browser.play("struggles", web, student=student, text="Why does my recursion never end?")
    (told, *_) = watch.on("student-struggle", student)
    assert found["same"], "the page was loaded again"
    assert told.payload["recommendation"] in found["words"]
    assert told.payload["struggle_level"] in found["words"]
    assert found["evidence"] == [f"#/query/{each}" for each in told.payload["evidence"]]


def test_a_student_is_opened_and_their_words_are_no_markup(
    browser: Browser, web: str, routes: dict[str, str], student: str
) -> None:
    assert routes["student"].endswith(student)
    found = browser.play("student", web, student=student)
    assert found["sections"] == ["Progress", "Mastery over time", "Struggles", "Conversation", "Questions"]
    assert MARKUP in found["conversation"]
    assert (found["markup"], found["focused"]) == (0, "H1")


def test_a_students_last_answers_are_there_when_the_page_is_opened_and_later_ones_come_once(
    browser: Browser, web: str, client: Client, watch: TopicWatcher, student: str
) -> None:
    code = f"values = [1, 2]\n# {MARKUP}\nprint(values[5])"
    asked = [
        client.ask(student, text, query_type="code", code_snippet=code, language="python")
        for text in ("Why IndexError?", "Please review this")
    ]
    for each in asked:
        watch.answered(each)
        watch.database.stored(each, flow=2)
    question = {"query_text": "What is a loop?"}
    found = browser.play("opened", web, student=student, answers=2, question=question)
    assert set(found["before"]) == set(asked)
    assert [block[1] for block in found["blocks"] if block[0] == "Code sent, python"] == [code, code]
    examples = [example for each in asked for example in watch.answered(each).payload["code_examples"]]
    shown = [block[1].strip() for block in found["blocks"] if block[0] == "Code in the answer"]
    texts = "".join(watch.answered(each).payload["response_text"] for each in asked)
    assert {example.strip() for example in examples if example not in texts} == set(shown)
    assert examples
    for moment in ("after", "stored", "reloaded"):
        assert found[moment] == [found["id"], *found["before"]], moment
    assert found["markup"] == 0


@pytest.fixture
def answered(client: Client, watch: TopicWatcher, student: str) -> tuple[str, str, str]:
    """Give a student, the id of their question, and its stored answer."""
    query = client.ask(student, "What is recursion?")
    text: str = watch.answered(query).payload["response_text"]
    watch.database.stored(query)
    return student, query, text


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_an_answer_is_rated_and_a_teacher_adds_to_it(
    browser: Browser, web: str, watch: TopicWatcher, answered: tuple[str, str, str], *, narrow: bool
) -> None:
    student, query, text = answered
    reason, words = f"Too short {MARKUP}", "Draw the calls:\n\n```\n<b>f(1)</b>\n```"
    pictures = os.environ.get("LEARNFLOW_TEST_PICTURES")
    given = {"query": query, "student": student, "reason": reason, "words": words, "narrow": narrow}
    found = browser.play("rates", web, pictures=pictures, **given)
    assert found["before"] == ["false", "false"]
    assert (found["focused"], found["pressed"]) == ("TEXTAREA", ["false", "true"])
    assert found["said"] == f"You said that it did not help. “{reason}” A teacher will look at it."
    assert found["reloaded"] == [found["said"], ["false", "true"]]
    assert found["back"] == "It did not help"
    assert all(part in found["waiting"] for part in (student, "What is recursion?", reason))
    assert text.splitlines()[0] in found["answer"]
    assert any(row.split()[0] == "concepts" for row in found["ratings"])
    assert found["widths"] == [360, 360] if narrow else all(width <= 1280 for width in found["widths"])
    assert found["addition"].startswith("From a teacher")
    assert "<b>f(1)</b>" in found["addition"]
    assert found["violations"] == []
    assert found["afterwards"] == [1, f"You said that it did not help. “{reason}”", 0]
    assert found["refused"] == ["reason: must have at most 1,000 characters", ["false", "true"]]
    [addition] = [each for each in watch.on("student-events", student) if each.payload.get("text")]
    assert addition.payload == {"query_id": query, "text": words, "answered_by": "operator"}


def test_no_answer_is_missing_or_twice_while_the_page_is_opened(browser: Browser, web: str, student: str) -> None:
    found = browser.play("between", web, student=student, questions=15)
    assert sorted(found["shown"]) == sorted(found["asked"])
    assert len(set(found["asked"])) == 15


def test_without_postgresql_the_page_says_so_and_answers_still_come(
    browser: Browser, running: Systems, tmp_path: Path, student: str
) -> None:
    """A worker whose database is away shows what it hears of the others, which have theirs."""
    away = "postgresql://nobody@127.0.0.1:1/none"
    with (
        systems(running.broker, away, tmp_path) as started,
        workers(started, ["worker", "--only", "progress"]) as [one],
    ):
        found = browser.play("away", one.web, other=running.workers[0].web, student=student, text="What is a loop?")
    assert found["line"].startswith("The database cannot be asked now")
    assert found["line"].count("\n") == 0
    assert "What is a loop?" in found["text"]
    assert "concepts" in found["text"]
    assert found["now"].startswith("The database cannot be asked now")


def test_code_that_was_sent_and_answered_is_no_markup(browser: Browser, web: str, student: str) -> None:
    found = browser.play("escapes", web, student=student)
    assert found["blocks"] == [found["code"], f"one\n{found['code']}"]
    assert (found["markup"], found["title"]) == (0, f"{student} · LearnFlow")


def test_the_last_answers_of_all_are_there_when_the_page_is_opened(
    browser: Browser, web: str, routes: dict[str, str]
) -> None:
    found = browser.play("answers", web)
    assert routes["query"].rpartition("/")[2] in found
    assert len(set(found)) == len(found) <= 12


def test_a_class_is_sorted_and_filtered_by_keyboard(browser: Browser, web: str, client: Client, student: str) -> None:
    students = [f"{student}-{letter}" for letter in "abc"]
    good, bad, without = students
    now = datetime.now(UTC)
    for name in ("one", "two"):
        submit(client, good, name, topic="loops", at=now)
        submit(client, bad, name, topic="loops", at=now, score=0.0)
    for text in ("Explain recursion", "Explain recursion again", "Explain recursion, please"):
        question = envelope(without, "student.query.submitted", {"query_text": text, "query_type": "text"})
        client.send("student-queries", without, question | {"timestamp": now.isoformat()})
    address = f"{web}/api/class?students={','.join(students)}&topics=loops"

    def learned() -> bool:
        pupils = {each["student_id"]: each for each in request(address)[1]["students"]}
        return len(pupils) == 3 and pupils[good]["levels"] != pupils[bad]["levels"] != {} and (
            pupils[without]["state"] == "struggling"
        )  # fmt: skip

    assert until(learned), request(address)[1]
    found = browser.play("sorts", web, students=students, topic="loops")
    assert found["unsorted"] == [[name, "none"] for name in ("Student", "State", "Last active", "loops")]
    assert found["orders"]["Student"]["ascending"] == [students, "ascending", "3 of 3 students, by Student, ascending."]
    assert found["orders"]["Student"]["descending"][0] == students[::-1]
    assert found["orders"]["State"]["ascending"][0][0] == without
    assert found["orders"]["State"]["descending"][0][-1] == without
    assert found["orders"]["loops"]["ascending"][0] == [bad, good, without]
    assert found["orders"]["loops"]["descending"][:2] == [[good, bad, without], "descending"]
    for name, order in found["orders"].items():
        assert (order["focused"], order["sorted"]) == (name, 1)
    assert found["text"] == [[bad], "1 of 3 students, by loops, descending."]
    assert found["nobody"] == [[], "No student fits."]
    assert found["struggling"] == [[without], "1 of 3 students, by loops, descending."]


def test_an_operator_looks_into_the_tables(browser: Browser, web: str, routes: dict[str, str], student: str) -> None:
    assert routes["tables"]
    found = browser.play("tables", web, student=student)
    assert [f"learnflow-core-{name}-changelog" for name in found["names"]] == [topic.name for topic in changelogs()]
    assert (found["partitions"], found["value"]["progress"]["total_queries"]) == (12, 2)
    assert found["nobody"] == "The table progress holds nothing for this key."


def test_a_questions_way_is_followed(browser: Browser, web: str, routes: dict[str, str]) -> None:
    found = browser.play("way", web, query=routes["query"].rpartition("/")[2], steps=4)
    assert [" ".join(step.split()) for step in found["steps"]] == [
        "student → triage question",
        "triage → debug routing decision",
        "debug → concepts collaboration",
        "concepts → debug response",
        "debug → student response",
    ]
    assert "IndexError in line 2" in found["text"]


def test_axe_finds_nothing_serious_in_any_view_light_or_dark(
    browser: Browser, web: str, routes: dict[str, str]
) -> None:
    assert browser.play("looks", web, routes=routes, pictures=os.environ.get("LEARNFLOW_TEST_PICTURES")) == []


def test_nothing_is_wider_than_a_phone(browser: Browser, web: str, routes: dict[str, str]) -> None:
    pictures = os.environ.get("LEARNFLOW_TEST_PICTURES")
    assert browser.play("narrow", web, routes=routes, pictures=pictures) == dict.fromkeys(routes, 360)


def test_the_page_is_used_by_keyboard(browser: Browser, web: str) -> None:
    assert browser.play("keyboard", web) == {
        "first": "skip", "main": "main", "hash": "#/", "outline": "solid", "title": "Ask a question · LearnFlow",
    }  # fmt: skip


def test_a_wrong_token_is_refused_and_the_right_one_is_kept_from_scripts(browser: Browser, guarded: Worker) -> None:
    found = browser.play("token", guarded.web, token=TOKEN)
    assert found["before"].startswith("Log in")
    assert found["refusal"] == "This token is not valid."
    assert found["inside"].split() == ["Now", "Class", "Find", "Ask", "Tables"]
    [cookie] = found["cookies"]
    assert (cookie["httpOnly"], cookie["sameSite"], found["scripts"]) == (True, "Strict", "")


def test_a_student_asks_for_nobody_else_and_hears_of_nobody_else(
    guarded: Worker, client: Client, watch: TopicWatcher, student: str
) -> None:
    bearer = {"Authorization": f"Bearer {student_token(student, SECRET)}"}
    question = {"student_id": "somebody-else", "query_text": "What is a loop?"}
    assert request(f"{guarded.web}/api/questions", body=question, **bearer)[0] == 403
    assert request(f"{guarded.web}/api/struggles", **bearer)[0] == 403
    with listening(guarded.web, **bearer) as stream:
        watch.answered(client.ask(f"{student}-other", "What is a loop?"))
        status, accepted, _ = request(f"{guarded.web}/api/questions", body=question | {"student_id": student}, **bearer)
        lines: list[bytes] = []
        while not any(accepted["query_id"].encode() in line for line in lines):
            lines.append(stream.readline())
    events = [json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: ")]
    assert status == 202
    assert {event["student_id"] for event in events} == {student}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"query_text": " "}, "query_text: must not be blank"),
        ({"query_text": "x" * 5_001}, "query_text: must have at most 5,000 characters"),
        ({"student_id": ""}, "student_id: must not be blank"),
        ({"code_snippet": "x = 1"}, "language: must be given when code_snippet is"),
        ({"language": "cobol"}, "language: Input should be"),
        ({"context": []}, "context: must be a JSON object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_field(
    web: str, change: dict[str, Any], reason: str
) -> None:
    question = {"student_id": "student-1", "query_text": "What is a loop?"} | change
    status, body, _ = request(f"{web}/api/questions", body=question)
    assert status == 422
    assert reason in body["error"]


def test_another_sites_form_cannot_ask(web: str) -> None:
    question = {"student_id": "student-1", "query_text": "What is a loop?"}
    assert request(f"{web}/api/questions", body=question, **{"Content-Type": "text/plain"})[0] == 415
    assert request(f"{web}/api/questions", body=question, Origin="https://elsewhere.example")[0] == 403
    assert request(f"{web}/api/questions", body={"query_text": "x" * 200_000})[0] == 413


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/session", "/nowhere"])
def test_everything_is_served_under_the_policy(web: str, path: str) -> None:
    headers = request(f"{web}{path}")[2]
    assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert "unsafe" not in POLICY


def test_no_file_but_the_pages_own_is_served(web: str) -> None:
    for path in ("/static/../page.py", "/static/%2e%2e/page.py", "/static/", "/static/%2e%2e%2fpage.py"):
        assert request(f"{web}{path}")[0] in (403, 404)


def test_an_open_page_does_not_hold_up_the_end_of_a_worker(guarded: Worker) -> None:
    with listening(guarded.web, Authorization=f"Bearer {TOKEN}"):
        started = time.monotonic()
        assert guarded.stop() == 0
    assert time.monotonic() - started < STOP_SECONDS
