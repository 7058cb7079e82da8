"""progress-requests → tutor → agent-responses."""

from collections.abc import Sequence

from learnflow.agents.context import Context
from learnflow.agents.specialist_request import answer, parsed, responding
from learnflow.models.vocabulary import Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery

NAME = Specialist.PROGRESS


class ProgressAgent:
    """Says in words where a student stands."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the response."""
        event, context = delivery.event, self._context
        return await answer(parsed(event), NAME, context.tutor.progress, responding(event, NAME, context), context)
