"""Which questions stand for themselves, so that one answer fits all who ask them at one level. No clock, no I/O."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from learnflow.domain.question.exercise_wish import EXERCISE_ID
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.lexicon import data
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest, ProgressSummary
from learnflow.models.student import Profile
from learnflow.models.taxonomy import GENERAL, TOPICS, name
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.student_level import asked_before, depth

KEY: Final = "concepts:cache:"  # section 4 of the data model

LONGEST: Final = 300  # characters; longer questions are hardly ever asked twice

_PUNCTUATION: Final = ".,;:!?\"'\N{HORIZONTAL ELLIPSIS}"  # of a word or a sentence
_QUOTES: Final = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_BEFORE: Final = re.compile(r"^(?:(?:hi|hello|hey|please|pls|ok|okay|so|well|(?:can|could|would|will) you) )+")
_AFTER: Final = re.compile(r"(?: (?:please|pls|thanks|thx|thank you))+$")
_PACKAGE: Final = "learnflow.tutor.claude.cache"
_WORDS: Final = {name: frozenset(words) for name, words in data("cacheable_words.toml", _PACKAGE).items()}


@dataclass(frozen=True, slots=True)
class CacheableQuestion:
    """What is asked, and all that the answer depends on."""

    words: str
    topic: str
    level: SkillLevel
    style: LearningStyle
    language: Language

    def key(self, version: str) -> str:
        """Return the key in the cache, for a version of the prompt."""
        whole = f"{self.words}\n{self.level}\n{self.style}\n{self.language}\n{version}"
        return KEY + sha256(whole.encode()).hexdigest()


def cacheable_question(
    request: AgentRequest, parsed: ParsedQuestion, is_personal: Callable[[str], bool]
) -> CacheableQuestion | None:
    """Return the question of a request, or None where its answer would be for its student only."""
    query, topic, words = request.query, request.query.topic or GENERAL, same_words(request.query.query_text)
    if not words or topic not in TOPICS or request.low_confidence or query.question_key == OFF_TOPIC:
        return None
    if EXERCISE_ID in (query.context or {}) or is_at_work_on(request, topic) or is_personal(query.query_text):
        return None
    if parsed.code or parsed.trace or not _is_complete(parsed, topic, after_others=bool(request.turns)):
        return None
    return _question(request, parsed, words, topic)


def cacheable_concept(request: AgentRequest, parsed: ParsedQuestion, concept: str) -> CacheableQuestion | None:
    """Return the question that another agent has when it needs a concept; None where the answer would not fit all.

    It is asked in English, so it is nobody's who writes in another language.
    """
    other_language = bool(parsed.words) and _WORDS["english"].isdisjoint(parsed.words)
    if concept not in TOPICS or is_at_work_on(request, concept) or other_language:
        return None
    return _question(request, parsed, f"concept:{concept}", concept)


def needs_own_answer(request: AgentRequest, topic: str) -> bool:
    """Say whether a student needs another explanation than everybody's: this one was no help, or is hard to take in."""
    again = asked_before(request, topic, Specialist.CONCEPTS)
    return again or topic in request.standing.struggle_topics or request.handed_over_from is not None


def anonymous_request(request: AgentRequest, question: CacheableQuestion) -> AgentRequest:
    """Return the request as anybody at the question's level would have made it."""
    return AgentRequest(
        query=request.query.model_copy(update={"context": None}),
        profile=Profile(learning_style=question.style, skill_level=question.level),
        standing=ProgressSummary(),
        alone=request.alone,
        due=request.due,
    )


def anonymous_concept_request(request: AgentRequest, question: CacheableQuestion) -> AgentRequest:
    """Return a request for a concept as anybody at the question's level would have made it, without code."""
    plain = anonymous_request(request, question)
    only = {
        "query_text": f"Explain {name(question.topic)}.", "code_snippet": None, "language": question.language,
        "topic": question.topic, "question_key": None,
    }  # fmt: skip
    return plain.model_copy(update={"query": plain.query.model_copy(update=only)})


def is_at_work_on(request: AgentRequest, topic: str) -> bool:
    """Say whether the student has an open exercise on a topic: what is said must not solve it."""
    return any(assigned.exercise.topic == topic for assigned in request.exercises)


def _is_complete(parsed: ParsedQuestion, topic: str, *, after_others: bool) -> bool:
    """Say whether a question names its topic, and refers to nothing that was said before or is its student's own."""
    named = {hit.meaning.topic for hit in parsed.mentions} | ({parsed.error.topic} if parsed.error else set())
    if topic not in named or not _WORDS["own"].isdisjoint(parsed.words) or parsed.off_topic or parsed.small_talk:
        return False
    goes_on = parsed.words[0] in _WORDS["continuing"] or not _WORDS["referring"].isdisjoint(parsed.words)
    return not (after_others and goes_on)


def _question(request: AgentRequest, parsed: ParsedQuestion, words: str, topic: str) -> CacheableQuestion:
    level, style = depth(request, topic), request.profile.learning_style
    return CacheableQuestion(words, topic, level, style, parsed.language or Language.PYTHON)


def same_words(text: str) -> str:
    """Return a question as its words alone; "" for one that is too long.

    Signs that belong to no word stay as they are: `==` and `=` are two questions.
    """
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    words = " ".join(map(_without_punctuation, plain.split()))
    return _AFTER.sub("", _BEFORE.sub("", words))


def _without_punctuation(word: str) -> str:
    plain = word.lstrip("\"'").rstrip(_PUNCTUATION)
    return plain if any(map(str.isalnum, plain)) else word
