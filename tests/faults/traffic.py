"""Questions in numbers, what became of each, and what PostgreSQL says of them."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, Final
from uuid import uuid4

import asyncpg

from learnflow.cli.audit import audit
from tests.support.running_system import Client, Reader, envelope, until
from tests.support.topic_watcher import json_object

SECONDS: Final = 400.0  # until everything has its outcome, on a busy machine
LATER: Final = 10.0  # seconds after the last outcome in which a second one would come
KEY_ERROR: Final = 'person = {"name": "Maya"}\nprint(person["age"])\n'

KINDS: Final[Sequence[dict[str, Any]]] = (
    {"query_text": "Can you explain how a for loop works in Python?"},
    {"query_text": "I get KeyError: 'age' and I don't understand why", "code_snippet": KEY_ERROR, "language": "python"},
    {"query_text": "Give me an exercise on loops, please."},
    {"query_text": "How am I doing so far?"},
    {"query_text": "What is the difference between a list and a tuple?"},
)
CONCEPTS: Final = KINDS[:1]
DEBUG: Final = KINDS[1:2]

ENDED: Final = {"agent.response.completed": "completed", "agent.response.failed": "failed"}
ENDINGS: Final = """
SELECT q.query_id::text, q.status, coalesce(a.response_text, q.failure_reason)
FROM query_history q LEFT JOIN agent_responses a USING (query_id) WHERE student_id = ANY($1)
"""
ROWS: Final = """
SELECT student_id, query_id::text, status, (SELECT count(*) FROM agent_responses a WHERE a.query_id = q.query_id)
FROM query_history q WHERE student_id = ANY($1)
"""
TOTALS: Final = "SELECT student_id, total_queries FROM student_progress WHERE student_id = ANY($1)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message on agent-responses."""

    query_id: str
    student: str
    agent: str
    identity: tuple[str, str]  # message id and event type
    words: str = ""  # the answer, or why there is none


