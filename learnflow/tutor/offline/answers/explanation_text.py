"""A topic in words for one student: at their level, in their style, with their code, and not twice in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from learnflow.code_analysis.occurrences import places
from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import TOPICS, name
from learnflow.models.vocabulary import LearningStyle, SkillLevel
from learnflow.tutor.offline import conversation
from learnflow.tutor.offline.answers.points_and_names import CHANGE
from learnflow.tutor.offline.content.library import EXPLANATIONS, Explanation, Part
from learnflow.tutor.offline.conversation import answered_before, asks_for, is_follow_up
from learnflow.tutor.student_level import depth, is_hard, what_next

_LANGUAGE: Final = "language"  # a variant of its own: the example in the language that was asked for
_MOST_WORDS: Final = 155  # of a beginner, before how the answer ends
_BEFORE_TASK: Final = {
    LearningStyle.KINESTHETIC: f"Now do something with it:\n- {CHANGE}\n-",
    LearningStyle.AUDITORY: "Then say it aloud in words of your own, as if to a friend. And try it:",
    LearningStyle.STEP_BY_STEP: "Step 3, your turn.",
}
_LEAST: Final = 2  # paragraphs that always stay: the idea, and what the example prints


class Variant(StrEnum):
    """The ways in which a topic is explained, in the order in which a student who asks again gets them."""

    LEVEL = "level"
    PICTURE = "picture"
    FURTHER = "further"


@dataclass(frozen=True, slots=True)
class ExplanationChoice:
    """A question about one topic, and what of its explanation is chosen for it."""

    request: AgentRequest
    question: ParsedQuestion
    topic: str
    explanation: Explanation
    level: SkillLevel

    @property
    def style(self) -> LearningStyle:
        """How the student prefers to learn; who asks for an example gets it first."""
        wants_example = conversation.wants_example(self.question)
        return LearningStyle.EXAMPLE_DRIVEN if wants_example else self.request.profile.learning_style

    @property
    def is_beginners(self) -> bool:
        """Whether it is explained for beginners."""
        return self.level is SkillLevel.BEGINNER

    @property
    def translation(self) -> Part | None:
        """What is prepared in the language of the question, where that is not Python."""
        return self.explanation.languages.get(self.question.language) if self.question.language else None

    @property
    def variant(self) -> Variant:
        """The variant that is due: the one that the student has not had, or else the one from longest ago.

        What somebody else explained, such as Claude, counts as the first.
        """
        turns = {variant: conversation.last_turn_with(self.request, self.text(variant)) for variant in Variant}
        if any(turn is not None for turn in turns.values()):
            due = min(Variant, key=lambda variant: -1 if (turn := turns[variant]) is None else turn)
        else:
            due = Variant.PICTURE if conversation.explained_before(self.request, self.topic) else Variant.LEVEL
        part = self.translation
        had_part = part is not None and conversation.answered_before(self.request, part.text)
        return Variant.FURTHER if due is Variant.LEVEL and had_part else due

    def text(self, variant: Variant) -> str:
        """Return the words of a variant."""
        if variant is Variant.FURTHER:
            return self.explanation.further
        return (self.explanation.picture if variant is Variant.PICTURE else self.explanation.at(self.level)).text


def select(request: AgentRequest, question: ParsedQuestion, topic: str) -> ExplanationChoice:
    """Return what is chosen of the explanation of a topic; what only goes on is in the language of the turn before."""
    if question.language is None and request.turns and conversation.is_follow_up(question):
        before = request.query.model_copy(update={"query_text": request.turns[-1].question, "code_snippet": None})
        question = replace(question, language=parse_question(before).language)
    level = conversation.wanted_level(question, depth(request, topic))
    return ExplanationChoice(request, question, topic, EXPLANATIONS[topic], level)


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
            shown = part or choice.explanation.at(choice.level)
            return _whole(choice, (_by_language if part else _by_level)(choice, shown), shown, variant)
        case Variant.PICTURE:
            return _whole(choice, _by_picture(choice), choice.explanation.picture, variant)
        case Variant.FURTHER:
            return _whole(choice, _further(choice), _neighbour(choice), variant)


def _whole(choice: ExplanationChoice, paragraphs: Iterator[str | None], shown: Part, variant: str) -> Text:
    code = choice.question.code
    own_lines = places(choice.topic, code, choice.question.language) if code else None
    use = f"To the point first: {choice.explanation.good_for}" if asks_for(choice.question, "when-to-use") else None
    first = (
        None if variant == _LANGUAGE else _opening(choice), own_lines, _language_gap(choice),
        use if use and not answered_before(choice.request, use) else None,
    )  # fmt: skip
    return Text(_short_enough(choice, first, tuple(paragraphs)), (shown.code,), variant)


def _language_gap(choice: ExplanationChoice) -> str | None:
    """Say that the examples of a topic are in other languages than the question, where that is so."""
    question = choice.question
    other = question.foreign or (question.language.label if question.language and not question.may_be_python else None)
    if other is None or choice.translation:
        return None
    prepared = together(["Python", *(key.label for key in choice.explanation.languages)])
    return f"I have no example in {other} here: mine are in {prepared}. The idea carries over, the words do not."


def _short_enough(
    choice: ExplanationChoice, first: tuple[str | None, ...], paragraphs: tuple[str | None, ...]
) -> tuple[str | None, ...]:
    """Leave out what a beginner can do without where it would be too much at once: the end goes first."""
    last = what_next(choice.request, choice.topic)
    whole = (*first, *paragraphs, last)
    if not choice.is_beginners:
        return whole
    while len(paragraphs) > _LEAST and _is_long(whole):
        paragraphs = paragraphs[:-1]
        whole = (*first, *paragraphs, last)
    return whole[:-1] if _is_long(whole) and not is_hard(choice.request, choice.topic) else whole


def _is_long(paragraphs: tuple[str | None, ...]) -> bool:
    return len(" ".join(filter(None, paragraphs)).split()) > _MOST_WORDS


def _by_level(choice: ExplanationChoice, shown: Part) -> Iterator[str | None]:
    explanation, style = choice.explanation, choice.style
    if _begins_with_picture(choice):
        yield explanation.picture.text
    words, example = shown.text, f"The example prints:\n{shown.output}"
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
    yield f"{_BEFORE_TASK.get(style, 'Try it yourself:')} {_task(choice, shown)}"


def _by_language(choice: ExplanationChoice, part: Part) -> Iterator[str | None]:
    """Yield a topic in the words of another language: those of a level are Python's."""
    yield part.text
    yield f"The example prints:\n{part.output}"
    yield None if asks_for(choice.question, "when-to-use") else f"What it is good for: {choice.explanation.good_for}"
    yield f"Try it yourself: {CHANGE}"


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
    if all(answered_before(choice.request, choice.text(variant)) for variant in Variant):
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
