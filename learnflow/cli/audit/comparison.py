"""All comparisons, of all students, until nothing differs any more or nobody has anything left to do."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from time import monotonic
from typing import Final

import asyncpg

from learnflow.cli.audit.differences import Difference, differing, row_differences
from learnflow.cli.audit.expected_progress import ExpectedProgress, expected_progress
from learnflow.cli.audit.expected_rows import ExpectedRows, expected_rows, two_answers
from learnflow.cli.audit.topic_history import TopicHistory
from learnflow.cli.audit.worker_views import (
    Get,
    figure_differences,
    health_differences,
    profile_differences,
    received,
    view_differences,
)
from learnflow.database.observation_history import load_histories
from learnflow.database.purge import purged
from learnflow.domain.mastery.model import MasteryModel
from learnflow.models.vocabulary import Agent
from learnflow.topics import AGENT_LOGS

STUDENTS: Final = 200  # at a time
PAUSE: Final = 0.5  # seconds between two rounds
_TOTALS: Final = "SELECT agent_name, questions FROM agent_totals"


@dataclass(slots=True)
class Report:
    """What was compared, what does not agree, and what could not be compared and why."""

    students: int = 0
    messages: int = 0
    differences: list[Difference] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares what the topics say with PostgreSQL and, where there is a worker to ask, with its views."""

    history: TopicHistory
    database: asyncpg.Connection
    model: MasteryModel
    get: Get | None
    only: frozenset[str] = frozenset()
    processed: dict[str, Counter[str]] = field(default_factory=dict)  # each student's questions, by agent

    async def run(self, patience: float) -> Report:
        """Compare; what differs is looked at again for so many seconds, as it may be under way still."""
        await self.history.catch_up()
        deadline, compared = monotonic() + patience, self._students()
        while True:
            found = [each async for each in self._differences(compared)]
            if not found or monotonic() > deadline:
                break
            await asyncio.sleep(PAUSE)
            again = {each.student_id for each in found if each.student_id}
            compared = (await self.history.catch_up() | again) & self._students()
        busy = await self.history.catch_up()
        return self._report([each for each in found if each.student_id not in busy], busy)

    def _students(self) -> set[str]:
        known = set(self.history.of)
        return known & self.only if self.only else known

    def _report(self, found: list[Difference], busy: Collection[str]) -> Report:
        report = Report(len(self._students()), sum(map(len, self.history.of.values())), found)
        if not self.history.whole:
            report.left_out.append("what is older than the topics: its messages have been deleted there")
        if self.get is None:
            report.left_out.append("views: no worker is known; give --url")
        if busy:
            report.left_out.append(f"{len(busy):,} students about whom messages came meanwhile")
            report.differences = [each for each in found if each.student_id]
        return report

    async def _differences(self, students: Collection[str]) -> AsyncIterator[Difference]:
        names = iter(sorted(students))
        while some := list(islice(names, STUDENTS)):
            async for difference in self._of_students(some):
                yield difference
        if not self.only:
            async for difference in self._of_agents():
                yield difference
            for place, reason in self.history.unread.items():
                if place.topic != AGENT_LOGS.name and not self.history.letters.get(place):
                    yield Difference(
                        None, f"{place.topic} {place.partition}:{place.offset}", f"refused: {reason}", None
                    )

    async def _of_students(self, students: Sequence[str]) -> AsyncIterator[Difference]:
        expected = ExpectedRows()
        for student_id in students:
            rows = expected_rows(student_id, self.history)
            self.processed[student_id] = _processed(rows)
            expected.merge(rows)
            for query_id, number in two_answers(student_id, self.history).items():
                yield Difference(student_id, f"query {query_id}, answers", f"{number}", "1 at the most")
            await asyncio.sleep(0)
        async for difference in row_differences(self.database, expected, students, whole=self.history.whole):
            yield difference
        for (student_id,), row in expected.tables["students"].items():
            for difference in profile_differences(self.get, student_id, row) if self.get is not None else ():
                yield difference
        histories = dict([each async for each in load_histories(self.database, list(students))])
        gone = await purged(self.database, list(students))
        for student_id in students:
            found = expected_progress(student_id, self.history, histories.get(student_id, ()), self.model)
            if found and student_id not in gone:
                for difference in self._of_progress(student_id, found):
                    yield difference

    def _of_progress(self, student_id: str, found: ExpectedProgress) -> Iterator[Difference]:
        computed, told = (each.model_dump(mode="json") for each in (found.computed, found.told.progress))
        yield from differing(student_id, "progress", computed, told, computed)
        if self.history.whole:
            levels = {topic: each.announced for topic, each in found.knowledge.topics.items() if each.announced}
            announced = {topic: level for topic, level in found.announced.items() if level}
            yield from differing(student_id, "mastery-level-updated", levels, announced, {**levels, **announced})
        if self.get is not None:
            yield from view_differences(self.get, student_id, found.told.progress)

    async def _of_agents(self) -> AsyncIterator[Difference]:
        totals = {row["agent_name"]: row["questions"] for row in await self.database.fetch(_TOTALS)}
        if self.history.whole:
            for difference in differing(
                None, "agent_totals", computed := self._totals(), totals, {**computed, **totals}
            ):
                yield difference
            for difference in figure_differences(self.history, datetime.now(UTC)):
                yield difference
        if self.get is not None:
            for difference in health_differences(self.get, totals, received(self.history)):
                yield difference

    def _totals(self) -> dict[str, int]:
        """Return how many questions each agent has processed, by the topics."""
        counts = sum(self.processed.values(), Counter[str]())
        return {str(agent): count for agent, count in counts.items() if count}


def _processed(expected: ExpectedRows) -> Counter[str]:
    rows = expected.tables
    counts = Counter(row["agent_type"] for row in rows["agent_responses"].values())
    counts[Agent.TRIAGE] = sum(row["triage_confidence"] is not None for row in rows["query_history"].values())
    return counts
