"""What was observed of a student → where the student must stand. No clock, no I/O."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from learnflow.cli.audit.topic_history import Said, TopicHistory
from learnflow.domain.learner.learner_state import current, fold_oldest, in_order, observation_of
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import MasteryModel
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.learner_model import Knowledge, LearnerState, Observation
from learnflow.models.learning_progress import LearningProgress
from learnflow.topics import STUDENT_EVENTS, TRIAGE_ROUTING

_LEARNER: Final = (TRIAGE_ROUTING.name, STUDENT_EVENTS.name)  # where it observes students


class Standing(NamedTuple):
    """Where a student stands: as the learner told it last, and as it is added up here."""

    told: ProgressUpdated
    computed: LearningProgress
    knowledge: Knowledge
    announced: dict[str, float]


def standing(
    student_id: str, history: TopicHistory, stored: Iterable[Observation], model: MasteryModel
) -> Standing | None:
    """Add up what was observed of a student, by the topics and, where those are deleted, by PostgreSQL.

    None where there is nothing to compare: the learner has told nothing.
    """
    believed = [said for said in history.of[student_id] if history.believed(said)]
    told = [said.event.payload for said in believed if isinstance(said.event.payload, ProgressUpdated)]
    if not told:
        return None
    newest = max(told, key=lambda each: each.version)
    observations = {each.id: each for each in (*stored, *_observed(believed))}
    state = fold_oldest(LearnerState(), sorted(observations.values(), key=in_order), model)
    knowledge = current(state, model)
    computed = progress(student_id, knowledge, newest.progress.updated_at)
    return Standing(newest, computed, knowledge, _announced(believed))


def _observed(believed: Iterable[Said]) -> Iterable[Observation]:
    for said in believed:
        observation = observation_of(said.event) if said.message.topic in _LEARNER else None
        if observation is not None:
            yield observation


def _announced(believed: Iterable[Said]) -> dict[str, float]:
    """Return the level of each topic that was told last."""
    told: dict[UUID, MasteryUpdated] = {}
    for said in believed:
        if isinstance(said.event.payload, MasteryUpdated):
            told.setdefault(said.event.message_id, said.event.payload)  # a repeat may come after what followed
    return {each.topic: each.new_level for each in told.values()}
