"""`learnflow dead-letters` against a real broker."""

from datetime import UTC, datetime

from learnflow.streams.dead_letters import DeadLetter
from tests.support.apache_kafka import Broker
from tests.support.command_line import Cli, lines, next_of, one_line, produce, reading


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
    assert again.headers() == [("about", student.encode()), ("learnflow-redrive", place.encode())]


def test_all_of_an_origin_are_sent_again(cli: Cli, broker: Broker, student: str) -> None:
    for value in (b"[]", None):
        dead = letter(student, value, student.encode())
        produce(broker, "dead-letters", dead.to_value(), student, list(dead.to_headers()))
    with reading(broker, "student-queries") as consumer:
        done = cli("dead-letters", "redrive", "--all", "--origin", "student-queries")
        assert done.returncode == 0 or "too large for their topics" in done.stderr  # other tests' letters are here too
        assert {next_of(consumer, student).value() for _ in range(2)} == {b"[]", None}


def test_a_dead_letter_that_is_not_there_is_said(cli: Cli) -> None:
    assert "no dead letter 0:999999" in one_line(cli("dead-letters", "show", "0:999999"))
    assert "no dead letter 99:0" in one_line(cli("dead-letters", "redrive", "99:0"))
