"""student-struggle, mastery-level-updated, student-progress: what LearnFlow learns of a student."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from learnflow.models.fields import Id, Model, NonBlank, Probability, Text, TopicKey
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.vocabulary import StruggleLevel


class StruggleDetected(Model):
    """`student.struggle.detected`."""

    topic: TopicKey
    struggle_level: StruggleLevel
    query_count: PositiveInt
    time_window_minutes: NonNegativeInt
    recommendation: NonBlank
    evidence: Annotated[tuple[Id, ...], Field(description="The similar queries.")] = ()


class MasteryUpdated(Model):
    """`mastery.level.updated`."""

    topic: TopicKey
    old_level: Probability
    new_level: Probability
    reason: NonBlank
    evidence: tuple[Id, ...] = ()
    model_version: Text | None = None


class LearnerState(Model):
    """What the progress rules need beyond the progress itself."""

    applied: Annotated[tuple[str, ...], Field(description="The queries counted last, shortened, oldest first.")] = ()


class ProgressUpdated(Model):
    """`student.progress.updated`: the newest progress and state of a student; a higher version is newer."""

    version: PositiveInt
    progress: LearningProgress
    state: LearnerState = LearnerState()
