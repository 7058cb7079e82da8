"""Traces of what is handled, sent to where OTEL_EXPORTER_OTLP_ENDPOINT points; without it there are none, at no cost.

The trace of a message is its `trace_id`, so that traces, logs and `message_flow` name the same; the span that it
follows from travels beside it, in the headers of W3C Trace Context (`traceparent`). OpenTelemetry is imported only
where it is used: it is an extra, `learnflow[tracing]`.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final
from uuid import UUID

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Headers = Sequence[tuple[str, bytes | None]]
Attributes = Mapping[str, str | int]


class TracingUnavailable(Exception):  # noqa: N818 - a state of the installation
    """Traces are asked for, and what makes them is not installed."""


class Span:
    """A piece of work. This one is not recorded: it is used where nobody traces."""

    def tell(self, attributes: Attributes) -> None:
        """Say more of it."""

    def fail(self, kind: str) -> None:
        """Say that it failed, and the kind of failure: its text may repeat a student's words."""


NO_SPAN: Final = Span()
_NOTHING: Final = nullcontext(NO_SPAN)


class Tracing:
    """Makes spans. This one makes none: it is used where no endpoint is set."""

    def handling(
        self, _name: str, _trace_id: UUID, _headers: Headers, _attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """Handle a message of a trace, whose headers name the span that it follows from."""
        return _NOTHING

    def storing(self, _name: str, _causes: Iterable[Headers], _attributes: Attributes) -> AbstractContextManager[Span]:
        """Handle messages of many traces at once, in a trace of its own with links to theirs."""
        return _NOTHING

    def calling(self, _name: str, _attributes: Attributes) -> AbstractContextManager[Span]:
        """Call another service, as part of what is being handled."""
        return _NOTHING

    def carried(self, _topic: str, _trace_id: UUID) -> Headers:
        """Return the headers of a message that is sent now."""
        return ()

    def close(self) -> None:
        """Export what is left, and end."""


_tracing = Tracing()


def tracing() -> Tracing:
    """Return what makes this process's spans."""
    return _tracing


def active() -> bool:
    """Whether this process makes spans."""
    return type(_tracing) is not Tracing


def start(instance: str, environment: Mapping[str, str] = os.environ) -> Callable[[], None]:
    """Trace from now on, where an endpoint is set, and return what ends it. Raises TracingUnavailable."""
    global _tracing  # noqa: PLW0603 - one for a process, as there is one environment
    if not any(environment.get(name) for name in ENDPOINTS):
        return _tracing.close
    try:
        from learnflow.traces.opentelemetry import OpenTelemetry  # noqa: PLC0415 - as the module says
    except ModuleNotFoundError as error:
        raise TracingUnavailable(
            f"{ENDPOINTS[0]}: asks for traces, which need `pip install learnflow[tracing]` ({error.name} is missing)"
        ) from None
    _tracing = OpenTelemetry(instance)
    return stop


def stop() -> None:
    """Export what is left, and trace no more."""
    global _tracing
    ended, _tracing = _tracing, Tracing()
    ended.close()
