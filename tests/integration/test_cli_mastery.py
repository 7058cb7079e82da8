"""`learnflow mastery` against a real broker and a real database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from learnflow.domain.mastery.fit import LEAST_ANSWERS, LEAST_TOPIC_ANSWERS
from learnflow.domain.mastery.model import shipped
from learnflow.domain.mastery.parameters import Parameters
from tests.conftest import execute, run
from tests.support.apache_kafka import Broker
from tests.support.command_line import SECONDS, Cli, lines, one_line

STUDENT: Final = """
    INSERT INTO students (student_id, name, email) VALUES ('s-1', 'Jane', 'j@example.com'), ('s-2', 'Joe', 'o@e.com')"""
LEDGER: Final = """
    INSERT INTO student_progress (student_id, total_queries, python_mastery_levels)
    VALUES ('s-1', 1, '{"recursion": 0.8499, "loops": 0.95, "closures": 0.0}');
    INSERT INTO exercises (exercise_id, topic, difficulty, problem_text, solution_code, test_cases, language)
    VALUES ('750e8400-e29b-41d4-a716-446655440002', 'loops', 'beginner', 'Print 1 to N.', 'x', '[1, 2, 3]', 'python');
    INSERT INTO student_exercises (student_id, exercise_id, assigned_at)
    VALUES ('s-1', '750e8400-e29b-41d4-a716-446655440002', '2026-01-01T00:00:00Z'),
        ('s-2', '750e8400-e29b-41d4-a716-446655440002', '2026-01-01T00:00:00Z');
    INSERT INTO exercise_submissions (message_id, student_id, exercise_id, score, passed, at, topic, error)
    VALUES ('00000000-0000-4000-8000-000000000001', 's-1', '750e8400-e29b-41d4-a716-446655440002', 0.5, false,
        '2026-01-02T10:00:00Z', 'loops', 'IndexError');
    INSERT INTO query_history (query_id, student_id, query_text, timestamp)
    VALUES ('00000000-0000-4000-8000-000000000002', 's-1', 'Why does my loop not end?', '2026-01-02T10:01:00Z');
    INSERT INTO mastery_history (message_id, student_id, topic, old_level, new_level, reason, evidence, model_version,
        set_by, at)
    VALUES
    ('00000000-0000-4000-8000-000000000011', 's-1', 'loops', 0.0, 0.6, 'Solved a part of 1 exercise on loops',
        '{00000000-0000-4000-8000-000000000001, 00000000-0000-4000-8000-000000000002,
          00000000-0000-4000-8000-000000000009}', '1', NULL, '2026-01-02T10:02:00Z'),
    ('00000000-0000-4000-8000-000000000013', 's-1', 'loops', 0.6, 0.95, 'Passed the oral exam',
        '{00000000-0000-4000-8000-000000000012}', '1', 'teacher-7', '2026-01-03T09:00:00Z'),
    ('00000000-0000-4000-8000-000000000012', 's-1', 'loops', NULL, 0.95, 'Passed the oral exam', '{}', NULL,
        'teacher-7', '2026-01-03T09:00:00Z'),
    ('00000000-0000-4000-8000-000000000014', 's-1', 'recursion', 0.8, 0.8499, 'Successfully completed 2 exercises',
        '{}', '1', NULL, '2026-01-04T09:00:00Z')"""


@pytest.fixture
def mastery(bare: Cli, database_url: str) -> Cli:
    """Run `learnflow mastery` where two students are known, of whom one has a ledger."""
    run(execute(database_url, STUDENT))
    run(execute(database_url, LEDGER))
    return lambda *arguments, **more: bare("mastery", *arguments, LEARNFLOW_DATABASE_URL=database_url, **more)


def test_levels_and_their_ledger_are_shown(mastery: Cli) -> None:
    shown = mastery("show", "s-1").stdout
    for said in ("closures   0.00   new", "loops      0.95   expert", "recursion  0.84   learning",
                 "0.00 → 0.60 (new → learning)", "0.60 → 0.95 (learning → expert)", "0.80 → 0.84 (learning)",
                 "Passed the oral exam", "teacher-7"):  # fmt: skip
        assert said in shown
    assert shown.index("Solved a part") < shown.index("Passed the oral exam") < shown.index("Successfully completed")
    assert shown.count("Passed the oral exam") == 1
    assert "Why does my loop not end?" not in shown


def test_why_a_level_is_what_it_is_can_be_read(mastery: Cli) -> None:
    shown = mastery("show", "s-1", "loops").stdout
    for said in ("submission, score 0.5, IndexError", "question: Why does my loop not end?",
                 "-4000-8000-000000000009, which is not stored", "level set to 0.95 by teacher-7"):  # fmt: skip
        assert said in shown
    assert "recursion" not in shown


def test_the_ledger_as_json(mastery: Cli) -> None:
    (record,) = lines(mastery("show", "s-1", "--json"))
    assert record["levels"]["loops"] == {"level": 0.95, "band": "expert"}
    assert [change["topic"] for change in record["changes"]] == ["loops", "loops", "recursion"]
    first, second, _ = record["changes"]
    assert (first["old_band"], first["new_band"], first["model_version"]) == ("new", "learning", "1")
    assert [one["what"] is None for one in first["evidence"]] == [False, False, True]
    assert (second["set_by"], second["old_level"], second["new_level"]) == ("teacher-7", 0.6, 0.95)
    (newest,) = lines(mastery("show", "s-1", "--last", "1", "--json"))
    assert [change["topic"] for change in newest["changes"]] == ["recursion"]


def test_a_student_without_levels_is_said_to_have_none(mastery: Cli) -> None:
    assert "s-2: no level yet" in mastery("show", "s-2").stdout
    assert lines(mastery("show", "s-2", "--json")) == [{"student_id": "s-2", "levels": {}, "changes": []}]


def test_a_level_is_set(mastery: Cli, cli: Cli, broker: Broker) -> None:
    reason, url = "Passed the oral exam", f"kafka://{broker.address}"
    said = ["--reason", reason, "--by", "teacher-7"]
    done = mastery("set", "s-2", "loops", "0.9", *said, LEARNFLOW_BROKER=url)
    assert done.returncode == 0, done.stderr
    assert "s-2: sent that loops is 0.90 (mastered), by teacher-7: Passed the oral exam" in done.stdout
    assert "The learner applies it" in done.stdout
    (found,) = lines(cli("tail", "events", "--from-beginning", "--student", "s-2", "--limit", "1", "--json"))
    event = found["event"]
    assert (event["event_type"], found["key"]) == ("mastery.level.set", "s-2")
    assert event["payload"] == {"topic": "loops", "level": 0.9, "reason": reason, "set_by": "teacher-7"}
    (sent,) = lines(mastery("set", "s-2", "loops", "0", *said, "--json", LEARNFLOW_BROKER=url))
    assert (sent["student_id"], sent["payload"]["level"]) == ("s-2", 0.0)


GIVEN: Final = {"student": "s-1", "topic": "loops", "level": "0.9", "reason": "Passed", "by": "teacher-7"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"student": "s-3"}, "there is no student s-3"),
        ({"student": " "}, "student_id: must not be blank"),
        ({"topic": "LOOPS"}, "topic: LOOPS is not a topic; did you mean loops?"),
        ({"topic": "for loops"}, "topic: for loops is not a topic; did you mean loops?"),
        ({"topic": "recurson"}, "topic: recurson is not a topic; did you mean recursion?"),
        ({"topic": "general"}, "topic: general is not a topic; there are variables, "),
        ({"level": "1.2"}, "level: must be a number from 0 to 1, not 1.2"),
        ({"level": "-0.5"}, "level: must be a number from 0 to 1, not -0.5"),
        ({"level": "high"}, "level: must be a number from 0 to 1, not high"),
        ({"level": "nan"}, "level: must be a number from 0 to 1, not nan"),
        ({"level": "0,9"}, "level: must be a number from 0 to 1, not 0,9"),
        ({"reason": ""}, "reason: must not be blank"),
        ({"by": " "}, "set_by: must not be blank"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(mastery: Cli, wrong: dict[str, str], said: str) -> None:
    given: dict[str, str] = GIVEN | wrong
    arguments = [given["student"], given["topic"], given["level"], "--reason", given["reason"], "--by", given["by"]]
    assert said in one_line(mastery("set", *arguments))


def test_show_says_what_is_wrong_in_one_line(mastery: Cli, bare: Cli) -> None:
    assert "there is no student s-3" in one_line(mastery("show", "s-3"))
    assert "did you mean loops?" in one_line(mastery("show", "s-1", "Loops"))
    assert "set LEARNFLOW_DATABASE_URL" in one_line(bare("mastery", "show", "s-1"))


def test_too_few_answers_keep_the_shipped_parameters(mastery: Cli, tmp_path: Path) -> None:
    result = mastery("fit")
    assert result.returncode == 0, result.stderr
    assert Parameters.model_validate_json(result.stdout) == shipped().parameters
    assert "1 graded answer of 1 student: too few to fit anything" in result.stderr
    assert "too few" in mastery("fit", "--out", "parameters.json").stdout
    assert Parameters.model_validate_json((tmp_path / "parameters.json").read_text()) == shipped().parameters
    assert "No such file" in one_line(mastery("fit", "--out", "none/parameters.json"))


def test_without_numpy_fitting_says_what_to_install(environment: dict[str, str], database_url: str) -> None:
    code = "import sys; sys.modules['numpy'] = None; from learnflow import cli; cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "mastery", "fit"], capture_output=True, text=True, check=False, timeout=SECONDS,
        env=environment | {"LEARNFLOW_DATABASE_URL": database_url},
    )  # fmt: skip
    assert "fitting needs numpy: install learnflow[fit]" in one_line(done)


async def answers(url: str, counts: dict[str, int]) -> None:
    """Store graded submissions, of which two in three are right, each to an exercise of its own."""
    connection = await asyncpg.connect(url)
    rows = [
        (f"s-{1 + number % 2}", score, score == 1.0, f"{number} seconds", topic)
        for topic, count in counts.items()
        for number in range(count)
        for score in [float(number % 3 > 0)]
    ]
    await connection.executemany(
        "INSERT INTO exercise_submissions (message_id, student_id, exercise_id, score, passed, at, topic) "
        "SELECT gen_random_uuid(), $1, gen_random_uuid(), $2, $3, '2026-01-05Z'::timestamptz + $4::text::interval, $5",
        rows,
    )
    await connection.close()


def test_what_comes_after_an_exercise_is_solved_is_no_answer(mastery: Cli, database_url: str) -> None:
    run(answers(database_url, {"loops": 6}))
    run(
        execute(
            database_url,
            "INSERT INTO exercise_submissions (message_id, student_id, exercise_id, score, passed, at, topic) "
            "SELECT gen_random_uuid(), student_id, exercise_id, score, passed, at + interval '3 years', topic "
            "FROM exercise_submissions WHERE passed",
        )
    )
    (found,) = lines(mastery("fit", "--json"))
    assert found["answers"] == 7, "six, and the one that is there already"


def test_enough_answers_are_fitted_and_workers_can_use_them(mastery: Cli, database_url: str, tmp_path: Path) -> None:
    run(answers(database_url, {"loops": LEAST_ANSWERS, "recursion": LEAST_TOPIC_ANSWERS, "sets": 3}))
    (found,) = lines(mastery("fit", "--json", "--out", "parameters.json"))
    counts: dict[str, Any] = {"answers": 1104, "students": 2, "fitted": True}
    assert {name: found[name] for name in counts} == counts
    assert (found["topics_fitted"], found["topics_kept"]) == (["loops", "recursion"], ["sets"])
    fitted = Parameters.model_validate_json((tmp_path / "parameters.json").read_text())
    assert json.loads(fitted.model_dump_json()) == found["parameters"]
    assert {"loops", "recursion"} <= set(fitted.topics)
    words = mastery("fit", "--out", "parameters.json").stdout
    assert "1,104 graded answers of 2 students. Fitted: what all topics share, and weights of their own for" in words
    assert "Fewer than 100 answers, so as shipped or shared: sets." in words
    assert Parameters.model_validate_json((tmp_path / "parameters.json").read_text()) == fitted
