"""The rows of what is learned of a student: profile, exercises, mastery, struggles, progress."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, cast

from learnflow.database.postgres import Json, json_text
from learnflow.models.envelope import Event
from learnflow.models.events.learning import ProgressUpdated, StruggleDetected
from learnflow.models.events.students import ExerciseAssigned, HintGiven, MasteryLevelSet, SkillUpgraded
from learnflow.sink import rows
from learnflow.sink.messages import Unstorable


def _student(event: Event[Any]) -> str:
    return cast("str", event.student_id)  # the codec has made sure of it


def _history(kind: Callable[..., rows.Row], event: Event[Any], **other: object) -> tuple[rows.Row, ...]:
    """Return a row of a history. Its fields are called as the payload's, but for `other`."""
    return (kind(event.message_id, _student(event), event.timestamp, **(dict(event.payload) | other)),)


def _skill(event: Event[SkillUpgraded]) -> tuple[rows.Row, ...]:
    level, reason = event.payload.new_level, event.payload.reason
    return (rows.ProfileRow(event.message_id, _student(event), event.timestamp, skill_level=level, reason=reason),)


def _assigned(event: Event[ExerciseAssigned]) -> tuple[rows.Row, ...]:
    exercise = event.payload.exercise
    test_cases = json_text([case.model_dump() for case in exercise.test_cases])
    return (
        rows.ExerciseRow(**(dict(exercise) | {"test_cases": test_cases})),
        rows.AssignmentRow(_student(event), exercise.exercise_id, event.timestamp),
    )


def _hint_given(event: Event[HintGiven]) -> tuple[rows.Row, ...]:
    return (rows.HintRow(_student(event), event.payload.exercise_id, event.payload.number),)


def _level_set(event: Event[MasteryLevelSet]) -> tuple[rows.Row, ...]:
    said = event.payload
    row = rows.MasteryRow(event.message_id, _student(event), event.timestamp, said.topic, said.level, said.reason)
    return (row._replace(set_by=said.set_by),)


def _struggle(event: Event[StruggleDetected]) -> tuple[rows.Row, ...]:
    return _history(rows.StruggleRow, event, signals=Json(event.payload.signals.model_dump_json()))


def _nothing(_event: Event[Any]) -> tuple[rows.Row, ...]:
    """The learner alone is concerned; what comes of it is stored."""
    return ()


def _progress(event: Event[ProgressUpdated]) -> tuple[rows.Row, ...]:
    progress = event.payload.progress
    if progress.student_id != event.student_id:
        msg = "payload.progress.student_id: differs from the message's student_id"
        raise Unstorable(msg)
    converted = {
        "version": event.payload.version,
        "state": Json(event.payload.state.model_dump_json()),
        "python_mastery_levels": json_text(progress.python_mastery_levels),
        "queries_by_type": json_text({intent.value: count for intent, count in progress.queries_by_type.items()}),
    }
    return (rows.ProgressRow(**(dict(progress) | converted)),)


ROWS: Final[Mapping[str, Callable[[Event[Any]], tuple[rows.Row, ...]]]] = {
    "student.profile.updated": partial(_history, rows.ProfileRow),
    "student.skill.upgraded": _skill,
    "exercise.assigned": _assigned,
    "exercise.hint.given": _hint_given,
    "exercise.graded": partial(_history, rows.SubmissionRow),
    "mastery.level.set": _level_set,
    "mastery.level.updated": partial(_history, rows.MasteryRow),
    "student.struggle.detected": _struggle,
    "struggle.resolved": partial(_history, rows.StruggleRow),
    "student.progress.updated": _progress,
    "student.progress.due": _nothing,
    "student.progress.rebuilt": _nothing,
}
