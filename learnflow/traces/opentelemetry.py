"""Spans through OpenTelemetry's SDK. No other module imports it."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Final
from uuid import UUID

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from learnflow import __version__
from learnflow.traces import Attributes, Headers, Span, Tracing

MOST_LINKS: Final = 128  # the SDK's own bound
_ROOT: Final = Context()
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_wanted: Final[ContextVar[int]] = ContextVar("wanted", default=0)


class _Ids(RandomIdGenerator):
    """A trace that begins has the id of the message's own trace, where there is one."""

    def generate_trace_id(self) -> int:
        """Return the id of a trace that begins."""
        return _wanted.get() or super().generate_trace_id()

    def is_trace_id_random(self) -> bool:
        """Promise nothing: who sends a question chooses its trace id."""
        return False


class _Span(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def fail(self, kind: str) -> None:
        self._span.set_status(StatusCode.ERROR, kind)
        self._span.set_attribute("error.type", kind)


class OpenTelemetry(Tracing):
    """Makes spans, and exports them to where the environment says, unless another exporter is given.

    It has a provider of its own: the SDK of Claude, which asks for the global one, makes none.
    """

    def __init__(self, instance: str, exporter: SpanExporter | None = None) -> None:
        names = {"service.name": "learnflow", "service.version": __version__, "service.instance.id": instance}
        resource = Resource(names).merge(OTELResourceDetector().detect())  # OTEL_SERVICE_NAME and the like go before
        self._provider = TracerProvider(resource=resource, id_generator=_Ids())
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("learnflow", __version__)

    def handling(
        self, name: str, trace_id: UUID, headers: Headers, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """Make a span whose parent is the one in the headers, if that is of the message's trace; else link to it."""
        cause = _span_context(headers)
        follows = cause is not None and cause.trace_id == trace_id.int
        parent = trace.set_span_in_context(trace.NonRecordingSpan(cause), _ROOT) if cause and follows else _ROOT
        links = [Link(cause)] if cause and not follows else []
        return _current(self._begin(name, trace_id, parent, SpanKind.CONSUMER, attributes, links))

    def storing(self, name: str, causes: Iterable[Headers], attributes: Attributes) -> AbstractContextManager[Span]:
        """Make a span that links to the first of its causes."""
        links = [Link(cause) for cause in islice(filter(None, map(_span_context, causes)), MOST_LINKS)]
        return _current(self._begin(name, None, _ROOT, SpanKind.CONSUMER, attributes, links))

    def calling(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        """Make a child of the current span."""
        return _current(self._begin(name, None, contexts.get_current(), SpanKind.CLIENT, attributes, []))

    def carried(self, topic: str, trace_id: UUID) -> Headers:
        """Name the current span; where it is of another trace, or there is none, one for sending."""
        now = trace.get_current_span()
        if now.get_span_context().trace_id == trace_id.int:
            return _headers(now)
        attributes = {"messaging.system": "kafka", "messaging.destination.name": topic}
        sending = self._begin(f"{topic} send", trace_id, _ROOT, SpanKind.PRODUCER, attributes, [])
        sending.end()
        return _headers(sending)

    def close(self) -> None:
        """Export what is left, and end."""
        self._provider.shutdown()

    def _begin(  # noqa: PLR0913, PLR0917 - what a span begins with
        self,
        name: str,
        trace_id: UUID | None,
        parent: Context,
        kind: SpanKind,
        attributes: Attributes,
        links: list[Link],
    ) -> trace.Span:
        wanted = _wanted.set(trace_id.int if trace_id else 0)
        try:
            return self._tracer.start_span(name, parent, kind, dict(attributes), links)
        finally:
            _wanted.reset(wanted)


@contextmanager
def _current(span: trace.Span) -> Iterator[Span]:
    """Make a span the current one, and end it; of an exception only the type is kept."""
    own = _Span(span)
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield own
        except BaseException as error:
            own.fail(type(error).__name__)
            raise


def _span_context(headers: Headers) -> SpanContext | None:
    """Return the span that headers name."""
    own = ((name, value) for name, value in headers if name in _PROPAGATOR.fields)
    carrier = {name: value.decode("ascii", "replace") for name, value in own if value}
    context = trace.get_current_span(_PROPAGATOR.extract(carrier, _ROOT)).get_span_context()
    return context if context.is_valid else None


def _headers(span: trace.Span) -> Headers:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, _ROOT))
    return [(name, value.encode()) for name, value in carrier.items()]
