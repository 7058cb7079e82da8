"""`learnflow students` against a real broker and a real database."""

import json
from pathlib import Path

from tests.conftest import execute, run
from tests.support.command_line import Cli, lines, one_line
from tests.support.web_client import TOKENS


def test_good_lines_are_imported_and_bad_ones_named(cli: Cli, student: str) -> None:
    rows = ["student_id,name,email,skill_level", f"{student},Jane,j@example.com,", "b,Bob,nonsense,", ",No,a@b.c,",
            "d,Dan,d@e.f,expert", "e,,,"]  # fmt: skip
    result = cli("students", "import", "-", "--format", "csv", given="\n".join(rows))
    assert result.returncode == 1
    assert [line.split(" ")[2].rstrip(":") for line in result.stderr.splitlines()] == ["3", "4", "5", "6"]
    assert all(field in result.stderr for field in ("email:", "student_id:", "skill_level:"))
    (sent,) = lines(cli("tail", "student-events", "--from-beginning", "--student", student, "--limit", "1", "--json"))
    assert sent["event"]["payload"] == {"name": "Jane", "email": "j@example.com", "learning_style": None,
                                        "skill_level": None, "active": None}  # fmt: skip


def test_json_lines_are_imported(cli: Cli, tmp_path: Path, student: str) -> None:
    good = json.dumps({"student_id": student, "name": "Jane", "active": True})
    (tmp_path / "class.jsonl").write_text(f"{good}\n\nnonsense\n[]\n{json.dumps({'student_id': 'x', 'mood': 1})}\n")
    result = cli("students", "import", "class.jsonl", "--json")
    assert lines(result) == [{"sent": 1, "refused": 3}]
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == [" line 3", " line 4", " line 5"]


def test_a_student_is_deactivated(cli: Cli, student: str) -> None:
    assert cli("students", "deactivate", student).returncode == 0
    (sent,) = lines(cli("tail", "student-events", "--from-beginning", "--student", student, "--limit", "1", "--json"))
    assert sent["event"]["payload"]["active"] is False


def test_a_student_is_shown_as_postgresql_has_it(bare: Cli, database_url: str) -> None:
    run(execute(database_url, "INSERT INTO students (student_id, name, email) VALUES ('s-1', 'Jane', 'j@example.com')"))
    shown = bare("students", "show", "s-1", LEARNFLOW_DATABASE_URL=database_url)
    assert "Jane" in shown.stdout
    assert "no question yet" in shown.stdout
    for statement in (
        "INSERT INTO student_progress (student_id, total_queries, queries_by_type) VALUES ('s-1', 1, '{\"debug\": 1}')",
        "INSERT INTO query_history (student_id, query_text) VALUES ('s-1', 'Why?')",
    ):
        run(execute(database_url, statement))
    (record,) = lines(bare("students", "show", "s-1", "--json", LEARNFLOW_DATABASE_URL=database_url))
    assert record["progress"]["queries_by_type"] == {"debug": 1}
    assert record["queries"][0]["query_text"] == "Why?"
    assert "1 debug" in bare("students", "show", "s-1", LEARNFLOW_DATABASE_URL=database_url).stdout
    assert "no student s-2" in one_line(bare("students", "show", "s-2", LEARNFLOW_DATABASE_URL=database_url))


def test_only_an_id_that_a_student_may_have_gets_a_token(bare: Cli) -> None:
    for student in ("", " ", "x" * 256):
        result = bare("students", "token", student, **TOKENS)
        assert (result.returncode, result.stdout) == (2, "")
        assert "Invalid value for ID" in result.stderr
