"""Sections 4, 5 and 8.2 of the data model: what its topics are, how students are spread, and what is kept how long."""

from collections import Counter
from datetime import timedelta
from typing import Final

import pytest
from aiokafka.partitioner import DefaultPartitioner

from learnflow.settings import Settings
from learnflow.tables import changelogs
from learnflow.topics import BY_NAME

DAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(days=7)
OF_THE_DATA_MODEL: Final = {
    "student-queries": (12, 3, WEEK, "student.query.submitted"),
    "triage-routing": (12, 3, DAY, "triage.routing.decision"),
    "concepts-requests": (6, 3, DAY, "agent.request.created"),
    "code-review-requests": (6, 3, DAY, "agent.request.created"),
    "debug-requests": (6, 3, DAY, "agent.request.created"),
    "exercise-requests": (6, 3, DAY, "agent.request.created"),
    "progress-requests": (6, 3, DAY, "agent.request.created"),
    "agent-responses": (12, 3, WEEK, "agent.response.completed"),
    "agent-logs": (6, 2, DAY, "agent.activity.logged"),
    "student-struggle": (6, 2, DAY, "student.struggle.detected"),
    "mastery-level-updated": (6, 2, DAY, "mastery.level.updated"),
}


@pytest.mark.parametrize("name", OF_THE_DATA_MODEL)
def test_a_topic_is_as_the_data_model_has_it(name: str) -> None:
    topic = BY_NAME[name]
    assert (topic.partitions, topic.replication, topic.retention, topic.events[0]) == OF_THE_DATA_MODEL[name]
    assert topic.config(3)["retention.ms"] == str(OF_THE_DATA_MODEL[name][2] // timedelta(milliseconds=1))
    assert topic.config(3)["cleanup.policy"] == "delete"


@pytest.mark.parametrize("partitions", [6, 12])
def test_students_are_spread_evenly(partitions: int) -> None:
    numbers, partition_of = list(range(partitions)), DefaultPartitioner()
    students = (f"student-{number}".encode() for number in range(partitions * 1_000))
    counts = Counter(partition_of(student, numbers, numbers) for student in students)
    assert set(counts) == set(numbers)
    assert all(900 < count < 1_100 for count in counts.values())


def test_what_is_kept_how_long_without_a_setting() -> None:
    settings = Settings()
    assert settings.database.keep_days == 90, "queries"
    assert settings.claude.cache_days == 7, "explanations"
    assert settings.agents.heartbeat_seconds == 10


def test_the_progress_of_students_is_kept_for_good() -> None:
    names = [topic.name for topic in changelogs()]
    assert "learnflow-core-progress-changelog" in names
    for topic in (*changelogs(), BY_NAME["student-progress"]):
        assert (topic.compacted, topic.retention) == (True, None), topic.name