@dataclass(slots=True)
class Traffic:
    """Asks for students that nobody else uses, and follows the outcomes."""

    client: Client
    reader: Reader
    students: Sequence[str]
    asked: dict[str, str] = field(default_factory=dict)  # query → student, in the order of the questions
    outcomes: list[Outcome] = field(default_factory=list)
    longest_silence: float = 0.0  # seconds without an outcome, while questions wait
    _heard: float = 0.0
    _answered: set[str] = field(default_factory=set)

    def ask(self, number: int, kinds: Sequence[dict[str, Any]] = KINDS) -> list[str]:
        """Send so many questions at once."""
        # The kinds change after each round of the students, so that every student asks all of them.
        kind = cycle([one for one in kinds for _ in self.students])
        sent = []
        turns = islice(cycle(self.students), number)
        for student, content in zip(turns, kind, strict=False):
            query_id = str(uuid4())
            payload = {"query_type": "text", "code_snippet": None, **content}
            self.client.send_later(
                "student-queries", student, envelope(student, "student.query.submitted", payload, query_id)
            )
            self.asked[query_id] = student
            sent.append(query_id)
        assert self.client.producer.flush(20) == 0
        return sent

    def follow(self, enough: Callable[["Traffic"], bool], seconds: float = SECONDS) -> bool:
        """Read outcomes until there are enough of them, or the time is up."""
        deadline = time.monotonic() + seconds
        while not enough(self):
            if time.monotonic() > deadline:
                return False
            self.read()
        return True

    def read(self) -> None:
        """Take what is there."""
        known, now = len(self.outcomes), time.monotonic()
        for message in self.reader.consumer.consume(500, 0.05):
            event = json_object(message.value())  # other tests send here what is no JSON
            payload = event.get("payload", {})
            if message.error() or payload.get("query_id") not in self.asked:
                continue
            if event["event_type"] not in ENDED:
                continue
            identity = (event["message_id"], event["event_type"])
            query_id = payload["query_id"]
            self._answered.add(query_id)
            words = payload.get("response_text") or payload.get("reason")
            self.outcomes.append(Outcome(query_id, event["student_id"], payload["agent_name"], identity, words))
        if len(self.outcomes) > known:
            self.longest_silence = max(self.longest_silence, now - (self._heard or now))
            self._heard = time.monotonic()

    @property
    def answered(self) -> int:
        """How many questions have an outcome."""
        return len(self._answered)

    def settled(self) -> bool:
        """Whether every question has its outcome."""
        return self.answered == len(self.asked)

    def wait(self, seconds: float = SECONDS) -> None:
        """Return when every question has its outcome."""
        self.follow(Traffic.settled, seconds)
        lost = [query for query in self.asked if query not in self._answered]
        assert not lost, f"{len(lost)} of {len(self.asked)} without an outcome: {lost[:3]}"

    def repeats(self) -> int:
        """Count the outcomes that came again, which at-least-once allows."""
        return len(self.outcomes) - len({(one.query_id, one.identity) for one in self.outcomes})

    def doubled(self) -> dict[str, set[tuple[str, str]]]:
        """Return the queries that have different outcomes."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for one in self.outcomes:
            found[one.query_id].add(one.identity)
        return {query: identities for query, identities in found.items() if len(identities) > 1}

    def disordered(self) -> list[tuple[str, str]]:
        """Return the students and agents whose answers did not come in the order of the questions."""
        position = {query: number for number, query in enumerate(self.asked)}
        first: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for one in self.outcomes:
            first[one.student, one.agent].setdefault(one.query_id)
        return [pair for pair, queries in first.items() if list(queries) != sorted(queries, key=position.__getitem__)]

    def totals(self) -> dict[str, int]:
        """Return how many questions each student asked."""
        return dict(Counter(self.asked.values()))


@contextmanager
def traffic(client: Client, students: int = 40) -> Iterator[Traffic]:
    """Yield the traffic of new students."""
    names = [f"student-{uuid4().hex[:12]}" for _ in range(students)]
    with client.reading("agent-responses") as reader:
        yield Traffic(client, reader, names)


def check(flow: Traffic, database_url: str) -> None:
    """Fail unless every query has one outcome, in order and in PostgreSQL, and every student the right total."""
    flow.wait()
    assert flow.doubled() == {}
    assert flow.disordered() == []
    check_rows(flow, database_url)


def check_endings(flow: Traffic, database_url: str) -> Counter[str]:
    """Fail unless every query has one outcome, and PostgreSQL comes to hold that one. Return how many of each kind."""
    flow.wait()
    flow.follow(lambda _: False, LATER)
    messages = Counter(one.query_id for one in flow.outcomes)
    assert messages == dict.fromkeys(flow.asked, 1)
    expected = {(one.query_id, ENDED[one.identity[1]], one.words) for one in flow.outcomes}
    students = list(flow.students)
    until(lambda: set(rows(database_url, ENDINGS, students)) == expected, SECONDS)
    assert sorted(rows(database_url, ENDINGS, students)) == sorted(expected)
    return Counter(ENDED[one.identity[1]] for one in flow.outcomes)


def check_rows(flow: Traffic, database_url: str) -> None:
    """Fail unless PostgreSQL comes to hold every answer once, and the right totals."""
    expected = {(student, query, "completed", 1) for query, student in flow.asked.items()}
    students = list(flow.students)
    until(lambda: set(rows(database_url, ROWS, students)) == expected, SECONDS)
    found = rows(database_url, ROWS, students)
    assert sorted(found) == sorted(expected)
    totals = flow.totals()
    until(lambda: dict(rows(database_url, TOTALS, students)) == totals, SECONDS)
    found_totals = dict(rows(database_url, TOTALS, students))
    assert found_totals == totals, set(totals.items()) ^ set(found_totals.items())
    broker = flow.client.address.split(",")
    report = asyncio.run(audit(broker, database_url, None, only=frozenset(students), patience=SECONDS))
    assert [str(each) for each in report.differences] == []


def rows(database_url: str, statement: str, *arguments: object) -> list[Any]:
    """Return the rows of a statement."""

    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(database_url)
        try:
            return [tuple(row) for row in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(fetch())
