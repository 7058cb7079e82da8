"""A new exercise, out of the bank."""

from typing import Final

from learnflow.models.events.work import AgentRequest
from learnflow.tutor.exercises import Reply, choose, given
from learnflow.tutor.offline.wording import signed

_PREPARED: Final = "a prepared exercise, not one made for you."


def exercise(request: AgentRequest) -> Reply:
    """Return the exercise of the bank that fits the student best."""
    choice = choose(request)
    return given(choice.exercise, request, note=choice.note, closing=signed(_PREPARED))
