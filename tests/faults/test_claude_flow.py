"""A whole system whose tutor is Claude: what it answers, what it costs, and what becomes of questions without it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from learnflow.topics import TOPICS
from tests.support.apache_kafka import Broker
from tests.support.claude_server import Player, playing_claude
from tests.support.messages_api import KEY, MODEL
from tests.support.running_system import Client, systems, until, workers
from tests.support.topic_watcher import TopicMessage, TopicWatcher, watching
from tests.support.web_client import get

OFFLINE: Final = "offline"
TIMEOUT: Final = 4  # seconds that one answer may take
SETTINGS: Final = {
    "ANTHROPIC_API_KEY": KEY,
    "LEARNFLOW_TUTOR": "claude",
    "LEARNFLOW_CLAUDE_TIMEOUT_SECONDS": str(TIMEOUT),
    "LEARNFLOW_CLAUDE_ATTEMPTS": "2",
    "LEARNFLOW_CLAUDE_PAUSE_SECONDS": "0.5",
    "LEARNFLOW_CLAUDE_FAILURES_UNTIL_PAUSE": "1000",
    "LEARNFLOW_LOG_LEVEL": "info",
}
CODE: Final = "arr = [1, 2, 3]\nprint(arr[5])"
IN_PYTHON: Final[dict[str, Any]] = {"query_type": "code", "code_snippet": CODE, "language": "python"}
RECURSION: Final = "Can you explain recursion with nested boxes?"  # of no test before, whose answer is known
FIVE: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "concepts": (RECURSION, {}),
    "code-review": ("Please review my code", IN_PYTHON),
    "debug": ("Why does my code throw IndexError?", IN_PYTHON),
    "exercise": ("Give me an exercise on loops", {}),
    "progress": ("How am I doing?", {}),
}
USAGE: Final = "SELECT agent, model, calls, price_usd > 0 AS priced FROM claude_usage WHERE query_id = $1::text::uuid"


@dataclass(frozen=True)
class Ground:
    """The system, what watches it, and the Claude that it asks."""

    client: Client
    watch: TopicWatcher
    claude: Player
    logs: Path
    web: str
    students: set[str] = field(default_factory=set)

    def ask(self, student: str, text: str, **payload: Any) -> TopicMessage:
        """Ask, and return the only outcome of the question."""
        self.students.add(student)
        query_id = self.client.ask(student, text, **payload)
        self.watch.answer(query_id)
        self.watch.database.stored(query_id)
        (outcome,) = self.watch.answers(query_id)
        return outcome

    def usage(self, query_id: str) -> list[tuple[str, str, int, bool]]:
        """Return who was paid for a question: agent, model, calls, and whether they have a price."""
        return sorted(tuple(row.values()) for row in self.watch.database.rows(USAGE, query_id))


@pytest.fixture(scope="module")
def ground(broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Run all agents and the sink beside a Claude of ours."""
    directory = tmp_path_factory.mktemp("claude")
    with (
        playing_claude() as claude,
        systems(broker, module_database, directory, **SETTINGS, **claude.environment) as started,
        workers(started, ["worker"], ["sink"]) as (worker, _),
        watching(broker.address, module_database) as watch,
    ):
        yield Ground(Client(broker.address), watch, claude, directory, worker.web)


@pytest.fixture
def answers(ground: Ground) -> Iterator[Ground]:
    """Let Claude answer again, whatever the test has made of it."""
    yield ground
    ground.claude.mode, ground.claude.seconds = "answers", 0.0
    ground.claude.changes.clear()


@pytest.mark.parametrize("agent", list(FIVE))
def test_each_agent_answers_in_claudes_words(answers: Ground, student: str, agent: str) -> None:
    text, payload = FIVE[agent]
    answer = answers.ask(student, text, **payload)
    said = answer.payload
    assert (said["agent_name"], said["claude_model"]) == (agent, MODEL)
    assert said["token_count"] > 0
    assert said["metadata"]["prompt"]
    assert answers.usage(said["query_id"]) == [(agent, MODEL, 1, True)]
    stored = answers.watch.database.stored(said["query_id"], flow=2)
    assert [way[2:] for way in stored.ways] == [("triage", agent), (agent, "student")]
    assert [row["claude_model"] for row in stored.responses] == [MODEL]


def test_debug_has_concepts_explain_what_is_missing(answers: Ground, student: str) -> None:
    answers.claude.changes["missing_concept"] = {"missing_concept": "recursion"}
    said = answers.ask(student, "Why does my code throw IndexError?", **IN_PYTHON).payload
    assert said["metadata"]["explained"]["model"] == MODEL
    assert answers.usage(said["query_id"]) == [("concepts", MODEL, 1, True), ("debug", MODEL, 1, True)]
    ways = answers.watch.database.stored(said["query_id"], flow=4).ways
    assert [way[2:] for way in ways] == [
        ("triage", "debug"), ("debug", "concepts"), ("concepts", "debug"), ("debug", "student"),
    ]  # fmt: skip


