"""A part that starts slowly is waited for while it gets on, and one that hangs is not."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import Popen
from typing import Final

import pytest

from learnflow.embedded.processes import EmbeddedError, Program, current_account, running
from learnflow.embedded.progress import Waiting, cpu_seconds, wait_until_ended, wait_until_ready

QUIET: Final = 4.0  # seconds that are too many here
SLOW: Final = 9.0  # seconds that a slow start takes here
COMPUTES: Final = f"import time\nends = time.monotonic() + {SLOW}\nwhile time.monotonic() < ends: pass\n"
CHILD: Final = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {COMPUTES!r}])\n"
LOGS: Final = f"import time\nfor _ in range({int(SLOW * 4)}):\n    print('.', flush=True)\n    time.sleep(0.25)\n"
SLEEPS: Final = "import time\nprint('waiting for Godot', flush=True)\ntime.sleep(60)\n"
READY: Final = "import pathlib, time\npathlib.Path('ready').touch()\ntime.sleep(60)\n"


@contextmanager
def started(directory: Path, code: str) -> Iterator[tuple[Program, Popen[bytes], Callable[[], bool]]]:
    """Run a stand-in for a part, and yield what says that it is ready."""
    command = (sys.executable, "-c", code)
    program = Program(command, directory / "worker.log", current_account(), stop_seconds=0.0)
    with running(program) as process:
        yield program, process, (directory / "ready").exists


@pytest.mark.parametrize("code", [COMPUTES, CHILD, LOGS], ids=["computes", "its child computes", "logs"])
def test_what_gets_on_is_waited_for(code: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with started(tmp_path, code + READY) as (program, process, ready):
        wait_until_ready(program, process, ready, Waiting(QUIET))
    assert time.monotonic() - began > QUIET + 1


def test_what_changes_its_state_is_waited_for(tmp_path: Path) -> None:
    with started(tmp_path, f"import time\ntime.sleep({SLOW})\n" + READY) as (program, process, ready):
        wait_until_ready(program, process, ready, Waiting(QUIET, state=count().__next__))


def test_what_hangs_is_not_waited_for_and_named_with_its_last_words(tmp_path: Path) -> None:
    with started(tmp_path, SLEEPS) as (program, process, ready):
        began = time.monotonic()
        with pytest.raises(EmbeddedError, match="worker is not ready, and did nothing for 4 s: waiting for Godot"):
            wait_until_ready(program, process, ready, Waiting(QUIET))
        assert time.monotonic() - began > QUIET
        with pytest.raises(EmbeddedError, match=r"did nothing for 0\.5 s"):
            wait_until_ended(program, process, Waiting(0.5))


def test_what_has_a_state_and_only_looks_around_hangs(tmp_path: Path) -> None:
    looks = "import time\nwhile True:\n    time.sleep(0.01)\n"
    with started(tmp_path, looks) as (program, process, ready):
        with pytest.raises(EmbeddedError, match="did nothing"):
            wait_until_ready(program, process, ready, Waiting(6.0, state=lambda: "starting"))
        assert cpu_seconds(process.pid) > 0


def test_what_ends_is_told_at_once(tmp_path: Path) -> None:
    code = "print('no such option')\nraise SystemExit(3)\n"
    with (
        started(tmp_path, code) as (program, process, ready),
        pytest.raises(EmbeddedError, match="worker ended at its start: no such option"),
    ):
        wait_until_ready(program, process, ready, Waiting(60.0))


def test_who_waits_long_is_told_what_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learnflow.embedded.progress.TELL_SECONDS", 1.0)
    told: list[str] = []
    with started(tmp_path, SLEEPS) as (program, process, ready), pytest.raises(EmbeddedError):
        wait_until_ready(program, process, ready, Waiting(QUIET, told.append))
    assert len(told) >= 2
    assert told[0].startswith("waiting for worker, for 1 s so far: waiting for Godot (")
