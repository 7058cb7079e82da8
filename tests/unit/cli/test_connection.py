"""A running `up` is found by its run file, and one that ended is not."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from learnflow.cli import connection
from learnflow.cli.connection import RunFile, read_run_file, remove_run_file, write_run_file
from learnflow.settings import Settings, SettingsError
from learnflow.settings.sections import Database, Learnflow

RUN = RunFile(os.getpid(), "2026-01-02T14:23:45+00:00", "kafka://127.0.0.1:9092", "postgresql://me@h/db", "http://h:1")


def settings(tmp_path: Path, broker: str = "", url: str = "") -> Settings:
    return Settings(learnflow=Learnflow(data_directory=str(tmp_path), broker=broker), database=Database(url=url))


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_run_file(tmp_path / "new", RUN)
    assert read_run_file(tmp_path / "new") == RUN
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.json"]


def test_only_its_account_may_read_it(tmp_path: Path) -> None:
    write_run_file(tmp_path, RUN)
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600


def test_a_run_that_ended_without_a_word_is_none(tmp_path: Path) -> None:
    write_run_file(tmp_path, replace(RUN, pid=ended_process()))
    assert read_run_file(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}', '{"pid": "x"}'])
def test_a_file_that_is_not_ours_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert read_run_file(tmp_path) is None


def test_removing_leaves_the_file_of_another_run(tmp_path: Path) -> None:
    write_run_file(tmp_path, replace(RUN, pid=os.getppid()))
    remove_run_file(tmp_path)
    assert read_run_file(tmp_path) is not None
    write_run_file(tmp_path, RUN)
    remove_run_file(tmp_path)
    remove_run_file(tmp_path)
    assert read_run_file(tmp_path) is None


def test_what_is_set_wins_over_the_run(tmp_path: Path) -> None:
    write_run_file(tmp_path, RUN)
    given = settings(tmp_path, "kafka://a:1;b:2", "postgresql://other/db")
    assert (connection.broker(given), connection.database(given)) == (["a:1", "b:2"], "postgresql://other/db")


def test_the_run_is_used_where_nothing_is_set(tmp_path: Path) -> None:
    write_run_file(tmp_path, RUN)
    given = settings(tmp_path)
    assert (connection.broker(given), connection.database(given)) == (["127.0.0.1:9092"], RUN.database_url)


def test_without_either_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"set LEARNFLOW_BROKER .* or start `learnflow up`"):
        connection.broker(settings(tmp_path))
    with pytest.raises(SettingsError, match=r"set LEARNFLOW_DATABASE_URL .* or start `learnflow up`"):
        connection.database(settings(tmp_path))
