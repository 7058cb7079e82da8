"""exercise-requests → tutor or sandbox → agent-responses; what becomes of exercises → student-events."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from learnflow.agents.assigned_exercises import verified
from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.agents.specialist_request import SpecialistRequest
from learnflow.domain.question.exercise_wish import Claim, Hint, NewExercise, Solution, Submission, Wish, wish
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.envelope import Event
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.responses import ResponseLate
from learnflow.models.events.routing import AgentRequest
from learnflow.models.events.students import ExerciseAssigned, ExerciseGraded
from learnflow.models.fields import Model
from learnflow.models.vocabulary import Specialist, Stage
from learnflow.sandbox import SandboxUnavailable, infer_calling_convention
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import STUDENT_EVENTS
from learnflow.tutor.answer_progress import enter
from learnflow.tutor.exercises import ExerciseReply, claim, hint, report, solution, wrong_language
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.grade_report import GradedCode, fails_visibly
from learnflow.tutor.exercises.hidden_cases import visible_cases
from learnflow.tutor.interface import TutorUnavailable
from learnflow.tutor.proof.programs import line_at_fault

NAME = Specialist.EXERCISE


class ExerciseAgent:
    """Gives exercises that fit, hints and solutions, and grades what is submitted."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the response, and the events that it brings."""
        request = SpecialistRequest(delivery.event, NAME, self._context)
        wished = wish(request.event.payload, request.question)
        handle = request.answer if isinstance(wished, NewExercise) else request.outcome
        return await handle(partial(self._reply, wished), partial(self._sent, request))

    async def _reply(self, wished: Wish, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        query_id = request.query.query_id
        match wished:
            case Submission():
                return await self._graded(request, wished)
            case Hint(exercise=assigned):
                return hint(assigned, query_id)
            case Claim(exercise=assigned):
                return claim(assigned, query_id)
            case Solution(exercise=assigned):
                return solution(assigned, query_id)
            case NewExercise():
                return await self._context.tutor.exercise(request, question)

    async def _graded(self, request: AgentRequest, submission: Submission) -> ExerciseReply:
        """Run the code on the tests, called as the solution would be."""
        exercise = submission.exercise.exercise
        if str(request.query.language) != str(exercise.language):
            return wrong_language(submission.exercise, request)
        solution, tests = exercise.solution_code, exercise.test_cases
        calling = await asyncio.to_thread(infer_calling_convention, exercise.language, solution, tests)
        sandbox = self._context.sandbox.of(request.query.student_id)
        enter(Stage.RUNNING_CODE)
        try:
            grading = await sandbox.grade(exercise.language, submission.code, tests, calling)
            shown = None
            if fails_visibly(grading):  # again, where the code cannot find the inputs that are hidden to tell of them
                visible = tests[: visible_cases(len(tests))]
                shown = await sandbox.grade(exercise.language, submission.code, visible, calling)
        except SandboxUnavailable as error:
            raise TutorUnavailable(
                f"Submissions cannot be graded here at the moment, so yours does not count: {error}"
            ) from error
        code = GradedCode(grading, shown, calling)
        if not (code.passed or code.unreadable or sandbox.is_busy):
            with suppress(SandboxUnavailable):  # it is graded, and counts, whatever becomes of the search
                code = replace(code, line=await line_at_fault(exercise, submission.code, sandbox))
        return report(submission.exercise, code, request)

    def _sent(self, request: SpecialistRequest, reply: ExerciseReply, spent_ms: int) -> Sequence[Outgoing]:
        responses, now = request.completed(reply.draft, spent_ms), self._context.now()
        if isinstance(responses[0].event.payload, ResponseLate):
            return responses  # what the student is not told of has not happened
        events = [Outgoing(STUDENT_EVENTS, _exercise_event(request.event, payload, now)) for payload in reply.events]
        return [*events, *responses]


def _exercise_event(event: Event[AgentRequest], payload: Model, now: datetime) -> Event[Any]:
    """Return the event that tells what became of an exercise.

    An exercise ends once. Its end has one id, whichever question brings it, so that the second of two right
    submissions which were graded at once is a repeat of the first, and one that crosses with giving up counts nothing.
    """
    if isinstance(payload, ExerciseAssigned):  # ours have been run, those of the bank by our tests
        if BANK.get(payload.exercise.exercise_id):  # written long before
            given = payload.exercise.model_copy(update={"created_at": now})
            payload = payload.model_copy(update={"exercise": given})
        return verified(event, payload, now)
    if isinstance(payload, ExerciseGraded) and (payload.passed or payload.gave_up):
        return follow(event, payload.exercise_id, "exercise-ended", payload, now, steps=0)
    return follow(event, event.payload.query.query_id, EVENT_TYPES[type(payload)], payload, now, steps=0)
