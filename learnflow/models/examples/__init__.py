"""One valid, realistic message for every event type: the contract shows them, the tests send them.

The files have them by their event types, each with the query that caused it. The rest of the envelope follows.
"""

from collections.abc import Mapping
from importlib.resources import files
from tomllib import loads
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from learnflow.models.envelope import Event, Metadata, derived_id
from learnflow.models.events import EVENTS

_VERSION: Final = "v1.0.0"  # not this one's, or every release would change the contract
_IN_THE_ORDER_THEY_HAPPEN: Final = ("recursion.toml", "debugging.toml", "learning.toml")


def _event(event_type: str, example: dict[str, Any]) -> Event[Any]:
    query_id, student_id = UUID(example.pop("query_id")), example.get("student_id")
    first = event_type == "student.query.submitted"
    metadata = Metadata(sequence=example.pop("sequence", None), agent_version=_VERSION)
    return EVENTS[event_type].model_validate({
        **example,
        "message_id": query_id if first else derived_id(student_id or "", query_id, event_type),
        "trace_id": uuid5(query_id, "trace"),
        "event_type": event_type,
        "metadata": None if first else metadata,
    })


EXAMPLES: Final[Mapping[str, Event[Any]]] = MappingProxyType({
    event_type: _event(event_type, example)
    for file in _IN_THE_ORDER_THEY_HAPPEN
    for event_type, example in loads(files(__name__).joinpath(file).read_text(encoding="utf-8")).items()
})
