"""A specialist's second look, stricter than triage's: is this question mine? No clock, no I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Intent, Specialist

_CLEAR: Final = 2.0  # weight of a signal that leaves no doubt


@dataclass(frozen=True, slots=True)
class Handover:
    """Who should answer instead, and why."""

    target: Specialist
    reason: str


def misrouted(request: AgentRequest, question: ParsedQuestion, agent: Specialist) -> Handover | None:
    """Return to whom an agent should hand a question over, or None to keep it. It happens once at the most."""
    return None if settled(request) else _RULES[agent](question)


def settled(request: AgentRequest) -> bool:
    """Say whether a question stays where it is, whatever it turns out to be.

    It was handed over before, nobody is sure what it is, or its agent has kept it once and is asked again.
    """
    kept = request.handed_over_from is not None or request.alone
    return kept or request.low_confidence or request.query.question_key == OFF_TOPIC


def _from_debug(question: ParsedQuestion) -> Handover | None:
    trouble = question.code or question.trace or question.has(Intent.DEBUG)
    if not trouble and question.has(Intent.CONCEPTS, _CLEAR):
        return Handover(Specialist.CONCEPTS, "asks what something is, without code or a traceback")
    return None


def _from_code_review(question: ParsedQuestion) -> Handover | None:
    if question.trace:
        return Handover(Specialist.DEBUG, "the text holds a traceback")
    if question.error and not question.has(Intent.CODE_REVIEW, _CLEAR):
        return Handover(Specialist.DEBUG, f"the text names the error {question.error.name}")
    return None


def _from_exercise(question: ParsedQuestion) -> Handover | None:
    if question.code and question.has(Intent.CODE_REVIEW, _CLEAR):
        return Handover(Specialist.CODE_REVIEW, "code comes with the wish to have it looked at")
    return None


def _from_concepts(question: ParsedQuestion) -> Handover | None:
    if question.trace:
        return Handover(Specialist.DEBUG, "the text holds a traceback")
    if question.code and question.error and not question.has(Intent.CONCEPTS, _CLEAR):
        return Handover(Specialist.DEBUG, f"code comes with the error {question.error.name}")
    return None


def _from_progress(question: ParsedQuestion) -> Handover | None:
    if not question.has(Intent.PROGRESS):
        return Handover(Specialist.CONCEPTS, "does not ask for the student's progress")
    return None


_RULES: Final[Mapping[Specialist, Callable[[ParsedQuestion], Handover | None]]] = MappingProxyType({
    Specialist.CONCEPTS: _from_concepts,
    Specialist.CODE_REVIEW: _from_code_review,
    Specialist.DEBUG: _from_debug,
    Specialist.EXERCISE: _from_exercise,
    Specialist.PROGRESS: _from_progress,
})
