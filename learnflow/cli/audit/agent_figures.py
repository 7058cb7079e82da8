"""What agents say in their heartbeats that they did, compared with what they have sent."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from learnflow.cli.audit.differences import Difference
from learnflow.cli.audit.topic_history import TopicHistory
from learnflow.domain.health.agent_health import SIX_AGENTS, ReceivedHeartbeat
from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.vocabulary import Agent


def received(history: TopicHistory) -> list[ReceivedHeartbeat]:
    """Return the newest heartbeat of each instance."""
    return [ReceivedHeartbeat(event.timestamp, event.payload) for event in history.heartbeats.values()]


def figure_differences(history: TopicHistory, now: datetime) -> Iterator[Difference]:
    """Yield where the counts of all instances of an agent do not add up to its messages, repeats included.

    An agent one of whose instances was killed is left out: nobody knows what that one had counted last.
    """
    processed = Counter(filter(None, (_processor(message.event) for each in history.of.values() for message in each)))
    letters = Counter(letter.agent for at_place in history.letters.values() for letter in at_place)
    beats = received(history)
    for agent in Agent:
        own = [each for each in beats if each.beat.agent_name is agent]
        if not own or any(each.missed(now) and not each.fresh(now) for each in own):
            continue
        counted = sum(each.beat.errors + each.beat.rejected for each in own)
        yield from _unequal(f"heartbeats of {agent}, errors and rejected", letters[agent], counted)
        if agent in SIX_AGENTS:
            total = sum(each.beat.processed for each in own)
            yield from _unequal(f"heartbeats of {agent}, processed", processed[agent], total)


def _processor(event: Event[Any]) -> Agent | None:
    match event.payload:
        case RoutingDecision():
            return Agent.TRIAGE
        case ResponseCompleted(agent_name=agent):
            return Agent(agent)
    return None


def _unequal(where: str, topics: int, found: int) -> Iterable[Difference]:
    return [Difference(None, where, topics, found)] if topics != found else []
