"""The command line against a real broker and a real database, as its users start it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from learnflow.models.examples import EXAMPLES
from learnflow.streams.dead_letters import DeadLetter
from tests.conftest import Broker, execute, run

LEARNFLOW: Final = [sys.executable, "-c", "from learnflow.cli import main; main()"]
SECONDS: Final = 60

Result = subprocess.CompletedProcess[str]
Cli = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("LEARNFLOW_")}
    return own | {"LEARNFLOW_DATA_DIRECTORY": str(tmp_path / "data")}


@pytest.fixture
def bare(environment: dict[str, str], tmp_path: Path) -> Cli:
    """Run a command where neither a broker nor a database is known."""

    def call(*arguments: str, given: str = "", **variables: str) -> Result:
        return subprocess.run(
            [*LEARNFLOW, *arguments], input=given, env=environment | variables, cwd=tmp_path, capture_output=True,
            text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    return call


@pytest.fixture
def cli(bare: Cli, broker: Broker) -> Cli:
    """Run a command against the session's broker, on which LearnFlow's topics are."""
    url = f"kafka://{broker.address}"
    assert bare("topics", "create", LEARNFLOW_BROKER=url).returncode == 0
    return lambda *arguments, **more: bare(*arguments, LEARNFLOW_BROKER=url, **more)


@pytest.fixture
def learnflows_topics(cli: Cli) -> None:
    """Make sure that the broker has them, for a test that does not use `cli`."""


@pytest.fixture
def student() -> str:
    return f"student-{uuid4()}"


def produce(broker: Broker, topic: str, value: bytes | None, key: str | None, headers: Any = None) -> Message:
    sent: list[Message] = []
    producer = Producer({"bootstrap.servers": broker.address, "partitioner": "murmur2_random"})
    producer.produce(topic, value, key, headers=headers, on_delivery=lambda _, message: sent.append(message))
    assert producer.flush(30) == 0
    return sent[0]


@contextmanager
def reading(broker: Broker, topic: str) -> Iterator[Consumer]:
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": f"test-{uuid4()}", "fetch.wait.max.ms": 20})
    numbers = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)[1] for number in numbers]
    consumer.assign([TopicPartition(topic, number, end) for number, end in zip(numbers, ends, strict=True)])
    yield consumer
    consumer.close()


def next_of(consumer: Consumer, student: str) -> Message:
    while True:
        message = consumer.poll(30)
        assert message is not None, "nothing came"
        assert message.error() is None
        if message.key() == student.encode():
            return message


def answer(consumer: Consumer, broker: Broker, student: str, event_type: str) -> threading.Thread:
    """Answer the student's next question with an example, as the agents would."""

    def work() -> None:
        question = json.loads(next_of(consumer, student).value() or b"")
        reply = json.loads(EXAMPLES[event_type].encode())
        reply["student_id"] = student
        reply["payload"] |= {"query_id": question["payload"]["query_id"], "query": None}
        produce(broker, "agent-responses", json.dumps(reply).encode(), student)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def one_line(result: Result, code: int = 1) -> str:
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr.startswith("learnflow: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_help_lists_every_command_without_importing_one(bare: Cli) -> None:
    shown = bare("--help").stdout
    assert all(name in shown for name in ("up", "demo", "ask", "dead-letters", "contracts"))
    code = "import sys, learnflow.cli as c; c.group.main(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"aiokafka", "pydantic", "faust"} & set(loaded)


@pytest.mark.parametrize(
    "command",
    ["ask", "tail", "topics create", "topics list", "migrate", "contracts", "dead-letters list", "dead-letters show",
     "dead-letters redrive", "students import", "students show", "students deactivate"],
)  # fmt: skip
def test_the_help_of_a_command_has_an_example(bare: Cli, command: str) -> None:
    assert f"learnflow {command}" in bare(*command.split(), "--help").stdout


@pytest.mark.parametrize("arguments", [["sing"], ["ask"], ["tail"], ["ask", "x", "--student", "s", "--wait", "0"],
                                       ["dead-letters", "show", "x"], ["dead-letters", "redrive"]])  # fmt: skip
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


def test_a_question_is_sent_with_its_student_as_key_and_the_answer_printed(
    cli: Cli, broker: Broker, student: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("print(arr[5])  # é")
    with reading(broker, "student-queries") as consumer:
        thread = answer(consumer, broker, student, "agent.response.completed")
        result = cli("ask", "Why?", "--student", student, "--code", "broken.py", "--wait", "30", "--json")
        thread.join()
    assert result.returncode == 0, result.stderr
    assert lines(result)[0]["payload"]["response_text"].startswith("Recursion is")
    (sent,) = lines(cli("tail", "student-queries", "--from-beginning", "--student", student, "--limit", "1", "--json"))
    assert sent["event"]["payload"]["code_snippet"] == "print(arr[5])  # é"
    assert sent["event"]["payload"]["language"] == "python"
    assert sent["partition"] == produce(broker, "student-queries", b"{}", student).partition()


def test_an_answer_is_shown_to_people(cli: Cli, broker: Broker, student: str) -> None:
    with reading(broker, "student-queries") as consumer:
        thread = answer(consumer, broker, student, "agent.response.completed")
        result = cli("ask", "Why?", "--student", student, "--wait", "30")
        thread.join()
    assert "Recursion is when" in result.stdout
    assert "def factorial" in result.stdout


def test_a_failed_question_ends_with_1_and_its_reason(cli: Cli, broker: Broker, student: str) -> None:
    with reading(broker, "student-queries") as consumer:
        thread = answer(consumer, broker, student, "agent.response.failed")
        result = cli("ask", "Why?", "--student", student, "--wait", "30")
        thread.join()
    assert "in time. Please ask it again" in one_line(result)


def test_a_question_that_nobody_answers_ends_with_1(cli: Cli, student: str) -> None:
    assert "no answer after 0.2 s" in one_line(cli("ask", "Why?", "--student", student, "--wait", "0.2"))


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


def letter(student: str, value: bytes | None, key: bytes | None) -> DeadLetter:
    return DeadLetter("payload: is bad", "student-queries", 3, 17, "triage", datetime.now(UTC), key, value,
                      (("about", student.encode()),))  # fmt: skip


def test_dead_letters_are_listed_shown_and_sent_again(cli: Cli, broker: Broker, student: str) -> None:
    dead = letter(student, b"\xff{", student.encode())
    at = produce(broker, "dead-letters", dead.to_value(), student, list(dead.to_headers()))
    place = f"{at.partition()}:{at.offset()}"
    found = {each["id"]: each for each in lines(cli("dead-letters", "list", "--limit", "500", "--json"))}
    assert (found[place]["reason"], found[place]["topic"], found[place]["offset"]) == (dead.reason, dead.topic, 17)
    assert dead.reason in cli("dead-letters", "list").stdout
    assert lines(cli("dead-letters", "show", place, "--json"))[0]["value_base64"] == "/3s="
    assert "learnflow-reason" in cli("dead-letters", "show", place).stdout
    with reading(broker, "student-queries") as consumer:
        assert lines(cli("dead-letters", "redrive", place, "--json")) == [
            {"id": place, "topic": "student-queries", "attempt": 1}
        ]
        again = next_of(consumer, student)
    assert again.value() == b"\xff{"
    assert again.headers() == [("about", student.encode()), ("learnflow-redrive", b"1")]


def test_all_of_an_origin_are_sent_again(cli: Cli, broker: Broker, student: str) -> None:
    for value in (b"[]", None):
        dead = letter(student, value, student.encode())
        produce(broker, "dead-letters", dead.to_value(), student, list(dead.to_headers()))
    with reading(broker, "student-queries") as consumer:
        assert cli("dead-letters", "redrive", "--all", "--origin", "student-queries").returncode == 0
        assert {next_of(consumer, student).value() for _ in range(2)} == {b"[]", None}


def test_a_dead_letter_that_is_not_there_is_said(cli: Cli) -> None:
    assert "no dead letter 0:999999" in one_line(cli("dead-letters", "show", "0:999999"))
    assert "no dead letter 99:0" in one_line(cli("dead-letters", "redrive", "99:0"))


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


def test_migrate_says_what_it_applied(bare: Cli, empty_database_url: str) -> None:
    (first,) = lines(bare("migrate", "--json", LEARNFLOW_DATABASE_URL=empty_database_url))
    assert first["applied"]
    assert "up to date" in bare("migrate", LEARNFLOW_DATABASE_URL=empty_database_url).stdout


def test_contracts_are_written_and_checked(bare: Cli) -> None:
    assert "asyncapi.yaml" in one_line(bare("contracts", "--check"))
    assert bare("contracts", "write").returncode == 0
    assert bare("contracts", "--check").returncode == 0
