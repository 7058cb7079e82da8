"""One topic told for one student: at their level, in their style, with their code, and not twice in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.code_analysis.topic_places import places
from learnflow.models.taxonomy import TOPICS, name
from learnflow.models.vocabulary import LearningStyle, SkillLevel
from learnflow.tutor.offline.answers.language_gap import language_gap
from learnflow.tutor.offline.answers.misconceptions import believed, mistake
from learnflow.tutor.offline.answers.next_step import what_next
from learnflow.tutor.offline.answers.point_text import CHANGE, by_point, due_alone, example
from learnflow.tutor.offline.answers.topic_question import Asked
from learnflow.tutor.offline.content.explanation import Part
from learnflow.tutor.offline.conversation import Telling, goes_on, heard_all, was_told
from learnflow.tutor.offline.retrieval.sentences import asks_when, to_the_point
from learnflow.tutor.student_level import is_hard

_LANGUAGE: Final = "language"  # a telling of its own: the example in the language that was asked for
_MOST_WORDS: Final = 155  # of a beginner, before how the answer ends
_LEAST: Final = 2  # parts of a telling that always stay: the idea, and what the example prints


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a topic, in paragraphs, and its examples."""

    parts: tuple[str | None, ...]
    code: tuple[str, ...]
    how: str


def tell(asked: Asked) -> Told:
    """Return the telling that is due, complete."""
    part = asked.in_language
    if (point := due_alone(asked)) is not None:
        shown = example(asked, point)
        return Told(tuple(by_point(asked, point)), (shown,) if shown else (), Telling.LEVEL)
    if part and not was_told(asked.request, part.text) and (goes_on(asked.question) or asked.telling != Telling.LEVEL):
        return _told(asked, _in_language(asked, part), (part,), _LANGUAGE)
    match asked.telling:
        case Telling.LEVEL:
            if part:
                return _told(asked, _by_language(asked, part), (part,), Telling.LEVEL)
            level = asked.found.at(asked.level)
            return _told(asked, _by_level(asked, level), (level,), Telling.LEVEL)
        case Telling.PICTURE:
            return _told(asked, _by_picture(asked), (asked.found.picture,), Telling.PICTURE)
        case Telling.FURTHER:
            return _told(asked, _further(asked), (_neighbour(asked),), Telling.FURTHER)


def _told(asked: Asked, parts: Iterator[str | None], shown: tuple[Part, ...], how: str) -> Told:
    code = asked.question.code
    mine = places(asked.topic, code, asked.question.language) if code else None
    point = to_the_point(asked)
    new = None if point and was_told(asked.request, point) else point
    first = (None if how == _LANGUAGE else _opening(asked), mine, language_gap(asked), new)
    whole = _short_enough(asked, first, tuple(parts))
    return Told(whole, tuple(part.example for part in shown), how)


