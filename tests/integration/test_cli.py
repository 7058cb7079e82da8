"""The command line as its users start it: help, usage, errors, topics and generated files."""

import subprocess
import sys

import pytest

from tests.support.apache_kafka import Broker
from tests.support.command_line import SECONDS, Cli, lines, one_line


def test_help_lists_every_command_without_importing_one(bare: Cli) -> None:
    shown = bare("--help").stdout
    assert all(name in shown for name in ("up", "demo", "ask", "dead-letters", "contracts"))
    code = "import sys, learnflow.cli as c; c.group.main(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"aiokafka", "pydantic", "faust"} & set(loaded)


@pytest.mark.parametrize(
    "command",
    ["ask", "tail", "topics create", "topics list", "migrate", "contracts", "dead-letters list", "dead-letters show",
     "dead-letters redrive", "students import", "students show", "students deactivate",
     "mastery", "mastery show", "mastery set", "mastery fit"],
)  # fmt: skip
def test_the_help_of_a_command_has_an_example(bare: Cli, command: str) -> None:
    assert f"learnflow {command}" in bare(*command.split(), "--help").stdout


@pytest.mark.parametrize("arguments", [["sing"], ["ask"], ["tail"], ["ask", "x", "--student", "s", "--wait", "0"],
                                       ["dead-letters", "show", "x"], ["dead-letters", "redrive"], ["mastery", "sing"],
                                       ["mastery", "set", "s", "loops", "0.9"]])  # fmt: skip
def test_wrong_usage_ends_with_2(bare: Cli, arguments: list[str]) -> None:
    assert bare(*arguments).returncode == 2


def test_errors_are_one_line(bare: Cli) -> None:
    assert "set LEARNFLOW_BROKER" in one_line(bare("tail", "x"))
    assert "set LEARNFLOW_DATABASE_URL" in one_line(bare("migrate"))
    assert "no broker answers at 127.0.0.1:1" in one_line(bare("tail", "x", LEARNFLOW_BROKER="kafka://127.0.0.1:1"))
    assert "LEARNFLOW_WEB_PORT" in one_line(bare("tail", "x", LEARNFLOW_WEB_PORT="x"))
    one_line(bare("students", "show", "s", LEARNFLOW_DATABASE_URL="postgresql://me@127.0.0.1:1/db"))
    assert "none.py" in one_line(bare("ask", "x", "--student", "s", "--code", "none.py"))
    assert "query_text: must not be blank" in one_line(bare("ask", " ", "--student", "s"))


def test_an_unknown_topic_is_said_and_not_created(cli: Cli) -> None:
    for _ in range(2):
        assert "no topic songs" in one_line(cli("tail", "songs"))


def test_topics_are_listed_as_declared(cli: Cli) -> None:
    found = {each["topic"]: each for each in lines(cli("topics", "list", "--json"))}
    assert found["student-queries"]["found"]["partitions"] == 12
    assert {each["state"] for each in found.values()} == {"as declared"}
    assert "student-queries" in cli("topics", "list").stdout


def test_missing_topics_end_with_1(environment: dict[str, str], broker: Broker) -> None:
    code = (
        "from dataclasses import replace; from learnflow import cli, topics; from learnflow.cli import topics as own; "
        "own.declared = lambda: (replace(topics.STUDENT_QUERIES, name='not-there'),); cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "topics", "list"], capture_output=True, text=True, check=False, timeout=SECONDS,
        env=environment | {"LEARNFLOW_BROKER": f"kafka://{broker.address}"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "missing" in done.stdout


def test_migrate_says_what_it_applied(bare: Cli, empty_database_url: str) -> None:
    (first,) = lines(bare("migrate", "--json", LEARNFLOW_DATABASE_URL=empty_database_url))
    assert first["applied"]
    assert "up to date" in bare("migrate", LEARNFLOW_DATABASE_URL=empty_database_url).stdout


def test_contracts_are_written_and_checked(bare: Cli) -> None:
    assert "asyncapi.yaml" in one_line(bare("contracts", "--check"))
    assert bare("contracts", "write").returncode == 0
    assert bare("contracts", "--check").returncode == 0
