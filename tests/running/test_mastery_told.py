"""What is known of a student reaches the teacher's ledger, and the student's answers."""

from typing import Any

import pytest

from tests.support.command_line import Cli, lines
from tests.support.running_system import Client, Systems, until
from tests.support.topic_watcher import TopicWatcher


@pytest.fixture
def mastery(bare: Cli, running: Systems) -> Cli:
    """Run `learnflow mastery` beside the running system."""
    own = {name: running.environment[name] for name in ("LEARNFLOW_BROKER", "LEARNFLOW_DATABASE_URL")}
    return lambda *arguments, **more: bare("mastery", *arguments, **own, **more)


def test_a_level_that_a_teacher_sets_is_applied_and_told(
    mastery: Cli, client: Client, watch: TopicWatcher, student: str
) -> None:
    watch.database.stored(client.ask(student, "Explain recursion"), flow=2)
    sent = mastery("set", student, "loops", "0.9", "--reason", "Passed the oral exam", "--by", "teacher-7")
    assert sent.returncode == 0, sent.stderr
    watch.processed(*watch.wait("student-events", lambda seen: seen.key == student.encode()))

    def shown() -> list[dict[str, Any]]:
        (record,) = lines(mastery("show", student, "loops", "--json"))
        return list(record["changes"])

    assert until(shown)
    (change,) = shown()
    assert (change["old_level"], change["new_level"], change["new_band"]) == (0.0, 0.9, "mastered")
    assert (change["reason"], change["set_by"]) == ("Passed the oral exam", "teacher-7")
    assert [one["what"] for one in change["evidence"]] == ["level set to 0.9 by teacher-7"]
    assert "level set to 0.9 by teacher-7" in mastery("show", student, "loops").stdout

    answer = watch.answered(client.ask(student, "How am I doing?")).payload
    assert "You have mastered 1 topic: loops (90%)." in answer["response_text"]
    assert answer["metadata"]["mastery_levels"]["loops"] == 0.9
    assert answer["metadata"]["suggested_topics"][0]["topic"] == answer["metadata"]["suggested_topic"]
