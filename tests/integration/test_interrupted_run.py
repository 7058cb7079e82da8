"""A run of the tests that is interrupted or killed leaves no process."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.running_system import START_SECONDS, until

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses", "1", "tests/support/hanging.py")


def runs(process: psutil.Process) -> bool:
    """Say whether a process still runs, and not only waits for the system to collect it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def press_ctrl_c(pid: int) -> None:
    """Send what a terminal sends to all of a command that it runs."""
    os.killpg(pid, signal.SIGINT)


def kill(pid: int) -> None:
    """Kill the process that the command has started, and no other."""
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [press_ctrl_c, kill])
def test_an_interrupted_run_leaves_no_process(end: Callable[[int], None], tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
        "LEARNFLOW_TEST_BROKER": "embedded",
        "LEARNFLOW_TEST_READY": str(ready),
    }
    with subprocess.Popen(
        COMMAND, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert until(lambda: ready.exists() or run.poll() is not None, START_SECONDS)
        assert run.poll() is None, run.communicate()[0]
        started = psutil.Process(run.pid).children(recursive=True)
        assert {process.name() for process in started} >= {"postgres", "tansu"}
        end(run.pid)
        run.communicate()
    until(lambda: not any(map(runs, started)))
    assert [process for process in started if runs(process)] == []
