"""Questions that nobody answers in time: core fails them, and debug does without concepts."""

from collections.abc import Iterator

import pytest

from tests.running.questions import INDEX_ERROR
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client, Systems, systems, workers
from tests.support.topic_watcher import TopicWatcher

LATE_STUDENT = "student-who-waits"


@pytest.fixture(scope="module")
def running(broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    """Run core and the sink, and no specialist."""
    limits = {"LEARNFLOW_LIMITS_COLLABORATION_SECONDS": "0.8", "LEARNFLOW_LIMITS_OPEN_QUERY_SECONDS": "5"}
    with (
        systems(broker, module_database, tmp_path_factory.mktemp("overdue"), **limits) as started,
        workers(started, ["worker", "--only", "core"], ["sink"]),
    ):
        yield started


@pytest.fixture(scope="module")
def overdue(client: Client, watch: TopicWatcher) -> str:
    """Ask while neither debug nor concepts is running, and return the query that failed."""
    query_id = client.ask(LATE_STUDENT, INDEX_ERROR.text, **INDEX_ERROR.payload)
    watch.failure(query_id)
    return query_id


@pytest.fixture(scope="module")
def debug(running: Systems, overdue: str) -> Iterator[None]:  # noqa: ARG001 - it comes first
    """Run debug from now on."""
    with workers(running, ["worker", "--only", "debug"]):
        yield


@pytest.fixture(scope="module")
def answered_alone(client: Client, watch: TopicWatcher, debug: None) -> str:  # noqa: ARG001 - it answers
    """Ask while concepts is not running, and return the query that debug answered."""
    query_id = client.ask("student-of-debug", INDEX_ERROR.text, **INDEX_ERROR.payload)
    watch.answered(query_id)
    return query_id


@pytest.fixture
def concepts(running: Systems, answered_alone: str) -> Iterator[None]:  # noqa: ARG001 - it comes first
    """Run concepts from now on."""
    with workers(running, ["worker", "--only", "concepts"]):
        yield


def test_a_query_that_nobody_answers_fails_with_a_reason(watch: TopicWatcher, overdue: str) -> None:
    (outcome,) = watch.answers(overdue)
    assert (outcome.payload["failure"], outcome.payload["agent_name"]) == ("overdue", "router")
    stored = watch.database.stored(overdue, flow=2)
    assert (stored.query["status"], stored.responses) == ("failed", [])
    assert stored.query["failure_reason"] == "Nobody could answer this in time. Please ask again."
    assert stored.ways == [(1, "routing_decision", "triage", "debug"), (2, "response", "router", "student")]


@pytest.mark.usefixtures("debug")
def test_an_agent_that_starts_when_a_query_has_failed_leaves_it_alone(watch: TopicWatcher, overdue: str) -> None:
    (failed,) = watch.answers(overdue)
    watch.processed(failed, *watch.on("debug-requests", LATE_STUDENT))
    assert watch.answers(overdue) == [failed]
    stored = watch.database.stored(overdue)
    assert (stored.query["status"], stored.query["failure_reason"]) == ("failed", failed.payload["reason"])
    assert (stored.responses, len(stored.ways)) == ([], 2)


def test_debug_answers_alone_when_concepts_does_not(watch: TopicWatcher, answered_alone: str) -> None:
    assert watch.answered(answered_alone).payload["agent_name"] == "debug"
    stored = watch.database.stored(answered_alone, flow=3)
    assert (stored.query["status"], len(stored.responses)) == ("completed", 1)
    assert stored.ways == [
        (1, "routing_decision", "triage", "debug"),
        (2, "collaboration", "debug", "concepts"),
        (3, "response", "debug", "student"),
    ]


@pytest.mark.usefixtures("concepts")
def test_an_agent_that_starts_when_a_query_is_answered_explains_nothing(
    watch: TopicWatcher, answered_alone: str
) -> None:
    (asked,) = watch.wait("concepts-requests", lambda seen: seen.key == b"student-of-debug")
    watch.processed(asked)
    explained = [
        seen
        for seen in watch.on("debug-requests", "student-of-debug")
        if seen.event["event_type"] == "agent.collaboration.answered"
    ]
    assert explained == []
    assert len(watch.answers(answered_alone)) == 1
    stored = watch.database.stored(answered_alone, flow=3)
    assert (stored.query["status"], len(stored.responses)) == ("completed", 1)
