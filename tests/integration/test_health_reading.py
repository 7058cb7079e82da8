"""Health from a real broker: heartbeats, lag, offsets that stand still, and what PostgreSQL lacks for too long."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from learnflow.app import ROLES, build
from learnflow.domain.health.agent_health import report
from learnflow.embedded.processes import reserved_port
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus
from learnflow.settings import Settings
from learnflow.settings.sections import Database, Learnflow
from learnflow.streams import topic_admin
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock
from learnflow.topics import AGENT_LOGS, DEBUG_REQUESTS, STUDENT_EVENTS, TOPICS, Topic
from learnflow.web.agent_logs import AgentLogs
from learnflow.web.consumer_lag import SUBSCRIPTIONS, ConsumerLag, Subscription
from learnflow.web.database_views import WebDatabase
from learnflow.web.monitoring import Health, LifetimeTotals
from tests.support.apache_kafka import Broker
from tests.support.running_system import envelope

NOW: Final = Clock(lambda: datetime.now(UTC), timedelta(minutes=5))


@asynccontextmanager
async def running(*parts: AgentLogs | ConsumerLag) -> AsyncIterator[None]:
    """Let readers run, and end them."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    yield
    for task in tasks:
        assert not task.done(), task
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def becomes(true: Callable[[], object]) -> None:
    """Return when something is so."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what happens at the broker sets no event here
            await asyncio.sleep(0.05)


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    await topic_admin.create(broker.address, TOPICS)
    sender = AIOKafkaProducer(bootstrap_servers=broker.address, acks="all")
    await sender.start()
    yield sender
    await sender.stop()


@pytest.fixture
async def topic(broker: Broker) -> Topic:
    own = replace(DEBUG_REQUESTS, name=f"debug-requests-{uuid4()}", partitions=2)
    await topic_admin.create(broker.address, [own])
    return own


def lag(broker: Broker, topic: Topic, agent: Agent = Agent.DEBUG, **options: Any) -> ConsumerLag:
    """Return a look at a group of the test's own; `debug` and the sink read its topic."""
    reads = {each: Subscription(topic.name, (topic,) if each in (agent, Agent.SINK) else ()) for each in Agent}
    return ConsumerLag([broker.address], NOW, timedelta(), reads=reads, pause=0.1, **options)


