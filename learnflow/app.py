"""Builds the Faust app of each role. A process runs one role, several, or all."""

import asyncio
import os
import pkgutil
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp.typedefs import Middleware
from yarl import URL

from learnflow import traces
from learnflow.agents.context import Context, mastery_model, similarity
from learnflow.agents.wiring import wire_core, wire_sink, wire_specialist
from learnflow.logs import Lines
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.queries import QueryCancelled
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings, Web
from learnflow.settings.sections import Kafka
from learnflow.streams.codec import Clock
from learnflow.streams.stream_app import StreamApp
from learnflow.streams.topic_reader import TopicReader
from learnflow.tables import Tables
from learnflow.topics import LARGEST_DEAD_LETTER, STUDENT_EVENTS
from learnflow.tutor.factory import tutor
from learnflow.web.access import Access, add_session
from learnflow.web.database_views import WebDatabase
from learnflow.web.event_stream import Events, add_events
from learnflow.web.feedback import add_feedback
from learnflow.web.monitoring import Probes, add_health, add_metrics, add_probes, health
from learnflow.web.page import add_ask, add_page
from learnflow.web.push_messages import READ
from learnflow.web.student_state import DatabaseStudentState
from learnflow.web.views import add_views

CORE: Final = "core"
SINK: Final = "sink"
ROLES: Final = (CORE, *(str(specialist) for specialist in Specialist), SINK)
ANSWERING: Final = ROLES[:-1]

# For a message to reach the brokers; then it is sent again, if it is not too late. Sending takes twice as long at most,
# which is less than a quarter of the time for an answer: so long core waits for what was sent at the last moment.
REQUEST_SHARE: Final = 1 / 10
LEAST_REQUEST_SECONDS: Final = 2.0

Middlewares = Sequence[Middleware]


def build(roles: Sequence[str], settings: Settings, datadir: Path) -> StreamApp:
    """Return the app of the first role, which brings those of the others, each in its own consumer group."""
    context = _context(settings)
    access = Access.of(settings.web)
    middlewares = [access.middleware()]
    wired = [_wired(role, context, datadir, middlewares if role == roles[0] else None) for role in roles]
    first, *others = apps = [app for app, _ in wired]
    first.bring(others)
    first.log_lines = Lines(settings.learnflow.log_format, settings.database.url.encode())
    first.at_end(context.sandbox.close)
    first.at_end(context.tutor.close)
    first.at_end(partial(asyncio.to_thread, traces.start(context.instance)))
    if set(roles) & set(ANSWERING):
        _hear_stops(first, context)
    core = next(((app, tables) for app, tables in wired if tables), None)
    _serve(first, apps, access, context, core)
    return first


def _hear_stops(app: StreamApp, context: Context) -> None:
    """Hear which answers students stop; a worker that takes over a question hears what was said before, too."""
    settings = context.settings
    reader = TopicReader(
        settings.learnflow.bootstrap,
        {STUDENT_EVENTS: [EVENT_TYPES[QueryCancelled]]},
        settings.kafka.fetch_wait_ms,
        for_what="No answer can be stopped",
        seconds_back=settings.limits.open_query_seconds,
    )

    async def hear() -> None:
        await reader.run(context.answers.stop)

    app.task(hear)


def _context(settings: Settings) -> Context:
    """Build what the agents of this process share."""
    clock = Clock(lambda: datetime.now(UTC), timedelta(seconds=settings.limits.future_seconds))
    sandbox = Sandbox(settings.sandbox)
    return Context(
        settings=settings,
        tutor=tutor(settings, sandbox, clock),
        sandbox=sandbox,
        mastery=mastery_model(settings.learner),
        now=clock,
        instance=f"{socket.gethostname()}-{os.getpid()}",
        alike=similarity(settings.struggle),
    )


def _serve(
    app: StreamApp, apps: Sequence[StreamApp], access: Access, context: Context, core: tuple[StreamApp, Tables] | None
) -> None:
    """Give an app the web views of its process."""
    settings = context.settings
    add_probes(app, Probes(tuple(apps), context.now))
    add_session(app, access)
    database = WebDatabase(settings.need_database())
    app.at_end(database.close)
    state = DatabaseStudentState(database, settings.limits.turns, context.alike, context.now)
    add_views(app, state, core)
    agent_health = health(settings, database, context.now)
    add_health(app, agent_health)
    reader = TopicReader(settings.learnflow.bootstrap, READ, settings.kafka.fetch_wait_ms)
    events = Events(reader.run, {"health": agent_health.report, "figures": agent_health.figures})
    add_page(app)
    add_events(app, events)
    add_ask(app, context.now, events.asked)
    add_feedback(app, database, context.now)
    add_metrics(app, apps)


def _wired(
    role: str, context: Context, datadir: Path, middlewares: Middlewares | None
) -> tuple[StreamApp, Tables | None]:
    """Return a role's app, and the tables that it has."""
    app = _stream_app(f"learnflow-{role}", context.settings, datadir, middlewares)
    if role == CORE:
        return app, wire_core(app, context)
    if role == SINK:
        wire_sink(app, context)
    else:
        wire_specialist(app, context, Specialist(role))
    return app, None


def _stream_app(name: str, settings: Settings, datadir: Path, middlewares: Middlewares | None) -> StreamApp:
    """Return an app without agents. It serves web views where it is given what they pass through."""
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
        **_producer(settings.kafka, settings.limits.open_query_seconds),
        **_web(settings.web, middlewares),
    )


def _producer(kafka: Kafka, answer_seconds: float) -> dict[str, Any]:
    return {
        "producer_acks": -1,
        "producer_request_timeout": max(answer_seconds * REQUEST_SHARE, LEAST_REQUEST_SECONDS),
        "producer_linger": 0.002,
        "producer_max_batch_size": kafka.batch_bytes,
        "producer_max_request_size": 2 * LARGEST_DEAD_LETTER,
    }


def _web(web: Web, middlewares: Middlewares | None) -> dict[str, Any]:
    """Only our own views: Faust's would show all tables to whoever asks."""
    return {
        **{f"web_{view}_enabled": False for view in ("tables", "router", "stats", "graph")},
        "web_enabled": middlewares is not None,
        "web_bind": web.host,
        "web_port": web.port,
        "web_host": web.host,
        "canonical_url": web.reached_at,  # where the workers of a group find each other's tables
        "web_application_options": {"middlewares": middlewares or ()},
    }


def __getattr__(name: str) -> StreamApp:
    """Return the app that `faust -A learnflow.app` looks at, with what its commands do here: a layer above this one."""
    if name != "app":
        raise AttributeError(name)
    app: StreamApp = pkgutil.resolve_name("learnflow.cli.faust_program:load")()
    return app
