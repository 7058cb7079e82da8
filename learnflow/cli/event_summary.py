"""What an event says, in one line for people."""

from collections.abc import Iterator, Mapping
from functools import singledispatch
from typing import Final

from learnflow.domain.mastery.model import band, decimals
from learnflow.domain.phrasing import many
from learnflow.models.events import students
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, Signals, StruggleDetected
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.queries import QueryCancelled, QueryRefused, QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseLate, ResponseProgress
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.fields import Model

# What is said in the fields' own words alone.
TEXTS: Final[Mapping[type[Model], str]] = {
    ResponseCompleted: "{0.agent_name} in {0.processing_time_ms:,} ms: {0.response_text}",
    ResponseFailed: "failed ({0.failure}): {0.reason}",
    QueryRefused: "query {0.query_id} counts nowhere: {0.reason}",
    QueryCancelled: "stops the answer to {0.query_id}",
    ResponseLate: "{0.agent_name} was too late with an answer",
    Heartbeat: (
        "{0.agent_name}@{0.instance} {0.status}: {0.processed:,} processed, {0.errors:,} errors, "
        "{0.in_flight:,} in flight"
    ),
    students.StruggleResolved: "no longer struggles with {0.topic} (by {0.resolved_by}): {0.reason}",
    students.TeacherAnswered: "{0.answered_by} adds to the answer to {0.query_id}: {0.text}",
    students.SkillUpgraded: "{0.old_level} → {0.new_level}: {0.reason}",
    students.ExerciseAssigned: "{0.exercise.topic} ({0.exercise.difficulty}): {0.exercise.problem_text}",
    students.ExerciseVerified: "{0.exercise.topic} ({0.exercise.difficulty}) holds: {0.exercise.problem_text}",
    students.HintGiven: "hint {0.number} to {0.exercise_id}",
    students.ProgressDue: "{0.day} has ended",
    students.ProgressRebuilt: "rebuilt from {0.state.knowledge.total_queries:,} questions",
}


@singledispatch
def summary(payload: Model) -> str:
    """Return what a payload says; students' text in it may have any length and several lines."""
    return TEXTS[type(payload)].format(payload)


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
    wish = f"asks for {asked.concept}" if asked.concept else "waits for its turn"
    return f"{asked.source_agent} {wish}: “{asked.request.query.query_text}”"


@summary.register
def _(answered: CollaborationAnswered) -> str:
    if answered.concept is None:
        return f"it is the turn of {answered.source_agent}"
    if answered.explanation is None:
        return f"{answered.source_agent} cannot explain {answered.concept}"
    return f"{answered.source_agent} explains {answered.concept}: {answered.explanation.text}"


@summary.register
def _(under_way: ResponseProgress) -> str:
    written = f": {under_way.text}" if under_way.text else ""
    return f"{under_way.agent_name} is at it ({under_way.stage}){written}"


@summary.register
def _(done: ActivityLogged) -> str:
    time = "" if done.duration_ms is None else f" in {done.duration_ms:,} ms"
    return f"{done.agent_name}@{done.instance} {done.action}{time}" + (f": {done.error}" if done.error else "")


@summary.register
def _(rated: students.ResponseRated) -> str:
    wish = ", and asks for a teacher" if rated.ask_teacher else ""
    return f"thumbs {rated.rating} for {rated.query_id}{wish}" + (f": {rated.reason}" if rated.reason else "")


@summary.register
def _(struggle: StruggleDetected) -> str:
    is_asked = struggle.evidence or struggle.signals.failed_runs < struggle.query_count
    asked = many(struggle.query_count, "question" if is_asked else "submission")
    observed = ", ".join((f"{asked} in {struggle.time_window_minutes} min", *_in_words(struggle.signals)))
    evidence = f" [{many(len(struggle.evidence), 'message')}]" if struggle.evidence else ""
    verdict = f"struggles with {struggle.topic} ({struggle.struggle_level}): {observed}"
    return f"{verdict} → {struggle.recommendation}{evidence}"


def _in_words(signals: Signals) -> Iterator[str]:
    if signals.failed_runs:
        yield many(signals.failed_runs, "failed run")
    if signals.repeated_errors:
        yield f"{many(signals.repeated_errors, 'repeated error')} (density {signals.error_density:.2f})"
    if signals.wheel_spinning:
        yield "ten tries without three right in a row"
    if signals.answer_seeking:
        yield f"{signals.answer_seeking:.0%} of the questions want just the answer"


@summary.register
def _(mastery: MasteryUpdated) -> str:
    by = f", set by {mastery.set_by}" if mastery.set_by else ""
    behind = [many(len(mastery.evidence), "message")] if mastery.evidence else []
    behind += [f"model {mastery.model_version}"] if mastery.model_version else []
    evidence = f" [{', '.join(behind)}]" if behind else ""
    return f"{mastery.topic} {changed(mastery.old_level, mastery.new_level)}{by}: {mastery.reason}{evidence}"


def changed(old: float, new: float) -> str:
    """Return a change of level, and of what it is called: 0.75 → 0.88 (learning → mastered)."""
    names = dict.fromkeys((band(old), band(new)))
    return f"{decimals(old)} → {decimals(new)} ({' → '.join(names)})"


@summary.register
def _(level: students.MasteryLevelSet) -> str:
    return f"{level.topic} set to {decimals(level.level)} ({band(level.level)}) by {level.set_by}: {level.reason}"


@summary.register
def _(updated: ProgressUpdated) -> str:
    progress, levels = updated.progress, updated.progress.python_mastery_levels
    topics = [f"{topic} {decimals(levels[topic])}" if topic in levels else topic for topic in progress.topics_covered]
    asked = many(progress.total_queries, "question")
    return f"version {updated.version}: {asked}" + (f" on {', '.join(topics)}" if topics else "")


@summary.register
def _(profile: students.ProfileUpdated) -> str:
    return ", ".join(f"{name}={value}" for name, value in profile.model_dump(mode="json", exclude_none=True).items())


@summary.register
def _(graded: students.ExerciseGraded) -> str:
    error = f" with {graded.error}" if graded.error else ""
    passed = "passed" if graded.passed else "given up" if graded.gave_up else "not passed"
    return f"{graded.topic} {passed} ({graded.score:.2f}){error}: {graded.exercise_id}"
