"""Which exercise of the bank a student gets."""

from dataclasses import dataclass
from typing import Final
from zlib import crc32

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.remembered_ids import shortened
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Exercise
from learnflow.models.taxonomy import GENERAL, name, prerequisites
from learnflow.models.vocabulary import ExerciseLanguage, Language
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.requested_exercise import Wanted, steps_between, wanted

_SAME: Final = 3  # how near a topic is to itself
_SPOKEN: Final = {language: Language(language).label for language in ExerciseLanguage}


@dataclass(frozen=True, slots=True)
class Choice:
    """An exercise, and what the student should know of the choice."""

    exercise: Exercise
    note: str | None = None


def choose(request: AgentRequest, question: ParsedQuestion) -> Choice:
    """Prefer topic, then language, then what is new to the student, then what is as hard as it should be.

    What is left to choose from is settled by who the student is, so that a repeated request gets the same.
    """
    exercises = BANK.exercises
    order = wanted(request, question, BANK.topics)
    behind = {*request.done, *(shortened(one.exercise.exercise_id) for one in request.exercises)}

    def fit(one: Exercise) -> tuple[int, bool, bool, int, int]:
        return (
            _near(one.topic, order.topic),
            one.language == order.language,
            shortened(one.exercise_id) not in behind,
            -steps_between(one.difficulty, order.difficulty),
            crc32(f"{request.query.student_id}/{one.exercise_id}".encode()),
        )

    chosen = max(exercises, key=fit)
    return Choice(chosen, _note(chosen, order, again=shortened(chosen.exercise_id) in behind))


def _near(topic: str, asked: str) -> int:
    """Return how near a topic is to the one that is asked for: it is that, or that builds on it, at once or later."""
    if topic == asked:
        return _SAME
    before = prerequisites(asked)
    if topic in before:
        return _SAME - 1
    return int(any(topic in prerequisites(one) for one in before))


def _note(chosen: Exercise, order: Wanted, *, again: bool) -> str | None:
    said = []
    if order.asked_topic not in (chosen.topic, GENERAL):
        near = ", which it builds on" if _near(chosen.topic, order.asked_topic) else ""
        said.append(f"I have no exercise on {name(order.asked_topic)}, so here is one on {name(chosen.topic)}{near}.")
    if order.asked_language and order.asked_language not in _SPOKEN.values():
        said.append(f"I have no exercises in {order.asked_language}: they are in Python, JavaScript and Java.")
    elif order.asked_language and order.asked_language != _SPOKEN[chosen.language]:
        said.append(f"I have none on this in {order.asked_language}, so this one is in another language.")
    if order.asked_difficulty not in (None, chosen.difficulty):
        said.append(f"I have none of that at the {order.asked_difficulty} level, so this is the nearest.")
    if order.beyond and chosen.difficulty is order.difficulty:
        most, way = ("easiest", "easier") if order.beyond < 0 else ("hardest", "harder")
        said.append(
            f"{order.difficulty.capitalize()} is the {most} level that I have on {name(chosen.topic)}, and within it I "
            f"cannot tell which is {way}: so this is another one of it."
        )
    if order.beyond < 0:
        said.append(f'Where you get stuck ask for a hint, or say "explain {name(chosen.topic)}" first.')
    if again:
        said.append("You have had all that I have on this, so here is one that you know. It does not count again.")
    return " ".join(said) or None
