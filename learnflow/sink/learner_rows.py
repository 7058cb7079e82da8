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
from learnflow.models.fields import Model
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


def _fields(payload: Model) -> dict[str, Any]:
    """Return a payload's fields as they are; where a row has the same fields, they are called the same."""
    return dict(payload)


def _profile(event: Event[ProfileUpdated]) -> tuple[Row, ...]:
    return (ProfileRow(event.message_id, _student(event), event.timestamp, **_fields(event.payload)),)


def _skill(event: Event[SkillUpgraded]) -> tuple[Row, ...]:
    level, reason = event.payload.new_level, event.payload.reason
    return (ProfileRow(event.message_id, _student(event), event.timestamp, skill_level=level, reason=reason),)


def _assigned(event: Event[ExerciseAssigned]) -> tuple[Row, ...]:
    exercise = event.payload.exercise
    test_cases = json_text([case.model_dump() for case in exercise.test_cases])
    return (
        ExerciseRow(**{**_fields(exercise), "test_cases": test_cases}),
        AssignmentRow(_student(event), exercise.exercise_id, event.timestamp),
    )


def _hint_given(event: Event[HintGiven]) -> tuple[Row, ...]:
    return (HintRow(_student(event), event.payload.exercise_id, event.payload.number),)


def _graded(event: Event[ExerciseGraded]) -> tuple[Row, ...]:
    return (SubmissionRow(event.message_id, _student(event), event.timestamp, **_fields(event.payload)),)


def _level_set(event: Event[MasteryLevelSet]) -> tuple[Row, ...]:
    payload = event.payload
    return (
        MasteryRow(
            event.message_id,
            _student(event),
            event.timestamp,
            topic=payload.topic,
            new_level=payload.level,
            reason=payload.reason,
            set_by=payload.set_by,
        ),
    )


def _level_updated(event: Event[MasteryUpdated]) -> tuple[Row, ...]:
    return (MasteryRow(event.message_id, _student(event), event.timestamp, **_fields(event.payload)),)


def _struggle(event: Event[StruggleDetected]) -> tuple[Row, ...]:
    fields = {**_fields(event.payload), "signals": Json(event.payload.signals.model_dump_json())}
    return (StruggleRow(event.message_id, _student(event), event.timestamp, **fields),)


def _resolved(event: Event[StruggleResolved]) -> tuple[Row, ...]:
    payload = event.payload
    return (
        StruggleRow(
            event.message_id,
            _student(event),
            event.timestamp,
            topic=payload.topic,
            query_count=payload.query_count,
            resolved_by=payload.resolved_by,
            reason=payload.reason,
        ),
    )


def _nothing(_event: Event[Any]) -> tuple[Row, ...]:
    """The learner alone is concerned; what comes of it is stored."""
    return ()


def _progress(event: Event[ProgressUpdated]) -> tuple[Row, ...]:
    progress = event.payload.progress
    if progress.student_id != event.student_id:
        msg = "payload.progress.student_id: differs from the message's student_id"
        raise Unstorable(msg)
    fields = {
        **_fields(progress),
        "version": event.payload.version,
        "state": Json(event.payload.state.model_dump_json()),
        "python_mastery_levels": json_text(progress.python_mastery_levels),
        "queries_by_type": json_text({intent.value: count for intent, count in progress.queries_by_type.items()}),
    }
    return (ProgressRow(**fields),)


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
