"""Bytes from Kafka → an event, or a refusal that says why and, where they can be read, whose it is."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from learnflow.models.envelope import Event
from learnflow.models.events import EVENTS, carried_query, query_id_of
from learnflow.models.fields import NUL, Id, StudentId, explain
from learnflow.models.student_query import StudentQuery
from learnflow.topics import Topic

LONGEST_REASON: Final = 2_000  # characters; a broker limits a dead letter with its headers
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_STUDENT: Final[TypeAdapter[str]] = TypeAdapter(StudentId)
_ID: Final[TypeAdapter[UUID]] = TypeAdapter(Id)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, and whether a time that is read can be believed."""

    read: Callable[[], datetime]
    difference: timedelta

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.read()

    def disbelieves(self, at: datetime) -> str | None:
        """Return what is wrong with a time that lies too far in the future; None where it can be believed."""
        ahead = at - self.read()
        if ahead <= self.difference:
            return None
        minutes = ceil(ahead.total_seconds() / 60)
        allowed = f"{self.difference.total_seconds():,g} seconds"
        return f"lies {minutes:,} minute{'s' if minutes > 1 else ''} in the future; clocks may differ by {allowed}"


class Refusal(Exception):  # noqa: N818 - a verdict on a message, not a fault of ours
    """A message that cannot be processed. `student_id` and `query_id` are set where both could be read.

    The reason may name what its sender wrote, and so is made fit for every place that it goes to.
    """

    def __init__(
        self, reason: str, student_id: str | None = None, query_id: UUID | None = None, trace_id: UUID | None = None
    ) -> None:
        self.reason = reason[:LONGEST_REASON].replace(NUL, "\ufffd").encode("utf-8", "replace").decode()
        super().__init__(self.reason)
        self.student_id = student_id
        self.query_id = query_id
        self.trace_id = trace_id


def decode(topic: Topic, key: bytes | None, value: bytes | None, clock: Clock | None = None) -> Event[Any]:
    """Return the event in a message. Raises Refusal with the field and the reason.

    Without a clock, any time is believed: for those who only show messages.
    """
    message = _object(value)
    if topic.external:
        message.pop("metadata", None)  # a sender's remark: order and attempts are LearnFlow's own to count
    event_type = message.get("event_type")
    model = EVENTS.get(event_type) if isinstance(event_type, str) and event_type in topic.events else None
    if model is None:
        raise _refusal(message, key, _unexpected(event_type, topic))
    try:
        event = model.model_validate(message)
    except ValidationError as error:
        raise _refusal(message, key, explain(error)) from None
    if event.student_id is None:
        if topic.name != "agent-logs":
            raise _refusal(message, key, "student_id: must be given")
    elif key is not None and key != event.key:
        raise _refusal(message, key, "student_id: differs from the message's key")
    query = carried_query(event)
    fault = _misfit(event, query)
    if fault is not None:
        raise Refusal(fault, trace_id=event.trace_id)
    if clock is not None:
        _check_time(event, query, clock)
    return event


def _misfit(event: Event[Any], query: StudentQuery | None) -> str | None:
    """Return why a message about one query may not carry another: its reader would mix up two students."""
    if query is not None and query.student_id != event.student_id:
        return "payload.query.student_id: differs from the message's student_id"
    if query is not None and getattr(event.payload, "query_id", query.query_id) != query.query_id:
        return "payload.query.query_id: differs from payload.query_id"
    return None


def _check_time(event: Event[Any], query: StudentQuery | None, clock: Clock) -> None:
    """Refuse a time that is not believed: what comes next would seem to lie before it."""
    field, fault = "timestamp", clock.disbelieves(event.timestamp)
    if fault is None and query is not None and query.timestamp > event.timestamp:
        field, fault = "payload.query.timestamp", clock.disbelieves(query.timestamp)
    if fault is not None:
        query_id = query_id_of(event)
        student_id = None if query_id is None else event.student_id
        raise Refusal(f"{field}: {fault}", student_id, query_id, event.trace_id)


def _object(value: bytes | None) -> dict[str, Any]:
    if value is None:
        raise Refusal("message: has no value")
    parsed = _parse(value)
    if not isinstance(parsed, dict):
        raise Refusal(f"message: must be a JSON object, not {_kind(parsed)}")
    return parsed


def _parse(value: bytes) -> object:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        if not _SURROGATE.search(value):
            raise Refusal(f"message: is not valid JSON: {error}") from None
    # orjson stops at a lone surrogate; the slower parser reads on, and the models name the field
    try:
        return json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"message: is not valid JSON: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _kind(parsed: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(parsed), "a number")


def _unexpected(event_type: object, topic: Topic) -> str:
    if event_type is None:
        return "event_type: must be given"
    if not isinstance(event_type, str):
        return "event_type: must be text"
    fault = "is not known" if event_type not in EVENTS else f"does not belong on {topic.name}"
    return f"event_type: {event_type[:100]!r} {fault}"


def refusal_of(key: bytes | None, value: bytes | None, reason: str) -> Refusal:
    """Return the refusal of a message that was read, and cannot be stored."""
    try:
        return _refusal(_object(value), key, reason)
    except Refusal:
        return Refusal(reason)


def _refusal(message: dict[str, Any], key: bytes | None, reason: str) -> Refusal:
    student_id, query_id = _owner(message, key)
    return Refusal(reason, student_id, query_id, _readable(_ID, message.get("trace_id")))


def _owner(message: dict[str, Any], key: bytes | None) -> tuple[str, UUID] | tuple[None, None]:
    """Read whose query a bad message is, also of a version that cannot be read: its student waits all the same."""
    payload = message.get("payload")
    named = payload.get("query_id") if isinstance(payload, dict) else None
    student = _readable(_STUDENT, message.get("student_id"))
    query_id = _readable(_ID, named or message.get("message_id"))
    own_key = student is not None and key in (None, student.encode())
    return (student, query_id) if own_key and student and query_id else (None, None)


def _readable(kind: TypeAdapter[Value], content: object) -> Value | None:
    try:
        return kind.validate_python(content)
    except ValidationError:
        return None
