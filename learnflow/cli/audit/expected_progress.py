"""What was observed of a student → where the student must stand. No clock, no I/O."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from learnflow.cli.audit.topic_history import Message, TopicHistory
from learnflow.domain.learner.learner_state import current, fold_oldest, in_order, observation_of
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import MasteryModel
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.learner_model import Knowledge, LearnerState, Observation
from learnflow.models.learning_progress import LearningProgress
from learnflow.topics import STUDENT_EVENTS, TRIAGE_ROUTING

_LEARNER: Final = (TRIAGE_ROUTING.name, STUDENT_EVENTS.name)  # where it observes students


class ExpectedProgress(NamedTuple):
    """Where a student stands: as the learner told it last, and as it is added up here."""

    told: ProgressUpdated
    computed: LearningProgress
    knowledge: Knowledge
    announced: dict[str, float]


def expected_progress(
    student_id: str, history: TopicHistory, stored: Iterable[Observation], model: MasteryModel
) -> ExpectedProgress | None:
    """Add up what was observed of a student, by the topics and, where those are deleted, by PostgreSQL.

    None where there is nothing to compare: the learner has told nothing.
    """
    accepted = [message for message in history.of[student_id] if history.accepted(message)]
    told = [message.event.payload for message in accepted if isinstance(message.event.payload, ProgressUpdated)]
    if not told:
        return None
    newest = max(told, key=lambda each: each.version)
    observations = {each.id: each for each in (*stored, *_observed(accepted))}
    state = fold_oldest(LearnerState(), sorted(observations.values(), key=in_order), model)
    knowledge = current(state, model)
    computed = progress(student_id, knowledge, newest.progress.updated_at)
    return ExpectedProgress(newest, computed, knowledge, _announced(accepted))


def _observed(accepted: Iterable[Message]) -> Iterable[Observation]:
    for message in accepted:
        observation = observation_of(message.event) if message.raw.topic in _LEARNER else None
        if observation is not None:
            yield observation


def _announced(accepted: Iterable[Message]) -> dict[str, float]:
    """Return the level of each topic that was told last."""
    told: dict[UUID, MasteryUpdated] = {}
    for message in accepted:
        if isinstance(message.event.payload, MasteryUpdated):
            told.setdefault(message.event.message_id, message.event.payload)  # a repeat may come after what followed
    return {each.topic: each.new_level for each in told.values()}
