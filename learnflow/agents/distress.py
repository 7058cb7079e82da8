"""What agents do for somebody in distress: the answer that the school has chosen, and word to those who watch.

What the student wrote is never repeated: the log event and the warning name the question only.
"""

from collections.abc import Sequence
from typing import Any, Final

from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.domain.question import distress
from learnflow.models.draft import Draft
from learnflow.models.envelope import Event
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Agent
from learnflow.streams.event_producer import Outgoing
from learnflow.topics import AGENT_LOGS
from learnflow.tutor.answer_text import OFFLINE_MODEL

NOTICED: Final = "safety.distress.noticed"  # the action in agent-logs
_log = get_logger(__name__)


def supportive(context: Context) -> Draft:
    """Return the supportive answer of the settings."""
    return Draft(
        text=context.settings.safety.supportive_answer,
        confidence=1.0,
        topic=GENERAL,
        metadata={distress.METADATA_FIELD: True},
        model=OFFLINE_MODEL,  # no tutor is asked
    )


def reported(event: Event[Any], sent: Sequence[Outgoing], context: Context) -> Sequence[Outgoing]:
    """Return what an agent sends, with a log event where an answer says that somebody is in distress."""
    responses = [message.event.payload for message in sent if isinstance(message.event.payload, ResponseCompleted)]
    noticed = [each for each in responses if (each.metadata or {}).get(distress.METADATA_FIELD) is True]
    return [*sent, *(_log_event(event, response, context) for response in noticed)]


def _log_event(event: Event[Any], response: ResponseCompleted, context: Context) -> Outgoing:
    _log.warning("%s: a student may be in distress or danger: query %s", response.agent_name, response.query_id)
    payload = ActivityLogged(
        agent_name=Agent(response.agent_name), instance=context.instance, action=NOTICED, query_id=response.query_id
    )
    entry = follow(event, response.query_id, distress.METADATA_FIELD, payload, context.now(), steps=0)
    return Outgoing(AGENT_LOGS, entry)
