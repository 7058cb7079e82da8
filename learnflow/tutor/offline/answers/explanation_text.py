"""A topic in words for one student: at their level, in their style, with their code, and not twice in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.code_analysis.occurrences import places
from learnflow.models.taxonomy import TOPICS, name, title
from learnflow.models.vocabulary import LearningStyle, SkillLevel
from learnflow.tutor.offline.answers.explanation_choice import (
    BETWEEN_SENTENCES,
    ExplanationChoice,
    Variant,
    language_gap,
)
from learnflow.tutor.offline.answers.points_and_names import CHANGE
from learnflow.tutor.offline.content.library import Part
from learnflow.tutor.offline.conversation import answered_before, asks_for, is_follow_up
from learnflow.tutor.student_level import is_hard, what_next

_LANGUAGE: Final = "language"  # a variant of its own: the example in the language that was asked for
_MOST_WORDS: Final = 155  # of a beginner, before how the answer ends
_LEAST: Final = 2  # paragraphs that always stay: the idea, and what the example prints


@dataclass(frozen=True, slots=True)
class Text:
    """A topic in paragraphs, with its examples, and which variant it is."""

    paragraphs: tuple[str | None, ...]
    examples: tuple[str, ...]
    variant: str


def render(choice: ExplanationChoice) -> Text:
    """Return the explanation that is due, complete."""
    part, variant = choice.translation, choice.variant
    due_in_language = is_follow_up(choice.question) or variant != Variant.LEVEL
    if part and due_in_language and not answered_before(choice.request, part.text):
        return _whole(choice, _in_language(choice, part), part, _LANGUAGE)
    match variant:
        case Variant.LEVEL:
            if part:
                return _whole(choice, _by_language(choice, part), part, variant)
            level = choice.explanation.at(choice.level)
            return _whole(choice, _by_level(choice, level), level, variant)
        case Variant.PICTURE:
            return _whole(choice, _by_picture(choice), choice.explanation.picture, variant)
        case Variant.FURTHER:
            return _whole(choice, _further(choice), _neighbour(choice), variant)


def in_short(choice: ExplanationChoice) -> Text:
    """Return a topic in a few words, to end another answer; for beginners one sentence, and how to get the rest."""
    part, variant = choice.translation, choice.variant
    python = choice.question.may_be_python
    whole = (choice.text(variant) if python else part.text if part else None) or ""  # in others nothing sure to hold
    more = f'Say "Explain {name(choice.topic)}" for {"more" if whole else "the idea behind it"}.'
    if choice.is_beginners:
        first = BETWEEN_SENTENCES.split(whole)[0] if whole else ""
        return Text((f"{title(choice.topic)}: {first} {more}" if first else more,), (), variant)
    if not python:
        examples = (part.code,) if part else ()
        return Text((f"{title(choice.topic)}: {whole} {more}" if whole else more,), examples, variant)
    explanation = choice.explanation
    shown = explanation.picture if variant is Variant.PICTURE else explanation.at(choice.level)
    return Text((f"{title(choice.topic)}: {whole}", explanation.warning(choice.level)), (shown.code,), variant)


def _whole(choice: ExplanationChoice, paragraphs: Iterator[str | None], shown: Part, variant: str) -> Text:
    code = choice.question.code
    own_lines = places(choice.topic, code, choice.question.language) if code else None
    use = f"To the point first: {choice.explanation.good_for}" if asks_for(choice.question, "when-to-use") else None
    first = (
        None if variant == _LANGUAGE else _opening(choice), own_lines, language_gap(choice),
        use if use and not answered_before(choice.request, use) else None,
    )  # fmt: skip
    return Text(_short_enough(choice, first, tuple(paragraphs)), (shown.code,), variant)


def _short_enough(
    choice: ExplanationChoice, first: tuple[str | None, ...], paragraphs: tuple[str | None, ...]
) -> tuple[str | None, ...]:
    """Leave out what a beginner can do without where it would be too much at once: the end goes first."""
    last = what_next(choice.request, choice.topic)
    whole = (*first, *paragraphs, last)
    if not choice.is_beginners:
        return whole
    kept = len(paragraphs)
    while kept > _LEAST and _count(whole) > _MOST_WORDS:
        kept -= 1
        whole = (*first, *paragraphs[:kept], last)
    return whole if _count(whole) <= _MOST_WORDS or is_hard(choice.request, choice.topic) else whole[:-1]


def _count(paragraphs: tuple[str | None, ...]) -> int:
    return len(" ".join(filter(None, paragraphs)).split())


def _by_level(choice: ExplanationChoice, shown: Part) -> Iterator[str | None]:
    explanation, style = choice.explanation, choice.style
    if _begins_with_picture(choice):
        yield explanation.picture.text
    words, example = explanation.at(choice.level).text, f"The example prints:\n{shown.output}"
    match style:
        case LearningStyle.EXAMPLE_DRIVEN:
            yield from ("Look at the example first; then the words will make sense.", example, words)
        case LearningStyle.STEP_BY_STEP:
            yield from (f"Step 1, the idea. {words}", f"Step 2, see it work. {example}")
        case LearningStyle.KINESTHETIC:
            yield from (words, f"Type the example in yourself and run it. {example}")
        case _:
            yield from (words, example)
    yield explanation.warning(choice.level)
    yield _exercise(choice, explanation.at(choice.level))


def _by_language(choice: ExplanationChoice, part: Part) -> Iterator[str | None]:
    """Yield a topic in the words of another language: those of a level are Python's."""
    yield part.text
    yield f"The example prints:\n{part.output}"
    yield None if asks_for(choice.question, "when-to-use") else f"What it is good for: {choice.explanation.good_for}"
    yield f"Try it yourself: {CHANGE}"


