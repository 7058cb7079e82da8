"""What a student knows survives kill -9, rebalances, an emptied data directory and an emptied broker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import orjson

from tests.faults.test_outages import embedded_run
from tests.faults.traffic import rows
from tests.support.observations import graded, known
from tests.support.running_system import Client, Systems, until
from tests.support.submissions import after_noon, submit

SCORES = (1.0, 0.0, 1.0, 1.0, 0.5)
LEVELS = "SELECT student_id, python_mastery_levels FROM student_progress WHERE student_id = ANY($1)"
LEDGER = "SELECT student_id, new_level FROM mastery_history WHERE student_id = ANY($1) ORDER BY at, message_id"
SECONDS = 300.0


@dataclass(slots=True)
class Class:
    """Students who all submit the same, and what that must come to."""

    database_url: str
    students: Sequence[str] = field(default_factory=lambda: [f"student-{uuid4().hex[:12]}" for _ in range(24)])
    submitted: int = 0

    def submit(self, client: Client, times: int) -> None:
        """Let every student submit so many times more, a minute apart."""
        for number in range(self.submitted, self.submitted + times):
            for student in self.students:
                submit(client, student, number, score=self._score(number), at=after_noon(number))
        self.submitted += times

    def check(self) -> None:
        """Fail unless PostgreSQL comes to say for everybody what the submissions come to, in their order."""
        seen = [graded(number, self._score(number), minutes=-number) for number in range(self.submitted)]
        expected = known(seen).topics["loops"]
        students = list(self.students)
        wanted = dict.fromkeys(students, expected.level)
        until(lambda: dict(self._levels()) == wanted, SECONDS)
        assert dict(self._levels()) == wanted
        last = dict.fromkeys(students, expected.announced)
        assert until(lambda: dict(rows(self.database_url, LEDGER, students)) == last), "the ledger ends with the level"

    def _levels(self) -> Iterator[tuple[str, float]]:
        for student, levels in rows(self.database_url, LEVELS, list(self.students)):
            yield student, orjson.loads(levels)["loops"]

    @staticmethod
    def _score(number: int) -> float:
        return SCORES[number % len(SCORES)]


def test_levels_survive_kills_and_a_rebalance_there_and_back(
    workers: Systems, client: Client, module_database: str
) -> None:
    sink = workers.start("sink", wait=False)
    one = workers.start("worker", "--only", "core", name="one")
    pupils = Class(module_database)
    pupils.submit(client, 3)
    other = workers.start("worker", "--only", "core", name="other")  # it takes half of the partitions
    pupils.submit(client, 3)
    one.kill()  # the other takes all of them
    pupils.submit(client, 2)
    one = workers.start("worker", "--only", "core", name="one", wait=False)  # and gives half of them back
    pupils.submit(client, 2)
    one.wait_ready()
    pupils.submit(client, 1)
    pupils.check()
    assert other.stop() == 0
    pupils.submit(client, 1)
    pupils.check()
    assert [one.stop(), sink.stop()] == [0, 0]


def test_levels_survive_an_emptied_data_directory(workers: Systems, client: Client, module_database: str) -> None:
    sink = workers.start("sink", wait=False)
    worker = workers.start("worker", "--only", "core", name="before")
    pupils = Class(module_database)
    pupils.submit(client, 4)
    pupils.check()
    assert worker.stop() == 0
    worker = workers.start("worker", "--only", "core", name="after")
    pupils.submit(client, 1)
    pupils.check()
    assert [worker.stop(), sink.stop()] == [0, 0]


def test_levels_survive_an_emptied_broker(module_database: str, tmp_path: Path) -> None:
    pupils = Class(module_database)
    for name in ("before", "after"):
        with embedded_run(module_database, tmp_path / name) as client:
            pupils.submit(client, 4)
            pupils.check()