def _short_enough(asked: Asked, first: tuple[str | None, ...], parts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Leave out what a beginner can do without where it would be too much at once: the end goes first."""
    last = what_next(asked.request, asked.topic)
    whole = (*first, *parts, last)
    if not _is_beginner(asked):
        return whole
    kept = len(parts)
    while kept > _LEAST and _count(whole) > _MOST_WORDS:
        kept -= 1
        whole = (*first, *parts[:kept], last)
    return whole if _count(whole) <= _MOST_WORDS or is_hard(asked.request, asked.topic) else whole[:-1]


def _count(parts: tuple[str | None, ...]) -> int:
    return len(" ".join(filter(None, parts)).split())


def _by_level(asked: Asked, shown: Part) -> Iterator[str | None]:
    found, style = asked.found, asked.style
    if _begins_with_picture(asked):
        yield found.picture.text
    words, example = found.at(asked.level).text, f"The example prints:\n{shown.printed}"
    match style:
        case LearningStyle.EXAMPLE_DRIVEN:
            yield from ("Look at the example first; then the words will make sense.", example, words)
        case LearningStyle.STEP_BY_STEP:
            yield from (f"Step 1, the idea. {words}", f"Step 2, see it work. {example}")
        case LearningStyle.KINESTHETIC:
            yield from (words, f"Type the example in yourself and run it. {example}")
        case _:
            yield from (words, example)
    yield mistake(found, asked.level)
    yield _exercise(asked, found.at(asked.level))


def _by_language(asked: Asked, part: Part) -> Iterator[str | None]:
    """Yield a topic in the words of another language: those of a level are Python's."""
    yield part.text
    yield f"The example prints:\n{part.printed}"
    yield None if asks_when(asked.question) else f"What it is good for: {asked.found.good_for}"
    yield f"Try it yourself: {CHANGE}"


def _exercise(asked: Asked, shown: Part) -> str:
    task = _task(asked, shown)
    match asked.style:
        case LearningStyle.KINESTHETIC:
            return f"Now do something with it:\n- {CHANGE}\n- {task}"
        case LearningStyle.AUDITORY:
            return f"Then say it aloud in words of your own, as if to a friend. And try it: {task}"
        case LearningStyle.STEP_BY_STEP:
            return f"Step 3, your turn. {task}"
    return f"Try it yourself: {task}"


def _task(asked: Asked, shown: Part) -> str:
    """Return something to try; the first task may be about the example for beginners."""
    return asked.found.try_it[0 if shown is asked.found.beginner else 1]


def _by_picture(asked: Asked) -> Iterator[str | None]:
    found = asked.found
    yield found.picture.text
    yield f"The example shows just that. It prints:\n{found.picture.printed}"
    yield believed(found.misconceptions[1 if asked.level is SkillLevel.INTERMEDIATE else 0])
    yield f"Try it yourself: {CHANGE}"


def _further(asked: Asked) -> Iterator[str | None]:
    found, near = asked.found, _neighbour(asked)
    yield found.further
    yield "\n".join(believed(one) for one in found.misconceptions)
    if _is_beginner(asked):
        yield f"Here is one more example. It prints:\n{near.printed}"
    else:
        yield f"And one step back, told more simply: {near.text}\nThe example prints:\n{near.printed}"
    yield f"Try it yourself: {_task(asked, near)}"


def _in_language(asked: Asked, part: Part) -> Iterator[str | None]:
    language = asked.question.language
    yield f"{TOPICS[asked.topic].title} in {language.label if language else 'Python'}: {part.text}"
    yield f"The example prints:\n{part.printed}"
    yield f"Watch out, here as in Python: {asked.found.misconceptions[0].truth}" if _is_beginner(asked) else None


def _neighbour(asked: Asked) -> Part:
    """Return a telling beside the student's level: the one below; a beginner's is whichever was not shown yet."""
    if _is_beginner(asked):
        return asked.found.picture if _begins_with_picture(asked) else asked.found.intermediate
    return asked.found.intermediate if asked.level is SkillLevel.ADVANCED else asked.found.beginner


def _begins_with_picture(asked: Asked) -> bool:
    return asked.style is LearningStyle.VISUAL or is_hard(asked.request, asked.topic)


def _is_beginner(asked: Asked) -> bool:
    return asked.level is SkillLevel.BEGINNER


def _opening(asked: Asked) -> str | None:
    """Say why it is told in this way, where there is a reason."""
    topic, telling = name(asked.topic), asked.telling
    if heard_all(asked.request, asked.found, asked.level):
        return (
            f"You have had all three explanations of {topic} that I have, so this is the one from longest ago. "
            "Tell me which sentence you get stuck at, or send me code in which it goes wrong: that may help more."
        )
    if telling is Telling.PICTURE:
        return f"You asked about {topic} before, so here is another way to see it."
    if telling is Telling.FURTHER:
        return f"You asked about {topic} more than once, so here is yet another way to see it."
    if is_hard(asked.request, asked.topic):
        return "This topic is hard for you at the moment, so let me begin with another way to see it."
    return None
