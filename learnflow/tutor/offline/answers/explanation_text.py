"""A topic in words for one student: at their level, in their style, with their code, and not twice in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.code_analysis.topic_places import places
from learnflow.domain.phrasing import together
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import TOPICS, name, title
from learnflow.models.vocabulary import LearningStyle, SkillLevel
from learnflow.tutor.offline.answers.explanation_choice import (
    BETWEEN_SENTENCES,
    TopicQuestion,
    Variant,
    asks_when,
    language_gap,
    point_alone,
    sentence_to_the_point,
)
from learnflow.tutor.offline.answers.point_text import CHANGE, point_example, point_paragraphs
from learnflow.tutor.offline.content.library import Part
from learnflow.tutor.offline.conversation import answered_before, is_follow_up
from learnflow.tutor.offline.retrieval.point_index import singular
from learnflow.tutor.student_level import is_hard, what_next

_LANGUAGE: Final = "language"  # a variant of its own: the example in the language that was asked for
_MOST_WORDS: Final = 155  # of a beginner, before how the answer ends
_LEAST: Final = 2  # paragraphs that always stay: the idea, and what the example prints
_NO_EVERYDAY_WORD: Final = 1.6  # the weight from which a mention is a subject


@dataclass(frozen=True, slots=True)
class Text:
    """A topic in paragraphs, with its examples, and which variant it is."""

    paragraphs: tuple[str | None, ...]
    examples: tuple[str, ...]
    variant: str


def render(asked: TopicQuestion) -> Text:
    """Return the explanation that is due, complete."""
    part, variant = asked.translation, asked.variant
    if (point := point_alone(asked)) is not None:
        example = point_example(asked, point)
        return Text(tuple(point_paragraphs(asked, point)), (example,) if example else (), Variant.LEVEL)
    due_in_language = is_follow_up(asked.question) or variant != Variant.LEVEL
    if part and due_in_language and not answered_before(asked.request, part.text):
        return _whole(asked, _in_language(asked, part), part, _LANGUAGE)
    match variant:
        case Variant.LEVEL:
            if part:
                return _whole(asked, _by_language(asked, part), part, variant)
            level = asked.explanation.at(asked.level)
            return _whole(asked, _by_level(asked, level), level, variant)
        case Variant.PICTURE:
            return _whole(asked, _by_picture(asked), asked.explanation.picture, variant)
        case Variant.FURTHER:
            return _whole(asked, _further(asked), _neighbour(asked), variant)


def in_short(asked: TopicQuestion) -> Text:
    """Return a topic in a few words, to end another answer; for beginners one sentence, and how to get the rest."""
    part, variant = asked.translation, asked.variant
    python = asked.question.may_be_python
    whole = (asked.text(variant) if python else part.text if part else None) or ""  # in others nothing sure to hold
    more = f'Say "Explain {name(asked.topic)}" for {"more" if whole else "the idea behind it"}.'
    if asked.is_beginners:
        first = BETWEEN_SENTENCES.split(whole)[0] if whole else ""
        return Text((f"{title(asked.topic)}: {first} {more}" if first else more,), (), variant)
    if not python:
        examples = (part.example,) if part else ()
        return Text((f"{title(asked.topic)}: {whole} {more}" if whole else more,), examples, variant)
    explanation = asked.explanation
    shown = explanation.picture if variant is Variant.PICTURE else explanation.at(asked.level)
    return Text((f"{title(asked.topic)}: {whole}", explanation.warning(asked.level)), (shown.example,), variant)


def uncovered(question: ParsedQuestion, topic: str, text: str) -> str | None:
    """Say what a question names and a text on a topic has nothing of, None where it has all.

    The names of the topic itself are in every text on it.
    """
    phrases = [
        question.words[hit.start : hit.end]
        for hit in question.mentions
        if hit.meaning.weight >= _NO_EVERYDAY_WORD and (hit.meaning.topic != topic or hit.meaning.detail)
    ]
    present = {singular(word) for word in words(text.lower())} if phrases else set()
    absent = dict.fromkeys(" ".join(phrase) for phrase in phrases if present.isdisjoint(map(singular, phrase)))
    if not absent:
        return None
    named = together([f'"{phrase}"' for phrase in absent])
    return f"I have nothing prepared that puts {named} and {name(topic)} together: this is on {name(topic)} alone."


def _whole(asked: TopicQuestion, paragraphs: Iterator[str | None], shown: Part, variant: str) -> Text:
    code = asked.question.code
    own_lines = places(asked.topic, code, asked.question.language) if code else None
    point = sentence_to_the_point(asked)
    new = None if point and answered_before(asked.request, point) else point
    first = (None if variant == _LANGUAGE else _opening(asked), own_lines, language_gap(asked), new)
    return Text(_short_enough(asked, first, tuple(paragraphs)), (shown.example,), variant)


def _short_enough(
    asked: TopicQuestion, first: tuple[str | None, ...], paragraphs: tuple[str | None, ...]
) -> tuple[str | None, ...]:
    """Leave out what a beginner can do without where it would be too much at once: the end goes first."""
    last = what_next(asked.request, asked.topic)
    whole = (*first, *paragraphs, last)
    if not asked.is_beginners:
        return whole
    kept = len(paragraphs)
    while kept > _LEAST and _count(whole) > _MOST_WORDS:
        kept -= 1
        whole = (*first, *paragraphs[:kept], last)
    return whole if _count(whole) <= _MOST_WORDS or is_hard(asked.request, asked.topic) else whole[:-1]


def _count(paragraphs: tuple[str | None, ...]) -> int:
    return len(" ".join(filter(None, paragraphs)).split())


def _by_level(asked: TopicQuestion, shown: Part) -> Iterator[str | None]:
    explanation, style = asked.explanation, asked.style
    if _begins_with_picture(asked):
        yield explanation.picture.text
    words, example = explanation.at(asked.level).text, f"The example prints:\n{shown.printed}"
    match style:
        case LearningStyle.EXAMPLE_DRIVEN:
            yield from ("Look at the example first; then the words will make sense.", example, words)
        case LearningStyle.STEP_BY_STEP:
            yield from (f"Step 1, the idea. {words}", f"Step 2, see it work. {example}")
        case LearningStyle.KINESTHETIC:
            yield from (words, f"Type the example in yourself and run it. {example}")
        case _:
            yield from (words, example)
    yield explanation.warning(asked.level)
    yield _exercise(asked, explanation.at(asked.level))


def _by_language(asked: TopicQuestion, part: Part) -> Iterator[str | None]:
    """Yield a topic in the words of another language: those of a level are Python's."""
    yield part.text
    yield f"The example prints:\n{part.printed}"
    yield None if asks_when(asked.question) else f"What it is good for: {asked.explanation.good_for}"
    yield f"Try it yourself: {CHANGE}"


