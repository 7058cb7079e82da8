"""student-struggle, mastery-level-updated, student-progress: what LearnFlow learns of a student."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from learnflow.models.fields import Count, Id, Model, NonBlank, PositiveCount, Probability, Short, Text, TopicKey
from learnflow.models.learner_model import LearnerState
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.vocabulary import StruggleLevel


class Signals(Model):
    """What tells a struggle from curiosity, of the last 24 hours on the topic."""

    failed_runs: NonNegativeInt = Field(default=0, description="Graded submissions that did not pass.")
    repeated_errors: NonNegativeInt = Field(default=0, description="Errors of a type that had been met before.")
    error_density: NonNegativeFloat = Field(default=0.0, description="Σ r²/(r+1) over runs of r repeated errors.")
    wheel_spinning: bool = Field(default=False, description="Ten tries without three right in a row.")
    answer_seeking: Probability = Field(default=0.0, description="Share of questions that want just the answer.")


class StruggleDetected(Model):
    """`student.struggle.detected`."""

    topic: TopicKey
    struggle_level: StruggleLevel
    query_count: Annotated[
        PositiveCount, Field(description="Similar queries, and failed submissions where they count.")
    ]
    time_window_minutes: Count
    recommendation: NonBlank
    evidence: Annotated[tuple[Id, ...], Field(description="The similar queries.")] = ()
    signals: Signals = Signals()


class MasteryUpdated(Model):
    """`mastery.level.updated`."""

    topic: TopicKey
    old_level: Probability
    new_level: Probability
    reason: NonBlank
    evidence: Annotated[tuple[Id, ...], Field(description="The messages behind it.")] = ()
    model_version: Text | None = None
    set_by: Short | None = Field(default=None, description="The teacher who set the level.")


class ProgressUpdated(Model):
    """`student.progress.updated`: the newest progress and state of a student; a higher version is newer."""

    version: PositiveInt
    progress: LearningProgress
    state: LearnerState = LearnerState()
