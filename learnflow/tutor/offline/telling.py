"""One topic told for one student: at their level, in their style, with their code, and not twice in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.domain.levels import percent, reached
from learnflow.domain.next_topics import next_topics, weakest_prerequisite
from learnflow.domain.reading import Reading
from learnflow.domain.words import together
from learnflow.models.events.work import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS, name, prerequisites
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel
from learnflow.tutor.offline.concepts import Explanation, Misconception, Part
from learnflow.tutor.offline.conversing import (
    Telling,
    goes_on,
    heard_all,
    next_telling,
    wanted_level,
    wants_example,
    was_told,
)
from learnflow.tutor.offline.knowing import depth, is_hard, mastery
from learnflow.tutor.offline.library import EXPLANATIONS
from learnflow.tutor.offline.own_code import places
from learnflow.tutor.offline.pointing import to_the_point

_CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."
_LANGUAGE: Final = "language"  # a telling of its own: the example in the language that was asked for
_NAMES: Final = {Language.CPP: "C++", Language.JAVASCRIPT: "JavaScript"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one topic, and how it is to be told."""

    request: AgentRequest
    reading: Reading
    topic: str
    found: Explanation
    level: SkillLevel

    @property
    def style(self) -> LearningStyle:
        """How the student prefers to learn; who asks for an example gets it first."""
        return LearningStyle.EXAMPLE_DRIVEN if wants_example(self.reading) else self.request.profile.learning_style

    @property
    def telling(self) -> Telling:
        """The telling that is due."""
        return next_telling(self.request, self.topic, self.found, self.level)

    @property
    def in_language(self) -> Part | None:
        """What is prepared in the language of the question, where that is not Python."""
        return self.found.languages.get(self.reading.language) if self.reading.language else None


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a topic, in paragraphs, and its examples."""

    parts: tuple[str | None, ...]
    code: tuple[str, ...]
    how: str


def ask(request: AgentRequest, reading: Reading, topic: str) -> Asked:
    """Return the question about a topic that is prepared."""
    return Asked(request, reading, topic, EXPLANATIONS[topic], wanted_level(reading, depth(request, topic)))


def tell(asked: Asked) -> Told:
    """Return the telling that is due, complete."""
    part = asked.in_language
    if part and not was_told(asked.request, part.text) and (goes_on(asked.reading) or asked.telling != Telling.LEVEL):
        return _told(asked, _in_language(asked, part), (part,), _LANGUAGE)
    match asked.telling:
        case Telling.LEVEL:
            shown = (part, asked.found.at(asked.level)) if part else (asked.found.at(asked.level),)
            return _told(asked, _by_level(asked, shown[0]), shown[:1] if _is_beginner(asked) else shown, Telling.LEVEL)
        case Telling.PICTURE:
            return _told(asked, _by_picture(asked), (asked.found.picture,), Telling.PICTURE)
        case Telling.FURTHER:
            return _told(asked, _further(asked), (_neighbour(asked),), Telling.FURTHER)


def _told(asked: Asked, parts: Iterator[str | None], shown: tuple[Part, ...], how: str) -> Told:
    code = asked.reading.code
    mine = places(asked.topic, code, asked.reading.language) if code else None
    point = to_the_point(asked.found, asked.level, asked.reading)
    first = (mine, _other_language(asked), None if point and was_told(asked.request, point) else point)
    whole = (None if how == _LANGUAGE else _opening(asked), *first, *parts, what_next(asked.request, asked.topic))
    return Told(whole, tuple(part.example for part in shown), how)


def mistake(found: Explanation, level: SkillLevel) -> str:
    """Return what goes wrong with a topic: a beginner's trap, and later what is believed and not so."""
    if level is SkillLevel.BEGINNER:
        return f"Watch out: {found.watch_out}"
    return _believed(found.misconceptions[0 if level is SkillLevel.INTERMEDIATE else 1])


def _believed(one: Misconception) -> str:
    return f"Often believed: {one.belief}\nIn fact: {one.truth}"


def _by_level(asked: Asked, shown: Part) -> Iterator[str | None]:
    found, style = asked.found, asked.style
    if _begins_with_picture(asked):
        yield found.picture.text
    words, prints = found.at(asked.level).text, f"The example prints:\n{shown.printed}"
    example = f"{shown.text}\n{prints}" if asked.in_language is shown else prints
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


def _exercise(asked: Asked, shown: Part) -> str:
    task = _task(asked, shown)
    match asked.style:
        case LearningStyle.KINESTHETIC:
            return f"Now do something with it:\n- {_CHANGE}\n- {task}"
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
    yield _believed(found.misconceptions[1 if asked.level is SkillLevel.INTERMEDIATE else 0])
    yield f"Try it yourself: {_CHANGE}"


def _further(asked: Asked) -> Iterator[str | None]:
    found, near = asked.found, _neighbour(asked)
    yield found.further
    yield "\n".join(_believed(one) for one in found.misconceptions)
    if _is_beginner(asked):
        yield f"Here is one more example. It prints:\n{near.printed}"
    else:
        yield f"And one step back, told more simply: {near.text}\nThe example prints:\n{near.printed}"
    yield f"Try it yourself: {_task(asked, near)}"


def _in_language(asked: Asked, part: Part) -> Iterator[str | None]:
    yield f"{TOPICS[asked.topic].title} in {_language(asked)}: {part.text}"
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


def _other_language(asked: Asked) -> str | None:
    if asked.reading.language in (None, Language.PYTHON) or asked.in_language:
        return None
    there = together(["Python", *(_NAMES.get(key, key.capitalize()) for key in asked.found.languages)])
    return (
        f"I have no example in {_language(asked)} here: mine are in {there}. The idea carries over, the words do not."
    )


def _language(asked: Asked) -> str:
    language = asked.reading.language
    return _NAMES.get(language, str(language).capitalize()) if language else "Python"


def what_next(request: AgentRequest, topic: str) -> str | None:
    """Say what comes after a topic that is mastered; otherwise what it builds on, unless the student met that."""
    levels = request.standing.python_mastery_levels
    if mastery(request, topic) >= MASTERED and not is_hard(request, topic):
        return _after(request, topic)
    weakest = weakest_prerequisite(topic, levels) if is_hard(request, topic) else None
    if weakest is not None:
        return f"It builds on {name(weakest)}, and there {reached(weakest, levels)}: strengthen that first."
    met = set(request.standing.topics_covered)
    needed = [name(key) for key in prerequisites(topic) if key not in met and not levels.get(key)]
    return f"It builds on {' and '.join(needed)}: ask me about that if it feels shaky." if needed else None


def _after(request: AgentRequest, topic: str) -> str | None:
    """Suggest what builds on a mastered topic and can be begun now, or else what is next at all."""
    standing = request.standing
    suggested = next_topics(
        standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses, most=len(TOPICS)
    )
    best = next((one for one in suggested if topic in prerequisites(one.topic)), suggested[0] if suggested else None)
    if best is None:
        return None
    known = percent(mastery(request, topic))
    return f"You have mastered {name(topic)} ({known}). Learn next: {name(best.topic)}. {best.reason}"
