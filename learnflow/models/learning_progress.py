"""LearningProgress (data model 2.4): where a student stands."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from learnflow.models.fields import Count, Model, NullAsEmpty, Probability, StudentId, Timestamp, TopicKey
from learnflow.models.vocabulary import Intent

MASTERED = 0.85
WEAK = 0.6
FASTEST = 9_999.99  # questions a day; NUMERIC(6,2) in SQL


class LearningProgress(Model):
    """Counts, mastery and what follows from them."""

    student_id: StudentId
    python_mastery_levels: dict[TopicKey, Probability] = Field(default_factory=dict)
    completed_exercises: Count = 0
    topics_mastered: tuple[TopicKey, ...] = ()
    topics_covered: tuple[TopicKey, ...] = ()
    strengths: Annotated[tuple[TopicKey, ...], Field(max_length=3), NullAsEmpty()] = ()
    weaknesses: Annotated[tuple[TopicKey, ...], NullAsEmpty()] = ()
    learning_velocity: float | None = Field(None, ge=0.0, le=FASTEST, description="Questions a day, over seven days.")
    total_queries: Count = 0
    queries_by_type: dict[Intent, Count] = Field(default_factory=dict)
    last_activity: Timestamp
    struggle_topics: Annotated[tuple[TopicKey, ...], NullAsEmpty()] = ()
    achievements: tuple[TopicKey, ...] = ()
    created_at: Timestamp
    updated_at: Timestamp

    @model_validator(mode="after")
    def _mastered_by_level(self) -> Self:
        for topic in self.topics_mastered:
            if self.python_mastery_levels.get(topic, 0.0) < MASTERED:
                raise ValueError(f"topics_mastered: {topic} is below {MASTERED}")
        return self
