"""`/health`, `/api/figures` and `learnflow status` of a running system: equal to what the topic itself says.

Other tests on this broker send what cannot be read, and leave workers that died: agents may well be in error here.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import confluent_kafka
from confluent_kafka import TopicPartition

from learnflow.models.agent_health import Figures, HealthReport
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES, TRIAGE_ROUTING, Topic
from tests.running.questions import get
from tests.support.command_line import Cli, lines, one_line
from tests.support.running_system import FETCH_WAIT_MS, Client, Systems, until
from tests.support.topic_watcher import TopicWatcher

SECONDS: Final = 60.0  # heartbeats come each second, and may be on their way; who was killed counts for 30 s more
SPECIALISTS: Final = ("concepts", "code-review", "debug", "exercise", "progress")
ALL: Final = {"triage", *SPECIALISTS, "router", "struggle", "learner", "sink"}


def read(running: Systems, path: str) -> tuple[int, Any]:
    code, body = get(f"{running.workers[0].web}{path}")
    return code, json.loads(body)


def messages(address: str, topic: Topic) -> list[dict[str, Any]]:
    """Return all events that are on a topic now."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": address,
        "group.id": uuid4().hex,
        "fetch.wait.max.ms": FETCH_WAIT_MS,
    })
    try:
        places = [TopicPartition(topic.name, number, 0) for number in range(topic.partitions)]
        left = {place.partition: consumer.get_watermark_offsets(place, timeout=20)[1] for place in places}
        consumer.assign(places)
        events = []
        while any(left.values()):
            for message in consumer.consume(1_000, 0.05):
                with suppress(ValueError):  # other tests send what is no event
                    events.append(json.loads(message.value() or b"{}"))
                if (message.offset() or 0) + 1 >= left[message.partition() or 0]:
                    left[message.partition() or 0] = 0
    finally:
        consumer.close()
    return [event for event in events if isinstance(event, dict) and isinstance(event.get("payload"), dict)]


def logged(address: str) -> list[dict[str, Any]]:
    """Return all activity that is on the topic now, but for what could not be done."""
    done = [event for event in messages(address, AGENT_LOGS) if event.get("event_type") == "agent.activity.logged"]
    return [event for event in done if not event["payload"].get("error")]


def processed(address: str, instances: set[str], since: datetime) -> Counter[str]:
    """Return how many questions each of the six agents has routed or answered on some workers.

    A worker of an earlier test may have had the same process id, and with it the same name: it is of before `since`.
    """
    entries = [each["payload"] for each in logged(address) if _time(each) >= since]
    theirs = {(each["agent_name"], each.get("query_id")) for each in entries if each["instance"] in instances}
    done = {
        (event["payload"].get("agent_name", "triage"), event["payload"].get("query_id"), event["message_id"])
        for topic in (TRIAGE_ROUTING, AGENT_RESPONSES)
        for event in messages(address, topic)
        if event.get("event_type") in ("triage.routing.decision", "agent.response.completed")
    }
    return Counter(agent for agent, query_id, _ in done if (agent, query_id) in theirs)


def _time(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["timestamp"])


def agrees(true: Callable[[], object]) -> None:
    assert until(true, SECONDS)


def test_health_says_what_the_topic_says(running: Systems, client: Client, watch: TopicWatcher, student: str) -> None:
    for question in ("Explain recursion", "What is a loop?", "How am I doing?"):
        watch.answered(client.ask(student, question))

    def same() -> bool:
        code, body = read(running, "/health")
        found = HealthReport.model_validate(body)
        everybody = (*found.agents, *found.components)
        assert {str(each.agent_name) for each in everybody} == ALL
        failing = any(each.status == "error" for each in everybody)
        assert (code, found.status) == ((503, "error") if failing else (200, "ok"))
        ours = {each.instance for agent in everybody for each in agent.instances if each.status != "error"}
        oldest = timedelta(seconds=max(each.uptime_seconds for each in everybody) + 2)
        counts = processed(client.address, ours, datetime.now(UTC) - oldest)
        said = {str(each.agent_name): each.queries_last_hour for each in found.agents}
        told.append((said, counts))
        return said == {name: counts[name] for name in said}

    told: list[object] = []
    assert until(same, SECONDS), told[-1]


def test_figures_are_those_of_the_topic(running: Systems, client: Client, watch: TopicWatcher, student: str) -> None:
    watch.answered(client.ask(student, "Explain dictionaries"))

    def same() -> bool:
        figures = Figures.model_validate(read(running, "/api/figures")[1])
        entries = [each["payload"] for each in logged(client.address) if _time(each) >= figures.since]
        asked = {each["query_id"] for each in entries if each["agent_name"] == "triage"}
        answered = {each["query_id"] for each in entries if each["agent_name"] in SPECIALISTS}
        return (figures.questions, figures.answered) == (len(asked), len(asked & answered)) and bool(
            figures.latency_median_ms
        )

    agrees(same)


def test_one_agent_is_told_by_its_name(running: Systems) -> None:
    code, body = read(running, "/health/code-review")
    assert (code, body["agent_name"]) == (503 if body["status"] == "error" else 200, "code-review")
    code, body = read(running, "/health/oracle")
    assert code == 404
    assert body["error"].startswith("There is no agent of that name; there are triage, ")


def test_status_shows_all_agents(running: Systems, bare: Cli) -> None:
    web = running.workers[0].web
    shown = bare("status", "--url", web).stdout
    assert {line.split()[0] for line in shown.splitlines() if line} >= ALL
    result = bare("status", "--url", web, "--json")
    [found] = lines(result)
    assert result.returncode == {"ok": 0, "error": 1}[found["status"]]
    assert len(found["figures"]["minutes"]) == 60


def test_status_without_a_worker_says_so_in_one_line(bare: Cli) -> None:
    assert "start `learnflow up`" in one_line(bare("status"))
    assert "does not answer" in one_line(bare("status", "--url", "http://127.0.0.1:1"))
    assert "must begin with http" in one_line(bare("status", "--url", "file:///etc/passwd"))
    assert "does not answer" in one_line(bare("status", "--url", "http://127.0.0.1:1/\n"))
