"""What was observed of a student → where the student must stand. No clock, no I/O."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from learnflow.cli.audit.topic_history import Said, TopicHistory
from learnflow.domain.learner.learner_state import LATENESS, current, observation_of, observe
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import MasteryModel
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.events.students import ProgressRebuilt
from learnflow.models.learner_model import Knowledge, LearnerState, Observation
from learnflow.models.learning_progress import LearningProgress
from learnflow.topics import STUDENT_EVENTS, TRIAGE_ROUTING

_LEARNER: Final = (TRIAGE_ROUTING.name, STUDENT_EVENTS.name)  # where it observes students


class Arrived(NamedTuple):
    """An observation, and when it came."""

    at: datetime
    observation: Observation


class Standing(NamedTuple):
    """Where a student stands: as the learner told it last, and as it is added up here.

    `ordered` says that the order of arrival, which nobody but the learner knows, makes no difference.
    """

    told: ProgressUpdated
    computed: LearningProgress
    knowledge: Knowledge
    announced: dict[str, float]
    ordered: bool


def standing(
    student_id: str, history: TopicHistory, stored: Iterable[Observation], model: MasteryModel
) -> Standing | None:
    """Add up what was observed of a student: what PostgreSQL alone still has, and then what the topics say.

    None where there is nothing to compare: the learner has told nothing.
    """
    believed = [said for said in history.of[student_id] if history.believed(said)]
    told = [said.event.payload for said in believed if isinstance(said.event.payload, ProgressUpdated)]
    if not told:
        return None
    newest = max(told, key=lambda each: each.version)
    arrived = sorted(_arrived(believed), key=attrgetter("at"))
    heard = {each.observation.id for each in arrived}
    older = [each for each in stored if each.id not in heard]
    state = LearnerState()
    for observation in (*older, *(each.observation for each in arrived)):
        state = observe(state, observation, model).state
    knowledge = current(state, model)
    rebuilt = any(isinstance(said.event.payload, ProgressRebuilt) for said in believed)
    return Standing(
        newest,
        progress(student_id, knowledge, newest.progress.updated_at),
        knowledge,
        _announced(believed),
        ordered=not rebuilt and not _late([*older, *(each.observation for each in arrived)]),
    )


def _late(observations: Sequence[Observation]) -> bool:
    """Whether one came so long after a later one that the order of arrival counts."""
    latest = accumulate((each.at for each in observations), max)
    return any(newest - each.at > LATENESS / 2 for newest, each in zip(latest, observations, strict=True))


def _arrived(believed: Iterable[Said]) -> Iterable[Arrived]:
    for said in believed:
        observation = observation_of(said.event) if said.message.topic in _LEARNER else None
        if observation is not None:
            yield Arrived(said.at, observation)


def _announced(believed: Iterable[Said]) -> dict[str, float]:
    """Return the level of each topic that was told last."""
    told: dict[UUID, MasteryUpdated] = {}
    for said in believed:
        if isinstance(said.event.payload, MasteryUpdated):
            told.setdefault(said.event.message_id, said.event.payload)  # a repeat may come after what followed
    return {each.topic: each.new_level for each in told.values()}
