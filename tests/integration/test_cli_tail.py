"""`learnflow tail` against a real broker."""

import json
import signal
import subprocess

import pytest

from learnflow.models.examples import EXAMPLES
from learnflow.topics import SHORT_NAMES
from tests.support.apache_kafka import Broker
from tests.support.command_line import LEARNFLOW, SECONDS, Cli, lines, produce


def test_tail_shows_what_cannot_be_read_and_no_control_characters(cli: Cli, broker: Broker, student: str) -> None:
    produce(broker, "student-queries", b"\xff \x1b[2J", student)
    shown = cli("tail", "student-queries", "--from-beginning", "--student", student, "--limit", "1")
    assert "cannot be read: message: is not valid JSON" in shown.stdout
    struggle = EXAMPLES["student.struggle.detected"].encode().replace(b'"student-123"', json.dumps(student).encode())
    produce(broker, "student-struggle", struggle.replace(b"1-on-1", b"\\u001b[2J"), student)
    shown = cli("tail", "student-struggle", "--from-beginning", "--student", student, "--limit", "1")
    assert "struggles with recursion" in shown.stdout
    assert "\x1b" not in shown.stdout


@pytest.mark.usefixtures("learnflows_topics")
def test_tail_ends_with_0_on_ctrl_c(environment: dict[str, str], broker: Broker, student: str) -> None:
    variables = environment | {"LEARNFLOW_BROKER": f"kafka://{broker.address}"}
    produce(broker, "agent-logs", b"{}", student)
    command = [*LEARNFLOW, "tail", "agent-logs", "--from-beginning", "--json"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("short", "event_type", "said"),
    [
        ("struggle", "student.struggle.detected", "struggles with recursion (high): 4 questions in 15 min, 3 failed"),
        ("mastery", "mastery.level.updated", "loops 0.75 → 0.88 (learning → mastered): Successfully completed 3 loop"),
        ("queries", "student.query.submitted", "“Explain recursion”"),
        ("responses", "agent.response.completed", "agent.response.completed concepts in 4,823 ms: Recursion is"),
        ("progress", "student.progress.updated", "version 47: 47 questions on variables 0.95, loops 0.88"),
        ("events", "mastery.level.set", "mastery.level.set functions set to 0.90 (mastered) by teacher-7: Passed the"),
    ],
)
def test_topics_have_short_names_and_lines_that_read_well(  # noqa: PLR0913, PLR0917 - three of them are a case
    cli: Cli, broker: Broker, student: str, short: str, event_type: str, said: str
) -> None:
    about = EXAMPLES[event_type].encode().replace(b'"student-123"', json.dumps(student).encode())
    produce(broker, SHORT_NAMES[short], about, student)
    (line,) = cli("tail", short, "--from-beginning", "--student", student, "--limit", "1").stdout.splitlines()
    day, _, who, text = line.split(maxsplit=3)
    assert (len(day), who) == (len("2026-01-02"), student[:19] + "…")
    assert text.startswith(said)
    (found,) = lines(cli("tail", short, "--from-beginning", "--student", student, "--limit", "1", "--json"))
    assert (found["topic"], found["event"]) == (SHORT_NAMES[short], json.loads(about))


def test_with_several_topics_each_line_names_its_own(cli: Cli, broker: Broker, student: str) -> None:
    for short, event_type in (("struggle", "student.struggle.detected"), ("mastery", "mastery.level.updated")):
        produce(broker, SHORT_NAMES[short], EXAMPLES[event_type].encode(), student)
    shown = cli("tail", "mastery", "struggle", "mastery", "--from-beginning", "--student", student, "--limit", "2")
    assert {line.split()[2] for line in shown.stdout.splitlines()} == {"student-struggle", "mastery-level-updated"}
