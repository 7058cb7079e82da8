"""What of a prepared explanation a question gets: its level, point, language and variant, and what is to the point."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import LearningStyle, SkillLevel
from learnflow.tutor.offline import conversation
from learnflow.tutor.offline.content.library import EXPLANATIONS, Explanation, Part
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


def select(request: AgentRequest, question: ParsedQuestion, topic: str) -> ExplanationChoice:
    """Return what is chosen of the explanation of a topic; what only goes on is in the language of the turn before."""
    if question.language is None and request.turns and conversation.is_follow_up(question):
        before = request.query.model_copy(update={"query_text": request.turns[-1].question, "code_snippet": None})
        question = replace(question, language=parse_question(before).language)
    level = conversation.wanted_level(question, depth(request, topic))
    return ExplanationChoice(request, question, topic, EXPLANATIONS[topic], level)


def language_gap(choice: ExplanationChoice) -> str | None:
    """Say that the examples of a topic are in other languages than the question, where that is so."""
    language = choice.question.language
    other = choice.question.foreign or (language.label if language and choice.in_other_language else None)
    if other is None or choice.translation:
        return None
    prepared = together(["Python", *(key.label for key in choice.explanation.languages)])
    return f"I have no example in {other} here: mine are in {prepared}. The idea carries over, the words do not."
