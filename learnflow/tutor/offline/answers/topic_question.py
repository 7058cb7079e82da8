"""A question about one topic: its level, style, language and point, and the telling that is due."""

from dataclasses import dataclass, replace

from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.events.work import AgentRequest
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel
from learnflow.tutor.offline.content.explanation import Explanation, Part, Point
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import Telling, goes_on, next_telling, wanted_level, wants_example, was_told
from learnflow.tutor.offline.retrieval import point_asked
from learnflow.tutor.offline.retrieval.named_point import Found
from learnflow.tutor.student_level import depth


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one topic, and how it is to be told."""

    request: AgentRequest
    question: ParsedQuestion
    topic: str
    found: Explanation
    level: SkillLevel
    point: Point | None = None
    named: bool = True  # whether the question names the point; otherwise it is only the nearest

    @property
    def style(self) -> LearningStyle:
        """How the student prefers to learn; who asks for an example gets it first."""
        return LearningStyle.EXAMPLE_DRIVEN if wants_example(self.question) else self.request.profile.learning_style

    @property
    def foreign(self) -> bool:
        """Whether the question is on another language than Python, in which the words of a level are told."""
        return not self.question.may_be_python

    @property
    def telling(self) -> Telling:
        """The telling that is due."""
        due, part = next_telling(self.request, self.topic, self.found, self.level), self.in_language
        return Telling.FURTHER if due is Telling.LEVEL and part and was_told(self.request, part.text) else due

    @property
    def in_language(self) -> Part | None:
        """What is prepared in the language of the question, where that is not Python."""
        return self.found.languages.get(self.question.language) if self.question.language else None


def ask(request: AgentRequest, question: ParsedQuestion, topic: str, found: Found | None = None) -> Asked:
    """Return the question about a topic that is prepared; `found` is its point, where that is known."""
    found = found or point_asked(question, topic)
    point = found.point if found and found.topic == topic else None
    spoken = replace(question, language=_language(request, question, point))
    level = wanted_level(question, depth(request, topic))
    return Asked(request, spoken, topic, EXPLANATIONS[topic], level, point, named=found is None or found.named_by > 0)


def _language(request: AgentRequest, question: ParsedQuestion, point: Point | None) -> Language | None:
    """Return the language of a question; what only goes on is in that of the turn before, a point may have its own."""
    if question.language is None and goes_on(question) and request.turns:
        before = request.query.model_copy(update={"query_text": request.turns[-1].question, "code_snippet": None})
        return parse_question(before).language
    return question.language or (point.language if point else None)
