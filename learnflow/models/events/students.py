"""student-events: what is known of a student from elsewhere."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from learnflow.models.exercise import Exercise
from learnflow.models.fields import HAS_NUL, NUL, Id, Model, NonBlank, PositiveCount, Probability, Short, TopicKey
from learnflow.models.learner_model import LearnerState
from learnflow.models.student import ENROLLED, Email
from learnflow.models.student_query import Code
from learnflow.models.vocabulary import LearningStyle, Rating, SkillLevel


class ProfileUpdated(Model):
    """`student.profile.updated`: the fields that are given replace what was known."""

    name: Short | None = None
    email: Email | None = None
    learning_style: LearningStyle | None = None
    skill_level: SkillLevel | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("must give at least one of name, email, learning_style, skill_level, active")
        if self.email is not None and self.email.endswith(ENROLLED):
            raise ValueError(f"email: must not end in {ENROLLED}, which is for students of whom only the id is known")
        return self


class ExerciseAssigned(Model):
    """`exercise.assigned`, with the whole exercise: its hidden solution never travels in a response.

    The student has it once it is verified.
    """

    exercise: Exercise
    query_id: Id | None = Field(default=None, description="The question that it answers.")


class ExerciseVerified(Model):
    """`exercise.verified`: an exercise that was assigned has been run, and holds. From now on its student has it."""

    exercise: Exercise
    query_id: Id | None = Field(default=None, description="The question that it answers.")


class HintGiven(Model):
    """`exercise.hint.given`: hints come one at a time, from 1 on."""

    exercise_id: Id
    number: PositiveCount
    query_id: Id | None = None


class ExerciseGraded(Model):
    """`exercise.graded`: what a submission achieved; 1.0 passed every test case. Who gives up has not solved it."""

    exercise_id: Id
    topic: TopicKey
    query_id: Id | None = None
    score: Probability
    passed: bool
    code: Code | None = None
    error: Short | None = Field(default=None, description="The type of the error that the code ended with.")
    gave_up: bool = Field(default=False, description="The student asked for the solution, which closes the exercise.")

    @model_validator(mode="after")
    def _passed_is_full_score(self) -> Self:
        if self.passed != (self.score == 1.0):
            raise ValueError("passed: must be true just when score is 1.0")
        if self.gave_up and self.passed:
            raise ValueError("gave_up: must be false when the exercise is passed")
        return self


class MasteryLevelSet(Model):
    """`mastery.level.set`: a teacher corrects a level."""

    topic: TopicKey
    level: Probability
    reason: NonBlank
    set_by: Short


TeacherText = Annotated[NonBlank, StringConstraints(max_length=8_000)]


class ResponseRated(Model):
    """`response.rated`: a student says whether an answer helped. The newest counts, if the question is theirs."""

    query_id: Id
    rating: Rating
    reason: Annotated[NonBlank, StringConstraints(max_length=1_000)] | None = None
    ask_teacher: bool = Field(default=False, description="The student would like a teacher to look at the answer.")


class TeacherAnswered(Model):
    """`teacher.answered`: what a teacher adds to an answer. It ends that the student waits for one."""

    query_id: Id
    text: TeacherText
    answered_by: Short


class SkillUpgraded(Model):
    """`student.skill.upgraded`: a student reached the thresholds of the next level."""

    old_level: SkillLevel
    new_level: SkillLevel
    reason: NonBlank


class StruggleResolved(Model):
    """`struggle.resolved`: a student no longer struggles with a topic."""

    topic: TopicKey
    resolved_by: Literal["success", "time"]
    query_count: Annotated[PositiveCount, Field(description="Similar questions in the struggle that ended.")]
    reason: Annotated[NonBlank, StringConstraints(max_length=1_000)]


class ProgressDue(Model):
    """`student.progress.due`: a day has ended, in UTC, and what changes by time alone is due."""

    day: date


class ProgressRebuilt(Model):
    """`student.progress.rebuilt`: what a student's history in PostgreSQL adds up to, by today's rules."""

    state: LearnerState

    @model_validator(mode="after")
    def _can_be_stored(self) -> Self:
        knowledge = self.state.knowledge
        if any(NUL in text for text in (*self.state.applied, *knowledge.exercises, *knowledge.closed)):
            raise ValueError(f"state: {HAS_NUL}")
        return self
