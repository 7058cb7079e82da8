"""An answer appears in stages and words while Claude writes it, on the page and on the topic, and can be stopped."""

import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import orjson
import pytest

from learnflow.streams.topic_reader import partition_of
from learnflow.topics import AGENT_RESPONSE_PROGRESS, CONCEPTS_REQUESTS
from tests.running.test_page import Browser, browser
from tests.support.apache_kafka import Broker
from tests.support.claude_server import Player, playing_claude
from tests.support.messages_api import KEY
from tests.support.running_system import Client, Systems, envelope, systems, until, workers

__all__ = ["browser"]
QUESTION: Final = "Explain recursion"
SENTENCES: Final = tuple(f"Sentence {number} says how a function calls itself." for number in range(1, 13))
TEXT: Final = " ".join(SENTENCES)
SETTINGS: Final = {
    "ANTHROPIC_API_KEY": KEY, "LEARNFLOW_TUTOR": "claude", "LEARNFLOW_CLAUDE_CACHE_DAYS": "0",
    "LEARNFLOW_AGENTS_HEARTBEAT_SECONDS": "1",
}  # fmt: skip


def student_in(partition: int) -> str:
    """Return a new student whose requests to concepts lie in a partition."""
    names = (f"student-{uuid4().hex[:12]}" for _ in iter(int, 1))
    return next(name for name in names if partition_of(name.encode(), CONCEPTS_REQUESTS.partitions) == partition)


@dataclass(frozen=True)
class Ground:
    """Two workers that share the answering, and the Claude that they ask."""

    started: Systems
    client: Client
    claude: Player

    def everywhere(self) -> list[tuple[str, str]]:
        """Ask as one student of each partition, so that each worker has questions; return students and ids."""
        students = [student_in(partition) for partition in range(CONCEPTS_REQUESTS.partitions)]
        return [(student, self.client.ask(student, QUESTION)) for student in students]

    def stop(self, worker: int, student: str, query_id: str) -> int:
        """Stop an answer at the page of a worker."""
        address = f"{self.started.workers[worker].web}/api/questions/{query_id}/stop"
        body, kind = orjson.dumps({"student_id": student}), {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(address, body, kind), timeout=20) as response:  # noqa: S310
            return int(response.status)

    def outcome(self, query_id: str) -> dict[str, Any]:
        """Return the payload of a question's only outcome."""
        [outcome] = self.client.outcomes([query_id])[query_id]
        return dict(outcome["payload"])


