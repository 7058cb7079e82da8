"""Reads agent-logs in every process that serves views: which agents are alive, and the questions of the last hour."""

import asyncio
from datetime import timedelta
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.domain.health.agent_health import Heartbeats, ReceivedHeartbeat
from learnflow.domain.health.recent_questions import HOUR, RecentQuestions
from learnflow.models.envelope import Event
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.streams.codec import Clock
from learnflow.streams.topic_reader import AGAIN_SECONDS, consumer, events, seek_back
from learnflow.topics import AGENT_LOGS

_log = get_logger(__name__)


class AgentLogs:
    """Reads agent-logs from a few minutes back, and remembers what health and figures need of it."""

    def __init__(self, bootstrap: list[str], now: Clock) -> None:
        self.heartbeats = Heartbeats()
        self._since = now() - timedelta(minutes=5)
        self.questions = RecentQuestions(self._since)
        self.problem: str | None = None
        self._bootstrap = bootstrap
        self._now = now

    async def run(self) -> None:
        """Read until cancelled; while the brokers are away, try again and again."""
        places = [TopicPartition(AGENT_LOGS.name, number) for number in range(AGENT_LOGS.partitions)]
        while True:
            try:
                async with consumer(self._bootstrap, "earliest", wait_ms=500) as reader:
                    # As far back as the figures say, however long the brokers let us wait; twice changes nothing.
                    await seek_back(reader, places, max(self._since, self._now() - HOUR).timestamp())
                    self.problem = None
                    async for event in events(
                        reader, 100, {AGENT_LOGS: AGENT_LOGS.events}, self._now
                    ):  # a few milliseconds
                        self._take(event)
            except (KafkaError, OSError) as error:
                self.problem = f"agent-logs cannot be read: {error}"
                _log.warning("%s", self.problem)
            await asyncio.sleep(AGAIN_SECONDS)

    def _take(self, event: Event[Any]) -> None:
        if isinstance(event.payload, Heartbeat):
            self.heartbeats.add(ReceivedHeartbeat(event.timestamp, event.payload))
        elif isinstance(event.payload, ActivityLogged):
            self.questions.log(event.timestamp, event.payload)
