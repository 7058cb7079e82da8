"""The offline tutor: what a tutor can do, each part in a module of its own."""

from dataclasses import replace
from typing import Final

from learnflow.code_analysis.engine import in_analysis_thread
from learnflow.domain.question.intent import Triage, decide
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.question_key import question_key
from learnflow.domain.support_ladder import highest_rung
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, Specialist
from learnflow.settings.sections import Support
from learnflow.tutor.code_run import NOT_RUN, CodeRun
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.interface import Tutor
from learnflow.tutor.offline.answers import exercise, explain, progress
from learnflow.tutor.offline.answers.debug import debug
from learnflow.tutor.offline.answers.review import review
from learnflow.tutor.offline.answers.static_diagnosis import candidates, fault_behind
from learnflow.tutor.offline.answers.unspoken_language import for_debug, for_review, unspoken
from learnflow.tutor.offline.points import find_point
from learnflow.tutor.proof import Prover

_LAST_PROGRAM: Final = (
    "I looked at the program as you sent it before. If you have changed it since, send me the new one."
)


def with_topic_of_cause(text: str, question: ParsedQuestion, triage: Triage) -> Triage:
    """Return a triage with the topic of what is wrong, where the code tells it better than the words do."""
    cause = _cause(text, question)
    if cause is None:
        return triage
    topic, line = cause
    return _with_topic(triage, question, topic, f"line {line} of the code tells that it is about {topic}")


def with_topic_of_point(question: ParsedQuestion, triage: Triage) -> Triage:
    """Return a triage with the topic of the point that answers a question on a language of its own.

    "Why can I not use it after I pass it to a function?" is about functions, and in Rust about ownership.
    """
    match = find_point(question, triage.topic) if question.language else None
    if match is None or not match.is_decisive or match.point.language is not question.language:
        return triage
    return _with_topic(triage, question, match.topic, f"a point of {match.topic} answers it")


def _with_topic(triage: Triage, question: ParsedQuestion, topic: str, reason: str) -> Triage:
    if topic == triage.topic:
        return triage
    key = question_key(question, triage.intent, topic)
    return replace(triage, topic=topic, question_key=key, reasoning=f"{triage.reasoning}; {reason}")


def _cause(text: str, question: ParsedQuestion) -> tuple[str, int] | None:
    """Return the topic of the cause and its line; behind an error only what is not the error's own topic."""
    if not question.code:
        return None
    if question.error:
        fault = fault_behind(question.code, question.language, question.error)
        return (fault.topic, fault.line) if fault and fault.tells_cause else None
    if question.trace:
        return None
    return next(((cause.topic, cause.line) for cause in candidates(text, question)), None)


def _on_last_program(answer: Draft, request: AgentRequest) -> Draft:
    """Return an answer that says so where it looked at the program of an earlier turn."""
    if not request.has_earlier_program:
        return answer
    return answer.model_copy(update={"text": f"{_LAST_PROGRAM}\n\n{answer.text}"})


class OfflineTutor(Tutor):
    """Answers from rules, prepared content and the linter; needs no key and no network.

    `prover` tries what it would say; without one nothing counts as proven. `support` says how much it may give away.
    """

    def __init__(self, prover: Prover | None = None, support: Support = "high") -> None:
        self._prover = prover or Prover()
        self._support = support

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is; what its code does wrong tells the topic, or the point that answers it."""
        triage = decide(question)
        if triage.intent is Intent.DEBUG:
            return await in_analysis_thread(with_topic_of_cause, query.query_text, question, triage)
        return with_topic_of_point(question, triage) if triage.intent is Intent.CONCEPTS else triage

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked; ask back where triage was unsure; be friendly about what is off topic."""
        if question.spoken is not None:
            return unspoken(question.spoken, question)
        if question.code:  # which is analyzed, by a linter's process too
            return await in_analysis_thread(explain.explain, request, question)
        return explain.explain(request, question)

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        return explain.explain_concept(request, question, concept)

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code: by running it, with the linter for Python, and by a few sound checks."""
        if question.spoken is not None:
            return for_review(unspoken(question.spoken, question))
        return _on_last_program(await review(request, question, self._prover), request)

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun = NOT_RUN) -> Draft:
        """Find the error: by what happened when the code ran, by its name, and by reading the code."""
        if question.spoken is not None:
            return for_debug(unspoken(question.spoken, question, ran), ran)
        highest = highest_rung(self._support, request, question, Specialist.DEBUG)
        return _on_last_program(await debug(request, question, ran, self._prover, highest), request)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give a prepared exercise that fits, without its solution."""
        return exercise.exercise(request, question)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return progress.progress(request, question)