@pytest.fixture(scope="module")
def ground(broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Run them; each has had a question, and so knows that its Claude can do more than the oldest of servers."""
    directory = tmp_path_factory.mktemp("under-way")
    with playing_claude() as claude:
        settings = SETTINGS | claude.environment
        with (
            systems(broker, module_database, directory, **settings) as started,
            workers(started, ["worker"], ["worker", "--only", "concepts"], ["sink"]),
        ):
            found = Ground(started, Client(broker.address), claude)
            claude.changes["error_type"] = {"text": TEXT}
            for _, query_id in found.everywhere():
                assert found.outcome(query_id)["response_text"] == TEXT
            yield found
            claude.going_on.set()


@pytest.fixture(autouse=True)
def _slow(ground: Ground) -> Iterator[None]:
    ground.claude.piece_seconds = 0.05
    yield
    ground.claude.mode, ground.claude.piece_seconds = "answers", 0.0


def test_stages_come_then_words_then_the_answer(ground: Ground) -> None:
    student = student_in(0)
    with ground.client.reading(AGENT_RESPONSE_PROGRESS.name) as reader:
        query_id = ground.client.ask(student, QUESTION)
        answer = ground.outcome(query_id)["response_text"]
        read = [orjson.loads(message.value() or b"") for message in reader.everything()]
    told = [each["payload"] for each in read if each["payload"]["query_id"] == query_id]
    words = [each["text"] for each in told if each["text"]]
    assert answer == TEXT
    assert told[0] == {"query_id": query_id, "agent_name": "concepts", "stage": "asking", "text": None}
    assert words == sorted(words, key=len)
    assert len(set(words)) > 2
    assert all(TEXT.startswith(text) and text.endswith(".") for text in words)


def test_a_student_stops_an_answer_at_whichever_worker_it_is(ground: Ground) -> None:
    ground.claude.mode, before = "hangs", len(ground.claude.bodies)
    asked = ground.everywhere()
    assert until(lambda: len(ground.claude.bodies) == before + len(asked))
    for number, (student, query_id) in enumerate(asked):
        assert ground.stop(0, f"not-{student}", query_id) == 202  # of no effect: the question is another's
        for _ in range(2):
            assert ground.stop(number % 2, student, query_id) == 202
    for _, query_id in asked:
        outcome = ground.outcome(query_id)
        assert (outcome["failure"], outcome["query"]["status"]) == ("stopped", "failed")
        assert outcome["reason"].startswith("You stopped this answer.")
    ground.claude.mode = "answers"
    for student, query_id in asked:
        ground.client.ask(student, QUESTION, message_id=query_id)  # a repeat gets no second end
        assert ground.outcome(ground.client.ask(student, QUESTION))["response_text"] == TEXT
        assert ground.outcome(query_id)["failure"] == "stopped"


def test_what_claude_had_written_until_then_is_counted(ground: Ground) -> None:
    student = student_in(1)
    with ground.client.reading(AGENT_RESPONSE_PROGRESS.name) as reader:
        query_id = ground.client.ask(student, QUESTION)
        heard = (message.value() or b"" for message in reader.until(60.0))
        assert any(query_id.encode() in each and b'"text":"Sentence 1' in each for each in heard)
    ground.client.send("student-events", student, envelope(student, "student.query.cancelled", {"query_id": query_id}))
    outcome = ground.outcome(query_id)
    [usage] = outcome["usage"]
    [whole] = ground.outcome(ground.client.ask(student_in(1), QUESTION))["usage"]
    assert (outcome["failure"], usage["calls"], usage["input_tokens"]) == ("stopped", 1, whole["input_tokens"])
    assert usage["output_tokens"] >= len(SENTENCES[0]) // 4


def test_an_answer_that_is_there_stays(ground: Ground) -> None:
    ground.claude.piece_seconds = 0.0
    student = student_in(2)
    query_id = ground.client.ask(student, QUESTION)
    assert ground.outcome(query_id)["response_text"] == TEXT
    assert ground.stop(1, student, query_id) == 202
    assert ground.outcome(ground.client.ask(student, QUESTION))["response_text"] == TEXT
    assert ground.outcome(query_id)["response_text"] == TEXT


def test_on_the_page_an_answer_appears_in_stages_and_words(ground: Ground, browser: Browser) -> None:
    for unreadable in (b"{", b"agent.response.progress", b'{"event_type": "agent.response.progress"}'):
        ground.client.send(AGENT_RESPONSE_PROGRESS.name, student_in(3), unreadable)  # and is passed over
    found = browser.play("underWay", ground.started.workers[0].web, student=student_in(3), text=QUESTION)
    stages = [stage for stage, _ in found["seen"]]
    words = [text for _, text in found["seen"] if text]
    assert {"On its way …", "Writing …"} <= set(stages)
    assert len(set(words)) > 2
    assert all(TEXT.startswith(text) for text in words)
    assert found["answer"].startswith(TEXT)


def test_on_a_phone_an_answer_is_stopped_by_keyboard(ground: Ground, browser: Browser) -> None:
    ground.claude.piece_seconds = 0.6
    pictures = os.environ.get("LEARNFLOW_TEST_PICTURES")
    found = browser.play(
        "stops", ground.started.workers[0].web, student=student_in(4), text=QUESTION, pictures=pictures
    )
    assert found["faults"] == []
    assert found["widths"] == [360, 360]
    assert (found["button"], found["focused"]) == ("Stop", True)
    assert "You stopped this answer." in found["text"]
    assert "You stopped this answer." in found["there"]
    assert QUESTION in ground.outcome(found["id"])["query"]["query_text"]
    assert SENTENCES[0] in found["elsewhere"]
