"""Traces of a running system, as a collector gets them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.apache_kafka import Broker
from tests.support.otlp_collector import Collector, Span, collecting
from tests.support.running_system import Client, Systems, envelope, systems, until, workers
from tests.support.topic_watcher import TopicWatcher

CONSUMER = 5


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def running(
    broker: Broker, module_database: str, tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> Iterator[Systems]:
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with (
        systems(broker, module_database, tmp_path_factory.mktemp("traced"), **traced) as started,
        workers(started, ["worker"], ["sink"]),
    ):
        yield started


def way(spans: list[Span], span: Span) -> list[str]:
    """Return the names from the root of a trace down to a span."""
    parent = next((one for one in spans if one.id == span.parent), None)
    assert (parent is None) == (span.parent == ""), f"the parent of {span} is not in its trace"
    return [*(way(spans, parent) if parent else []), span.name]


def ways(collector: Collector, trace: str, wanted: set[str]) -> None:
    """Wait until the ways that are wanted are among those to the spans of a trace."""

    def found() -> bool:
        spans = collector.trace(trace)
        # A span is sent when it has ended, which may be before its parent has.
        whole = {span.parent for span in spans} <= {"", *(span.id for span in spans)}
        return whole and wanted <= {" > ".join(way(spans, span)) for span in spans}

    assert until(found), collector.trace(trace)


def asked(client: Client, student: str, text: str, **payload: object) -> tuple[str, str]:
    """Ask something, and return the query's id and the trace's as the collector writes it."""
    message = envelope(student, "student.query.submitted", {"query_text": text, "query_type": "text", **payload})
    client.send("student-queries", student, message)
    return message["message_id"], UUID(message["trace_id"]).hex


def test_a_question_is_one_trace_from_triage_to_its_specialist(
    client: Client, watch: TopicWatcher, student: str, collector: Collector
) -> None:
    query_id, trace = asked(client, student, "Explain recursion")
    answer = watch.answered(query_id)
    assert UUID(answer.event["trace_id"]).hex == trace
    concepts = "triage process > router process > concepts process"
    ways(collector, trace, {concepts, f"{concepts} > learner process", "triage process > struggle process"})
    spans = collector.trace(trace)
    assert [span for span in spans if not span.parent] == [span for span in spans if span.name == "triage process"]
    assert {span.attributes["learnflow.query_id"] for span in spans} == {query_id}
    assert not any(student in json.dumps(span.attributes) for span in spans)
    assert answer.headers["traceparent"].decode().startswith(f"00-{trace}-")


def test_two_agents_that_answer_together_are_in_one_trace(
    client: Client, watch: TopicWatcher, student: str, collector: Collector
) -> None:
    query_id, trace = asked(
        client, student, "Why does my code throw IndexError?", query_type="code", language="python",
        code_snippet="arr = [1, 2, 3]\nprint(arr[5])",
    )  # fmt: skip
    watch.answered(query_id)
    together = "triage process > router process > debug process > concepts process > debug process"
    ways(collector, trace, {together})


def test_the_sink_links_to_the_traces_that_it_stores(
    client: Client, watch: TopicWatcher, student: str, collector: Collector
) -> None:
    query_id, trace = asked(client, student, "Explain recursion")
    watch.answered(query_id)

    def linked() -> bool:
        return any(span.name == "sink process" and trace in span.links for span in list(collector.spans))

    assert until(linked)


def test_a_message_that_cannot_be_read_keeps_its_headers(client: Client, watch: TopicWatcher, student: str) -> None:
    told = f"00-{'1' * 32}-{'2' * 16}-01".encode()
    client.producer.produce("student-queries", value=b"{}", key=student, headers=[("traceparent", told)])
    client.producer.flush(20)
    (letter,) = watch.wait("dead-letters", lambda seen: seen.key == student.encode())
    assert letter.headers["traceparent"] == told


def test_where_a_span_of_another_trace_sent_the_question_there_is_a_link(
    client: Client, watch: TopicWatcher, student: str, collector: Collector
) -> None:
    message = envelope(student, "student.query.submitted", {"query_text": "Explain recursion", "query_type": "text"})
    told = f"00-{'a' * 32}-{'b' * 16}-01".encode()
    client.producer.produce(
        "student-queries", value=json.dumps(message).encode(), key=student, headers=[("traceparent", told)]
    )
    client.producer.flush(20)
    watch.answered(message["message_id"])
    trace = UUID(message["trace_id"]).hex
    ways(collector, trace, {"triage process"})
    (triage,) = (span for span in collector.trace(trace) if span.name == "triage process")
    assert (triage.parent, triage.links, triage.kind) == ("", ("a" * 32,), CONSUMER)


def test_a_worker_names_itself(collector: Collector) -> None:
    assert {resource["service.name"] for resource in collector.resources} == {"learnflow"}
    assert all(resource["service.instance.id"] for resource in collector.resources)


BUILD = """
import sys
from pathlib import Path
from learnflow.app import ROLES, build
from learnflow.settings import current
build(ROLES, current(), Path(sys.argv[1]))
print([name for name in sys.modules if name.partition(".")[0] == "opentelemetry"])
"""


def test_without_an_endpoint_opentelemetry_is_not_even_imported(tmp_path: Path, environment: dict[str, str]) -> None:
    variables = {"LEARNFLOW_BROKER": "kafka://127.0.0.1:9", "LEARNFLOW_DATABASE_URL": "postgresql://127.0.0.1/none"}
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], env=environment | variables | {"LEARNFLOW_TUTOR": "offline"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"
