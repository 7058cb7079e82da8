"""Section 5 of the data model: each of its topics with its partitions, replication and retention."""

from datetime import timedelta
from typing import Final

import pytest

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
