"""The offline tutor: what a tutor can do, each part in a module of its own."""

import asyncio

from learnflow.domain.question.intent import Triage, decide
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent
from learnflow.tutor.code_run import NOT_RUN, CodeRun
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.offline.answers import exercise, explain, progress
from learnflow.tutor.offline.answers.debug import debug
from learnflow.tutor.offline.answers.review import review
from learnflow.tutor.offline.answers.triage import with_topic_of_cause, with_topic_of_point


class OfflineTutor:
    """Answers from rules, prepared content and the linter; needs no key and no network."""

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Decide what a question is; what its code does wrong tells the topic, or the point that answers it."""
        triage = decide(question)
        if triage.intent is Intent.DEBUG:
            return await asyncio.to_thread(with_topic_of_cause, query.query_text, question, triage)
        return with_topic_of_point(question, triage) if triage.intent is Intent.CONCEPTS else triage

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Explain what was asked; ask back where triage was unsure; be friendly about what is off topic."""
        return explain.explain(request, question)

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
        """Explain one topic, as another agent's answer needs it."""
        return explain.explain_concept(request, question, concept)

    async def review(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Review the student's code: with the linter for Python, by a few sound checks for the others."""
        return await review(request, question)

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun = NOT_RUN) -> Draft:
        """Find the error: by what happened when the code ran, by its name, and by reading the code."""
        return await debug(request, question, ran)

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
        """Give a prepared exercise that fits, without its solution."""
        return exercise.exercise(request, question)

    async def close(self) -> None:
        """Hold nothing."""

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands."""
        return progress.progress(request, question)
