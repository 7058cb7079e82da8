"""What a student wants of the exercise agent. Rules over words; no clock, no I/O."""

import re
from dataclasses import dataclass
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Assigned

# Giving up cannot be undone, so it takes plain words: who only asks for the solution gets a hint, and is told how.
# So does a new exercise, which uses up nothing.
_GIVES_UP: Final = re.compile(r"(?:^|\b(?:i|im|we|ill|will|to) (?:now |just |really |am )?)(?:give|giving|gave) up\b")
_NOT_YET: Final = re.compile(r"\b(?:not|dont|wont|never|without|before|should|may|can|could|ok|okay|allowed|if)\b")
_SOLUTION: Final = re.compile(
    r"\b(?:(?:show|tell|give|reveal|send)(?: me| us)?|whats|what is|see) (?:the|its|your) "
    r"(?:full |whole |correct |right )?(?:solution|answer)\b|^(?:the )?(?:solution|answer)(?: please)?$"
)
_NEW: Final = re.compile(
    r"\b(?:give|get|have|want|need|like|send|make|set)\b(?: \w+){0,2} (?:an?|another|some|new|one more)\b"
    r"(?: (?!hints?\b|clues?\b)\w+){0,4} "
    r"(?:exercises?|problems?|tasks?|challenges?|one)\b|\b(?:another|new|next|different|harder|easier) "
    r"(?:exercise|problem|task|challenge|one)\b"
)
_HINT: Final = re.compile(r"\b(?:hints?|clues?|stuck)\b")


@dataclass(frozen=True, slots=True)
class Submission:
    """Code to be graded."""

    exercise: Assigned
    code: str


@dataclass(frozen=True, slots=True)
class Hint:
    """The next hint, to an exercise if there is one."""

    exercise: Assigned | None


@dataclass(frozen=True, slots=True)
class Solution:
    """The end of an exercise, if there is one: the student gives up."""

    exercise: Assigned | None


@dataclass(frozen=True, slots=True)
class NewExercise:
    """Something to solve."""


Wish = Submission | Hint | Solution | NewExercise


def wish(request: AgentRequest, question: ParsedQuestion) -> Wish:
    """Return what a request wants. An exercise that is not named is the one given last."""
    code, named = request.query.code_snippet, request.named
    if code and named is not None:
        return Submission(named, code)
    said = " ".join(question.words)
    exercise = named or (request.exercises[-1] if request.exercises else None)
    if _NEW.search(said):
        return NewExercise()
    if _gives_up(said):
        return Solution(exercise)
    if exercise is not None and _asks_for_solution(said):
        return Hint(exercise) if exercise.closed is None else Solution(exercise)
    return Hint(exercise) if _HINT.search(said) else NewExercise()


def _gives_up(said: str) -> bool:
    return _GIVES_UP.search(said) is not None and not _NOT_YET.search(said)


def _asks_for_solution(said: str) -> bool:
    return _SOLUTION.search(said) is not None and not _NOT_YET.search(said)
