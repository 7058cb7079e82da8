"""Sends what people at the command line say of students."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import uuid4

from learnflow.cli import kafka_clients
from learnflow.cli.output import console
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES, EVENTS
from learnflow.models.fields import Model
from learnflow.topics import STUDENT_EVENTS

IN_FLIGHT: Final = 1_000  # events that wait for the broker at once
Payload = TypeVar("Payload", bound=Model)


def event(student_id: object, payload: Payload) -> Event[Payload]:
    """Return an event of now. Raises ValidationError when there cannot be such a student."""
    name = EVENT_TYPES[type(payload)]
    return EVENTS[name].model_validate({
        "message_id": uuid4(),
        "trace_id": uuid4(),
        "timestamp": datetime.now(UTC),
        "student_id": student_id,
        "event_type": name,
        "payload": payload,
        "metadata": version_metadata(),
    })


async def send(bootstrap: list[str], events: Sequence[Event[Payload]]) -> None:
    """Send events to student-events; returns when the broker has them all."""
    if not events:
        return
    await kafka_clients.partitions_of(bootstrap, [STUDENT_EVENTS.name])
    status = console(stderr=True).status(f"Sending {len(events):,} events")
    async with kafka_clients.producer(bootstrap) as sender:
        with status:
            for start in range(0, len(events), IN_FLIGHT):
                batch = events[start : start + IN_FLIGHT]
                waiting = [await sender.send(STUDENT_EVENTS.name, each.encode(), key=each.key) for each in batch]
                await asyncio.gather(*waiting)
                if sys.stderr.isatty():
                    status.update(f"Sent {start + len(batch):,} of {len(events):,} events")
