"""Each command of `faust -A learnflow.app` works, or says in one line why not; with a broker, and without one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from faust.cli.base import cli as faust_cli

from learnflow.cli.faust_program import MODELS, load
from learnflow.embedded.data_directories import lock_file
from learnflow.embedded.processes import LOCALHOST, reserved_port
from learnflow.tables import changelogs
from learnflow.topics import BY_NAME
from tests.support import fork_server
from tests.support.apache_kafka import Broker
from tests.support.command_line import SECONDS, next_of, reading
from tests.support.running_system import STOP_SECONDS, Worker, systems

APP: Final = ["-A", "learnflow.app"]
NO_BROKER: Final = "set LEARNFLOW_BROKER to kafka://host:port"
WORK: Final = ("agents", "tables", "models", "model mastery.level.set", "model student_query", "completion", "reset")
DO_NOT: Final = {
    "livecheck": "there are no LiveCheck tests here",
    "clean-versions": "one version only",
    "model nothing": "there is no model nothing",
    "send nothing x": "there is no topic nothing",
    "send @nothing x": "there is no topic @nothing",
    "send @struggle x": "name one of them",
    "worker --without-web": "--without-web: this worker has no such option",
}


class Faust:
    """Runs `faust -A learnflow.app` as a user does, with no more settings than it is given."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def environment(self, **settings: str) -> dict[str, str]:
        own = {"PATH": "/usr/bin:/bin", "HOME": str(self.directory), "SHELL": "/bin/bash", "COLUMNS": "200"}
        return own | {"LEARNFLOW_DATA_DIRECTORY": str(self.directory), "LEARNFLOW_TUTOR": "offline"} | settings

    def __call__(self, arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return fork_server.run(
            [*APP, *arguments.split()], self.environment(**settings), self.directory, given="", timeout=SECONDS,
            program="faust",
        )  # fmt: skip


@pytest.fixture
def faust(tmp_path: Path) -> Faust:
    """Give the command, run in an empty directory."""
    return Faust(tmp_path)


def _refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that says why a command does not work here."""
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_no_command_of_fausts_is_left_as_it_was() -> None:
    load()
    assert {command.callback.__module__ for command in faust_cli.commands.values()} == {"learnflow.cli.faust_program"}
    tried = {words.split()[0] for words in (*WORK, *DO_NOT)}
    assert tried == set(faust_cli.commands)


@pytest.mark.parametrize("url", ["", f"kafka://{LOCALHOST}:1"], ids=["no broker is set", "no broker answers"])
@pytest.mark.parametrize("command", ["--help", *WORK])
def test_what_needs_no_broker_works_without_one(faust: Faust, command: str, url: str) -> None:
    done = faust(command, LEARNFLOW_BROKER=url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("url", ["", f"kafka://{LOCALHOST}:1"], ids=["no broker is set", "no broker answers"])
@pytest.mark.parametrize("command", DO_NOT)
def test_what_does_not_work_says_why_in_one_line(faust: Faust, command: str, url: str) -> None:
    assert DO_NOT[command] in _refusal(faust(command, LEARNFLOW_BROKER=url))


def test_what_needs_a_broker_says_that_it_has_none(faust: Faust) -> None:
    assert NO_BROKER in _refusal(faust("send student-queries x"))
    away = {"LEARNFLOW_BROKER": f"kafka://{LOCALHOST}:1", "LEARNFLOW_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    for command in ("send student-queries x", "worker -p 0"):
        assert f"no broker answers at {LOCALHOST}:1" in _refusal(faust(command, **away))


def test_worker_refuses_as_learnflow_worker_does(faust: Faust) -> None:
    for settings in ({}, {"LEARNFLOW_BROKER": "kafka://127.0.0.1:1"}):
        ours = fork_server.run(["worker"], faust.environment(**settings), faust.directory, given="", timeout=SECONDS)
        assert _refusal(faust("worker", **settings)) == _refusal(ours)
        assert ours.stderr.startswith("learnflow: LEARNFLOW_")


def test_a_wrong_setting_is_one_line(faust: Faust) -> None:
    for command in ("--help", "agents", "worker"):
        assert "LEARNFLOW_WEB_PORT" in _refusal(faust(command, LEARNFLOW_WEB_PORT="x"))


def test_what_is_listed_is_all_that_there_is(faust: Faust) -> None:
    agents = faust("agents").stdout
    assert [line.split()[0] for line in agents.splitlines()[1:]] == [
        "triage", "router", "struggle", "learner", "concepts", "code-review", "debug", "exercise",
        "exercise-student-events", "progress",
    ]  # fmt: skip
    rows = [json.loads(line) for line in faust("--json tables").stdout.splitlines()]
    assert [f"learnflow-core-{row['name']}-changelog" for row in rows] == [topic.name for topic in changelogs()]
    assert all(row["help"].endswith(".") for row in rows)
    assert {json.loads(line)["name"] for line in faust("--json models").stdout.splitlines()} == set(MODELS)
    assert "query_text" in faust("model student.query.submitted").stdout


def test_the_completion_is_one_that_bash_takes(faust: Faust) -> None:
    script = faust("completion").stdout
    done = subprocess.run(["bash", "-c", f"{script}\ncomplete -p faust"], capture_output=True, text=True, check=False)
    assert "_faust_completion faust" in done.stdout
    assert "there is no completion for tcsh" in _refusal(faust("completion", SHELL="/bin/tcsh"))


def test_reset_deletes_what_stopped_workers_left_and_nothing_of_one_that_runs(faust: Faust) -> None:
    tables = faust.directory / "tables"
    for name in ("worker-1", "worker-2"):
        (tables / name / "learnflow-core").mkdir(parents=True)
        (tables / f"{name}.lock").touch()
    with (tables / "worker-2.lock").open("w") as lock:
        assert lock_file(lock.fileno())
        assert "worker-2" in _refusal(faust("reset"))
        assert [(tables / name).exists() for name in ("worker-1", "worker-2")] == [False, True]
    assert faust("reset").returncode == 0
    assert not (tables / "worker-2").exists()


@pytest.mark.usefixtures("learnflows_topics")
def test_with_a_broker_what_works_works_and_what_does_not_says_why(faust: Faust, broker: Broker) -> None:
    url = f"kafka://{broker.address}"
    for command in ("--help", *WORK):
        assert faust(command, LEARNFLOW_BROKER=url).returncode == 0, command
    for command, reason in DO_NOT.items():
        assert reason in _refusal(faust(command, LEARNFLOW_BROKER=url))


@pytest.mark.usefixtures("learnflows_topics")
def test_send_sends_as_it_is_to_the_partition_of_the_key(faust: Faust, broker: Broker) -> None:
    url = f"kafka://{broker.address}"
    for place in ("exercise-requests", "@exercise"):
        with reading(broker, "exercise-requests") as consumer:
            done = faust(f"send {place} [1] -k sent-by-faust -r 2", LEARNFLOW_BROKER=url)
            messages = [next_of(consumer, "sent-by-faust") for _ in range(2)]
        assert [message.value() for message in messages] == [b"[1]", b"[1]"]
        assert [json.loads(line) for line in done.stdout.splitlines()] == [
            {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
            for message in messages
        ]
    partitions = BY_NAME["exercise-requests"].partitions
    refusal = _refusal(faust(f"send exercise-requests x --partition {partitions}", LEARNFLOW_BROKER=url))
    assert f"0 to {partitions - 1}" in refusal


def test_worker_runs_all_agents_until_it_is_told_to_stop(
    faust: Faust, broker: Broker, module_database: str, tmp_path: Path
) -> None:
    with systems(broker, module_database, tmp_path) as started, reserved_port() as port:
        log = tmp_path / "log"
        environment = started.environment | {"LEARNFLOW_TUTOR": "offline"}
        with log.open("wb") as output:
            command = [sys.executable, "-m", "faust", *APP, "-D", str(tmp_path)]
            process = subprocess.Popen(
                [*command, "worker", "-p", str(port), "-l", "info"],
                cwd=faust.directory, env=environment, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            Worker(process, f"http://{LOCALHOST}:{port}", log).wait_ready()  # type: ignore[arg-type] # as good
            assert (tmp_path / "tables" / "worker-1" / "learnflow-core").is_dir()
            process.terminate()
            assert process.wait(STOP_SECONDS) == 0
        finally:
            process.kill()
            process.wait()
    assert "Traceback" not in log.read_text()
