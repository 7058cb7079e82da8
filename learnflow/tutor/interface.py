"""What a tutor can do. Agents know this and nothing of who is behind it."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft, Usage
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.exercises import ExerciseReply


class TutorUnavailable(Exception):  # noqa: N818 - a state of the tutor, which agents answer
    """The tutor cannot answer now; the text is for the student. `usage` is what was paid all the same."""

    def __init__(self, reason: str, usage: tuple[Usage, ...] = ()) -> None:
        super().__init__(reason)
        self.usage = usage


class ClaudeAway(TutorUnavailable):
    """Claude cannot be asked now. The text is a whole sentence for the student; a tutor without Claude may answer."""


class Misrouted(Exception):  # noqa: N818 - what the question is, which agents hand over
    """Another specialist should answer this question; the text says why."""

    def __init__(self, target: Specialist, reason: str, usage: tuple[Usage, ...] = ()) -> None:
        super().__init__(reason)
        self.target = target
        self.usage = usage


class Tutor(Protocol):
    """Answers the students. Each method raises TutorUnavailable when it cannot.

    What answers a request raises Misrouted where the question is another specialist's; for a request that was handed
    over once it never does.
    """

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is."""

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked; ask back where triage was unsure; be friendly about what is off topic."""

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code."""

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun) -> Draft:
        """Find the error; `missing_concept` names a topic whose explanation would complete the answer."""

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give a new exercise that fits, without its solution."""

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""

    def problem(self) -> str | None:
        """Say what keeps it from its own answers until somebody changes something."""
        return None

    async def close(self) -> None:
        """Let go of what it holds, at the end of the process."""
        return


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

    def problem(self) -> str | None:
        """Say what keeps the other from its own answers."""
        return self._tutor.problem()

    async def close(self) -> None:
        """Let go of what the other holds."""
        await self._tutor.close()

    async def _draft(self, request: AgentRequest, question: ParsedQuestion, answer: Answer) -> Draft:  # noqa: ARG002 - for those that override it
        return await answer(self._tutor)
