"""Which exercise a student asks for, by topic, language and difficulty, and which of the bank's comes nearest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from learnflow.domain.mastery.model import difficulty_for
from learnflow.domain.next_topics import next_topics
from learnflow.domain.question.exercise_wish import DifficultyWish, difficulty_wish
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import topic_of
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Exercise
from learnflow.models.fields import short_id
from learnflow.models.taxonomy import GENERAL, TOPICS, difficulties, name, prerequisites
from learnflow.models.vocabulary import SKILL_LEVELS, ExerciseLanguage, Language, SkillLevel, Specialist
from learnflow.tutor.exercises.bank import BANK

_SAME: Final = 3  # how near a topic is to itself
_SPOKEN: Final = {language: Language(language).label for language in ExerciseLanguage}
_HERE: Final = frozenset(map(str, ExerciseLanguage))
_MORE: Final = frozenset({"another", "more", "next", "again", "other", "different", "harder", "easier", "same"})


@dataclass(frozen=True, slots=True)
class RequestedExercise:
    """An exercise to find or to make; `asked` is what the student named, which need not be to be had.

    A language is named as people write it. `beyond` is how many steps easier (below 0) or harder than the last one it
    was wished to be where the topic goes no further.
    """

    topic: str
    language: ExerciseLanguage
    difficulty: SkillLevel
    asked_topic: str
    asked_language: str | None
    asked_difficulty: SkillLevel | None
    beyond: int = 0


def requested_exercise(
    request: AgentRequest, question: ParsedQuestion, topics: Iterable[str] = TOPICS
) -> RequestedExercise:
    """Return what to look for. `topics` are those to choose from, where the student named none."""
    named = request.query.topic or topic_of(question)
    asked = last_topic(request) if named == GENERAL and not _MORE.isdisjoint(question.words) else named
    topic = asked if asked != GENERAL else _next(request, frozenset(topics))
    wish = difficulty_wish(" ".join(question.words))
    spoken = question.language.label if question.language else question.foreign
    difficulty, beyond = _difficulty(request, wish, topic)
    beyond = 0 if last_topic(request) == GENERAL else beyond  # "an easy one" of who has had none is met at any level
    return RequestedExercise(topic, _language(request, question), difficulty, asked, spoken, wish.named, beyond)


def last_topic(request: AgentRequest) -> str:
    """Return the topic of the last exercise that was given, of those that the turns tell."""
    given = (turn.topic for turn in reversed(request.turns) if turn.agent is Specialist.EXERCISE)
    return next((topic for topic in given if topic and topic in TOPICS), GENERAL)


def _next(request: AgentRequest, topics: frozenset[str]) -> str:
    """Return the topic that does the student most good, of those to choose from."""
    standing = request.standing
    suggested = next_topics(
        standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses, most=len(TOPICS)
    )
    return next(
        (suggestion.topic for suggestion in suggested if suggestion.topic in topics),
        next(iter(sorted(topics)), GENERAL),
    )


def _language(request: AgentRequest, question: ParsedQuestion) -> ExerciseLanguage:
    """Return the language that is named; else that of the last exercise."""
    if str(question.language) in _HERE:
        return ExerciseLanguage(str(question.language))
    return request.exercises[-1].exercise.language if request.exercises else ExerciseLanguage.PYTHON


def _difficulty(request: AgentRequest, wish: DifficultyWish, topic: str) -> tuple[SkillLevel, int]:
    """Return how hard it should be, and by how many steps that misses an easier or a harder one that was asked for."""
    standing = request.standing
    hard = topic in (*standing.struggle_topics, *standing.weaknesses)
    level = 0.0 if hard else standing.python_mastery_levels.get(topic) or None
    fitting = difficulties(topic)
    if wish.named is not None:
        return min(fitting, key=lambda level: steps_between(level, wish.named or level)), 0
    place = fitting.index(difficulty_for(topic, level, request.profile.skill_level)) + wish.steps
    met = min(max(place, 0), len(fitting) - 1)
    return fitting[met], place - met


def steps_between(one: SkillLevel, other: SkillLevel) -> int:
    """Return how far two difficulties are apart."""
    return abs(SKILL_LEVELS.index(one) - SKILL_LEVELS.index(other))


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
    order = requested_exercise(request, question, BANK.topics)
    behind = {*request.done, *(short_id(assigned.exercise.exercise_id) for assigned in request.exercises)}

    def fit(exercise: Exercise) -> tuple[int, bool, bool, int, int]:
        return (
            _near(exercise.topic, order.topic),
            exercise.language == order.language,
            short_id(exercise.exercise_id) not in behind,
            -steps_between(exercise.difficulty, order.difficulty),
            crc32(f"{request.query.student_id}/{exercise.exercise_id}".encode()),
        )

    chosen = max(exercises, key=fit)
    return Choice(chosen, _note(chosen, order, again=short_id(chosen.exercise_id) in behind))


def _near(topic: str, asked: str) -> int:
    """Return how near a topic is to the one that is asked for: it is that, or that builds on it, at once or later."""
    if topic == asked:
        return _SAME
    before = prerequisites(asked)
    if topic in before:
        return _SAME - 1
    return int(any(topic in prerequisites(other) for other in before))


def _note(chosen: Exercise, order: RequestedExercise, *, again: bool) -> str | None:
    sentences = []
    if order.asked_topic not in (chosen.topic, GENERAL):
        near = ", which it builds on" if _near(chosen.topic, order.asked_topic) else ""
        sentences.append(
            f"I have no exercise on {name(order.asked_topic)}, so here is one on {name(chosen.topic)}{near}."
        )
    if order.asked_language and order.asked_language not in _SPOKEN.values():
        sentences.append(f"I have no exercises in {order.asked_language}: they are in Python, JavaScript and Java.")
    elif order.asked_language and order.asked_language != _SPOKEN[chosen.language]:
        sentences.append(f"I have none on this in {order.asked_language}, so this one is in another language.")
    if order.asked_difficulty not in (None, chosen.difficulty):
        sentences.append(f"I have none of that at the {order.asked_difficulty} level, so this is the nearest.")
    if order.beyond and chosen.difficulty is order.difficulty:
        most, way = ("easiest", "easier") if order.beyond < 0 else ("hardest", "harder")
        sentences.append(
            f"{order.difficulty.capitalize()} is the {most} level that I have on {name(chosen.topic)}, and within it I "
            f"cannot tell which is {way}: so this is another one of it."
        )
    if order.beyond < 0:
        sentences.append(f'Where you get stuck ask for a hint, or say "explain {name(chosen.topic)}" first.')
    if again:
        sentences.append("You have had all that I have on this, so here is one that you know. It does not count again.")
    return " ".join(sentences) or None
