"""A new exercise, out of the bank; homework is led to, not done."""

from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, title
from learnflow.models.vocabulary import Intent, Specialist
from learnflow.tutor.answer_text import signed
from learnflow.tutor.exercises import Reply, choose, given
from learnflow.tutor.offline.answers.homework import homework
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.student_level import depth

_PREPARED: Final = "a prepared exercise, not one made for you."
_GOING_ON: Final = frozenset({"another", "next", "more", "again", "harder", "easier", "same"})


def exercise(request: AgentRequest, question: ParsedQuestion) -> Reply:
    """Return the exercise of the bank that fits the student best, or the steps to what they have to write."""
    led = homework(request, question)
    if led is not None:
        return Reply(led)
    request = _going_on(request, question)
    choice = choose(request, question)
    note = "\n\n".join(filter(None, (_explained(request, question), choice.note)))
    return given(choice.exercise, request, note=note or None, closing=signed(_PREPARED))


def _going_on(request: AgentRequest, question: ParsedQuestion) -> AgentRequest:
    """Return the request with the topic of the last exercise, where only another one is asked for."""
    if topic_of_request(request, question) != GENERAL or _GOING_ON.isdisjoint(question.words):
        return request
    exercises = (turn for turn in reversed(request.turns) if turn.agent is Specialist.EXERCISE)
    last = next((turn.topic for turn in exercises if turn.topic in TOPICS), None)
    return request.model_copy(update={"query": request.query.model_copy(update={"topic": last})}) if last else request


def _explained(request: AgentRequest, question: ParsedQuestion) -> str | None:
    """Explain the topic in short, where an explanation is asked for as well."""
    topic = topic_of_request(request, question)
    wants = any(hit.meaning.intent is Intent.CONCEPTS and hit.meaning.kind == "explain" for hit in question.signals)
    if not wants or topic not in EXPLANATIONS:
        return None
    told = EXPLANATIONS[topic].at(depth(request, topic)).text
    return f'{title(topic)}, in short: {told} Say "explain {name(topic)}" for more, with an example.'
