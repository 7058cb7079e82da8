"""`/health`, `/api/figures` and `learnflow status` of a running system: equal to what the topic itself says."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from learnflow.models.health_report import Figures, HealthReport
from tests.command_line import Cli, lines, one_line
from tests.running.questions import get
from tests.systems import Client, Systems, until
from tests.watching import Watch

SPECIALISTS: Final = ("concepts", "code-review", "debug", "exercise", "progress")
ALL: Final = {"triage", *SPECIALISTS, "router", "struggle", "learner", "sink"}


def read(running: Systems, path: str) -> tuple[int, Any]:
    code, body = get(f"{running.workers[0].web}{path}")
    return code, json.loads(body)


def logged(client: Client) -> list[dict[str, Any]]:
    """Return the payloads of all activity that is on the topic."""
    with client.reading("agent-logs") as reader:
        events = [json.loads(message.value() or b"{}") for message in reader.everything()]
    return [event["payload"] for event in events if event["event_type"] == "agent.activity.logged"]


def agrees(true: Callable[[], object]) -> None:
    """Heartbeats come each second, and may be on their way."""
    assert until(true, 20.0)


def test_health_says_what_the_topic_says(running: Systems, client: Client, watch: Watch, student: str) -> None:
    for question in ("Explain recursion", "What is a loop?", "How am I doing?"):
        watch.answered(client.ask(student, question))

    def same() -> bool:
        code, body = read(running, "/health")
        found = HealthReport.model_validate(body)
        ours = {each["instance"] for each in body["agents"][0]["instances"]}
        counts = Counter(each["agent_name"] for each in logged(client) if each["instance"] in ours)
        said = {str(each.agent_name): each.queries_last_hour for each in found.agents}
        states = {each.status for each in found.agents if each.queries_last_hour}
        everybody = {str(each.agent_name) for each in (*found.agents, *found.components)}
        return (code, found.status, said, states, everybody) == (
            200, "ok", {name: counts[name] for name in said}, {"active"}, ALL,
        )  # fmt: skip

    agrees(same)


def test_figures_are_those_of_the_topic(running: Systems, client: Client, watch: Watch, student: str) -> None:
    watch.answered(client.ask(student, "Explain dictionaries"))

    def same() -> bool:
        figures = Figures.model_validate(read(running, "/api/figures")[1])
        entries = logged(client)
        asked = {each["query_id"] for each in entries if each["agent_name"] == "triage"}
        answered = {each["query_id"] for each in entries if each["agent_name"] in SPECIALISTS}
        return (figures.questions, figures.answered) == (len(asked), len(asked & answered)) and bool(
            figures.latency_median_ms
        )

    agrees(same)


def test_one_agent_is_told_by_its_name(running: Systems) -> None:
    code, body = read(running, "/health/code-review")
    assert (code, body["agent_name"], body["replica_count"]) == (200, "code-review", 1)
    code, body = read(running, "/health/oracle")
    assert code == 404
    assert body["error"].startswith("There is no agent of that name; there are triage, ")


def test_status_shows_all_agents(running: Systems, bare: Cli) -> None:
    web = running.workers[0].web
    agrees(lambda: bare("status", "--url", web).returncode == 0)
    shown = bare("status", "--url", web).stdout
    assert {line.split()[0] for line in shown.splitlines() if line} >= ALL
    [found] = lines(bare("status", "--url", web, "--json"))
    assert found["status"] == "ok"
    assert len(found["figures"]["minutes"]) == 60


def test_status_without_a_worker_says_so_in_one_line(bare: Cli) -> None:
    assert "start `learnflow up`" in one_line(bare("status"))
    assert "does not answer" in one_line(bare("status", "--url", "http://127.0.0.1:1"))
    assert "must begin with http" in one_line(bare("status", "--url", "file:///etc/passwd"))
