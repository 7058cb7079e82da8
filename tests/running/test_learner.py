"""What the learner makes of questions, submissions and teachers' words: its topics, and what PostgreSQL has of it."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest

from learnflow.domain.learner.learner_state import state_from_history
from learnflow.domain.mastery.model import shipped
from learnflow.models.learner_model import LearnerState
from learnflow.models.taxonomy import TOPICS
from tests.support.observations import graded, known
from tests.support.running_system import Client, Systems, until
from tests.support.submissions import after_noon, event, submit
from tests.support.topic_watcher import TopicMessage, TopicWatcher

LOOPS = "Can you explain how a for loop works in Python?"
PROGRESS = "SELECT * FROM student_progress WHERE student_id = $1"
STATE = "SELECT state, version FROM student_state WHERE student_id = $1"
LEDGER = "SELECT * FROM mastery_history WHERE student_id = $1 AND old_level IS NOT NULL ORDER BY at, new_level"


def newest(watch: TopicWatcher, student: str, version: int) -> dict[str, Any]:
    """Return a student's progress, once it has a version, and PostgreSQL has it too."""
    seen = watch.wait("student-progress", lambda it: it.key == student.encode() and it.payload["version"] >= version)[
        -1
    ]
    assert until(lambda: stored_version(watch, student) >= seen.payload["version"])
    return dict(seen.payload)


def stored_version(watch: TopicWatcher, student: str) -> int:
    """Return the version of a student's state in PostgreSQL; 0 when there is none."""
    rows = watch.database.rows(STATE, student)
    return int(rows[0]["version"]) if rows else 0


def levels(watch: TopicWatcher, student: str) -> list[TopicMessage]:
    """Return the changes of a student's levels so far."""
    return watch.on("mastery-level-updated", student)


def settle(watch: TopicWatcher, student: str) -> None:
    """Return when nothing more follows from what a student did."""
    known = -1
    while (seen := [*watch.on("triage-routing", student), *watch.on("student-events", student)]) and known < len(seen):
        known = len(seen)
        watch.processed(*seen)


def test_graded_exercises_lead_to_mastery(client: Client, watch: TopicWatcher, student: str) -> None:
    gradings = [submit(client, student, n, at=after_noon(n)) for n in range(8)]
    progress = newest(watch, student, 8)["progress"]
    assert progress["topics_mastered"] == ["loops"] == progress["strengths"]
    assert progress["completed_exercises"] == 8
    assert "mastered-loops" in progress["achievements"]
    changes = [seen.payload for seen in levels(watch, student)]
    assert changes[0]["old_level"] == 0.0
    assert all(one["new_level"] == other["old_level"] for one, other in pairwise(changes))
    mastered = next(one for one in changes if one["new_level"] >= 0.85)
    assert mastered["reason"] == f"Successfully completed {len(mastered['evidence'])} exercises on loops"
    assert set(mastered["evidence"]) <= set(gradings)
    assert len(mastered["evidence"]) >= 3, "a level never passes 0.85 on fewer than three graded successes"
    ledger = watch.database.rows(LEDGER, student)
    assert [(row["old_level"], row["new_level"]) for row in ledger] == [
        (one["old_level"], one["new_level"]) for one in changes
    ]
    (row,) = watch.database.rows(PROGRESS, student)
    assert orjson.loads(row["python_mastery_levels"]) == progress["python_mastery_levels"]


def test_an_event_that_comes_again_changes_nothing(client: Client, watch: TopicWatcher, student: str) -> None:
    submit(client, student, "one")
    newest(watch, student, 1)
    (first,) = levels(watch, student)
    (graded,) = (each for each in watch.on("student-events", student) if each.event["event_type"] == "exercise.graded")
    client.send("student-events", student, graded.value)
    (_, again) = watch.wait("student-events", lambda it: it.value == graded.value, count=2)
    watch.processed(again)
    assert {seen.payload["version"] for seen in watch.on("student-progress", student)} == {1}
    assert {(seen.event["message_id"], seen.payload["new_level"]) for seen in levels(watch, student)} == {
        (first.event["message_id"], first.payload["new_level"])
    }
    assert len(watch.database.rows(LEDGER, student)) == 1


def test_a_teacher_sets_a_level_and_the_ledger_says_so(client: Client, watch: TopicWatcher, student: str) -> None:
    submit(client, student, "one")
    said = {"topic": "loops", "level": 0.9, "reason": "Passed the oral exam", "set_by": "teacher-7"}
    client.send("student-events", student, event(student, "mastery.level.set", said, at=after_noon(5)))
    progress = newest(watch, student, 2)["progress"]
    assert progress["python_mastery_levels"] == {"loops": 0.9}
    assert progress["topics_mastered"] == ["loops"]
    ledger = watch.database.rows(LEDGER, student)
    assert [(row["new_level"], row["set_by"], row["reason"]) for row in ledger][-1] == (
        0.9, "teacher-7", "Passed the oral exam",
    )  # fmt: skip
    assert ledger[-1]["old_level"] == ledger[-2]["new_level"]


