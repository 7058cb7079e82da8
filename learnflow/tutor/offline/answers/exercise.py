"""A new exercise, out of the bank; homework is led to, not done."""

import re
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.spelling import stem
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL, name, title
from learnflow.models.vocabulary import Intent
from learnflow.tutor.answer_text import draft, signed
from learnflow.tutor.exercises import ExerciseReply, assignment, choose
from learnflow.tutor.exercises.selection import last_topic
from learnflow.tutor.offline.content.library import EXPLANATIONS, HOMEWORK
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.student_level import depth

_PREPARED: Final = "a prepared exercise, not one made for you."
_GOING_ON: Final = frozenset({"another", "next", "more", "again", "harder", "easier", "same"})
_HOMEWORK: Final = frozenset({"homework", "assignment", "coursework"})
_DO_IT: Final = re.compile(r"\b(?:solve|do|write|finish) (?:this|it|that)\b.{0,20}\bfor me\b", re.IGNORECASE)
_CALL: Final = re.compile(r"\b([A-Za-z_]\w{1,40})\(([A-Za-z_][\w, ]{0,60})?\)")
_FIRST_STEP: Final = "Say in your own words what goes in and what comes out, and note two inputs with their results."
_NOT_LOOKED_AT: Final = "steps by rule, not a look at your own attempt; send me that, and I look at it."


def exercise(request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:
    """Return the exercise of the bank that fits the student best, or the steps to what they have to write."""
    steps = _homework(request, question)
    if steps is not None:
        return ExerciseReply(steps)
    request = _on_last_topic(request, question)
    choice = choose(request, question)
    note = "\n\n".join(filter(None, (_explanation_too(request, question), choice.note)))
    return assignment(choice.exercise, request, note=note or None, closing=signed(_PREPARED))


def _on_last_topic(request: AgentRequest, question: ParsedQuestion) -> AgentRequest:
    """Return the request with the topic of the last exercise, where only another one is asked for."""
    if topic_of_request(request, question) != GENERAL or _GOING_ON.isdisjoint(question.words):
        return request
    query = request.query.model_copy(update={"topic": last_topic(request)})
    return request.model_copy(update={"query": query})


def _explanation_too(request: AgentRequest, question: ParsedQuestion) -> str | None:
    """Explain the topic in short, where an explanation is asked for as well."""
    topic = topic_of_request(request, question)
    wants = any(hit.meaning.intent is Intent.CONCEPTS and hit.meaning.kind == "explain" for hit in question.signals)
    if not wants or topic not in EXPLANATIONS:
        return None
    text = EXPLANATIONS[topic].at(depth(request, topic)).text
    return f'{title(topic)}, in short: {text} Say "explain {name(topic)}" for more, with an example.'


def _homework(request: AgentRequest, question: ParsedQuestion) -> Draft | None:
    """Return the way to what somebody has to write, None where no homework is asked to be done."""
    signature = _CALL.search(request.query.query_text)
    is_homework = not _HOMEWORK.isdisjoint(question.words) and (signature or "write" in question.words)
    if not (is_homework or _DO_IT.search(request.query.query_text)):
        return None
    words = {stem(part) for word in question.words for part in word.split("_")}  # also those inside names
    named = [task for task in HOMEWORK if not words.isdisjoint(map(stem, task.words))]
    task = named[0] if len(named) == 1 else HOMEWORK[-1]  # the steps to one of several things are of another task
    takes = signature[2] if signature and signature[2] else "its input"
    steps = [_FIRST_STEP, *task.steps]
    written = "\n".join(f"{place}. {step.replace('INPUT', takes)}" for place, step in enumerate(steps, start=1))
    return draft(
        "I do not write homework for you, because then it teaches you nothing; but I lead you there.",
        written, "Begin with the skeleton, fill in one step, and run it. Where you get stuck, send me your code.",
        topic=topic_of_request(request, question), confidence=0.8, missing=_NOT_LOOKED_AT,
        code=(f"def {signature[1]}({signature[2] or ''}):\n    ...",) if signature and question.may_be_python else (),
    )  # fmt: skip
