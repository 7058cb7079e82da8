"""Messages to Kafka: sent in order, and only then acknowledged when every broker has them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import faust
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow import traces
from learnflow.backoff import until_possible
from learnflow.models.envelope import Event
from learnflow.streams.topic_admin import passes
from learnflow.topics import Topic
from learnflow.traces import Headers

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way to a topic; `headers` where they are not those of the moment in which it is sent.

    What has not reached a broker `before` its time is not sent any more, but what there is `instead`.
    """

    topic: Topic
    event: Event[Any]
    headers: Headers = ()
    before: datetime | None = None
    instead: "Outgoing | None" = None


class EventProducer:
    """Sends for one app. Its messages carry the student as key."""

    def __init__(self, app: faust.App) -> None:
        self._app = app

    async def send(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Send messages, wait until the brokers have them all, and return those that were sent in time.

        Raises KafkaError when one cannot be kept.
        """
        in_time = await asyncio.gather(*map(self._send, messages))
        return [message for message, sent in zip(messages, in_time, strict=True) if sent]

    async def send_bytes(
        self, topic: Topic, key: bytes | None, value: bytes, headers: Headers = (), before: datetime | None = None
    ) -> bool:
        """Send one message as it is, again and again while the brokers are away; say whether that was before a time."""

        async def send() -> bool:
            if before is not None and datetime.now(UTC) > before:
                _log.warning("%s: not sent in time, and not any more", topic.name)
                return False
            await (await self._producer.send(topic.name, value, key=key, headers=list(headers)))
            return True

        def note(error: Exception) -> None:
            _log.warning("%s: not sent yet: %s", topic.name, error)

        return await until_possible(send, passes, note)

    async def _send(self, message: Outgoing) -> bool:
        event = message.event
        sent = await self.send_bytes(message.topic, event.key, event.encode(), _headers(message), message.before)
        if not sent and message.instead is not None:
            await self._send(message.instead)
        return sent

    async def post(self, message: Outgoing) -> None:
        """Send a log, which may get lost."""
        event, headers = message.event, list(_headers(message))
        with suppress(KafkaError):
            sent = await self._producer.send(message.topic.name, event.encode(), key=event.key, headers=headers)
            sent.add_done_callback(lambda future: future.cancelled() or future.exception())

    @property
    def _producer(self) -> AIOKafkaProducer:
        # Faust's own buffer in between costs most of its time.
        return cast("Any", self._app.producer)._ensure_producer()  # noqa: SLF001


def _headers(message: Outgoing) -> Headers:
    return message.headers or traces.tracing().carried(message.topic.name, message.event.trace_id)
