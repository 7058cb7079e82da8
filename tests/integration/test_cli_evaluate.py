"""`learnflow evaluate`: real agents without broker and database, recorded, replayed and compared."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from pytest_httpserver import HTTPServer

from learnflow.cli.evaluate.questions import read
from learnflow.models.vocabulary import Specialist
from tests.support.command_line import Cli, one_line
from tests.support.messages_api import KEY
from tests.support.schema_server import SchemaApi

E_MAIL = "jane.doe@example.com"
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {"LEARNFLOW_TUTOR": "offline"}
QUESTIONS = [
    {"query_text": f"Explain recursion to {E_MAIL}", "expect": {"intent": "concepts"}},
    {"query_text": "Give me an exercise on loops", "expect": {"intent": "exercise", "topic": "loops"}},
    {"query_text": "Why does my code throw IndexError?", "code_snippet": "x = [1]\nprint(x[1])", "language": "python"},
]


@pytest.fixture
def questions(tmp_path: Path) -> str:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, QUESTIONS)))
    return str(file)


def without_times(report: Path) -> Any:
    found = json.loads(report.read_text())
    for one in (*found["results"], found["totals"]):
        for name in ("latency_ms", "median_ms", "p95_ms"):
            one.pop(name, None)
    return found


def test_the_questions_that_are_shipped_run_offline_and_their_report_is_for_people_and_programs(
    bare: Cli, tmp_path: Path
) -> None:
    done = bare("evaluate", **OFFLINE)
    report = json.loads((tmp_path / "evaluation.json").read_text())
    assert len(report["results"]) == report["totals"]["questions"] == 24, done.stderr
    assert {one["agent"] for one in report["results"]} == {str(agent) for agent in Specialist}
    assert [one["question"] for one in report["results"] if not all(check["passed"] for check in one["checks"])] == []
    assert done.returncode == 0
    assert "24 of 24 questions passed" in done.stdout
    people = (tmp_path / "evaluation.md").read_text()
    assert people.startswith("# Evaluation\n")
    assert all(one["answer"] in people for one in report["results"])


def test_a_check_that_fails_is_named_and_ends_with_1(bare: Cli, tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text('{"query_text": "Explain recursion", "expect": {"mentions": ["a zebra"]}}\n')
    done = bare("evaluate", "own.jsonl", **OFFLINE)
    assert done.returncode == 1
    assert "0 of 1 questions passed" in done.stdout
    assert "a zebra" in done.stdout


def test_what_is_recorded_replays_without_network_and_key_to_the_same_report(
    bare: Cli, tmp_path: Path, questions: str, httpserver: HTTPServer
) -> None:
    api = SchemaApi(httpserver)
    with_key = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
    live = bare("evaluate", questions, "--record", "kept", "--out", "live.json", **with_key)
    assert api.asked, live.stderr
    assert not [body for body in api.asked if E_MAIL in body]
    assert [body for body in api.asked if "Explain recursion to [e-mail]" in body]
    kept = [file.read_text() for file in (tmp_path / "kept").iterdir()]
    assert len(kept) == len(set(api.asked))
    assert not [file for file in kept if KEY in file or E_MAIL in file]
    httpserver.clear()
    played = bare("evaluate", questions, "--replay", "kept", "--out", "played.json", ANTHROPIC_BASE_URL=NOWHERE)
    assert (played.returncode, played.stderr) == (live.returncode, live.stderr)
    assert without_times(tmp_path / "played.json") == without_times(tmp_path / "live.json")
    assert without_times(tmp_path / "live.json")["totals"]["tokens"] > 0


def test_what_was_not_recorded_fails_clearly(bare: Cli, tmp_path: Path, questions: str) -> None:
    (tmp_path / "kept").mkdir()
    said = one_line(bare("evaluate", questions, "--replay", "kept"))
    assert "was not recorded" in said
    assert "--record" in said
    assert "there is no such directory" in one_line(bare("evaluate", questions, "--replay", "nowhere"))
    assert not (tmp_path / "evaluation.json").exists()


def test_two_reports_are_compared_question_by_question(bare: Cli, tmp_path: Path, questions: str) -> None:
    assert bare("evaluate", questions, "--out", "old.json", **OFFLINE).returncode == 0
    old = json.loads((tmp_path / "old.json").read_text())
    first = old["results"][0]
    first["checks"][0]["passed"] = False
    first["tokens"], first["prompt"], first["answer"] = 700, "concepts-0123", "Something else"
    (tmp_path / "old.json").write_text(json.dumps(old))
    done = bare("evaluate", questions, "--compare", "old.json", "--json", **OFFLINE)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    changes = [line["change"] for line in lines if "change" in line]
    assert [change["verdict"] for change in changes] == ["better", "same", "same"]
    assert (changes[0]["gained"], changes[0]["tokens"], changes[0]["prompts"]) == (
        ["answered"], -700, ["concepts-0123", None],
    )  # fmt: skip
    assert [change["answer_changed"] for change in changes] == [True, False, False]
    assert lines[-1]["totals"]["questions"] == 3
    shown = bare("evaluate", questions, "--compare", "old.json", **OFFLINE).stdout
    assert "0 worse, 1 better, 2 same; -700 tokens" in shown
    assert "concepts-0123" in shown


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{}", "line 1: query_text"),
        ('{"query_text": "Why?", "code_snippet": "x"}', "language: must be given"),
        ('{"query_text": "Why?", "expect": {"mention": ["x"]}}', "line 1: expect.mention"),
        ('{"query_text": "Why?", "exercise": "550e8400-e29b-41d4-a716-446655440000"}', "the bank has none"),
        ("", "has no questions"),
    ],
)
def test_a_wrong_question_is_named_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "wrong.jsonl").write_text(line)
    with pytest.raises(click.ClickException, match=says):
        read(tmp_path / "wrong.jsonl")


def test_recording_needs_a_key(bare: Cli, questions: str, environment: dict[str, str]) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        environment.pop(name, None)
    assert "there is no key" in one_line(bare("evaluate", questions, "--record", "kept"))


def test_a_report_of_something_else_is_refused(bare: Cli, tmp_path: Path, questions: str) -> None:
    (tmp_path / "other.json").write_text("{}")
    assert "is no report" in one_line(bare("evaluate", questions, "--compare", "other.json", **OFFLINE))


def test_the_questions_that_are_shipped_are_of_all_kinds() -> None:
    questions = read(None)
    assert len(questions) == 24
    assert {str(one.expect.intent) for one in questions if one.expect.intent} == {
        "concepts", "code_review", "debug", "exercise", "progress",
    }  # fmt: skip
    assert any(one.turns for one in questions)
    assert any(one.expect.distress for one in questions)
