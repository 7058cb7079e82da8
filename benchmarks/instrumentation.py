"""What watching costs a message: our metrics and the context of logs, beside Faust's own sensors.

    python -m benchmarks.instrumentation

Figures are microseconds of CPU time for one message, the best of five rounds.
"""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from faust.sensors.monitor import Monitor
from faust.sensors.prometheus import FaustMetrics, PrometheusMonitor
from faust.types import TP
from prometheus_client import CollectorRegistry

from learnflow import metrics, traces
from learnflow.models.examples import EXAMPLES
from learnflow.models.vocabulary import Agent
from learnflow.streams.processing import Handling

ROUNDS: Final = 5
MESSAGES: Final = 20_000


def main() -> None:
    """Print what each way of watching takes."""
    ways = {
        "ours": _ours(),
        "Faust's monitor, which is always there": _faust(Monitor()),
        "Faust's Prometheus sensor in its place": _faust(
            PrometheusMonitor(FaustMetrics.create(CollectorRegistry(), "app"))
        ),
    }
    for name, watch in ways.items():
        print(f"{name:40} {_microseconds(watch):6.1f} µs a message")


def _ours() -> Callable[[], None]:
    event, message = EXAMPLES["student.query.submitted"], SimpleNamespace(headers=None)
    finished, seconds = metrics.MESSAGES.labels("bench"), metrics.RESPONSE_SECONDS.labels("bench")

    def watch() -> None:
        with Handling(Agent.TRIAGE, event, message):
            finished.inc()
            seconds.observe(0.02)
            traces.tracing().carried("triage-routing", event.trace_id)
            traces.tracing().carried("agent-logs", event.trace_id)

    return watch


def _faust(monitor: Monitor) -> Callable[[], None]:
    class Task:
        """Has a weak reference, as an asyncio task has."""

    class Stream:
        task_owner = Task()
        shortlabel = "Stream: triage"

    tp, stream = TP("student-queries", 0), Stream()
    message = SimpleNamespace(time_in=0.0, time_out=0.0, time_total=0.0)
    event = SimpleNamespace(message=message)

    def watch() -> None:
        sensor: Any = monitor
        sensor.on_message_in(tp, 1, message)
        state = sensor.on_stream_event_in(tp, 1, stream, event)
        sensor.on_stream_event_out(tp, 1, stream, event, state)
        sensor.on_message_out(tp, 1, message)

    return watch


def _microseconds(watch: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(MESSAGES):
            watch()
        best = min(best, time.process_time() - began)
    return best / MESSAGES * 1e6


if __name__ == "__main__":
    main()
