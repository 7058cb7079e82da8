"""What an explanation owes to the last turns: what a follow-up is about, and what was told already."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import topic_of
from learnflow.models.events.work import AgentRequest, Turn
from learnflow.models.taxonomy import GENERAL, TOPICS, name
from learnflow.models.vocabulary import SkillLevel, Specialist
from learnflow.tutor.offline.content.explanation import Explanation
from learnflow.tutor.offline.content.library import FOLLOW_UPS
from learnflow.tutor.offline.retrieval.named_point import named_point

_LONGEST_FOLLOW_UP: Final = 16  # words
_UNCLEAR: Final = frozenset({"understand", "get", "follow", "confused", "lost", "unclear", "clear"})
_THAT: Final = re.compile(r"\b(?:that|it|this|these|those)\b", re.IGNORECASE)
_LEANING: Final = re.compile(
    r"^\W*(?:ok|okay|and|so|but|well)\b|\b(?:it|that|them|those|then)\W*$", re.IGNORECASE
)  # fmt: skip
_ABOUT: Final = re.compile(r"(?:(?:ok|okay|and|so|but|well)\W+)*(?:what|how) about\b", re.IGNORECASE)
_RECOGNISED_BY: Final = 80  # characters from the beginning of a telling; a turn keeps only so much of an answer


class Telling(StrEnum):
    """The ways to tell a topic, in the order in which a student who asks again gets them."""

    LEVEL = "level"
    PICTURE = "picture"
    FURTHER = "further"


def topic_asked(request: AgentRequest, question: ParsedQuestion) -> str:
    """Return the topic that triage gave to the question, or what can be read off it."""
    return request.query.topic or topic_of(question) or GENERAL


def subject(request: AgentRequest, question: ParsedQuestion, named: str) -> str:
    """Return what a question is about: the topic that it names, or that of the last turn where it only goes on.

    What comes back to an answer names another topic by the way, unless that was talked of or is to be explained.
    """
    meant = named in TOPICS and ("explain" in question.words or any(turn.topic == named for turn in request.turns))
    if meant or (not comes_back(question) and (named in TOPICS or not goes_on(question))):
        return named
    return next(talked_of(request), named)


def talked_of(request: AgentRequest) -> Iterator[str]:
    """Yield the topics of the last turns, the newest first; what belongs to no topic is left out."""
    return (turn.topic for turn in reversed(request.turns) if turn.topic in TOPICS and turn.topic)


def goes_on(question: ParsedQuestion) -> bool:
    """Say whether a question has no subject of its own: "I still don't get it", "another example", "and in Java?"."""
    said = [word for word in question.words if word not in {".", "?", "!"}]
    own = question.mentions or question.error or question.code
    return not own and 0 < len(said) <= _LONGEST_FOLLOW_UP and FOLLOW_UPS.all.issuperset(said) and bool(_going_on(said))


def resolved(request: AgentRequest, question: ParsedQuestion) -> AgentRequest:
    """Return a question with the topic of the last turn where it leaves that out.

    So does "how is that different from a list?", for its `that`, and "what about deletion?".
    """
    last = next(talked_of(request), None)
    if last is None or any(hit.meaning.topic == last for hit in question.mentions):
        return request
    query, update = request.query, {}
    if any(hit.meaning.kind == "difference" for hit in question.signals):
        update = {"query_text": _THAT.sub(name(last), query.query_text, count=1)}
    elif _goes_on_with(question, query.query_text, last):
        update = {"topic": last}
    elif _ABOUT.match(query.query_text) and not question.mentions:
        update = {"query_text": f"{query.query_text} ({name(last)})", "topic": last}
    if not update:
        return request
    return request.model_copy(update={"query": query.model_copy(update=update), "low_confidence": False})


def _goes_on_with(question: ParsedQuestion, said: str, last: str) -> bool:
    """Say whether a question that leans on the one before asks for a point of its topic: "how do I copy it then?".

    A topic that it names is another subject; a detail that many topics have is not.
    """
    leans = _LEANING.search(said) and not (question.code or question.error or question.narrates)
    if not leans or any(hit.meaning.detail is None for hit in question.mentions):
        return False
    found = named_point(question, last)
    return found is not None and found.topic == last


def comes_back(question: ParsedQuestion) -> bool:
    """Say whether what was explained before is still not clear, whatever else is named in asking again."""
    at_hand = question.code or question.error or question.narrates
    return not at_hand and "still" in question.words and not _UNCLEAR.isdisjoint(question.words)


def _going_on(said: Iterable[str]) -> frozenset[str]:
    return FOLLOW_UPS.telling.intersection(said)


def wants_example(question: ParsedQuestion) -> bool:
    """Say whether a question asks for an example."""
    return not FOLLOW_UPS.example.isdisjoint(question.words)


def wanted_level(question: ParsedQuestion, level: SkillLevel) -> SkillLevel:
    """Return the level that a question asks for in words, or else the one given."""
    if not FOLLOW_UPS.simpler.isdisjoint(question.words):
        return SkillLevel.BEGINNER
    if not FOLLOW_UPS.deeper.isdisjoint(question.words):
        return SkillLevel.INTERMEDIATE if level is SkillLevel.BEGINNER else SkillLevel.ADVANCED
    return level


def next_telling(request: AgentRequest, topic: str, found: Explanation, level: SkillLevel) -> Telling:
    """Return the telling that the student has not had, or else the one that was longest ago.

    What somebody else explained, such as Claude, counts as the first.
    """
    places = {telling: _place(request.turns, text(found, telling, level)) for telling in Telling}
    if all(place is None for place in places.values()):
        return Telling.PICTURE if _explained(request.turns, topic) else Telling.LEVEL
    return min(Telling, key=lambda telling: -1 if (place := places[telling]) is None else place)


def heard_all(request: AgentRequest, found: Explanation, level: SkillLevel) -> bool:
    """Say whether the last turns have every telling of a topic."""
    return all(was_told(request, text(found, telling, level)) for telling in Telling)


def was_told(request: AgentRequest, telling: str) -> bool:
    """Say whether one of the last answers has a telling."""
    return _place(request.turns, telling) is not None


def text(found: Explanation, telling: Telling, level: SkillLevel) -> str:
    """Return the words of a telling."""
    match telling:
        case Telling.LEVEL:
            return found.at(level).text
        case Telling.PICTURE:
            return found.picture.text
        case Telling.FURTHER:
            return found.further


def _place(turns: tuple[Turn, ...], telling: str) -> int | None:
    """Return the last turn whose answer has a telling."""
    start = telling[:_RECOGNISED_BY]
    return max((place for place, turn in enumerate(turns) if start in turn.answer), default=None)


def _explained(turns: tuple[Turn, ...], topic: str) -> bool:
    """Say whether the topic was explained; what only went on, without a topic, counts for the topic before it."""
    about = None
    for turn in turns:
        about = about if turn.topic in (None, GENERAL) else turn.topic
        if about == topic and turn.agent is Specialist.CONCEPTS:
            return True
    return False
