"""A specialist's second look, stricter than triage's: is this question mine? No clock, no I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import Reading, read
from learnflow.models.events.work import AgentRequest
from learnflow.models.vocabulary import Intent, Specialist

_CLEAR: Final = 2.0  # weight of a signal that leaves no doubt


@dataclass(frozen=True, slots=True)
class Handover:
    """Who should answer instead, and why."""

    target: Specialist
    reason: str


def misrouted(request: AgentRequest, agent: Specialist) -> Handover | None:
    """Return to whom an agent should hand a question over, or None to keep it. It happens once at the most."""
    return None if settled(request) else _RULES[agent](read(request.query))


def settled(request: AgentRequest) -> bool:
    """Say whether a question stays where it is, whatever it turns out to be.

    It was handed over before, nobody is sure what it is, or its agent has kept it once and is asked again.
    """
    kept = request.handed_over_from is not None or request.alone
    return kept or request.low_confidence or request.query.question_key == OFF_TOPIC


def _from_debug(reading: Reading) -> Handover | None:
    trouble = reading.code or reading.trace or reading.has(Intent.DEBUG)
    if not trouble and reading.has(Intent.CONCEPTS, _CLEAR):
        return Handover(Specialist.CONCEPTS, "asks what something is, without code or a traceback")
    return None


def _from_code_review(reading: Reading) -> Handover | None:
    if reading.trace:
        return Handover(Specialist.DEBUG, "the text holds a traceback")
    if reading.error and not reading.has(Intent.CODE_REVIEW, _CLEAR):
        return Handover(Specialist.DEBUG, f"the text names the error {reading.error.name}")
    return None


def _from_exercise(reading: Reading) -> Handover | None:
    if reading.code and reading.has(Intent.CODE_REVIEW, _CLEAR):
        return Handover(Specialist.CODE_REVIEW, "code comes with the wish to have it looked at")
    return None


def _from_concepts(reading: Reading) -> Handover | None:
    if reading.trace:
        return Handover(Specialist.DEBUG, "the text holds a traceback")
    if reading.code and reading.error and not reading.has(Intent.CONCEPTS, _CLEAR):
        return Handover(Specialist.DEBUG, f"code comes with the error {reading.error.name}")
    return None


def _from_progress(reading: Reading) -> Handover | None:
    if not reading.has(Intent.PROGRESS):
        return Handover(Specialist.CONCEPTS, "does not ask for the student's progress")
    return None


_RULES: Final[Mapping[Specialist, Callable[[Reading], Handover | None]]] = MappingProxyType({
    Specialist.CONCEPTS: _from_concepts,
    Specialist.CODE_REVIEW: _from_code_review,
    Specialist.DEBUG: _from_debug,
    Specialist.EXERCISE: _from_exercise,
    Specialist.PROGRESS: _from_progress,
})
