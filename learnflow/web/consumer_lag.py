"""How far the consumer groups of all roles are, as the brokers know it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.domain.health.agent_health import Backlog
from learnflow.domain.health.lag_snapshot import GroupPartition, LagSnapshot, Offsets, lag_snapshot
from learnflow.domain.phrasing import many
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sink.messages import STORED
from learnflow.streams.codec import Clock
from learnflow.topics import AGENT_RESPONSES, REQUESTS, STUDENT_EVENTS, STUDENT_QUERIES, TRIAGE_ROUTING, Topic

LONGEST: Final = 10.0  # seconds that a look may take

_log = get_logger(__name__)


class Subscription(NamedTuple):
    """What an agent reads, and in which consumer group."""

    group: str
    topics: tuple[Topic, ...]


_CORE: Final = "learnflow-core"
# As they stand on their apps, of which a process may have only some. A group has one offset a partition, so
# agents of core that read the same topic have the same lag there: that of the slowest.
SUBSCRIPTIONS: Final[Mapping[Agent, Subscription]] = MappingProxyType({
    Agent.TRIAGE: Subscription(_CORE, (STUDENT_QUERIES,)),
    **{Agent(name): Subscription(f"learnflow-{name}", (topic,)) for name, topic in REQUESTS.items()},
    Agent.EXERCISE: Subscription("learnflow-exercise", (REQUESTS[Specialist.EXERCISE], STUDENT_EVENTS)),
    Agent.ROUTER: Subscription(_CORE, (TRIAGE_ROUTING,)),
    Agent.STRUGGLE: Subscription(_CORE, (TRIAGE_ROUTING, STUDENT_EVENTS)),
    Agent.LEARNER: Subscription(_CORE, (TRIAGE_ROUTING, AGENT_RESPONSES, STUDENT_EVENTS)),
    Agent.SINK: Subscription("learnflow-sink", STORED),
})
# Where answers are made, one message may take as long as its question has.
_ANSWERED: Final = frozenset(topic.name for topic in (STUDENT_QUERIES, *REQUESTS.values()))


@dataclass(eq=False)
class ConsumerLag:
    """Looks at the brokers every few seconds. What goes wrong is a problem to show, and never raised.

    `answer` is how long a question may take; `stands_still` for how long nothing may get done beyond it.
    """

    bootstrap: list[str]
    now: Clock
    answer: timedelta
    _: KW_ONLY
    reads: Mapping[Agent, Subscription] = field(default_factory=lambda: SUBSCRIPTIONS)
    stands_still: timedelta = timedelta(seconds=60)
    pause: float = 5.0  # seconds between two looks
    problem: str | None = field(default=None, init=False)
    warnings: tuple[str, ...] = field(default=(), init=False)
    _snapshot: LagSnapshot | None = field(default=None, init=False)

    def backlog(self, agent: Agent) -> Backlog:
        """Return what waits for an agent, and where it stands still."""
        if self._snapshot is None:
            return Backlog()
        group, topics = self.reads[agent]
        names = [topic.name for topic in topics]
        return Backlog(self._snapshot.waiting(group, names), self._snapshot.stuck(group, names, self._patience))

    async def run(self) -> None:
        """Look until cancelled, with clients that are made anew when something went wrong."""
        while True:
            try:
                await self._watch()
            except (KafkaError, OSError) as error:  # TimeoutError is one
                self.problem = f"the brokers do not tell how far the agents are: {error or 'no answer'}"
                _log.warning("%s", self.problem)
            await asyncio.sleep(self.pause)

    def _patience(self, topic: str) -> timedelta:
        return self.stands_still + (self.answer if topic in _ANSWERED else timedelta())

    async def _watch(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        try:
            async with asyncio.timeout(LONGEST):
                await admin.start()
                await consumer.start()
            while True:
                async with asyncio.timeout(LONGEST):
                    offsets = await self._offsets(admin, consumer)
                    self._snapshot = lag_snapshot(self._snapshot, offsets, self.now())
                    self.warnings = await self._old(consumer, offsets)
                    self.problem = None
                await asyncio.sleep(self.pause)
        finally:
            with suppress(KafkaError, OSError):
                await consumer.stop()
            with suppress(KafkaError, OSError):
                await admin.close()

    async def _offsets(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> dict[GroupPartition, Offsets]:
        groups: dict[str, set[TopicPartition]] = {}
        for group, topics in self.reads.values():
            places = (TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions))
            groups.setdefault(group, set()).update(places)
        everything = list(set().union(*groups.values()))
        # Committed before ends, so that what is done between the two does not seem to wait for ever less than nothing.
        # By partition, because the embedded broker does not list a group's own.
        listed = admin.list_consumer_group_offsets
        reading = (listed(group, partitions=list(places)) for group, places in groups.items())
        committed_offsets = await asyncio.gather(*reading)
        starts, ends = await consumer.beginning_offsets(everything), await consumer.end_offsets(everything)
        return {
            GroupPartition(group, *place): Offsets(max(committed.offset, starts[place]), ends[place])
            for group, group_offsets in zip(groups, committed_offsets, strict=True)
            for place, committed in group_offsets.items()
        }

    async def _old(self, consumer: AIOKafkaConsumer, offsets: Mapping[GroupPartition, Offsets]) -> tuple[str, ...]:
        """Say where what PostgreSQL lacks is so old that half of the time that Kafka keeps it is over."""
        group, topics = self.reads[Agent.SINK]
        waiting = {
            TopicPartition(place.topic, place.partition): partition.done
            for place, partition in offsets.items()
            if place.group == group and partition.waiting
        }
        return tuple([
            f"sink: what waits on {topic.name} for PostgreSQL is older than {_hours(topic.retention / 2)}, half of the "
            f"time that Kafka keeps it; then it is lost."
            for topic in topics
            if topic.retention and await self._is_older(consumer, topic, waiting, self.now() - topic.retention / 2)
        ])

    @staticmethod
    async def _is_older(
        consumer: AIOKafkaConsumer, topic: Topic, waiting: Mapping[TopicPartition, int], time: datetime
    ) -> bool:
        done = {place: offset for place, offset in waiting.items() if place.topic == topic.name}
        if not done:
            return False
        newer = await consumer.offsets_for_times(dict.fromkeys(done, int(time.timestamp() * 1000)))
        return any(not newer.get(place) or newer[place].offset > offset for place, offset in done.items())


def _hours(time: timedelta) -> str:
    return many(round(time / timedelta(hours=1)), "hour")
