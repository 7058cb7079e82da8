"""What a processor answers, and when it leaves that to another worker: a question has one outcome."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from faust.types import TP

from learnflow.backoff import WorkerFault
from learnflow.models.examples import EXAMPLES
from learnflow.models.vocabulary import Agent
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.streams.message_processor import Delivery, MessageProcessor
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES, STUDENT_EVENTS, STUDENT_QUERIES

ASKED = EXAMPLES["student.query.submitted"]
ANSWER = Outgoing(AGENT_RESPONSES, EXAMPLES["agent.response.completed"])
FAILURE = Outgoing(AGENT_RESPONSES, EXAMPLES["agent.response.failed"])
GIVEN = Outgoing(STUDENT_EVENTS, EXAMPLES["exercise.assigned"])
LOG = Outgoing(AGENT_LOGS, EXAMPLES["agent.activity.logged"])
NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
CLOCK = Clock(lambda: NOW, timedelta(minutes=5))


@dataclass
class World:
    """What a processor reads and sends, what was answered before it came, and whose its partitions are."""

    handle: Callable[[Delivery], Awaitable[Sequence[Outgoing]]]
    sent: list[str] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    crashes: list[BaseException] = field(default_factory=list)
    answered: set[UUID] = field(default_factory=set)
    taken_at: float | None = None
    lost: bool = False

    async def run(self, *values: bytes) -> "World":
        """Process messages in a worker that has just started."""
        executor = KeyedExecutor(8, 64, self.crashes.append)
        anything = cast("Any", self)
        processor = MessageProcessor(
            STUDENT_QUERIES,
            self.handle,
            activity=Activity(Agent.TRIAGE, "test", CLOCK),
            intake=anything,
            executor=executor,
            reporter=anything,
            taken_over=lambda _: self.taken_at,
            is_lost=lambda _: self.lost,
        )
        await processor.run(cast("Any", Stream(self, values)))
        await executor.drain(5.0)
        return self

    # -- as an intake, with its producer and its outcomes

    @property
    def outbox(self) -> "World":
        return self

    @property
    def outcomes(self) -> "World":
        return self

    async def event(self, topic: Any, message: Any) -> Any:
        return decode(topic, message.key, message.value)

    async def refuse(self, _activity: Activity, _message: Any, refusal: Refusal) -> None:
        self.letters.append(refusal.reason)

    async def give_up(self, _activity: Activity, _message: Any, _event: Any, error: Exception) -> None:
        self.letters.append(str(error))

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Outgoing]:
        self.sent += [message.event.event_type for message in messages]
        return messages

    async def post(self, message: Outgoing) -> None:
        assert message is LOG

    async def has(self, event: Any, since: float, until: float) -> bool:
        assert (since, until) == (1.0, self.taken_at)
        return event.message_id in self.answered

    # -- as a reporter

    def broken(self, *_: object) -> Sequence[Outgoing]:
        return [FAILURE]

    def refused(self, *_: object) -> Sequence[Outgoing]:
        return [FAILURE]

    def done(self, *_: object) -> Outgoing:
        return LOG


class Stream:
    """A stream of some messages, which then ends."""

    def __init__(self, world: World, values: Sequence[bytes]) -> None:
        self.world = world
        self.values = values

    def noack(self) -> "Stream":
        return self

    async def events(self) -> AsyncIterator[Any]:
        for offset, value in enumerate(self.values):
            tp = TP("student-queries", 0)
            message = SimpleNamespace(
                key=None, value=value, tp=tp, partition=0, offset=offset, timestamp=1.0, headers=()
            )
            yield SimpleNamespace(message=message)

    async def ack(self, item: Any) -> None:
        self.world.acked.append(item.message.offset)


async def answering(_: Delivery) -> Sequence[Outgoing]:
    return [ANSWER, GIVEN]


async def raising(_: Delivery) -> Sequence[Outgoing]:
    raise ValueError("a fault of ours")


async def stopping(_: Delivery) -> Sequence[Outgoing]:
    raise WorkerFault("PostgreSQL cannot be read: no such table")


def copy(**changes: Any) -> bytes:
    return ASKED.model_copy(update=changes).encode()


async def test_an_outcome_goes_last_and_a_repeat_brings_none() -> None:
    world = await World(answering).run(ASKED.encode(), ASKED.encode())
    assert world.sent == ["exercise.assigned", "agent.response.completed"]
    assert world.acked == [0, 1]


async def test_what_another_worker_has_answered_is_left() -> None:
    other = copy(message_id=uuid4())
    world = await World(answering, taken_at=2.0, answered={ASKED.message_id}).run(ASKED.encode(), other)
    assert world.sent.count("agent.response.completed") == 1
    assert world.acked == [0, 1]


async def test_what_went_to_another_worker_is_not_sent_and_not_done() -> None:
    world = await World(answering, lost=True).run(ASKED.encode(), ASKED.encode())
    assert (world.sent, world.acked) == ([], [])


async def test_a_fault_of_the_worker_answers_nobody_and_ends_it() -> None:
    world = await World(stopping).run(ASKED.encode())
    assert (world.sent, world.acked, world.letters) == ([], [], [])
    assert [type(each) for each in world.crashes] == [WorkerFault]


async def test_a_fault_of_one_message_is_a_dead_letter_and_an_answer() -> None:
    world = await World(raising).run(ASKED.encode())
    assert (world.sent, world.acked, world.letters) == (["agent.response.failed"], [0], ["a fault of ours"])


async def test_a_broken_copy_of_a_question_makes_no_second_outcome() -> None:
    broken = ASKED.encode().replace(b'"query_text":"', b'"query_text":"\\u0000')
    world = await World(answering).run(ASKED.encode(), broken)
    assert world.sent.count("agent.response.failed") == 0
    assert (len(world.letters), world.acked) == (1, [0, 1])
    alone = await World(answering).run(broken)
    assert (alone.sent, len(alone.letters)) == (["agent.response.failed"], 1)