def test_a_question_goes_where_claude_says_it_belongs_and_stays_there(answers: Ground, student: str) -> None:
    """Both say that it is the other's."""
    answers.claude.changes["remarks"] = {"belongs_to": {"agent": "debug", "because": "it fails"}}
    answers.claude.changes["missing_concept"] = {"belongs_to": {"agent": "code-review", "because": "it is ugly"}}
    said = answers.ask(student, "Please review my code", **IN_PYTHON).payload
    assert (said["agent_name"], said["claude_model"]) == ("debug", MODEL)
    assert answers.usage(said["query_id"]) == [("code-review", MODEL, 1, True), ("debug", MODEL, 1, True)]
    ways = answers.watch.database.stored(said["query_id"], flow=3).ways
    assert [way[2:] for way in ways] == [("triage", "code-review"), ("code-review", "debug"), ("debug", "student")]


def test_the_same_question_of_another_student_asks_nobody(answers: Ground, student: str) -> None:
    text = "What is a lambda?"
    first = answers.ask(student, text).payload
    before = len(answers.claude.bodies)
    again = answers.ask(f"student-{uuid4()}", text).payload
    assert len(answers.claude.bodies) == before
    assert (again["response_text"], again["claude_model"]) == (first["response_text"], MODEL)
    assert (again["token_count"], again["metadata"]["cached"], answers.usage(again["query_id"])) == (None, True, [])


@pytest.mark.parametrize("mode", ["overloaded", "refuses"])
def test_while_claude_is_away_all_are_answered_and_told_so(answers: Ground, mode: str) -> None:
    answers.claude.mode = mode
    for agent, (text, payload) in FIVE.items():
        said = answers.ask(f"student-{uuid4()}", f"{text} " if agent != "concepts" else "Explain closures", **payload)
        assert (said.payload["agent_name"], said.payload["claude_model"]) == (agent, OFFLINE)
        assert said.payload["token_count"] is None
        assert answers.usage(said.payload["query_id"]) == []
        if agent != "exercise":
            assert said.payload["response_text"].startswith("Claude, who usually answers here, cannot be reached")
    if mode == "refuses":
        assert until(lambda: "Claude cannot be asked: the key is not accepted" in str(get(answers.web, "/health").body))


def test_where_claude_hangs_questions_end_in_time(answers: Ground) -> None:
    """Long before core would have failed them."""
    answers.claude.mode = "hangs"
    asked = [
        answers.client.ask(f"student-{uuid4()}", text if agent != "concepts" else "Explain generators", **payload)
        for agent, (text, payload) in FIVE.items()
        if agent != "exercise"  # which may take longer, and is written by the same calls
    ]
    outcomes = [answers.watch.answered(query_id) for query_id in asked]
    assert {one.payload["claude_model"] for one in outcomes} == {OFFLINE}


def test_distress_is_answered_without_claude(answers: Ground, student: str) -> None:
    before = len(answers.claude.bodies)
    said = answers.ask(student, "I want to die, and my loop does not work either").payload
    assert said["metadata"]["distress"] is True
    assert "talk to somebody you trust" in said["response_text"]
    assert len(answers.claude.bodies) == before


def test_personal_data_stays_here(answers: Ground, student: str) -> None:
    before = len(answers.claude.bodies)
    text = "Why does my code fail? Write to maya.lindqvist@example.org or call +49 170 1234567"
    answers.ask(student, text, **IN_PYTHON | {"code_snippet": f"mail = 'maya.lindqvist@example.org'\n{CODE}"})
    told = "\n".join(answers.claude.bodies[before:])
    assert "Why does my code fail?" in told
    assert "lindqvist" not in told
    assert "1234567" not in told
    assert student not in told


def test_the_key_is_nowhere(answers: Ground) -> None:
    """What the server says repeats it."""
    logs = [Path(folder) / name for folder, _, names in os.walk(answers.logs) for name in names if name == "log"]
    assert len(logs) == 2
    for log in logs:
        assert KEY not in log.read_text()
    answers.watch.catch_up()
    for topic in TOPICS:
        for seen in answers.watch.on(topic.name):
            assert KEY.encode() not in (seen.value or b"")
    letters = {seen.key for seen in answers.watch.on("dead-letters")}
    assert letters.isdisjoint(student.encode() for student in answers.students), "others are of tests before this one"
    assert json.dumps(answers.watch.database.rows("SELECT draft::text FROM concepts_cache")).count(KEY) == 0
