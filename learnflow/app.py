"""Builds the Faust app of each role. A process runs one role, several, or all."""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from yarl import URL

from learnflow import traces
from learnflow.agents.context import Context
from learnflow.agents.staff import staff_core, staff_sink, staff_specialist
from learnflow.logs import Lines
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings, SettingsError, Web, current
from learnflow.streams.clock import Clock
from learnflow.streams.stream_app import StreamApp
from learnflow.topics import LARGEST_DEAD_LETTER
from learnflow.tutor.of_settings import tutor
from learnflow.web.metrics import add_metrics
from learnflow.web.probes import Probes, add_probes

CORE: Final = "core"
SINK: Final = "sink"
ROLES: Final = (CORE, *(str(specialist) for specialist in Specialist), SINK)
ANSWERING: Final = ROLES[:-1]


def build(roles: Sequence[str], settings: Settings, datadir: Path) -> StreamApp:
    """Return the app of the first role, which brings those of the others, each in its own consumer group."""
    clock = Clock(lambda: datetime.now(UTC), timedelta(seconds=settings.limits.future_seconds))
    instance = f"{socket.gethostname()}-{os.getpid()}"
    sandbox = Sandbox(settings.sandbox)
    teacher = tutor(settings, sandbox, clock)
    context = Context(settings, teacher, sandbox, settings.learner.model(), clock, instance)
    first, *others = (_staffed(role, context, datadir, web=role == roles[0]) for role in roles)
    first.bring(others)
    first.log_lines = Lines(settings.learnflow.log_format, settings.database.url.encode())
    first.at_end(sandbox.close)
    first.at_end(teacher.close)
    first.at_end(partial(asyncio.to_thread, _traced(instance)))
    add_probes(first, Probes((first, *others), context.now))
    add_metrics(first, (first, *others))
    return first


def _traced(instance: str) -> Callable[[], None]:
    try:
        return traces.start(instance)
    except traces.TracingUnavailable as error:
        raise SettingsError(str(error)) from None


def _staffed(role: str, context: Context, datadir: Path, *, web: bool) -> StreamApp:
    app = _stream_app(f"learnflow-{role}", context.settings, datadir, web=web)
    if role == CORE:
        staff_core(app, context)
    elif role == SINK:
        staff_sink(app, context)
    else:
        staff_specialist(app, context, Specialist(role))
    return app


def _stream_app(name: str, settings: Settings, datadir: Path, *, web: bool) -> StreamApp:
    datadir.mkdir(parents=True, exist_ok=True)  # or the worker dies
    session = settings.kafka.session_timeout_seconds
    return StreamApp(
        name,
        broker=[URL(f"kafka://{address}") for address in settings.learnflow.bootstrap],
        datadir=str(datadir / name),
        store="rocksdb://",
        fetch_wait_ms=settings.kafka.fetch_wait_ms,
        drain_seconds=settings.agents.drain_seconds,
        table_standby_replicas=0,  # a standby that becomes active has been seen to lack the beginning of its students
        topic_allow_declare=False,  # Faust would declare changelogs in another way than ours
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_session_timeout=session,
        broker_heartbeat_interval=session / 12,
        broker_rebalance_timeout=session,
        broker_max_poll_interval=86_400,  # past it a worker stalls for good; /live watches instead
        broker_max_poll_records=5_000,
        stream_buffer_maxsize=65_536,  # a full buffer stalls the consumer
        stream_recovery_delay=0,
        stream_wait_empty=False,
        producer_acks=-1,
        producer_linger=0.002,
        producer_max_batch_size=settings.kafka.batch_bytes,
        producer_max_request_size=2 * LARGEST_DEAD_LETTER,
        **_web(settings.web, enabled=web),
    )


def _web(web: Web, *, enabled: bool) -> dict[str, Any]:
    """Only our own views: Faust's would show all tables to whoever asks."""
    views = ("tables", "router", "stats", "graph")
    hidden = {f"web_{view}_enabled": False for view in views}
    return {**hidden, "web_enabled": enabled, "web_bind": web.host, "web_port": web.port, "web_host": web.host}


def __getattr__(name: str) -> StreamApp:
    """Build the app of all answering roles for `faust -A learnflow.app worker`."""
    if name != "app":
        raise AttributeError(name)
    settings = current()
    return build(ANSWERING, settings, Path(settings.learnflow.data_directory or "."))
