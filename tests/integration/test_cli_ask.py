"""`learnflow ask` against a real broker."""

import json
import os
import pty
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer

from learnflow.models.examples import EXAMPLES
from tests.support.apache_kafka import Broker
from tests.support.command_line import LEARNFLOW, Cli, lines, next_of, one_line, produce, reading


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


def reply(event_type: str, student: str, query_id: str, **changes: Any) -> bytes:
    """Return an example as the answer, or as a word on it, to a student's question."""
    event = json.loads(EXAMPLES[event_type].encode()) | {"student_id": student}
    event["payload"] |= {"query_id": query_id, **changes}
    return json.dumps(event).encode()


def terminal_until(terminal: int, words: str) -> str:
    """Return what a terminal shows until some words come."""
    shown = ""
    while words not in shown:
        shown += os.read(terminal, 4_096).decode(errors="replace")
    return shown


def test_on_a_terminal_words_are_seen_as_they_come_and_ctrl_c_stops_the_answer(
    cli: Cli, broker: Broker, student: str
) -> None:
    assert cli("topics", "list").returncode == 0
    terminal, its_end = pty.openpty()
    environment = os.environ | {"LEARNFLOW_BROKER": f"kafka://{broker.address}", "TERM": "xterm"}
    with reading(broker, "student-queries") as questions, reading(broker, "student-events") as events:
        asking = subprocess.Popen(
            [*LEARNFLOW, "ask", "Why?", "--student", student, "--wait", "60"],
            stdout=subprocess.PIPE, stderr=its_end, env=environment, text=True,
        )  # fmt: skip
        query_id = json.loads(next_of(questions, student).value() or b"")["payload"]["query_id"]
        for changes in ({"stage": "running-code", "text": None}, {"stage": "writing", "text": "Because it is so."}):
            told = reply("agent.response.progress", student, query_id, **changes)
            produce(broker, "agent-response-progress", told, student)
            terminal_until(terminal, "Running your code" if changes["text"] is None else "Because it is so.")
        asking.send_signal(signal.SIGINT)
        terminal_until(terminal, "Stopping the answer")
        cancelled = json.loads(next_of(events, student).value() or b"")
        assert (cancelled["event_type"], cancelled["payload"]) == ("student.query.cancelled", {"query_id": query_id})
        failed = reply("agent.response.failed", student, query_id, query=None, reason="You stopped this answer.")
        produce(broker, "agent-responses", failed, student)
        stdout, _ = asking.communicate(timeout=60)
    assert (asking.returncode, stdout) == (1, "")
    assert terminal_until(terminal, "learnflow: ")
    os.close(its_end)
    os.close(terminal)


def test_piped_only_the_answer_is_written(cli: Cli, broker: Broker, student: str) -> None:
    with reading(broker, "student-queries") as consumer:

        def work() -> None:
            query_id = json.loads(next_of(consumer, student).value() or b"")["payload"]["query_id"]
            told = reply("agent.response.progress", student, query_id)
            produce(broker, "agent-response-progress", told, student)
            answered = reply("agent.response.completed", student, query_id, query=None)
            produce(broker, "agent-responses", answered, student)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        result = cli("ask", "Why?", "--student", student, "--wait", "30")
        thread.join()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Recursion is when") == 1