async def commit(broker: Broker, topic: Topic, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.address, group_id=topic.name, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(topic.name, 0)
    consumer.assign([place])
    await consumer.commit({place: offset})
    await consumer.stop()


def beating(instance: str, agent: Agent = Agent.DEBUG) -> tuple[dict[str, Any], Heartbeat]:
    beat = Activity(agent, instance, NOW).heartbeat(0)
    message = envelope("", "agent.heartbeat", beat.model_dump(mode="json"))
    return message | {"student_id": None, "timestamp": NOW().isoformat()}, beat


async def test_heartbeats_are_read_from_all_partitions_and_from_before(
    broker: Broker, producer: AIOKafkaProducer
) -> None:
    logs, names = AgentLogs([broker.address], NOW), [str(uuid4()) for _ in range(AGENT_LOGS.partitions)]

    async def beat(number: int) -> None:
        message, _ = beating(names[number])
        await producer.send_and_wait(AGENT_LOGS.name, encoded(message), partition=number)

    def seen() -> set[str]:
        return {each.beat.instance for each in logs.heartbeats.of(Agent.DEBUG, NOW())}

    for number in (0, 1, 2):
        await beat(number)
    await producer.send_and_wait(AGENT_LOGS.name, b"no heartbeat", partition=0)
    async with running(logs):
        await becomes(lambda: set(names[:3]) <= seen())
        for number in (3, 4, 5):
            await beat(number)
        await becomes(lambda: set(names) <= seen())
        assert logs.problem is None


async def test_figures_are_of_all_the_time_that_they_say_also_where_reading_began_late(
    broker: Broker, producer: AIOKafkaProducer
) -> None:
    if broker.kind == "embedded":
        pytest.skip("the embedded broker does not know where a time begins")
    later = timedelta()
    logs = AgentLogs([broker.address], Clock(lambda: datetime.now(UTC) + later, timedelta(minutes=5)))
    at = logs.questions.figures(NOW()).since + timedelta(seconds=2)
    done = {"agent_name": "triage", "instance": "a", "action": "student.query.submitted", "query_id": str(uuid4())}
    message = envelope("ann", "agent.activity.logged", done) | {"timestamp": at.isoformat()}
    await producer.send_and_wait(AGENT_LOGS.name, encoded(message), timestamp_ms=int(at.timestamp() * 1000))
    later = timedelta(seconds=30)  # until the brokers let us in
    async with running(logs):
        await becomes(lambda: logs.questions.figures(NOW()).questions > 0)


async def test_a_stuck_agent_is_in_error_although_it_beats_and_recovers(
    broker: Broker, producer: AIOKafkaProducer, topic: Topic
) -> None:
    logs = AgentLogs([broker.address], NOW)
    stored = LifetimeTotals(WebDatabase("postgresql://127.0.0.1:1/none"))
    known = Health(logs, lag(broker, topic, stands_still=timedelta(seconds=1)), NOW, stored)
    message, beat = beating(str(uuid4()))

    def debug() -> Any:
        found = report(logs.heartbeats, known.lag.backlog, NOW())
        return next((each for each in found.agents if each.agent_name is Agent.DEBUG), None)

    def beats() -> bool:
        found = debug()
        return found is not None and beat.instance in [each.instance for each in found.instances]

    await producer.send_and_wait(AGENT_LOGS.name, encoded(message))
    async with running(logs, known.lag):
        await becomes(beats)
        assert debug().status is not HealthStatus.ERROR
        for _ in range(3):
            await producer.send_and_wait(topic.name, b"{}", partition=0)
        await becomes(lambda: debug().current_queue_depth == 3)
        await becomes(lambda: debug().status is HealthStatus.ERROR)
        assert f"3 messages wait on {topic.name}" in " ".join(debug().problems)
        await commit(broker, topic, 1)
        await becomes(lambda: debug().status is not HealthStatus.ERROR)
        await producer.send_and_wait(topic.name, b"{}", partition=0)
        await becomes(lambda: debug().status is HealthStatus.ERROR)
        await commit(broker, topic, 4)
        await becomes(lambda: debug().status is not HealthStatus.ERROR)
        assert debug().current_queue_depth == 0


@pytest.mark.parametrize(("age", "warned"), [(timedelta(hours=13), True), (timedelta(hours=11), False)])
async def test_what_postgresql_lacks_is_told_at_half_of_its_time(
    broker: Broker, producer: AIOKafkaProducer, topic: Topic, age: timedelta, warned: object
) -> None:
    if broker.kind == "embedded":
        pytest.skip("the embedded broker does not know where a time begins; it forgets all when it stops anyway")
    watched = lag(broker, topic)
    sent = int((datetime.now(UTC) - age).timestamp() * 1000)
    await producer.send_and_wait(topic.name, b"{}", partition=0, timestamp_ms=sent)
    await producer.send_and_wait(topic.name, b"{}", partition=0)
    async with running(watched):
        await becomes(lambda: watched.backlog(Agent.SINK).waiting == 2)
        await becomes(lambda: bool(watched.warnings) is warned)
        await commit(broker, topic, 1)
        await becomes(lambda: watched.backlog(Agent.SINK).waiting == 1)
        await becomes(lambda: not watched.warnings)


async def test_brokers_that_are_away_are_a_problem_and_no_crash() -> None:
    with reserved_port() as port:
        nowhere = [f"127.0.0.1:{port}"]
        logs, watched = AgentLogs(nowhere, NOW), ConsumerLag(nowhere, NOW, timedelta(), pause=0.1)
        async with running(logs, watched):
            await becomes(lambda: logs.problem and watched.problem)


def test_agents_read_what_health_says(broker: Broker, tmp_path: Any) -> None:
    """The table in web/lag.py is of what wiring.py puts on the apps."""
    settings = Settings(
        learnflow=Learnflow(broker=f"kafka://{broker.address}", tutor="offline"),
        database=Database(url="postgresql://nobody@127.0.0.1:1/none"),
    )
    first = build(ROLES, settings, tmp_path)
    found: dict[Agent, tuple[str, set[str]]] = {}
    for app in (first, *first._others):  # noqa: SLF001 - there is no other way to them
        for name, agent in app.agents.items():
            _, topics = found.setdefault(Agent(name.removesuffix(f"-{STUDENT_EVENTS.name}")), (app.conf.id, set()))
            topics.update(agent.channel.topics)
    assert found == {
        agent: (reads.group, {topic.name for topic in reads.topics}) for agent, reads in SUBSCRIPTIONS.items()
    }


def encoded(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()
