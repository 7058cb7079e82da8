"""One valid, realistic message for every event type: the contract shows them, the tests send them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from learnflow.models.envelope import Event, Metadata, derived_id
from learnflow.models.events import EVENTS
from learnflow.models.examples import debugging, learning, recursion
from learnflow.models.examples.example import Example

_VERSION: Final = "v1.0.0"  # not this one's, or every release would change the contract
_IN_THE_ORDER_THEY_HAPPEN: Final = (*recursion.EXAMPLES, *debugging.EXAMPLES, *learning.EXAMPLES)


def _event(example: Example) -> Event[Any]:
    derived = derived_id(example.student_id or "", example.query_id, example.event_type)
    first = example.event_type == "student.query.submitted"
    return EVENTS[example.event_type].model_validate({
        "message_id": example.query_id if first else derived,
        "timestamp": example.at,
        "student_id": example.student_id,
        "trace_id": _trace(example.query_id),
        "event_type": example.event_type,
        "payload": example.payload,
        "metadata": None if first else Metadata(sequence=example.sequence, agent_version=_VERSION),
    })


def _trace(query_id: UUID) -> UUID:
    return uuid5(query_id, "trace")


EXAMPLES: Final[Mapping[str, Event[Any]]] = MappingProxyType({
    example.event_type: _event(example) for example in _IN_THE_ORDER_THEY_HAPPEN
})
