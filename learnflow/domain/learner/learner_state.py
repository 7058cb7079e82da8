"""Observations in the order of their times, whatever order they arrive in. No clock, no I/O.

The observations of the last hour stay open: a late one is put between them, and they are added up anew. So any order
of arrival within the hour, and any repetition, gives the same knowledge. What arrives later still counts, as the
oldest of those that are open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Final
from uuid import UUID

from learnflow.domain.learner.knowledge_update import fold
from learnflow.domain.mastery import MasteryModel
from learnflow.models.fields import REMEMBERED_IDS, short_id
from learnflow.models.knowledge import Knowledge, LearnerState, Observation

LATENESS: Final = timedelta(hours=1)  # within which the order of arrival makes no difference
LEAST_OPEN: Final = 8  # observations, however old: a crash repeats no more before what follows from them is sent
MOST_OPEN: Final = 64  # observations; a bound on what one student can cost
COMPARED: Final = 100  # ids of those closed last, which tell whether a history is complete


@dataclass(frozen=True, slots=True)
class Change:
    """What one observation did: the state to keep, and the knowledge without it and with it."""

    state: LearnerState
    before: Knowledge
    after: Knowledge
    repeated: bool = False


def current(state: LearnerState, model: MasteryModel) -> Knowledge:
    """Return the knowledge of a student, with all that is still open."""
    return _folded(state.knowledge, state.recent, model)


def observe(state: LearnerState, observation: Observation, model: MasteryModel) -> Change:
    """Add an observation.

    One that was added before, and is still open, gives the change that it makes in its place: what it gave the first
    time, unless it had come late. One that is closed changes nothing.
    """
    place = next((number for number, each in enumerate(state.recent) if each.id == observation.id), None)
    if place is not None:
        before = _folded(state.knowledge, state.recent[:place], model)
        return Change(state, before, fold(before, state.recent[place], model), repeated=True)
    before = current(state, model)
    if short_id(observation.id) in state.applied:
        return Change(state, before, before, repeated=True)
    latest = not state.recent or _in_order(observation) > _in_order(state.recent[-1])
    added = _added(state, observation, model)
    return Change(added, before, fold(before, observation, model) if latest else current(added, model))


def state_from_history(observations: Iterable[Observation], model: MasteryModel) -> LearnerState:
    """Return the state that all observations of a student lead to."""
    return reduce(lambda state, each: observe(state, each, model).state, observations, LearnerState())


def rebuilt(history: LearnerState, live: LearnerState, model: MasteryModel) -> LearnerState | None:
    """Return what a history adds up to, and after it what is still open and not yet part of that history.

    None when the history lacks what is closed already: then it is not complete yet.
    """
    in_history = {*history.applied, *(short_id(observation.id) for observation in history.recent)}
    if not in_history.issuperset(live.applied[-COMPARED:]):
        return None
    return reduce(lambda state, observation: observe(state, observation, model).state, live.recent, history)


def _added(state: LearnerState, observation: Observation, model: MasteryModel) -> LearnerState:
    recent = sorted((*state.recent, observation), key=_in_order)
    closed = _closed(recent)
    return LearnerState.model_construct(
        knowledge=_folded(state.knowledge, recent[:closed], model),
        recent=tuple(recent[closed:]),
        applied=(*state.applied, *(short_id(each.id) for each in recent[:closed]))[-REMEMBERED_IDS:],
    )


def _closed(recent: list[Observation]) -> int:
    """Return how many of the oldest are no longer open."""
    late = sum(recent[-1].at - each.at > LATENESS for each in recent)
    return max(min(late, len(recent) - LEAST_OPEN), len(recent) - MOST_OPEN, 0)


def _folded(knowledge: Knowledge, observations: Sequence[Observation], model: MasteryModel) -> Knowledge:
    return reduce(lambda so_far, observation: fold(so_far, observation, model), observations, knowledge)


def _in_order(observation: Observation) -> tuple[datetime, UUID]:
    return observation.at, observation.id
