"""`learnflow rate` and `learnflow feedback` against a real broker and a real database."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from learnflow.models.events.students import ResponseRated
from learnflow.models.vocabulary import Rating
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from learnflow.topics import STUDENT_EVENTS
from tests.support.apache_kafka import Broker
from tests.support.command_line import Cli, Result, lines, next_of, one_line, reading
from tests.support.sink_messages import Way, student_event, uid

ANSWERED: Final = str(uid(1))
Learnflow = Callable[..., Result]


def rated(number: int, rating: str, **more: Any) -> SinkMessage:
    payload = ResponseRated(query_id=uid(number), rating=Rating(rating), **more)
    return student_event(payload, "ann", f"rated {number} {rating}", 100 + number)


@pytest.fixture
async def learnflow(cli: Cli, sink: Sink, database_url: str) -> Learnflow:
    """Run a command where ann has three answers, of which two are rated, and bob has one question without an answer."""
    messages = [message for number in (1, 2, 3) for message in Way(number).whole()]
    await sink.write([*messages, Way(4, "bob").submitted()])
    await sink.write([rated(1, "up"), rated(2, "down", reason="Too\nshort", ask_teacher=True)])
    return lambda *arguments, **more: cli(*arguments, LEARNFLOW_DATABASE_URL=database_url, **more)


async def sent_by(learnflow: Learnflow, broker: Broker, *arguments: str) -> tuple[Result, SinkMessage]:
    """Run a command that sends an event about ann, and return what the sink gets of it."""
    with reading(broker, STUDENT_EVENTS.name) as consumer:
        done = await asyncio.to_thread(learnflow, *arguments)
        assert done.returncode == 0, done.stderr
        message = await asyncio.to_thread(next_of, consumer, "ann")
    return done, SinkMessage(STUDENT_EVENTS.name, 0, 0, message.key(), message.value())


async def test_ratings_are_counted_by_who_wrote_the_answer(learnflow: Learnflow) -> None:
    done = await asyncio.to_thread(learnflow, "feedback", "show", "--json")
    assert lines(done) == [{
        "agent": "debug", "tutor": "offline", "claude_model": "offline", "prompt": None, "proof": None, "answers": 3,
        "up": 1, "down": 1, "asked_for_teacher": 1, "waiting_for_teacher": 1,
    }]  # fmt: skip
    shown = (await asyncio.to_thread(learnflow, "feedback", "show")).stdout
    assert all(word in shown for word in ("debug", "offline", "prompts", "proof"))


async def test_a_rating_is_sent_and_counts_once_it_is_stored(learnflow: Learnflow, broker: Broker, sink: Sink) -> None:
    arguments = ("rate", ANSWERED, "down", "--student", "ann", "--reason", "It is wrong", "--teacher")
    done, event = await sent_by(learnflow, broker, *arguments)
    assert done.stdout == "Sent.\n"
    assert await sink.write([event]) == []
    waiting = lines(await asyncio.to_thread(learnflow, "feedback", "waiting", "--json"))
    assert [(each["query_id"], each["reason"]) for each in waiting] == [
        (str(uid(2)), "Too\nshort"), (ANSWERED, "It is wrong"),
    ]  # fmt: skip
    shown = (await asyncio.to_thread(learnflow, "feedback", "waiting")).stdout
    assert "reason: Too short" in shown


async def test_a_teachers_answer_goes_to_the_student_who_asked_and_ends_the_waiting(
    learnflow: Learnflow, broker: Broker, sink: Sink
) -> None:
    arguments = ("feedback", "answer", str(uid(2)), "--text", "Draw it.", "--by", "teacher-7", "--json")
    done, event = await sent_by(learnflow, broker, *arguments)
    [said] = lines(done)
    assert (said["student_id"], said["event_type"]) == ("ann", "teacher.answered")
    assert said["payload"] == {"query_id": str(uid(2)), "text": "Draw it.", "answered_by": "teacher-7"}
    await sink.write([event])
    assert (await asyncio.to_thread(learnflow, "feedback", "waiting")).stdout == "Nobody waits for a teacher.\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["rate", ANSWERED, "up", "--student", "bob"], f"query_id: bob has no answer to a question {ANSWERED}"),
        (["rate", str(uid(4)), "up", "--student", "bob"], "query_id: bob has no answer to a question"),
        (["rate", str(uid(9)), "up", "--student", "ann"], "query_id: ann has no answer to a question"),
        (["rate", ANSWERED, "up", "--student", "ann", "--reason", "x" * 1_001], "reason: must have at most 1,000"),
        (["feedback", "answer", str(uid(4)), "--text", "x", "--by", "t"], "query_id: there is no answer to a question"),
        (["feedback", "answer", ANSWERED, "--text", " ", "--by", "t"], "text: must not be blank"),
        (["feedback", "answer", ANSWERED, "--text", "x", "--by", ""], "answered_by: must not be blank"),
    ],
    ids=["another's", "no answer yet", "unknown", "too long", "no answer", "no words", "nobody"],
)
async def test_what_cannot_be_said_is_refused(learnflow: Learnflow, arguments: list[str], reason: str) -> None:
    done = await asyncio.to_thread(learnflow, *arguments)
    assert done.returncode == 1
    assert reason in one_line(done)


async def test_rated_answers_are_questions_of_evaluate(learnflow: Learnflow, tmp_path: Path) -> None:
    printed = await asyncio.to_thread(learnflow, "feedback", "questions")
    down, up = lines(printed)
    assert down["query_text"] == "Why does my code throw IndexError? (2)"
    assert (down["skill_level"], down["language"]) == ("beginner", "python")
    assert down["turns"] == [{
        "question": up["query_text"], "answer": "Lists begin at 0, always.", "agent": "debug", "topic": "lists",
    }]  # fmt: skip
    assert "expect" not in down
    assert up["expect"] == {"intent": "debug", "topic": "lists"}
    assert "turns" not in up
    assert "ann" not in printed.stdout
    only = await asyncio.to_thread(learnflow, "feedback", "questions", "--rating", "down")
    assert lines(only) == [down]
    (tmp_path / "rated.jsonl").write_text(printed.stdout)
    done = await asyncio.to_thread(learnflow, "evaluate", "rated.jsonl", LEARNFLOW_TUTOR="offline")
    report = json.loads((tmp_path / "evaluation.json").read_text())
    assert [each["question"] for each in report["results"]] == [down["query_text"], up["query_text"]], done.stderr
    assert {check["name"] for check in report["results"][1]["checks"]} >= {"intent", "topic"}
