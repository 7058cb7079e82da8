"""Logs as JSON lines: one a record, with the message in hand, and no student's id."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from learnflow.logs import IN_HAND, InHand, JsonLines, Lines, WithoutPersonalData
from learnflow.models.examples import EXAMPLES
from learnflow.models.vocabulary import Agent
from learnflow.streams.processing import Handling

LOG = logging.getLogger("tests.lines")
STUDENT = "student-4711"
HELD = InHand("debug", UUID(int=7), STUDENT)

WORKER = """
import logging, sys
from learnflow.logs import Lines
from learnflow.streams.stream_app import StreamApp
app = StreamApp("test", fetch_wait_ms=500, drain_seconds=1.0, broker="kafka://127.0.0.1:9")
app.log_lines = Lines(sys.argv[1], b"secret")
app.Worker(loglevel="warning", redirect_stdouts=False)._setup_logging()
try:
    raise ValueError("jane.doe@example.com")
except ValueError:
    logging.getLogger("learnflow.streams.message_processor").exception("about %s", "jane.doe@example.com")
"""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutPersonalData())
    handler.setFormatter(JsonLines(b"secret"))
    LOG.addHandler(handler)
    LOG.propagate = False
    yield stream
    LOG.removeHandler(handler)


def line(written: io.StringIO) -> dict[str, Any]:
    (text,) = written.getvalue().splitlines()
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_says_when_how_bad_where_and_what(written: io.StringIO) -> None:
    LOG.warning("%d messages wait", 3)
    found = line(written)
    assert found.pop("time").endswith("+00:00")
    assert found == {"level": "warning", "logger": "tests.lines", "message": "3 messages wait"}


def test_an_exception_is_part_of_its_line_and_masked(written: io.StringIO) -> None:
    try:
        int("jane.doe@example.com\nsaid so")
    except ValueError:
        LOG.exception("It broke")
    found = line(written)
    assert found["exception"].startswith("Traceback")
    assert "ValueError" in found["exception"]
    assert "jane" not in found["exception"]


def test_a_line_knows_the_message_in_hand_and_not_who_the_student_is(written: io.StringIO) -> None:
    held = IN_HAND.set(HELD)
    LOG.warning("It takes long")
    IN_HAND.reset(held)
    found = line(written)
    assert (found["agent"], found["trace"]) == ("debug", UUID(int=7).hex)
    assert len(found["student"]) == 12
    assert STUDENT not in written.getvalue()


def test_a_student_has_one_hash_in_all_workers_with_the_same_key() -> None:
    ours, theirs, others = JsonLines(b"secret"), JsonLines(b"secret"), JsonLines(b"another")
    assert ours.hashed(STUDENT) == theirs.hashed(STUDENT)
    assert len({ours.hashed(STUDENT), ours.hashed("student-4712"), others.hashed(STUDENT)}) == 3


def test_a_message_is_in_hand_while_it_is_handled() -> None:
    event = EXAMPLES["student.query.submitted"]

    class Message:
        headers = None

    with Handling(Agent.TRIAGE, event, Message()):
        assert IN_HAND.get() == InHand(Agent.TRIAGE, event.trace_id, event.student_id)
    assert IN_HAND.get() is None


def test_the_key_is_in_no_representation() -> None:
    assert "secret" not in repr(Lines("json", b"secret"))


@pytest.mark.parametrize("how", ["auto", "json"])
def test_a_worker_without_a_terminal_writes_json(how: str) -> None:
    done = subprocess.run([sys.executable, "-c", WORKER, how], capture_output=True, text=True, check=True)
    (text,) = (done.stdout + done.stderr).splitlines()
    found = json.loads(text)
    assert (found["level"], found["logger"]) == ("error", "learnflow.streams.message_processor")
    assert "jane" not in text


def test_a_worker_writes_text_where_that_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER, "text"], capture_output=True, text=True, check=True)
    assert "Traceback" in (done.stdout + done.stderr)
    assert not (done.stdout + done.stderr).startswith("{")
