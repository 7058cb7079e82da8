"""A tutor over another one: it passes everything on, and a subclass changes what it is there for."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.interface import Tutor

Answer: TypeAlias = Callable[[Tutor], Awaitable[Draft]]  # asks a tutor for the draft that is wanted


class TutorWrapper:
    """Passes everything on to another tutor; all drafts but those of exercises go through `_draft`."""

    def __init__(self, tutor: Tutor) -> None:
        self._tutor = tutor

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""
        return await self._tutor.triage(query, question)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""
        return await self._draft(request, question, lambda tutor: tutor.explain(request, question))

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        return await self._draft(request, question, lambda tutor: tutor.explain_concept(request, question, concept))

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code."""
        return await self._draft(request, question, lambda tutor: tutor.review(request, question))

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun) -> Draft:
        """Find the error."""
        return await self._draft(request, question, lambda tutor: tutor.debug(request, question, ran))

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give an exercise."""
        return await self._tutor.exercise(request, question)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return await self._draft(request, question, lambda tutor: tutor.progress(request, question))

    async def close(self) -> None:
        """Let go of what the other holds."""
        await self._tutor.close()

    async def _draft(self, request: AgentRequest, question: ParsedQuestion, answer: Answer) -> Draft:  # noqa: ARG002 - for those that override it
        return await answer(self._tutor)
