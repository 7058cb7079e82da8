"""A specialist's second look, stricter than triage's: is this question mine? No clock, no I/O."""

from dataclasses import dataclass
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
    return None if settled(request) else _handover(request, question, agent)


def settled(request: AgentRequest) -> bool:
    """Say whether a question stays where it is, whatever it turns out to be.

    It was handed over before, nobody is sure what it is, or its agent has kept it once and is asked again.
    """
    kept = request.handed_over_from is not None or request.alone
    return kept or request.low_confidence or request.query.question_key == OFF_TOPIC


def _handover(request: AgentRequest, question: ParsedQuestion, agent: Specialist) -> Handover | None:
    code, trace, error = question.code, question.trace, question.error
    trouble = code or trace or question.has(Intent.DEBUG)
    goes_on = request.has_earlier_program and question.has(Intent.DEBUG)
    match agent:
        case Specialist.DEBUG if not trouble and question.has(Intent.CONCEPTS, _CLEAR):
            target, reason = Specialist.CONCEPTS, "asks what something is, without code or a traceback"
        case Specialist.CODE_REVIEW | Specialist.CONCEPTS if trace:
            target, reason = Specialist.DEBUG, "the text holds a traceback"
        case Specialist.CODE_REVIEW if error and not question.has(Intent.CODE_REVIEW, _CLEAR):
            target, reason = Specialist.DEBUG, f"the text names the error {error.name}"
        case Specialist.CONCEPTS if goes_on and not question.has(Intent.CONCEPTS, _CLEAR):
            target, reason = Specialist.DEBUG, "goes on with the program of an earlier turn, which has trouble"
        case Specialist.CONCEPTS if code and error and not question.has(Intent.CONCEPTS, _CLEAR):
            target, reason = Specialist.DEBUG, f"code comes with the error {error.name}"
        case Specialist.EXERCISE if code and question.has(Intent.CODE_REVIEW, _CLEAR):
            target, reason = Specialist.CODE_REVIEW, "code comes with the wish to have it looked at"
        case Specialist.PROGRESS if not question.has(Intent.PROGRESS):
            target, reason = Specialist.CONCEPTS, "does not ask for the student's progress"
        case _:
            return None
    return Handover(target, reason)
