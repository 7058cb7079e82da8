"""A tutor whose answers are looked over before they are given: their code parses, and solves no open exercise."""

import asyncio
from typing import Final

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox
from learnflow.tutor.code_examples import checked
from learnflow.tutor.code_run import Ran
from learnflow.tutor.exercises import Reply
from learnflow.tutor.interface import Tutor
from learnflow.tutor.solution_guard import SolutionGuard

_USUAL: Final = Language.PYTHON


class CheckedTutor:
    """Passes everything on to another tutor. What agents say themselves, such as a solution, is not its matter."""

    def __init__(self, tutor: Tutor, sandbox: Sandbox) -> None:
        self._tutor = tutor
        self._leaks = SolutionGuard(sandbox)

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""
        return await self._tutor.triage(query, question)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked."""
        return await self._looked_over(request, question, await self._tutor.explain(request, question))

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        return await self._looked_over(request, question, await self._tutor.explain_concept(request, question, concept))

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code."""
        return await self._looked_over(request, question, await self._tutor.review(request, question))

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: Ran) -> Draft:
        """Find the error."""
        return await self._looked_over(request, question, await self._tutor.debug(request, question, ran))

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> Reply:
        """Give an exercise. A starter that does not parse would have been noticed when its exercise was verified."""
        return await self._tutor.exercise(request, question)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return await self._tutor.progress(request, question)

    async def close(self) -> None:
        """Let go of what the other holds."""
        await self._tutor.close()

    async def _looked_over(self, request: AgentRequest, question: ParsedQuestion, draft: Draft) -> Draft:
        parsed = await asyncio.to_thread(checked, draft, question.language or _USUAL)
        return await self._leaks.withheld(parsed, request)
