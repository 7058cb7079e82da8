"""The tutor with a key: Claude answers, from what was found out before it is asked."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

from learnflow.code_analysis.linters import Linter
from learnflow.domain.question.handover import settled
from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings
from learnflow.tutor.claude.answers import drafts, evidence
from learnflow.tutor.claude.answers.briefing import briefing
from learnflow.tutor.claude.answers.dialogue import seconds_for, useful, within
from learnflow.tutor.claude.answers.drafts import Answered
from learnflow.tutor.claude.answers.exercise import Exercising
from learnflow.tutor.claude.answers.schemas import Answer, Diagnosis, Explanation, Report, Review
from learnflow.tutor.claude.answers.triage import Triaging
from learnflow.tutor.claude.client.interface import Ask, Meters, Said
from learnflow.tutor.claude.prompts import answering
from learnflow.tutor.code_run import Ran
from learnflow.tutor.exercises import Reply
from learnflow.tutor.interface import Misrouted
from learnflow.tutor.review_findings import look_over

_MAX_TOKENS: Final = 3_000  # of an answer; some scripts take a token a letter

A = TypeVar("A", bound=Answer)
Problem = Callable[[A], str | None]


class ClaudeTutor:
    """Asks Claude, in the name of one agent at a time."""

    def __init__(  # noqa: PLR0913 - what all kinds of answers together are made of
        self, meters: Meters, settings: Settings, sandbox: Sandbox, *,
        now: Callable[[], datetime], close: Callable[[], Awaitable[None]], linter: Linter | None = None,
    ) -> None:  # fmt: skip
        """`meters` makes what asks for one agent and one question; `close` lets go of what they share."""
        self._meters = meters
        self._settings = settings
        self._now = now
        self._linter = linter or Linter()
        self._close = close
        self._triaging = Triaging(meters, settings.claude)
        self._exercising = Exercising(meters, settings.claude, sandbox, now)

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is; Claude is asked only where the rules are not certain."""
        return await self._triaging(query, question)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked, ask back, or be friendly."""
        answered = await self._answered(Specialist.CONCEPTS, request, Explanation)
        return self._supportive(answered) or drafts.explanation(answered, request, question)

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, in a text that follows on another agent's."""
        answered = await self._answered(Specialist.CONCEPTS, request, Explanation, concept=concept)
        draft = self._supportive(answered) or drafts.explanation(answered, request, question)
        return draft.model_copy(update={"topic": concept})

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code, knowing what a linter says of it."""
        found = await look_over(question.code, question.language, self._linter) if question.code else None
        answered = await self._answered(Specialist.CODE_REVIEW, request, Review, evidence.of_tools(found))
        return self._supportive(answered) or drafts.review(answered, question)

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: Ran) -> Draft:
        """Find the error, knowing what happened when the code was run."""
        answered = await self._answered(Specialist.DEBUG, request, Diagnosis, evidence.of_run(ran, question))
        return self._supportive(answered) or drafts.diagnosis(answered, request, question, ran)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> Reply:
        """Give an exercise that Claude wrote and that was verified, or one of the bank."""
        return await self._exercising(request, question)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands, by the figures and by no others."""
        figures = evidence.of_figures(request, question)
        answered = await self._answered(
            Specialist.PROGRESS, request, Report, figures, problem=lambda said: drafts.invented(said, figures)
        )
        return self._supportive(answered) or drafts.report(answered, request)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._close()

    async def _answered(
        self, agent: Specialist, request: AgentRequest, shape: type[A], *found: str,
        concept: str | None = None, problem: Problem[A] = lambda _: None,
    ) -> Answered[A]:  # fmt: skip
        """Return what Claude wrote. Raises Misrouted, where that is still possible, and what every tutor raises."""
        settings, instructions = self._settings.claude, answering(agent)
        meter = self._meters(Agent(agent), request.query)
        stays = concept is not None or settled(request)

        def elsewhere(said: A) -> bool:
            return said.belongs_to is not None and said.belongs_to.agent is not agent and not stays

        def flaw(said: A) -> str | None:
            return None if said.distress or elsewhere(said) else drafts.flaw(said) or problem(said)

        told = briefing(request, settings.history_tokens, *found, concept=concept)
        ask = Ask(settings.model, instructions.text, (Said("user", told),), shape, _MAX_TOKENS)
        seconds = seconds_for(request, settings.timeout_seconds, self._now())
        written = await useful(meter, ask, within(seconds), flaw)
        said = written.value
        if said.belongs_to is not None and elsewhere(said) and not said.distress:
            raise Misrouted(said.belongs_to.agent, drafts.one_line(said.belongs_to.because), meter.usage)
        return Answered(said, written.model, instructions.version, meter.usage)

    def _supportive(self, answered: Answered[Answer]) -> Draft | None:
        if not answered.answer.distress:
            return None
        return drafts.supportive(answered, self._settings.safety.supportive_answer)
