"""What goes into the sink, and what it hands back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from learnflow import topics
from learnflow.topics import Topic

STORED: Final[tuple[Topic, ...]] = (
    topics.STUDENT_QUERIES,
    topics.TRIAGE_ROUTING,
    *topics.REQUESTS.values(),
    topics.AGENT_RESPONSES,
    topics.STUDENT_EVENTS,
    topics.STUDENT_PROGRESS,
    topics.MASTERY_LEVEL_UPDATED,
    topics.STUDENT_STRUGGLE,
)
BY_NAME: Final = {topic.name: topic for topic in STORED}
TOO_MANY: Final = 200


class SinkMessage(NamedTuple):
    """A message as it came from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None

    @property
    def external(self) -> bool:
        """Whether people and programs send such messages: bad input there is no fault of ours."""
        return BY_NAME[self.topic].external


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that cannot be stored, and why. It is `ours` when only a fault of LearnFlow can explain it."""

    message: SinkMessage
    reason: str
    ours: bool


class Unstorable(Exception):  # noqa: N818 - a verdict on a message
    """An event lacks what its rows need, or contradicts itself; the text says which."""


class TooManyRejections(Exception):  # noqa: N818 - a state of the stream, not of one message
    """So many messages of LearnFlow's own were refused one after another that the fault is ours."""

    def __init__(self, count: int, last: Rejected) -> None:
        where = f"{last.message.topic}[{last.message.partition}] @ {last.message.offset}"
        super().__init__(f"{count} messages in a row could not be stored; the last, {where}: {last.reason}")


def consecutive(before: int, messages: Sequence[SinkMessage], rejected: Sequence[Rejected]) -> int:
    """Return how many of our own messages have been refused in a row, after those of a batch."""
    by_message = {id(rejection.message): rejection for rejection in rejected}
    count = before
    for message in messages:
        rejection = by_message.get(id(message))
        if rejection is None and not message.external:
            count = 0
        elif rejection is not None and rejection.ours:
            count += 1
    return count