def _exercise(asked: TopicQuestion, shown: Part) -> str:
    task = _task(asked, shown)
    match asked.style:
        case LearningStyle.KINESTHETIC:
            return f"Now do something with it:\n- {CHANGE}\n- {task}"
        case LearningStyle.AUDITORY:
            return f"Then say it aloud in words of your own, as if to a friend. And try it: {task}"
        case LearningStyle.STEP_BY_STEP:
            return f"Step 3, your turn. {task}"
    return f"Try it yourself: {task}"


def _task(asked: TopicQuestion, shown: Part) -> str:
    """Return something to try; the first task may be about the example for beginners."""
    return asked.explanation.try_it[0 if shown is asked.explanation.beginner else 1]


def _by_picture(asked: TopicQuestion) -> Iterator[str | None]:
    explanation = asked.explanation
    yield explanation.picture.text
    yield f"The example shows just that. It prints:\n{explanation.picture.printed}"
    yield explanation.misconceptions[1 if asked.level is SkillLevel.INTERMEDIATE else 0].corrected
    yield f"Try it yourself: {CHANGE}"


def _further(asked: TopicQuestion) -> Iterator[str | None]:
    explanation, near = asked.explanation, _neighbour(asked)
    yield explanation.further
    yield "\n".join(misconception.corrected for misconception in explanation.misconceptions)
    if asked.is_beginners:
        yield f"Here is one more example. It prints:\n{near.printed}"
    else:
        yield f"And one step back, told more simply: {near.text}\nThe example prints:\n{near.printed}"
    yield f"Try it yourself: {_task(asked, near)}"


def _in_language(asked: TopicQuestion, part: Part) -> Iterator[str | None]:
    language = asked.question.language
    yield f"{TOPICS[asked.topic].title} in {language.label if language else 'Python'}: {part.text}"
    yield f"The example prints:\n{part.printed}"
    yield f"Watch out, here as in Python: {asked.explanation.misconceptions[0].truth}" if asked.is_beginners else None


def _neighbour(asked: TopicQuestion) -> Part:
    """Return an explanation beside the student's level: the one below; a beginner's is whichever was not shown yet."""
    if asked.is_beginners:
        return asked.explanation.picture if _begins_with_picture(asked) else asked.explanation.intermediate
    return asked.explanation.intermediate if asked.level is SkillLevel.ADVANCED else asked.explanation.beginner


def _begins_with_picture(asked: TopicQuestion) -> bool:
    return asked.style is LearningStyle.VISUAL or is_hard(asked.request, asked.topic)


def _opening(asked: TopicQuestion) -> str | None:
    """Say why it is explained in this way, where there is a reason."""
    topic, variant = name(asked.topic), asked.variant
    if asked.had_all_variants:
        return (
            f"You have had all three explanations of {topic} that I have, so this is the one from longest ago. "
            "Tell me which sentence you get stuck at, or send me code in which it goes wrong: that may help more."
        )
    if variant is Variant.PICTURE:
        return f"You asked about {topic} before, so here is another way to see it."
    if variant is Variant.FURTHER:
        return f"You asked about {topic} more than once, so here is yet another way to see it."
    if is_hard(asked.request, asked.topic):
        return "This topic is hard for you at the moment, so let me begin with another way to see it."
    return None
