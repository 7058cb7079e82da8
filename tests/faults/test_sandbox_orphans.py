"""A worker that is killed at any moment of a sandbox's start leaves nothing of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from learnflow.sandbox.orphan_guard import marked_processes
from tests.support.running_system import until

HOSTILE: Final = Path(__file__).parents[1] / "hostile"
GONE_SECONDS: Final = 10.0
KILLING_SECONDS: Final = 4.0  # about 100 workers on two cores; without their guards every other one leaves something
SEED: Final = 1


@contextmanager
def started(program: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONPATH": str(HOSTILE.parents[1])}
    command = [sys.executable, str(HOSTILE / program), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        yield process
        process.kill()


def test_what_waits_for_bubblewraps_word_ends_with_the_worker() -> None:
    with started("held.py") as worker:
        assert worker.stdout is not None
        mark = worker.stdout.readline().strip()
        assert until(lambda: len(marked_processes(mark)) == 2, GONE_SECONDS), "bubblewrap, and its child which it holds"
        worker.kill()
        worker.wait()
        assert until(lambda: marked_processes(mark) == [], GONE_SECONDS), marked_processes(mark)


def test_workers_that_are_killed_while_sandboxes_start_leave_nothing() -> None:
    with started("killed.py", str(KILLING_SECONDS), str(SEED)) as workers:
        marks = workers.communicate()[0].split()
    assert len(marks) >= 10
    assert until(lambda: not any(map(marked_processes, marks)), GONE_SECONDS), [
        marked_processes(mark) for mark in marks
    ]
