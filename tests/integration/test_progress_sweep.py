"""What a day's end brings, though nobody asks anything: also a worker that has just started notices."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from learnflow.domain.learner.learner_state import current, state_from_history
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import shipped
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.learner_model import Asked
from learnflow.models.student import Profile
from learnflow.models.vocabulary import Intent
from learnflow.tables import CORE
from learnflow.topics import changelog
from tests.support.apache_kafka import Broker
from tests.support.observations import uid
from tests.support.running_system import Client, systems, workers

ASKED = 14
SECONDS = 180.0


def eight_days_ago(student: str) -> ProgressUpdated:
    """Return the standing that was told on the day of a student's questions."""
    then = datetime.now(UTC) - timedelta(days=8)
    seen = [Asked(at=then, id=uid(f"{student} {n}"), intent=Intent.CONCEPTS, topic="loops") for n in range(ASKED)]
    state = state_from_history(seen, shipped())
    return ProgressUpdated(version=ASKED, progress=progress(student, current(state, shipped()), then), state=state)


def test_velocity_falls_without_an_event_of_the_student(
    broker: Broker, module_database: str, tmp_path: Path, student: str
) -> None:
    told = eight_days_ago(student)
    assert told.progress.learning_velocity == ASKED / 7
    client = Client(broker.address)
    with systems(broker, module_database, tmp_path) as started:
        for table, value in (("profiles", Profile()), ("progress", told)):
            client.send(changelog(CORE, table).name, student, value.model_dump_json().encode())
        with workers(started, ["worker", "--only", "core"]), client.reading("student-progress") as reader:
            now = next(seen for seen in reader.until(SECONDS) if seen.key() == student.encode())
        with client.reading("student-events") as reader:
            due = [json.loads(seen.value() or b"") for seen in reader.everything() if seen.key() == student.encode()]
    said = json.loads(now.value() or b"")["payload"]
    assert (said["version"], said["progress"]["total_queries"]) == (ASKED + 1, ASKED)
    assert said["progress"]["learning_velocity"] == 0.0
    assert [each["event_type"] for each in due] == ["student.progress.due"]
