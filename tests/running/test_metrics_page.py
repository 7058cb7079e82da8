"""/metrics of running workers: everything that is declared, counted as it was sent, and nothing of a student."""

from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from learnflow import metrics
from tests.running.questions import QUESTIONS, get
from tests.support.running_system import Client, Systems, until
from tests.support.topic_watcher import TopicWatcher

Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def pages(running: Systems) -> list[str]:
    return [f"{worker.web}/metrics" for worker in running.workers]


def page(url: str) -> str:
    status, body = get(url)
    assert status == 200
    return body.decode()


def values(urls: list[str]) -> Values:
    found: Values = {}
    for url in urls:
        for family in text_string_to_metric_families(page(url)):
            for sample in family.samples:
                key = sample.name, tuple(sorted(sample.labels.items()))
                found[key] = found.get(key, 0.0) + sample.value
    return found


def of(found: Values, name: str, **labels: str) -> float:
    return found.get((f"learnflow_{name}", tuple(sorted(labels.items()))), 0.0)


def test_a_page_has_every_metric_that_is_declared_and_no_other_of_ours(pages: list[str]) -> None:
    declared = {(family.name, family.type, family.documentation) for family in metrics.REGISTRY.collect()}
    for url in pages:
        told = {
            (family.name, family.type, family.documentation) for family in text_string_to_metric_families(page(url))
        }
        assert {one for one in told if not one[0].endswith("_created")} == declared


def test_it_counts_what_was_sent(client: Client, watch: TopicWatcher, student: str, pages: list[str]) -> None:
    before = values(pages)
    asked = [client.ask(student, one.text, **one.payload) for one in QUESTIONS]
    own = f"print([][{uuid4().int}])"  # code that has been run is not run again
    asked.append(client.ask(student, "Why does it fail?", query_type="code", language="python", code_snippet=own))
    client.send("student-queries", student, b"no question")
    for query_id in asked:
        watch.answered(query_id)
    watch.wait("dead-letters", lambda seen: seen.key == student.encode())
    watch.processed(*watch.on("student-queries", student), *watch.on("agent-responses", student))
    after = values(pages)

    def more(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    for agent in ("triage", "router"):
        assert more("messages_total", agent=agent) == len(asked), agent
        assert more("response_seconds_count", agent=agent) == len(asked), agent
    assert more("messages_total", agent="progress") == 1
    assert (more("rejected_total", agent="triage"), more("dead_letters_total", agent="triage")) == (1, 1)
    assert more("sandbox_runs_total", language="python", ended="exception") >= 1
    assert more("sink_rows_total") > len(QUESTIONS)
    assert more("sink_batch_messages_sum") >= 3 * len(QUESTIONS)
    assert more("sink_delay_seconds_count") == more("sink_batch_messages_count") > 0
    assert more("faust_received_total", role="core") > 2 * len(QUESTIONS)


def test_what_is_done_does_not_wait(client: Client, watch: TopicWatcher, student: str, pages: list[str]) -> None:
    watch.answered(client.ask(student, "Explain recursion"))

    def nothing_left() -> bool:
        kept = {"learnflow_lag", "learnflow_waiting"}
        return not any(value for (name, _), value in values(pages).items() if name in kept)

    assert until(nothing_left)
    found = values(pages)
    ready = {labels[0][1]: value for (name, labels), value in found.items() if name == "learnflow_ready"}
    assert ready == dict.fromkeys(("core", "concepts", "code-review", "debug", "exercise", "progress", "sink"), 1.0)
    assert of(found, "finished_offset", role="core", topic="student-queries") >= 1


def test_nothing_of_a_student_is_on_it(client: Client, watch: TopicWatcher, student: str, pages: list[str]) -> None:
    query_id = client.ask(student, "Explain recursion")
    watch.answered(query_id)
    for url in pages:
        text = page(url)
        assert student not in text
        assert query_id not in text
