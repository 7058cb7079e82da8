"""triage-routing → the last 24 h of the student → student-struggle."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from faust.types import EventT

from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.domain.struggle import Observation, detected
from learnflow.models.envelope import Event
from learnflow.models.events.work import RoutingDecision
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent
from learnflow.streams.outbox import Outgoing
from learnflow.tables.struggle import StruggleTable
from learnflow.topics import STUDENT_STRUGGLE

NAME = Agent.STRUGGLE
SWEEP_EVERY: Final = timedelta(hours=1)


class StruggleAgent:
    """Notices when a student asks the same again and again. The only writer of its table."""

    def __init__(self, context: Context, table: StruggleTable) -> None:
        self._context = context
        self._table = table
        self._swept: dict[int, datetime] = {}

    async def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Nothing is needed but the table."""

    def fold(self, item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        """Add a question to the student's window, and return the struggle that it brings to light."""
        match event.payload:
            case RoutingDecision(query=StudentQuery(topic=str(), question_key=str()) as query):
                outgoing = self._observe(event, query)
            case _:
                outgoing = []
        self._sweep(item.message.partition)
        return outgoing

    def _observe(self, event: Event[Any], query: StudentQuery) -> Sequence[Outgoing]:
        new = Observation(
            at=query.timestamp, query_id=query.query_id, topic=query.topic or "", key=query.question_key or ""
        )
        struggle = detected(self._table.read(query.student_id, new.at), new)
        self._table.write(query.student_id, new)
        if struggle is None:
            return []
        return [Outgoing(STUDENT_STRUGGLE, follow(event, query.query_id, "struggle", struggle, self._context.now()))]

    def _sweep(self, partition: int) -> None:
        now = self._context.now()
        if now - self._swept.get(partition, datetime.min.replace(tzinfo=now.tzinfo)) > SWEEP_EVERY:
            self._swept[partition] = now
            self._table.sweep(partition, now)
