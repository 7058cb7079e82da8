"""What a student wants of the exercise agent, how hard it should be, and submissions. No clock, no I/O."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Assigned
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import SkillLevel

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
    text = " ".join(question.words)
    exercise = named or (request.exercises[-1] if request.exercises else None)
    if _NEW.search(text):
        return NewExercise()
    if _gives_up(text):
        return Solution(exercise)
    if exercise is not None and _asks_for_solution(text):
        return Hint(exercise) if exercise.closed is None else Solution(exercise)
    return Hint(exercise) if _HINT.search(text) else NewExercise()


def _gives_up(text: str) -> bool:
    return _GIVES_UP.search(text) is not None and not _NOT_YET.search(text)


def _asks_for_solution(text: str) -> bool:
    return _SOLUTION.search(text) is not None and not _NOT_YET.search(text)


_HARD_WORDS: Final = (
    r"(?:hard|difficult|challenging|challenge|tough|tricky|advanced|complicated|complex|crazy|scary|long|big|heavy)"
)
_EASY_WORDS: Final = r"(?:easy|simple|basic|trivial|beginner)"
_NOT: Final = r"(?:not|nothing|isnt|arent|without|no|less|never|dont want)\b(?: \w+){0,3}?"
_LEVELS: Final = (
    (SkillLevel.INTERMEDIATE, re.compile(r"\b(?:medium|intermediate|moderate|middling|average difficulty)\b")),
    (SkillLevel.ADVANCED, re.compile(r"\b(?:hardest|expert|advanced level|most difficult)\b")),
    (
        SkillLevel.BEGINNER,
        re.compile(
            r"\b(?:easiest|simplest|beginner level|for (?:a )?beginners?|(?:am|im) (?:still )?(?:a |an )?beginner)\b"
        ),
    ),
)
_EASIER: Final = re.compile(
    rf"\b{_NOT} {_HARD_WORDS}\b|\b(?:easier|simpler|warmup|warm up)\b"
    rf"|\b(?:find|finds|finding) (?:\w+ ){{1,3}}{_HARD_WORDS}\b"
    rf"|(?<!\bthat )(?<!\bwhich )\b(?:is|was|are|too) (?:too |so |very |really )?{_HARD_WORDS}\b"
)
_HARDER: Final = re.compile(rf"\b{_NOT} {_EASY_WORDS}\b|\bharder\b|\b(?:is|was|are|too) (?:too |so )?{_EASY_WORDS}\b")
_EASY: Final = re.compile(rf"\b{_EASY_WORDS}\b")
_HARD: Final = re.compile(r"\b(?:hard|difficult|challenging|challenge|tough|tricky|advanced)\b")


@dataclass(frozen=True, slots=True)
class DifficultyWish:
    """A difficulty that is named outright, or else how many steps harder (or, below 0, easier) it should be."""

    named: SkillLevel | None = None
    steps: int = 0


def difficulty_wish(text: str) -> DifficultyWish:
    """Return how hard an exercise should be, from lower-case words; "not too hard" is a wish for something easier."""
    named = next((level for level, pattern in _LEVELS if pattern.search(text)), None)
    if named is not None:
        return DifficultyWish(named)
    if _EASIER.search(text):
        return DifficultyWish(steps=-1)
    if _HARDER.search(text):
        return DifficultyWish(steps=1)
    return DifficultyWish(steps=bool(_HARD.search(text)) - bool(_EASY.search(text)))


EXERCISE_ID: Final = "exercise_id"  # in the question's context


def exercise_named(query: StudentQuery) -> UUID | None:
    """Return the exercise that a question names, or None. Raises ValueError with a sentence for the student."""
    exercise_id = (query.context or {}).get(EXERCISE_ID)
    if not exercise_id:
        return None
    try:
        return UUID(str(exercise_id))
    except ValueError:
        msg = f"context.{EXERCISE_ID}: must be the id (a UUID) of an exercise that you were given."
        raise ValueError(msg) from None


def is_submission(query: StudentQuery) -> bool:
    """Say whether a question is code to be graded."""
    return bool(query.code_snippet) and bool((query.context or {}).get(EXERCISE_ID))
