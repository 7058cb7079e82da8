"""The rows of what Claude cost, as a message says it."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.usage import DECIMALS, Usage, summed


class UsageRow(NamedTuple):
    """What one agent's calls to one model cost, as one message says."""

    message_id: UUID
    agent: str
    model: str
    query_id: UUID
    student_id: str
    topic: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    price_usd: Decimal
    at: datetime


def paid(event: Event[Any], query_id: UUID, topic: str | None, usage: Collection[Usage]) -> tuple[UsageRow, ...]:
    """Return one row for each agent and model."""
    if not usage:
        return ()
    return tuple(
        UsageRow(
            event.message_id,
            one.agent,
            one.model,
            query_id,
            cast("str", event.student_id),  # the codec has made sure of it
            topic,
            one.calls,
            one.input_tokens,
            one.output_tokens,
            one.cache_read_tokens,
            one.cache_write_tokens,
            Decimal(str(round(one.price_usd, DECIMALS))),
            event.timestamp,
        )
        for one in summed(usage)
    )
