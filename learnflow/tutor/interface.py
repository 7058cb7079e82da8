"""What a tutor can do. Agents know this and nothing of who is behind it."""

from typing import Protocol

from learnflow.domain.triage import OFF_TOPIC, Triage
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.exercises import Reply
from learnflow.tutor.grounding import Ran

__all__ = ("OFF_TOPIC", "Triage", "Tutor", "TutorUnavailable")


class TutorUnavailable(Exception):  # noqa: N818 - a state of the tutor, which agents answer
    """The tutor cannot answer now; the text is for the student."""


class Tutor(Protocol):
    """Answers the students. Each method raises TutorUnavailable when it cannot."""

    async def triage(self, query: StudentQuery) -> Triage:
        """Decide what a question is."""

    async def explain(self, request: AgentRequest) -> Draft:
        """Explain what was asked; ask back where triage was unsure; be friendly about what is off topic."""

    async def explain_concept(self, request: AgentRequest, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""

    async def review(self, request: AgentRequest) -> Draft:
        """Review the student's code."""

    async def debug(self, request: AgentRequest, ran: Ran) -> Draft:
        """Find the error; `missing_concept` names a topic whose explanation would complete the answer."""

    async def exercise(self, request: AgentRequest) -> Reply:
        """Give a new exercise that fits, without its solution."""

    async def progress(self, request: AgentRequest) -> Draft:
        """Say in words where the student stands."""

    async def close(self) -> None:
        """Let go of what it holds, at the end of the process."""
