"""The tutor with a key: Claude answers, from what was found out before it is asked."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from learnflow.domain.question.handover import settled
from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.support_ladder import Rung, highest_rung
from learnflow.models.draft import Draft
from learnflow.models.envelope import derived_id
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.repair.claims import Repair
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings
from learnflow.tutor.claude.answers import drafts
from learnflow.tutor.claude.answers.briefing import (
    briefing,
    conversation,
    figures_section,
    linter_section,
    proof_section,
    repair_section,
    run_section,
    tried_section,
)
from learnflow.tutor.claude.answers.drafts import ModelAnswer
from learnflow.tutor.claude.answers.exercise import ClaudeAuthor, exercise_from_bank, exercise_order, written_exercise
from learnflow.tutor.claude.answers.reply_checks import all_code, beyond_rung, other_language, student_language
from learnflow.tutor.claude.answers.schemas import Answer, Diagnosis, Elsewhere, Explanation, Report, Review, Teaching
from learnflow.tutor.claude.answers.triage import ClaudeTriage
from learnflow.tutor.claude.answers.usable_reply import heard, no_doubt, seconds_for, usable_reply
from learnflow.tutor.claude.budget.metered_client import MeteredClients
from learnflow.tutor.claude.interface import ClaudeRequest, Message, loop_time
from learnflow.tutor.claude.prompts import agent_prompt
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.exercises.generation.generate import SECONDS, GenerationFailed, generate
from learnflow.tutor.interface import Misrouted
from learnflow.tutor.proof import Prover
from learnflow.tutor.proof.answer import disproof, false_output, gives_solution
from learnflow.tutor.review_evidence import look_over, try_out

A = TypeVar("A", bound=Answer)


class ClaudeTutor:
    """Asks Claude, in the name of one agent at a time."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self, clients: MeteredClients, settings: Settings, sandbox: Sandbox, prover: Prover, *,
        now: Callable[[], datetime], problem: Callable[[], str | None], close: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        """`clients` makes what asks for one agent and one question; `close` lets go of what they share.

        `problem` says what keeps all of them from asking until somebody changes something.
        """
        self._clients = clients
        self._settings = settings
        self._now = now
        self._close = close
        self._problem = problem
        self._triage = ClaudeTriage(clients, settings.claude)
        self._sandbox = sandbox
        self._prover = prover

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is; Claude is asked only where the rules are not certain."""
        return await self._triage(query, question)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked, ask back, or be friendly."""
        doubt = self._doubt(request, question)
        reply = await self._reply(Specialist.CONCEPTS, request, question, Explanation, doubt=doubt)
        return self._supportive(reply) or drafts.explanation(reply, request, question)

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, in a text that follows on another agent's."""
        doubt = self._doubt(request, question)
        reply = await self._reply(
            Specialist.CONCEPTS, request, question, Explanation, concept=concept, doubt=doubt
        )  # fmt: skip
        draft = self._supportive(reply) or drafts.explanation(reply, request, question)
        return draft.model_copy(update={"topic": concept})

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code, knowing what a linter says of it, and what happened when it was run."""
        findings = await look_over(question.code, question.language) if question.code else None
        evidence = [linter_section(findings)]
        if question.code:
            evidence.append(run_section(await self._prover.run(request, question), question))
            evidence.append(tried_section(await try_out(request, question, self._prover)))
        doubt = self._doubt(request, question)
        reply = await self._reply(Specialist.CODE_REVIEW, request, question, Review, *evidence, doubt=doubt)
        return self._supportive(reply) or drafts.review(reply, question)

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun) -> Draft:
        """Find the error, knowing what happened when the code was run."""
        repair = await self._prover.repair(request, question)
        evidence = [run_section(ran, question), repair_section(repair)]
        doubt = self._doubt(request, question)
        reply = await self._reply(
            Specialist.DEBUG, request, question, Diagnosis, *evidence, repair=repair, doubt=doubt
        )  # fmt: skip
        return self._supportive(reply) or drafts.diagnosis(reply, request, question, ran)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give an exercise that Claude wrote and that was verified, or one of the bank."""
        query, now = request.query, self._now()
        client = self._clients(Agent.EXERCISE, query)
        order, author = exercise_order(request, question), ClaudeAuthor(client, self._settings.claude)
        exercise_id = derived_id(query.student_id, query.query_id, "exercise")
        sandbox, seconds = self._sandbox.of(query.student_id), seconds_for(request, SECONDS, now)
        try:
            generated = await generate(order, author, sandbox, exercise_id=exercise_id, now=now, seconds=seconds)
        except GenerationFailed as failure:
            return exercise_from_bank(request, question, failure, client.usage)
        return written_exercise(generated, request, client.usage)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands, by the figures and by no others."""
        figures = figures_section(request, question)
        reply = await self._reply(
            Specialist.PROGRESS, request, question, Report, figures,
            problem=lambda text: drafts.invented_figure(text, figures),
        )  # fmt: skip
        return self._supportive(reply) or drafts.report(reply, request)

    def problem(self) -> str | None:
        """Say why Claude cannot be asked."""
        return self._problem()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._close()

    async def _reply(  # noqa: PLR0913 - who asks, what for, and what an answer must be
        self, agent: Specialist, request: AgentRequest, question: ParsedQuestion, reply_type: type[A], *evidence: str,
        concept: str | None = None, repair: Repair | None = None, problem: Callable[[str], str | None] = lambda _: None,
        doubt: Callable[[A], Awaitable[str | None]] = no_doubt,
    ) -> ModelAnswer[A]:  # fmt: skip
        """Return what Claude wrote. Raises Misrouted, where that is still possible, and what every tutor raises."""
        settings, client = self._settings.claude, self._clients(Agent(agent), request.query)
        highest, language = self._highest(request, question, agent), student_language(request, question)

        def elsewhere(answer: A) -> Elsewhere | None:
            return None if concept is not None or settled(request) else _elsewhere(answer, agent)

        def unfit(text: str) -> str | None:
            return other_language(text, language) or problem(text)

        async def flaw(answer: A) -> str | None:
            if answer.distress or elsewhere(answer):
                return None
            found = drafts.flaw(answer) or unfit(answer.text)
            return found or await self._beyond(answer, request, question, highest, repair)

        allowed = highest if issubclass(reply_type, Teaching) else None
        told = briefing(request, *evidence, concept=concept, highest=allowed, language=language)
        seconds = seconds_for(request, settings.timeout_seconds, self._now())
        asking = self._request(agent, request, told, reply_type)
        async with heard(asking, unfit, settings, shows=_may_show(reply_type, highest)) as asked:
            reply = await usable_reply(client, asked, loop_time() + seconds, flaw, doubt)
        if other := elsewhere(reply.value):
            raise Misrouted(other.agent, drafts.storable_line(other.because), client.usage)
        return ModelAnswer(reply.value, reply.model, agent_prompt(agent).version, client.usage)

    def _highest(self, request: AgentRequest, question: ParsedQuestion, agent: Specialist) -> Rung:
        return highest_rung(self._settings.tutor.support, request, question, agent)

    def _request(
        self, agent: Specialist, request: AgentRequest, told: str, reply_type: type[A]
    ) -> ClaudeRequest[A]:  # fmt: skip
        settings, instructions = self._settings.claude, agent_prompt(agent)
        messages = (*conversation(request.turns, settings.history_tokens), Message("user", told))
        return ClaudeRequest(
            settings.model, instructions.own, messages, reply_type, settings.most_tokens(agent), instructions.common,
            settings.effort_of(agent),
        )  # fmt: skip

    async def _beyond(
        self, answer: Answer, request: AgentRequest, question: ParsedQuestion, highest: Rung, repair: Repair | None
    ) -> str | None:  # fmt: skip
        """Say what an answer gives that is above a rung: by what it claims, by what it holds, and by running that."""
        if not isinstance(answer, Teaching):
            return None
        if found := beyond_rung(answer, highest, question.code, repair):
            return found
        if highest is Rung.FIX or not question.code:
            return None
        if await gives_solution(request, question, all_code(answer), self._prover):
            return f"its code does what the student's should do, and no more than {highest} is allowed now"
        return None

    def _doubt(self, request: AgentRequest, question: ParsedQuestion) -> Callable[[Teaching], Awaitable[str | None]]:
        """Return what runs the code of an answer, and says what of it is not so."""

        async def doubt(answer: Teaching) -> str | None:
            if answer.distress or answer.belongs_to is not None:
                return None
            examples = [example.code for example in answer.code_examples]
            if isinstance(answer, Diagnosis) and answer.fix_applied:
                proof = await disproof(request, question, examples, self._prover)
                if proof is not None:
                    why = proof.reason.removesuffix(".")
                    return f"the code that you call mended is not. {why}{proof_section(proof)}"
            found = await false_output(request, question, answer.text, examples, self._prover)
            said = (f'you say "{claim.sentence.strip()}", but running it gives {came}' for claim, came in found)
            return next(said, None)

        return doubt

    def _supportive(self, reply: ModelAnswer[Answer]) -> Draft | None:
        if not reply.answer.distress:
            return None
        return drafts.supportive(reply, self._settings.safety.supportive_answer)


def _may_show(reply_type: type[Answer], highest: Rung) -> bool:
    """Say whether words may be shown before all is there: not of what is run first, or looked at for too much help."""
    return not issubclass(reply_type, Diagnosis) and (highest is Rung.FIX or not issubclass(reply_type, Teaching))


def _elsewhere(answer: Answer, agent: Specialist) -> Elsewhere | None:
    """Return what an answer says of another agent that should have been asked; somebody in distress is not sent on."""
    other = answer.belongs_to
    return None if other is None or answer.distress or other.agent is agent else other
