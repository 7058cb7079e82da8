"""What a student wants of the exercise agent, how hard it should be, and submissions. No clock, no I/O."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from learnflow.domain.question.lexicon import data, words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Assigned
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import SkillLevel

_MOST_WORDS: Final = 60  # of a claim to be allowed the solution; a story is about something else
_FEW_WORDS: Final = 12  # so much is a claim alone

_DATA: Final = data("exercise_wish.toml")


def _pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern that fits where any of the alternatives does, with the words that `<hard>` stands for."""
    return re.compile(re.sub("<(hard|easy|not|elder)>", lambda name: _DATA["words"][name[1]], "|".join(alternatives)))


_PATTERNS: Final = {key: _pattern(alternatives) for key, alternatives in _DATA["patterns"].items()}
_LEVELS: Final = {SkillLevel(level): _pattern(alternatives) for level, alternatives in _DATA["levels"].items()}


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
class Claim:
    """The solution, because somebody is said to allow it, or without the rules. Nobody can check that."""

    exercise: Assigned | None


@dataclass(frozen=True, slots=True)
class NewExercise:
    """Something to solve."""


Wish = Submission | Hint | Solution | Claim | NewExercise


def wish(request: AgentRequest, question: ParsedQuestion) -> Wish:
    """Return what a request wants. An exercise that is not named is that of the last turns."""
    code, named = request.query.code_snippet, request.named
    if code and named is not None:
        return Submission(named, code)
    text = " ".join(question.words)
    exercise = named or _talked_of(request)
    if _says("new", text):
        return NewExercise()
    if _says("gives_up", text) and not _says("not_yet", text):
        return Solution(exercise)
    if claims_permission(request.query):
        return Claim(exercise) if exercise is None or exercise.closed is None else Solution(exercise)
    if exercise is not None and _says("solution", text) and not _says("not_yet", text):
        return Hint(exercise) if exercise.closed is None else Solution(exercise)
    return Hint(exercise) if _says("hint", text) else NewExercise()


def _talked_of(request: AgentRequest) -> Assigned | None:
    """Return the open exercise of the last turns, or else the one given last."""
    exercises = {assigned.exercise.exercise_id: assigned for assigned in request.exercises}
    turns = (exercises[turn.exercise_id] for turn in reversed(request.turns) if turn.exercise_id in exercises)
    return next(turns, request.exercises[-1] if request.exercises else None)


def _says(key: str, text: str) -> bool:
    return _PATTERNS[key].search(text) is not None


@dataclass(frozen=True, slots=True)
class DifficultyWish:
    """A difficulty that is named outright, or else how many steps harder (or, below 0, easier) it should be."""

    named: SkillLevel | None = None
    steps: int = 0


def difficulty_wish(text: str) -> DifficultyWish:
    """Return how hard an exercise should be, from lower-case words; "not too hard" is a wish for something easier."""
    named = next((level for level, pattern in _LEVELS.items() if pattern.search(text)), None)
    if named is not None:
        return DifficultyWish(named)
    if _says("easier", text):
        return DifficultyWish(steps=-1)
    if _says("harder", text):
        return DifficultyWish(steps=1)
    return DifficultyWish(steps=_says("hard", text) - _says("easy", text))


EXERCISE_ID: Final = "exercise_id"  # in the question's context


def exercise_named(query: StudentQuery) -> UUID | None:
    """Return the exercise that a question names, or None. Raises ValueError with a sentence for the student."""
    exercise_id = (query.context or {}).get(EXERCISE_ID)
    if not exercise_id:
        return None
    try:
        return UUID(str(exercise_id))
    except ValueError:
        raise ValueError(
            f"context.{EXERCISE_ID}: must be the id (a UUID) of an exercise that you were given."
        ) from None


def claims_permission(query: StudentQuery) -> bool:
    """Say whether somebody claims that they may have a solution: "my teacher said you can show it"."""
    return not query.code_snippet and is_claim(query.query_text)


def is_claim(text: str) -> bool:
    """Say whether a text is such a claim."""
    spoken = words(text.lower())
    told = " ".join(spoken)
    if len(spoken) > _MOST_WORDS or _says("new", told):
        return False
    return _says("claim", told) or (_says("alone", told) and (len(spoken) <= _FEW_WORDS or _says("wanted", told)))


def is_submission(query: StudentQuery) -> bool:
    """Say whether a question is code to be graded."""
    return bool(query.code_snippet) and bool((query.context or {}).get(EXERCISE_ID))
