"""What goes into the sink, and what it hands back."""

import re
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
MOST_STUDENTS: Final = 20  # whose messages are refused for one cause
# What a reason says of one message; names of the schema, which PostgreSQL quotes as well, are part of the cause.
_VALUE: Final = re.compile(r"""(?<!constraint )(?<!column )(?<!relation )"[^"]*"|'[^']*'|\(.*\)|\S*\d\S*""")


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
    """Messages of LearnFlow's own about so many students were refused for one cause that the fault is ours."""

    def __init__(self, students: int, last: Rejected) -> None:
        where = f"{last.message.topic}[{last.message.partition}] @ {last.message.offset}"
        super().__init__(f"messages about {students} students could not be stored; the last, {where}: {last.reason}")


class Refusals:
    """Which students' messages of LearnFlow's own were refused, by topic and cause, since one of that topic was stored.

    However many are refused of one student, that may lie in what the student sent. `fault` is there once it cannot.
    """

    def __init__(self) -> None:
        self.fault: TooManyRejections | None = None
        self._students: dict[str, dict[str, set[bytes | None]]] = {}

    def count(self, messages: Sequence[SinkMessage], rejected: Sequence[Rejected]) -> None:
        """Add what became of a batch."""
        by_message = {id(rejection.message): rejection for rejection in rejected}
        for message in messages:
            rejection = by_message.get(id(message))
            if rejection is None:
                self._students.pop(message.topic, None)
            elif rejection.ours:
                causes = self._students.setdefault(message.topic, {})
                students = causes.setdefault(_VALUE.sub("", rejection.reason), set())
                students.add(message.key)
                if len(students) >= MOST_STUDENTS:
                    self.fault = TooManyRejections(len(students), rejection)
