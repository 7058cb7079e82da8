"""A tutor whose answers are looked over before they are given: their code parses, and solves no open exercise."""

import asyncio

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox
from learnflow.tutor.code_examples import check_examples
from learnflow.tutor.interface import Answer, Tutor, TutorWrapper
from learnflow.tutor.solution_guard import SolutionGuard


class CheckedTutor(TutorWrapper):
    """Looks over the drafts of another tutor. What agents say themselves, such as a solution, is not its matter.

    Nor are exercises: a starter that does not parse would have been noticed when its exercise was verified.
    """

    def __init__(self, tutor: Tutor, sandbox: Sandbox) -> None:
        super().__init__(tutor)
        self._solution_guard = SolutionGuard(sandbox)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands; there is no code in it."""
        return await self._tutor.progress(request, question)

    async def _draft(self, request: AgentRequest, question: ParsedQuestion, answer: Answer) -> Draft:
        draft = await answer(self._tutor)
        readable = await asyncio.to_thread(check_examples, draft, question.language or Language.PYTHON)
        return await self._solution_guard.guarded(readable, request)
