"""`learnflow ask` against a real broker."""

import json
import threading
from pathlib import Path

from confluent_kafka import Consumer

from learnflow.models.examples import EXAMPLES
from tests.support.apache_kafka import Broker
from tests.support.command_line import Cli, lines, next_of, one_line, produce, reading


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
