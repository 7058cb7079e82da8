"""What a worker's views say: where students stand, by core's tables, and how agents are doing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from click import ClickException

from learnflow.cli.audit.differences import Difference, differing
from learnflow.domain.health.agent_health import Backlog, ReceivedHeartbeat, agent_health
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.vocabulary import SkillLevel

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
