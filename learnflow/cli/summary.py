"""What an event says, in one line for people."""

from functools import singledispatch

from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, StruggleDetected
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    MasteryLevelSet,
    ProfileUpdated,
    SkillUpgraded,
    StruggleResolved,
)
from learnflow.models.events.work import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision


@singledispatch
def summary(payload: object) -> str:
    """Return what a payload says; students' text in it may have any length and several lines."""
    return str(payload)


@summary.register
def _(query: QuerySubmitted) -> str:
    return f"“{query.query_text}”" + (f"  [{query.language} code]" if query.code_snippet else "")


@summary.register
def _(routed: RoutingDecision) -> str:
    topic = f" on {routed.topic}" if routed.topic else ""
    return f"→ {routed.target_agent}{topic} ({routed.confidence:.2f}): {routed.reasoning}"


@summary.register
def _(request: AgentRequest) -> str:
    handed_over = f" (handed over by {request.handed_over_from})" if request.handed_over_from else ""
    return f"“{request.query.query_text}”{handed_over}"


@summary.register
def _(asked: CollaborationRequested) -> str:
    return f"{asked.source_agent} asks for {asked.concept}: “{asked.request.query.query_text}”"


@summary.register
def _(answered: CollaborationAnswered) -> str:
    if answered.explanation is None:
        return f"{answered.source_agent} cannot explain {answered.concept}"
    return f"{answered.source_agent} explains {answered.concept}: {answered.explanation.text}"


@summary.register
def _(answer: ResponseCompleted) -> str:
    return f"{answer.agent_name} in {answer.processing_time_ms:,} ms: {answer.response_text}"


@summary.register
def _(failed: ResponseFailed) -> str:
    return f"failed ({failed.failure}): {failed.reason}"


@summary.register
def _(done: ActivityLogged) -> str:
    time = "" if done.duration_ms is None else f" in {done.duration_ms:,} ms"
    return f"{done.agent_name}@{done.instance} {done.action}{time}" + (f": {done.error}" if done.error else "")


@summary.register
def _(beat: Heartbeat) -> str:
    return (
        f"{beat.agent_name}@{beat.instance} {beat.status}: {beat.processed:,} processed, {beat.errors:,} errors, "
        f"{beat.in_flight:,} in flight"
    )


@summary.register
def _(struggle: StruggleDetected) -> str:
    how = f"{struggle.struggle_level}, {struggle.query_count} questions in {struggle.time_window_minutes} min"
    return f"struggles with {struggle.topic} ({how}): {struggle.recommendation}"


@summary.register
def _(resolved: StruggleResolved) -> str:
    return f"no longer struggles with {resolved.topic} (by {resolved.resolved_by}): {resolved.reason}"


@summary.register
def _(mastery: MasteryUpdated) -> str:
    return f"{mastery.topic} {mastery.old_level:.2f} → {mastery.new_level:.2f}: {mastery.reason}"


@summary.register
def _(level: MasteryLevelSet) -> str:
    return f"{level.topic} set to {level.level:.2f} by {level.set_by}: {level.reason}"


@summary.register
def _(skill: SkillUpgraded) -> str:
    return f"{skill.old_level} → {skill.new_level}: {skill.reason}"


@summary.register
def _(updated: ProgressUpdated) -> str:
    topics = ", ".join(updated.progress.topics_covered)
    return f"version {updated.version}: {updated.progress.total_queries:,} questions" + (topics and f" on {topics}")


@summary.register
def _(profile: ProfileUpdated) -> str:
    return ", ".join(f"{name}={value}" for name, value in profile.model_dump(mode="json", exclude_none=True).items())


@summary.register
def _(assigned: ExerciseAssigned) -> str:
    return f"{assigned.exercise.topic} ({assigned.exercise.difficulty}): {assigned.exercise.problem_text}"


@summary.register
def _(graded: ExerciseGraded) -> str:
    return f"{'passed' if graded.passed else 'not passed'} ({graded.score:.2f}): {graded.exercise_id}"
