"""What workers say: in views, where students stand by core's tables, and how agents are doing; in heartbeats."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from click import ClickException

from learnflow.cli.audit.differences import Difference, differing
from learnflow.cli.audit.topic_history import TopicHistory
from learnflow.domain.health.agent_health import SIX_AGENTS, Backlog, ReceivedHeartbeat, agent_health
from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.vocabulary import Agent, SkillLevel

Get = Callable[[str], Any]  # an address of the worker → its JSON

_BY_POSTGRESQL: Final = "updated_at"  # set there when the row is written
_PROFILE: Final = ("name", "learning_style", "skill_level", "active")
_FIGURES: Final = (
    "error_count", "error_count_last_hour", "rejected_count", "queries_last_hour",
    "avg_response_time_ms", "p95_response_time_ms", "replica_count",
)  # fmt: skip


def view_differences(get: Get, student_id: str, told: LearningProgress) -> Iterator[Difference]:
    """Yield where the view of a student has another progress than the learner told."""
    shown = get(f"/api/students/{quote(student_id, safe='')}/progress")
    said = told.model_dump(mode="json")
    names = [name for name in said if name != _BY_POSTGRESQL or shown.get("source") == "tables"]
    yield from differing(student_id, "/api/students/…/progress", said, shown, names)


def profile_differences(get: Get, student_id: str, row: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield where core's table of profiles has another profile than the student's row must have."""
    with suppress(ClickException):  # not in the tables now: core will read the row
        profile = get(f"/tables/profiles/{quote(student_id, safe='')}/")["value"]
        shown = profile | {
            "name": profile["name"] or student_id,
            "skill_level": profile["skill_level"] or SkillLevel.BEGINNER,
        }
        yield from differing(student_id, "table profiles", row, shown, _PROFILE)


def health_differences(
    get: Get, totals: Mapping[str, int], heartbeats: Sequence[ReceivedHeartbeat]
) -> Iterator[Difference]:
    """Yield where health has other figures than PostgreSQL and the newest heartbeats, as far as it has had those."""
    report = get("/health")
    for agent in report["agents"]:
        name = agent["agent_name"]
        expected = {"total_queries_processed": totals.get(name, 0)}
        yield from differing(None, f"/health, {name}", expected, agent, expected)
    for agent in (*report["agents"], *report["components"]):
        shown = {each["instance"]: datetime.fromisoformat(each["last_heartbeat"]) for each in agent["instances"]}
        of_agent = (each for each in heartbeats if each.beat.agent_name == agent["agent_name"])
        own = [each for each in of_agent if each.at == shown.get(each.beat.instance)]
        if len(own) == len(shown):
            computed = agent_health(own, Backlog(), max(shown.values())).model_dump(mode="json")
            yield from differing(None, f"/health, {agent['agent_name']}", computed, agent, _FIGURES)


def received(history: TopicHistory) -> list[ReceivedHeartbeat]:
    """Return the newest heartbeat of each instance."""
    return [ReceivedHeartbeat(event.timestamp, event.payload) for event in history.heartbeats.values()]


def figure_differences(history: TopicHistory, now: datetime) -> Iterator[Difference]:
    """Yield where the counts of all instances of an agent do not add up to its messages, repeats included.

    An agent one of whose instances was killed is left out: nobody knows what that one had counted last.
    """
    processed = Counter(filter(None, (_processor(message.event) for each in history.of.values() for message in each)))
    letters = Counter(letter.agent for at_place in history.letters.values() for letter in at_place)
    beats = received(history)
    for agent in Agent:
        own = [each for each in beats if each.beat.agent_name is agent]
        if not own or any(each.missed(now) and not each.fresh(now) for each in own):
            continue
        counted = sum(each.beat.errors + each.beat.rejected for each in own)
        yield from _unequal(f"heartbeats of {agent}, errors and rejected", letters[agent], counted)
        if agent in SIX_AGENTS:
            total = sum(each.beat.processed for each in own)
            yield from _unequal(f"heartbeats of {agent}, processed", processed[agent], total)


def _processor(event: Event[Any]) -> Agent | None:
    match event.payload:
        case RoutingDecision():
            return Agent.TRIAGE
        case ResponseCompleted(agent_name=agent):
            return Agent(agent)
    return None


def _unequal(where: str, topics: int, found: int) -> Iterable[Difference]:
    return [Difference(None, where, topics, found)] if topics != found else []
