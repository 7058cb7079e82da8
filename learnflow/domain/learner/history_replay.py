"""What a student's history adds up to, in place of what the order of arrival has left. No clock, no I/O."""

from collections.abc import Sequence
from functools import reduce
from typing import Final
from uuid import UUID

from learnflow.domain.learner.learner_state import fold_oldest, in_order, observe
from learnflow.domain.mastery.model import MasteryModel
from learnflow.models.fields import REMEMBERED_IDS, short_id
from learnflow.models.learner_model import LearnerState, Observation

COMPARED: Final = 100  # ids of those closed last, which tell whether a history is complete


def replayed(history: Sequence[Observation], live: LearnerState, model: MasteryModel) -> LearnerState | None:
    """Return what a student's observations add up to in the order of their times, however late each has come.

    None where the history lacks something that the live state has: then it is not complete yet.
    """
    in_history = {short_id(observation.id) for observation in history}
    counted = {*live.applied[-COMPARED:], *(short_id(observation.id) for observation in live.recent)}
    if not in_history.issuperset(counted):
        return None
    state = fold_oldest(LearnerState(withdrawn=live.withdrawn), sorted(history, key=in_order), model)
    # What is open in the live state may be older than all ids that are remembered: it must not count once more.
    known = {*state.applied, *(short_id(observation.id) for observation in state.recent)}
    older = [each for each in sorted(counted) if each not in known]
    return state.model_copy(update={"applied": (*state.applied, *older)[-REMEMBERED_IDS:]})


def rebuilt(history: LearnerState, live: LearnerState, model: MasteryModel) -> LearnerState | None:
    """Return what a history adds up to, and after it what is still open and not yet part of that history.

    None when the history lacks what is closed already: then it is not complete yet.
    """
    in_history = {*history.applied, *(short_id(observation.id) for observation in history.recent)}
    if not in_history.issuperset(live.applied[-COMPARED:]):
        return None
    history = history.model_copy(update={"withdrawn": live.withdrawn})
    return reduce(lambda state, observation: observe(state, observation, model).state, live.recent, history)


def withdraw(state: LearnerState, query_id: UUID) -> LearnerState:
    """Return the state without a query that could not be stored; one that is closed takes a replay to get rid of."""
    withdrawn = short_id(query_id)
    if withdrawn in state.withdrawn:
        return state
    return state.model_copy(
        update={
            "recent": tuple(each for each in state.recent if each.id != query_id),
            "applied": tuple(each for each in state.applied if each != withdrawn),
            "withdrawn": (*state.withdrawn, withdrawn)[-REMEMBERED_IDS:],
            "late": state.late or withdrawn in state.applied,
        }
    )
