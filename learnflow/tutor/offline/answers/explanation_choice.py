"""What of a prepared explanation a question gets: its level, point, language and variant, and what is to the point."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from learnflow.domain.phrasing import together
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel
from learnflow.tutor.offline import conversation
from learnflow.tutor.offline.content.library import EXPLANATIONS, Explanation, Part, Point
from learnflow.tutor.offline.retrieval.points import PointMatch
from learnflow.tutor.student_level import depth

BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z`])")


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
    point: Point | None = None
    names_point: bool = True  # otherwise the point is only the nearest

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
    def in_other_language(self) -> bool:
        """Whether the question is on another language than Python, of which the explanations for a level are."""
        return not self.question.may_be_python

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

    @property
    def had_all_variants(self) -> bool:
        """Whether the last turns have every variant."""
        return all(conversation.answered_before(self.request, self.text(variant)) for variant in Variant)

    def text(self, variant: Variant) -> str:
        """Return the words of a variant."""
        match variant:
            case Variant.LEVEL:
                return self.explanation.at(self.level).text
            case Variant.PICTURE:
                return self.explanation.picture.text
            case Variant.FURTHER:
                return self.explanation.further


def select(
    request: AgentRequest, question: ParsedQuestion, topic: str, match: PointMatch | None = None
) -> ExplanationChoice:
    """Return what is chosen of the explanation of a topic; `match` is the question's point, where it is known."""
    point = match.point if match and match.topic == topic else None
    in_language = replace(question, language=_language(request, question, point))
    level = conversation.wanted_level(question, depth(request, topic))
    names_point = match is None or match.named_by > 0
    return ExplanationChoice(request, in_language, topic, EXPLANATIONS[topic], level, point, names_point)


def _language(request: AgentRequest, question: ParsedQuestion, point: Point | None) -> Language | None:
    """Return the language of a question; what only goes on is in that of the turn before, a point may have its own."""
    if question.language is None and request.turns and conversation.is_follow_up(question):
        before = request.query.model_copy(update={"query_text": request.turns[-1].question, "code_snippet": None})
        return parse_question(before).language
    return question.language or (point.language if point else None)


def due_point(choice: ExplanationChoice) -> Point | None:
    """Return the point that answers a question, unless it was given before."""
    point = choice.point
    return point if point and not conversation.answered_before(choice.request, point.says) else None


def introduced(choice: ExplanationChoice, point: Point) -> str:
    """Return what a point says, and that it is only the nearest where the question does not name it."""
    return f"{'To the point first' if choice.names_point else 'The nearest that I have prepared'}: {point.says}"


def language_gap(choice: ExplanationChoice) -> str | None:
    """Say that the examples of a topic are in other languages than the question, where that is so."""
    language = choice.question.language
    other = choice.question.foreign or (language.label if language and choice.in_other_language else None)
    if other is None or choice.translation:
        return None
    prepared = together(["Python", *(key.label for key in choice.explanation.languages)])
    return f"I have no example in {other} here: mine are in {prepared}. The idea carries over, the words do not."


def point_language_gap(choice: ExplanationChoice) -> str | None:
    """Say that a point is for no language, where the question is on one that is not Python."""
    if (
        choice.point is None
        or choice.point.language
        or not choice.in_other_language
        or choice.question.language is None
    ):
        return language_gap(choice) if choice.question.foreign else None
    label = choice.question.language.label
    if label in words(choice.point.says):
        return None
    return f"I have this in general only, not for {label}: where it shows code, that is Python's unless it says so."
