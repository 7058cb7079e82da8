"""What a student wants of the exercise agent. Rules over words; no clock, no I/O."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from learnflow.domain.reading import read
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Assigned

_HINT: Final = frozenset({"hint", "hints", "clue", "stuck"})
_NEW: Final = frozenset({"another", "new", "next", "different"})
_SOLUTION: Final = frozenset({"solution", "answer"})
_SHOW: Final = frozenset({"show", "see", "tell", "reveal", "give", "whats"})
_GIVING_UP: Final = frozenset({("give", "up"), ("giving", "up"), ("gave", "up"), ("surrender",)})
_NOT: Final = frozenset({"not", "dont", "wont", "never", "without", "before", "no"})
_REACH: Final = 4  # words over which a "not" is heard


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


def wish(request: AgentRequest) -> Wish:
    """Return what a request wants. An exercise that is not named is the one given last."""
    code, named = request.query.code_snippet, request.named
    if code and named is not None:
        return Submission(named, code)
    words = read(request.query).words
    exercise = named or (request.exercises[-1] if request.exercises else None)
    if _gives_up(words) or (exercise is not None and _asks_for_solution(words)):
        return Solution(exercise)
    if not _HINT.isdisjoint(words) and ("hint" in words or _NEW.isdisjoint(words)) and not _with_hints(words):
        return Hint(exercise)
    return NewExercise()


def _gives_up(words: tuple[str, ...]) -> bool:
    return any(
        words[place : place + len(phrase)] == phrase and _NOT.isdisjoint(words[max(place - _REACH, 0) : place])
        for phrase in _GIVING_UP
        for place in range(len(words))
    )


def _asks_for_solution(words: tuple[str, ...]) -> bool:
    return not _SOLUTION.isdisjoint(words) and not _SHOW.isdisjoint(words) and _NOT.isdisjoint(words)


def _with_hints(words: tuple[str, ...]) -> bool:
    """Say whether hints are only a property of the exercise that is asked for."""
    return ("with", "hints") in pairwise(words)
