"""What exercise a student should get: on which topic, in which language, how hard."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from learnflow.domain.exercise_difficulty import difficulty_for
from learnflow.domain.next_topics import next_topics
from learnflow.domain.question.difficulty_wish import DifficultyWish, difficulty_wish
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import topic_of
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, difficulties
from learnflow.models.vocabulary import SKILL_LEVELS, ExerciseLanguage, SkillLevel, Specialist

_HERE: Final = frozenset(map(str, ExerciseLanguage))
_MORE: Final = frozenset({"another", "more", "next", "again", "other", "different", "harder", "easier", "same"})


@dataclass(frozen=True, slots=True)
class Wanted:
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


def wanted(request: AgentRequest, question: ParsedQuestion, topics: Iterable[str] = TOPICS) -> Wanted:
    """Return what to look for. `topics` are those to choose from, where the student named none."""
    named = request.query.topic or topic_of(question)
    asked = _last(request) if named == GENERAL and not _MORE.isdisjoint(question.words) else named
    topic = asked if asked != GENERAL else _next(request, frozenset(topics))
    wish = difficulty_wish(" ".join(question.words))
    spoken = question.language.label if question.language else question.foreign
    difficulty, beyond = _difficulty(request, wish, topic)
    beyond = 0 if _last(request) == GENERAL else beyond  # "an easy one" of who has had none is met at any level
    return Wanted(topic, _language(request, question), difficulty, asked, spoken, wish.named, beyond)


def _last(request: AgentRequest) -> str:
    """Return the topic of the last exercise that was given, of those that the turns tell."""
    given = (turn.topic for turn in reversed(request.turns) if turn.agent is Specialist.EXERCISE)
    return next((topic for topic in given if topic and topic in TOPICS), GENERAL)


def _next(request: AgentRequest, topics: frozenset[str]) -> str:
    """Return the topic that does the student most good, of those to choose from."""
    standing = request.standing
    suggested = next_topics(
        standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses, most=len(TOPICS)
    )
    return next((one.topic for one in suggested if one.topic in topics), next(iter(sorted(topics)), GENERAL))


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
        return min(fitting, key=lambda one: steps_between(one, wish.named or one)), 0
    place = fitting.index(difficulty_for(topic, level, request.profile.skill_level)) + wish.steps
    met = min(max(place, 0), len(fitting) - 1)
    return fitting[met], place - met


def steps_between(one: SkillLevel, other: SkillLevel) -> int:
    """Return how far two difficulties are apart."""
    return abs(SKILL_LEVELS.index(one) - SKILL_LEVELS.index(other))
