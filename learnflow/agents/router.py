"""triage-routing → the join with the student's tables → *-requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from learnflow.agents.context import Context
from learnflow.agents.messages import failed, follow, taken_up
from learnflow.agents.student_store import Student, StudentStore
from learnflow.domain.learner.learner_state import current
from learnflow.domain.learner.progress import progress, streak
from learnflow.domain.question import distress
from learnflow.domain.question.exercise_wish import exercise_named
from learnflow.models.envelope import Event
from learnflow.models.events import carried_query
from learnflow.models.events.responses import Failure
from learnflow.models.events.routing import AgentRequest, ProgressSummary, RoutingDecision
from learnflow.models.exercise import Assigned
from learnflow.models.student import Profile
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, SkillLevel, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import REQUESTS

NAME = Agent.ROUTER
INACTIVE: Final = "Your account is not active. Please ask your school to activate it, then ask again."

NOT_GIVEN: Final = "context.exercise_id: you were given no exercise {}. Ask for one, and submit your code with its id."


class RouterAgent:
    """Gives each request all that its specialist needs, so that specialists keep no state."""

    def __init__(self, context: Context, students: StudentStore) -> None:
        self._context = context
        self._students = students

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the request, a failed response for an inactive student, or nothing for a repeat."""
        event: Event[RoutingDecision] = taken_up(delivery.event, delivery.at)
        query = carried_query(event)
        if query is None:
            return []  # a decision must have one, and the sink says so: one dead letter is enough
        student = await self._students.student(query.student_id)
        due = event.timestamp + timedelta(seconds=self._context.settings.limits.open_query_seconds)
        if self._context.now() >= due:
            return []  # core fails it
        if self._repeat(delivery, query, student):
            return []
        if not student.profile.active and query.question_key != distress.QUESTION_KEY:
            return [failed(event, query, NAME, Failure.INACTIVE, INACTIVE, self._context.now())]
        try:
            named = await self._named(query, delivery.partition)
        except ValueError as error:
            return [failed(event, query, NAME, Failure.INVALID, str(error), self._context.now())]
        low = event.payload.confidence < self._context.settings.triage.minimum_confidence
        return [request(event, query, student, self._context, named=named, low_confidence=low)]

    async def _named(self, query: StudentQuery, partition: int) -> Assigned | None:
        """Return the exercise that a question for the exercise agent names. Raises ValueError where there is none."""
        exercise_id = exercise_named(query) if query.routed_to_agent is Specialist.EXERCISE else None
        if exercise_id is None:
            return None
        named = await self._students.assigned(query.student_id, exercise_id, partition)
        if named is None:
            raise ValueError(NOT_GIVEN.format(exercise_id))
        return named

    def _repeat(self, delivery: Delivery, query: StudentQuery, student: Student) -> bool:
        """Say whether this decision is about a query that another decision has brought, or that has its outcome."""
        if delivery.event.attempt:
            return False
        open_query = self._students.open_query(query)
        if open_query is None:
            return student.conversation.has_outcome(query.query_id)
        return (open_query.partition, open_query.offset) != (delivery.partition, delivery.offset)


def request(  # noqa: PLR0913 - what a request consists of
    cause: Event[RoutingDecision],
    query: StudentQuery,
    student: Student,
    context: Context,
    *,
    named: Assigned | None = None,
    low_confidence: bool = False,
    alone: bool = False,
) -> Outgoing:
    """Return the request to the query's agent, with profile, standing and last turns."""
    agent = query.routed_to_agent
    if agent is None:
        raise ValueError("payload.query.routed_to_agent: must be given")
    payload = AgentRequest(
        query=query,
        profile=_profile(student.profile, query),
        turns=student.conversation.turns,
        standing=_progress_summary(student, query, context),
        exercises=student.exercises.open,
        named=named,
        done=student.exercises.done,
        low_confidence=low_confidence,
        alone=alone,
        due=cause.timestamp + timedelta(seconds=context.settings.limits.open_query_seconds),
    )
    # A request leaves no trace in the message flow. One to answer alone follows the question to concepts, which does.
    what, steps = ("request-alone", 1) if alone else ("request", 0)
    return Outgoing(REQUESTS[agent], follow(cause, query.query_id, what, payload, context.now(), steps=steps))


def _profile(profile: Profile, query: StudentQuery) -> Profile:
    """The producer's word on the skill level counts only while no other was given."""
    claimed = (query.context or {}).get("skill_level")
    if profile.skill_level is not None or claimed not in set(SkillLevel):
        return profile
    return profile.model_copy(update={"skill_level": SkillLevel(str(claimed))})


def _progress_summary(student: Student, query: StudentQuery, context: Context) -> ProgressSummary:
    """Return the summary of progress as of now: days pass also when nothing happens."""
    if student.progress is None:
        return ProgressSummary()
    knowledge, now = current(student.progress.state, context.mastery), context.now()
    figures = progress(query.student_id, knowledge, now).model_dump()
    return ProgressSummary.model_validate({**figures, "streak_days": streak(knowledge, now.date())})
