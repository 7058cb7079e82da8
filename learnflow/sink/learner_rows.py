"""The rows of what is learned of a student: profile, exercises, mastery, struggles, progress."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from learnflow.database.postgres import Json, json_text
from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, StruggleDetected
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    HintGiven,
    MasteryLevelSet,
    ProfileUpdated,
    SkillUpgraded,
    StruggleResolved,
)
from learnflow.sink.messages import Unstorable
from learnflow.sink.rows import (
    AssignmentRow,
    ExerciseRow,
    HintRow,
    MasteryRow,
    ProfileRow,
    ProgressRow,
    Row,
    StruggleRow,
    SubmissionRow,
)


def _student(event: Event[Any]) -> str:
    return cast("str", event.student_id)  # the codec has made sure of it


def _profile(event: Event[ProfileUpdated]) -> tuple[Row, ...]:
    said = event.payload
    return (
        ProfileRow(
            event.message_id, _student(event), said.name, said.email, said.learning_style, said.skill_level,
            said.active, None, event.timestamp,
        ),
    )  # fmt: skip


def _skill(event: Event[SkillUpgraded]) -> tuple[Row, ...]:
    level, reason = event.payload.new_level, event.payload.reason
    return (
        ProfileRow(event.message_id, _student(event), None, None, None, level, None, reason, event.timestamp),
    )  # fmt: skip


def _assigned(event: Event[ExerciseAssigned]) -> tuple[Row, ...]:
    exercise = event.payload.exercise
    return (
        ExerciseRow(
            exercise.exercise_id,
            exercise.title,
            exercise.topic,
            exercise.difficulty,
            exercise.problem_text,
            exercise.solution_code,
            exercise.starter_code,
            json_text([case.model_dump() for case in exercise.test_cases]),
            exercise.hints,
            exercise.created_at,
            exercise.created_by_agent,
            exercise.language,
            exercise.tags,
        ),
        AssignmentRow(_student(event), exercise.exercise_id, event.timestamp),
    )


def _hint_given(event: Event[HintGiven]) -> tuple[Row, ...]:
    return (HintRow(_student(event), event.payload.exercise_id, event.payload.number),)


def _graded(event: Event[ExerciseGraded]) -> tuple[Row, ...]:
    said = event.payload
    return (
        SubmissionRow(
            event.message_id, _student(event), said.exercise_id, said.query_id, said.score, said.passed, said.code,
            event.timestamp, said.topic, said.error, said.gave_up,
        ),
    )  # fmt: skip


def _level_set(event: Event[MasteryLevelSet]) -> tuple[Row, ...]:
    said = event.payload
    return (
        MasteryRow(
            event.message_id, _student(event), said.topic, None, said.level, said.reason, (), None, said.set_by,
            event.timestamp,
        ),
    )  # fmt: skip


def _level_updated(event: Event[MasteryUpdated]) -> tuple[Row, ...]:
    said = event.payload
    return (
        MasteryRow(
            event.message_id, _student(event), said.topic, said.old_level, said.new_level, said.reason,
            said.evidence, said.model_version, said.set_by, event.timestamp,
        ),
    )  # fmt: skip


def _struggle(event: Event[StruggleDetected]) -> tuple[Row, ...]:
    said = event.payload
    return (
        StruggleRow(
            event.message_id, _student(event), said.topic, said.struggle_level, said.query_count,
            said.time_window_minutes, said.recommendation, said.evidence, None, None, event.timestamp,
            Json(said.signals.model_dump_json()),
        ),
    )  # fmt: skip


def _resolved(event: Event[StruggleResolved]) -> tuple[Row, ...]:
    said = event.payload
    return (
        StruggleRow(
            event.message_id, _student(event), said.topic, None, said.query_count, None, None, (),
            said.resolved_by, said.reason, event.timestamp, None,
        ),
    )  # fmt: skip


def _nothing(_event: Event[Any]) -> tuple[Row, ...]:
    """The learner alone is concerned; what comes of it is stored."""
    return ()


def _progress(event: Event[ProgressUpdated]) -> tuple[Row, ...]:
    progress = event.payload.progress
    if progress.student_id != event.student_id:
        msg = "payload.progress.student_id: differs from the message's student_id"
        raise Unstorable(msg)
    return (
        ProgressRow(
            _student(event),
            event.payload.version,
            Json(event.payload.state.model_dump_json()),
            json_text(progress.python_mastery_levels),
            progress.completed_exercises,
            progress.topics_mastered,
            progress.topics_covered,
            progress.strengths,
            progress.weaknesses,
            progress.learning_velocity,
            progress.total_queries,
            json_text({intent.value: count for intent, count in progress.queries_by_type.items()}),
            progress.last_activity,
            progress.struggle_topics,
            progress.achievements,
            progress.created_at,
            progress.updated_at,
        ),
    )


ROWS: Final[Mapping[str, Callable[[Event[Any]], tuple[Row, ...]]]] = {
    "student.profile.updated": _profile,
    "student.skill.upgraded": _skill,
    "exercise.assigned": _assigned,
    "exercise.hint.given": _hint_given,
    "exercise.graded": _graded,
    "mastery.level.set": _level_set,
    "mastery.level.updated": _level_updated,
    "student.struggle.detected": _struggle,
    "struggle.resolved": _resolved,
    "student.progress.updated": _progress,
    "student.progress.due": _nothing,
    "student.progress.rebuilt": _nothing,
}