def test_a_skill_level_is_upgraded_in_the_profile_and_in_requests(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    beginner = [key for key, topic in TOPICS.items() if topic.difficulty == "beginner"][:5]
    for number, topic in enumerate(beginner):
        said = {"topic": topic, "level": 0.9, "reason": "An exam", "set_by": "teacher-7"}
        client.send("student-events", student, event(student, "mastery.level.set", said, at=after_noon(number)))
    (upgrade,) = watch.wait(
        "student-events", lambda it: it.key == student.encode() and it.event["event_type"] == "student.skill.upgraded"
    )
    assert (upgrade.payload["old_level"], upgrade.payload["new_level"]) == ("beginner", "intermediate")
    watch.processed(upgrade)
    statement = "SELECT skill_level FROM students WHERE student_id = $1"
    assert watch.database.rows(statement, student) == [{"skill_level": "intermediate"}]
    query_id = client.ask(student, LOOPS)
    watch.answered(query_id)
    (request,) = watch.on("concepts-requests", student)
    assert request.payload["profile"]["skill_level"] == "intermediate"
    assert request.payload["standing"]["python_mastery_levels"]["loops" if "loops" in beginner else beginner[0]] == 0.9


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)], ids=str)
def test_the_order_of_arrival_makes_no_difference(
    client: Client, watch: TopicWatcher, student: str, order: tuple[int, ...]
) -> None:
    scores = (1.0, 0.0, 1.0, 0.5, 1.0)
    for number in order:
        submit(client, student, number, score=scores[number], at=after_noon(10 * number))
    progress = newest(watch, student, 5)["progress"]
    in_order = known(graded(number, score, minutes=-10 * number) for number, score in enumerate(scores))
    assert progress["python_mastery_levels"] == {"loops": in_order.topics["loops"].level}


def test_a_rebuild_tells_each_level_that_changes(client: Client, watch: TopicWatcher, student: str) -> None:
    submit(client, student, "one")
    before = newest(watch, student, 1)["progress"]["python_mastery_levels"]["loops"]
    history = state_from_history([graded(f"{student} {n}", minutes=60 - n) for n in range(5)], shipped())
    said = event(student, "student.progress.rebuilt", {"state": history.model_dump(mode="json")})
    client.send("student-events", student, said)
    after = newest(watch, student, 2)["progress"]
    assert after["completed_exercises"] == 6, "what the history lacks is kept"
    settle(watch, student)
    changed = levels(watch, student)[-1].payload
    assert changed["old_level"] == before
    assert abs(changed["new_level"] - after["python_mastery_levels"]["loops"]) < 0.05, "less is not worth an event"
    assert (changed["reason"], changed["evidence"]) == ("Rebuilt by today's rules", [said["message_id"]])


def test_a_rebuilt_state_equals_the_one_built_live(
    client: Client, watch: TopicWatcher, running: Systems, student: str
) -> None:
    start = datetime.now(UTC) - timedelta(minutes=30)  # struggles have the time of their detection
    for number in range(3):
        at = start + timedelta(minutes=number)
        query = {"query_text": LOOPS, "query_type": "text", "code_snippet": None}
        asked = event(student, "student.query.submitted", query, at)
        client.send("student-queries", student, asked)
        watch.answered(asked["message_id"])
        submit(client, student, number, score=number / 2, at=at)
    said = {"topic": "lists", "level": 0.7, "reason": "An exam", "set_by": "teacher-7"}
    client.send("student-events", student, event(student, "mastery.level.set", said, start))
    settle(watch, student)
    before = watch.on("student-progress", student)[-1].payload["version"]
    live = LearnerState.model_validate(newest(watch, student, before)["state"])
    kinds = Counter(each.kind for each in live.recent)  # three equal questions are a struggle, which success ends
    assert kinds == {"asked": 3, "graded": 3, "set": 1, "struggling": 1, "resolved": 1}
    command = [sys.executable, "-m", "learnflow", "rebuild", student, "--json"]
    done = subprocess.run(command, env=running.environment, capture_output=True, text=True, timeout=60, check=True)
    assert orjson.loads(done.stdout) == {"rebuilt": 1, "unknown": [], "incomplete": 0}
    rebuilt = newest(watch, student, before + 1)
    assert LearnerState.model_validate(rebuilt["state"]) == live
    unknown = subprocess.run(
        [*command[:-2], "nobody"], env=running.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (unknown.returncode, unknown.stderr) == (1, "learnflow: there is no student nobody\n")
