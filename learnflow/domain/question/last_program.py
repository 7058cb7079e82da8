"""A follow-up without code is read with the last program. No clock, no I/O."""

from datetime import timedelta
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent, Specialist

LONGEST_PROGRAM: Final = 3_000  # characters; of a longer one the beginning is kept, and nobody takes it for the whole

_ONE_LINE: Final = 20  # words of a follow-up that brings no code
_AT_ONCE: Final = timedelta(hours=12)  # a later question is no follow-up of the program
_GOING_ON: Final = frozenset({"still", "again", "now", "same"})  # also beside a new error
_REFERRING: Final = frozenset({"it", "this", "that", "code", "program", "also", *_GOING_ON})


def with_last_program(request: AgentRequest, question: ParsedQuestion) -> AgentRequest:
    """Return a follow-up on a program with that program, as if it had been sent again: "it still fails".

    So is a line without code that tells of trouble, or that is to be answered by who looks at code.
    """
    turn = next((turn for turn in reversed(request.turns) if turn.code), None)
    if turn is None or not _goes_on(request, question) or request.query.timestamp - turn.at > _AT_ONCE:
        return request
    if turn.language is None or len(turn.code or "") >= LONGEST_PROGRAM:
        return request
    query = request.query
    topic = turn.topic if query.topic in (None, GENERAL) else query.topic
    update = {"code_snippet": turn.code, "language": turn.language, "topic": topic}
    return request.model_copy(update={"query": query.model_copy(update=update), "low_confidence": False})


def _goes_on(request: AgentRequest, question: ParsedQuestion) -> bool:
    agent = request.query.routed_to_agent
    about_code = question.has(Intent.DEBUG) or question.error or agent in (Specialist.DEBUG, Specialist.CODE_REVIEW)
    if not about_code or question.code or question.trace or len(question.words) > _ONE_LINE:
        return False
    nothing_else = not (question.mentions or question.error)
    return nothing_else or not (_GOING_ON if question.error else _REFERRING).isdisjoint(question.words)
