"""Puts the agents of each role on its app."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

import faust
from mode.utils.logging import get_logger

from learnflow import metrics
from learnflow.agents.assigned_exercises import AssignedExercises, is_assignment
from learnflow.agents.concepts import ConceptsAgent
from learnflow.agents.context import Context
from learnflow.agents.debug import DebugAgent
from learnflow.agents.due_checks import OverdueSweep, ProgressSweep, StruggleSweep
from learnflow.agents.exercise import ExerciseAgent
from learnflow.agents.history_replays import ReplaySweep
from learnflow.agents.learner import LearnerAgent
from learnflow.agents.messages import Reporter
from learnflow.agents.router import RouterAgent
from learnflow.agents.sink import AT_ONCE, SinkAgent
from learnflow.agents.specialist_request import TutoredAgent
from learnflow.agents.struggle import StruggleAgent
from learnflow.agents.student_store import StudentStore
from learnflow.agents.triage import TriageAgent
from learnflow.database.exercises import add_exercises
from learnflow.database.observation_history import load_complete_histories
from learnflow.database.postgres import BatchSource
from learnflow.database.struggle_window import load_windows
from learnflow.database.students import StudentSource, load_assignments
from learnflow.models.envelope import Event
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sink.messages import STORED
from learnflow.sink.sink import Sink
from learnflow.streams.agent_stats import Activity
from learnflow.streams.dead_letters import Redrives
from learnflow.streams.event_producer import EventProducer
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.streams.message_processor import Handler, MessageProcessor, TableHandler, TableProcessor
from learnflow.streams.outcomes import Outcomes
from learnflow.streams.processing import Intake
from learnflow.streams.stream_app import StreamApp
from learnflow.tables import Tables
from learnflow.topics import AGENT_RESPONSES, REQUESTS, STUDENT_EVENTS, STUDENT_QUERIES, TRIAGE_ROUTING, Topic

SPECIALISTS: Final[Mapping[Specialist, Callable[[Context], Handler]]] = MappingProxyType({
    Specialist.CONCEPTS: ConceptsAgent,
    Specialist.CODE_REVIEW: lambda context: TutoredAgent(Specialist.CODE_REVIEW, context.tutor.review, context),
    Specialist.DEBUG: DebugAgent,
    Specialist.EXERCISE: ExerciseAgent,
    Specialist.PROGRESS: lambda context: TutoredAgent(Specialist.PROGRESS, context.tutor.progress, context),
})

RUNS_CODE: Final = frozenset({Agent.EXERCISE, Agent.DEBUG})

SWEEP_PAUSE: Final = 5.0  # seconds, at most
SINK_CHECK_PAUSE: Final = 5.0
WAITING_EACH: Final = 16  # messages that wait for each that is under way

_log = get_logger(__name__)


class AgentWiring:
    """Puts agents on an app, and lets them say that they are alive."""

    def __init__(self, app: StreamApp, context: Context) -> None:
        self.app = app
        self.context = context
        self.outbox = EventProducer(app)
        self.reporter = Reporter(context)
        self.problems: dict[Agent, Callable[[], str | None]] = {}  # what an agent cannot do here, for its heartbeat
        redrives = Redrives(context.settings.learnflow.bootstrap, context.settings.kafka.fetch_wait_ms)
        self.outcomes = Outcomes(context.settings.learnflow.bootstrap, context.settings.kafka.fetch_wait_ms)
        app.at_end(redrives.close)
        app.at_end(self.outcomes.close)
        self.intake = Intake(self.outbox, redrives, self.outcomes, context.now, self.reporter.error)
        app.beat(self._beat, context.settings.agents.heartbeat_seconds)

    def add(self, agent: Agent, topic: Topic, handler: Handler) -> None:
        """Let an agent handle a topic's messages, many at once."""
        in_flight = self.context.settings.agents.in_flight
        executor = self.executor(agent, in_flight, in_flight * WAITING_EACH)
        processor = self._processor(topic, handler, self.activity(agent), executor)
        self.run(agent, processor.run, topic)

    def add_beside(self, agent: Agent, topic: Topic, handler: Handler, accepts: Callable[[Event[Any]], bool]) -> None:
        """Let an agent handle some events of another topic, as many at once, so that neither waits for the other."""
        in_flight = self.context.settings.agents.in_flight
        executor = self.app.executor(in_flight, in_flight * WAITING_EACH)
        (activity,) = (each for each in self.app.activities if each.agent is agent)
        processor = self._processor(topic, handler, activity, executor)
        processor.accepts = accepts
        self.run(agent, processor.run, topic, name=f"{agent}-{topic.name}")

    def _processor(
        self, topic: Topic, handler: Handler, activity: Activity, executor: KeyedExecutor
    ) -> MessageProcessor:
        return MessageProcessor(
            topic,
            handler,
            activity=activity,
            intake=self.intake,
            executor=executor,
            reporter=self.reporter,
            taken_over=self.app.taken_over,
            is_lost=self.app.is_lost,
        )

    def add_table_writer(self, agent: Agent, handler: TableHandler, *topics: Topic) -> None:
        """Let an agent that writes tables read topics, one message after the other."""
        activity, is_ours = self.activity(agent), self.app.is_current
        processor = TableProcessor(handler, activity=activity, intake=self.intake, is_ours=is_ours)
        self.run(agent, processor.run, *topics)

    def every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do something again and again, while the app has its partitions and its tables."""

        async def when_caught_up() -> None:
            if self.app.caught_up:
                await work()

        self.app.timer(seconds)(when_caught_up)

    def activity(self, agent: Agent) -> Activity:
        """Return the counts of an agent, which its heartbeat tells."""
        activity = Activity(agent, self.context.instance, self.context.now)
        self.app.activities.append(activity)
        return activity

    def executor(self, agent: Agent, in_flight: int, accepted: int) -> KeyedExecutor:
        """Return what an agent's work runs in, watched by the metrics."""
        executor = self.app.executor(in_flight, accepted)
        metrics.IN_FLIGHT.labels(agent).set_function(lambda: executor.running)
        metrics.WAITING.labels(agent).set_function(lambda: executor.pending - executor.running)
        return executor

    def run(
        self, agent: Agent, work: Callable[[faust.Stream[bytes]], Awaitable[None]], *topics: Topic, name: str = ""
    ) -> None:
        """Let an agent read topics. What escapes it ends the process: Faust would lose the message."""

        async def agent_run(stream: faust.Stream[bytes]) -> None:
            try:
                await work(stream)
            except Exception as error:
                await self.app.crash(error)
                raise

        names = [topic.name for topic in topics]
        channel = self.app.topic(*names, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        self.app.agent(channel, name=name or str(agent))(cast("Any", agent_run))

    async def _beat(self) -> None:
        for activity in self.app.activities:
            problem = self.problems.get(activity.agent, lambda: None)()
            heartbeat = activity.heartbeat(self.app.unfinished, problem, self.app.phase)
            await self.outbox.post(self.reporter.log(heartbeat))

    async def check_sandbox(self) -> None:
        """Know from the start whether code can be run here."""
        problem = await self.context.sandbox.check()
        if problem:
            _log.warning("Student code cannot be run here, so nothing is graded: %s", problem)


def wire_core(app: StreamApp, context: Context) -> Tables:
    """Triage, router and learner, with the tables of core, which it returns."""

    def behind(*topics: Topic) -> Callable[[int], bool]:
        return lambda partition: any(app.behind(topic.name, partition) for topic in topics)

    wiring, tables, url = AgentWiring(app, context), Tables.of(app), context.settings.need_database()
    context.answers.post = wiring.outbox.post
    source = StudentSource(url, context.settings.limits.turns)
    assignments, windows = BatchSource(url, load_assignments), BatchSource(url, load_windows)
    histories = BatchSource(url, load_complete_histories)
    for closing in (source, assignments, windows, histories):
        app.at_end(closing.close)
    students = StudentStore(tables, source, assignments, behind(STUDENT_EVENTS))
    struggle, learner = StruggleAgent(context, students, windows), LearnerAgent(context, students)
    wiring.add(Agent.TRIAGE, STUDENT_QUERIES, TriageAgent(context))
    wiring.problems[Agent.TRIAGE] = context.tutor.problem
    wiring.add(Agent.ROUTER, TRIAGE_ROUTING, RouterAgent(context, students))
    wiring.add_table_writer(Agent.STRUGGLE, struggle, TRIAGE_ROUTING, STUDENT_EVENTS)
    wiring.add_table_writer(Agent.LEARNER, learner, TRIAGE_ROUTING, AGENT_RESPONSES, STUDENT_EVENTS)

    overdue = OverdueSweep(context, students, wiring.outbox, wiring.outcomes, behind(AGENT_RESPONSES))
    struggles = StruggleSweep(context, tables.struggles, wiring.outbox, behind(TRIAGE_ROUTING, STUDENT_EVENTS))
    progress = ProgressSweep(context, students, wiring.outbox)
    replays = ReplaySweep(context, students, histories, wiring.outbox)
    wiring.every(min(overdue.patience.collaboration.total_seconds() / 4, SWEEP_PAUSE), overdue)
    wiring.every(SWEEP_PAUSE, struggles)
    wiring.every(SWEEP_PAUSE, replays)
    wiring.every(SWEEP_PAUSE, lambda: progress(app.partitions(STUDENT_EVENTS.name)))
    return tables


def wire_sink(app: StreamApp, context: Context) -> None:
    """The worker that writes to PostgreSQL."""
    wiring = AgentWiring(app, context)
    sink = Sink(context.settings.need_database())
    wiring.problems[Agent.SINK] = lambda: sink.problem
    wiring.every(SINK_CHECK_PAUSE, sink.check)
    activity, executor = wiring.activity(Agent.SINK), wiring.executor(Agent.SINK, AT_ONCE, AT_ONCE)
    agent = SinkAgent(context, sink, activity=activity, intake=wiring.intake, executor=executor)
    wiring.run(Agent.SINK, agent.run, *STORED)


def wire_specialist(app: StreamApp, context: Context, specialist: Specialist) -> None:
    """One of the five that answer students."""
    wiring = AgentWiring(app, context)
    context.answers.post = wiring.outbox.post
    wiring.add(Agent(specialist), REQUESTS[specialist], SPECIALISTS[specialist](context))
    runs_code = Agent(specialist) in RUNS_CODE

    def problem() -> str | None:
        return (context.sandbox.problem if runs_code else None) or context.tutor.problem()

    wiring.problems[Agent(specialist)] = problem
    if runs_code:
        app.task(wiring.check_sandbox)
    if specialist is Specialist.EXERCISE:
        additions = BatchSource(context.settings.need_database(), add_exercises)
        app.at_end(additions.close)
        wiring.add_beside(Agent.EXERCISE, STUDENT_EVENTS, AssignedExercises(context, additions), is_assignment)
