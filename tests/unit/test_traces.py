"""Spans around a call to Claude, and what becomes of a failure."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from learnflow import traces
from learnflow.settings import Claude as ClaudeSettings
from learnflow.traces.opentelemetry import OpenTelemetry
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.interface import ClaudeUnavailable, Tokens
from tests.support.claude_clients import SONNET, Answers, ask

TRACE = UUID(int=7)


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(traces, "_tracing", OpenTelemetry("here", exporter))
    yield exporter
    traces.stop()


def ended(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    traces.stop()
    return list(exporter.get_finished_spans())


async def test_a_call_to_claude_is_a_child_of_what_it_is_made_for(exporter: InMemorySpanExporter) -> None:
    asking = ClaudeClient(Answers(Tokens(100, 20)), ClaudeSettings())
    with traces.tracing().handling("concepts process", TRACE, (), {}):
        await asking.ask(ask(), asyncio.get_running_loop().time() + 60.0)
    call, handled = ended(exporter)
    assert (call.name, handled.name) == (f"chat {SONNET}", "concepts process")
    assert call.parent == handled.context
    assert handled.context
    assert handled.context.trace_id == TRACE.int
    assert call.attributes
    assert (call.attributes["gen_ai.usage.input_tokens"], call.attributes["gen_ai.usage.output_tokens"]) == (100, 20)


async def test_a_call_that_fails_says_so_and_not_in_whose_words(exporter: InMemorySpanExporter) -> None:
    asking = ClaudeClient(Answers(ClaudeUnavailable("said jane.doe@example.com")), ClaudeSettings())
    with pytest.raises(ClaudeUnavailable), traces.tracing().handling("concepts process", TRACE, (), {}):
        await asking.ask(ask(), asyncio.get_running_loop().time() + 60.0)
    spans = ended(exporter)
    assert [span.status.is_ok for span in spans] == [False, False]
    assert "jane" not in "".join(span.to_json() for span in spans)


async def test_who_serves_claude_is_told_no_trace(exporter: InMemorySpanExporter) -> None:
    seen: list[httpx2.Headers] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers)
        return httpx2.Response(400, json={"type": "error", "error": {"type": "none", "message": "none"}})

    claude = AnthropicApi(api_key="sk-ant-test", transport=httpx2.MockTransport(answer))
    with traces.tracing().handling("concepts process", TRACE, (), {}):
        await claude.call(ask())
    await claude.close()
    (headers,) = seen
    assert not [name for name in headers if name.startswith("trace")]
    assert [span.name for span in ended(exporter)] == ["concepts process"]


def test_what_is_sent_names_the_span_in_which_it_is_sent(exporter: InMemorySpanExporter) -> None:
    with traces.tracing().handling("triage process", TRACE, (), {}):
        headers = traces.tracing().carried("triage-routing", TRACE)
    with traces.tracing().handling("router process", TRACE, headers, {}):
        pass
    triage, router = ended(exporter)
    assert router.parent
    assert triage.context
    assert (router.parent.span_id, router.parent.trace_id) == (triage.context.span_id, TRACE.int)


def test_what_time_alone_sends_has_a_span_of_its_own(exporter: InMemorySpanExporter) -> None:
    headers = traces.tracing().carried("agent-responses", TRACE)
    (sent,) = ended(exporter)
    assert sent.context
    assert dict(headers)["traceparent"] == f"00-{TRACE.hex}-{sent.context.span_id:016x}-01".encode()
    assert (sent.name, sent.parent) == ("agent-responses send", None)


def test_a_nonsensical_header_is_ignored(exporter: InMemorySpanExporter) -> None:
    with traces.tracing().handling("triage process", TRACE, [("traceparent", b"\xff\x00"), ("tracestate", None)], {}):
        pass
    (span,) = ended(exporter)
    assert (span.parent, len(span.links)) == (None, 0)


def test_without_an_endpoint_nothing_is_carried() -> None:
    traces.start("here", {})
    assert not traces.active()
    assert traces.tracing().carried("student-queries", TRACE) == ()


def test_an_endpoint_without_the_extra_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "learnflow.traces.opentelemetry", None)
    with pytest.raises(traces.TracingUnavailable, match=r"learnflow\[tracing\]"):
        traces.start("here", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