def _exercise(choice: ExplanationChoice, shown: Part) -> str:
    task = _task(choice, shown)
    match choice.style:
        case LearningStyle.KINESTHETIC:
            return f"Now do something with it:\n- {CHANGE}\n- {task}"
        case LearningStyle.AUDITORY:
            return f"Then say it aloud in words of your own, as if to a friend. And try it: {task}"
        case LearningStyle.STEP_BY_STEP:
            return f"Step 3, your turn. {task}"
    return f"Try it yourself: {task}"


def _task(choice: ExplanationChoice, shown: Part) -> str:
    """Return something to try; the first task may be about the example for beginners."""
    return choice.explanation.try_it[0 if shown is choice.explanation.beginner else 1]


def _by_picture(choice: ExplanationChoice) -> Iterator[str | None]:
    explanation = choice.explanation
    yield explanation.picture.text
    yield f"The example shows just that. It prints:\n{explanation.picture.output}"
    yield explanation.misconceptions[1 if choice.level is SkillLevel.INTERMEDIATE else 0].corrected
    yield f"Try it yourself: {CHANGE}"


def _further(choice: ExplanationChoice) -> Iterator[str | None]:
    explanation, near = choice.explanation, _neighbour(choice)
    yield explanation.further
    yield "\n".join(misconception.corrected for misconception in explanation.misconceptions)
    if choice.is_beginners:
        yield f"Here is one more example. It prints:\n{near.output}"
    else:
        yield f"And one step back, told more simply: {near.text}\nThe example prints:\n{near.output}"
    yield f"Try it yourself: {_task(choice, near)}"


def _in_language(choice: ExplanationChoice, part: Part) -> Iterator[str | None]:
    language = choice.question.language
    yield f"{TOPICS[choice.topic].title} in {language.label if language else 'Python'}: {part.text}"
    yield f"The example prints:\n{part.output}"
    yield f"Watch out, here as in Python: {choice.explanation.misconceptions[0].truth}" if choice.is_beginners else None


def _neighbour(choice: ExplanationChoice) -> Part:
    """Return an explanation beside the student's level: the one below; a beginner's is whichever was not shown yet."""
    if choice.is_beginners:
        return choice.explanation.picture if _begins_with_picture(choice) else choice.explanation.intermediate
    return choice.explanation.intermediate if choice.level is SkillLevel.ADVANCED else choice.explanation.beginner


def _begins_with_picture(choice: ExplanationChoice) -> bool:
    return choice.style is LearningStyle.VISUAL or is_hard(choice.request, choice.topic)


def _opening(choice: ExplanationChoice) -> str | None:
    """Say why it is explained in this way, where there is a reason."""
    topic, variant = name(choice.topic), choice.variant
    if choice.had_all_variants:
        return (
            f"You have had all three explanations of {topic} that I have, so this is the one from longest ago. "
            "Tell me which sentence you get stuck at, or send me code in which it goes wrong: that may help more."
        )
    if variant is Variant.PICTURE:
        return f"You asked about {topic} before, so here is another way to see it."
    if variant is Variant.FURTHER:
        return f"You asked about {topic} more than once, so here is yet another way to see it."
    if is_hard(choice.request, choice.topic):
        return "This topic is hard for you at the moment, so let me begin with another way to see it."
    return None
