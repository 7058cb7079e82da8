"""What a question is about once the last turns are read: what a follow-up means, and what was answered before."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from learnflow.domain.question.lexicon import Hit, Mention, data
from learnflow.domain.question.parsed_question import ParsedQuestion, Signal
from learnflow.domain.question.topic import topic_of
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, title
from learnflow.models.vocabulary import Intent, SkillLevel, Specialist
from learnflow.tutor.offline.content.library import FOLLOW_UPS
from learnflow.tutor.offline.point_index import canonical, stems_of, text_stems, topic_stems
from learnflow.tutor.offline.points import named_point

_LONGEST_FOLLOW_UP: Final = 16  # words
_UNCLEAR: Final = frozenset({"understand", "get", "follow", "confused", "lost", "unclear", "clear"})
_THAT: Final = re.compile(r"\b(?:that|it|this|these|those)\b", re.IGNORECASE)
_LEANING: Final = re.compile(
    r"^\W*(?:ok|okay|and|so|but|well)\b|\b(?:it|that|them|those|then)\W*$", re.IGNORECASE
)  # fmt: skip
_ABOUT: Final = re.compile(r"(?:(?:ok|okay|and|so|but|well)\W+)*(?:what|how) about\b", re.IGNORECASE)
_ASKING: Final = frozenset(  # words by which an explanation is asked for
    word
    for signal in data("lexicon.toml")["signals"] if signal["intent"] == Intent.CONCEPTS
    for phrase in signal["phrases"] for word in re.split(r"[ |]", phrase)
)  # fmt: skip
_OWN: Final = frozenset({"this", "that", "these", "my", "our"})
_CODE: Final = re.compile(r"`|\w\.\w|\w\(")
_RECOGNISED_BY: Final = 80  # characters from the beginning of a text; a turn keeps only so much of an answer


def topic_of_request(request: AgentRequest, question: ParsedQuestion) -> str:
    """Return the topic that triage gave to the question, or what can be read off it."""
    return request.query.topic or topic_of(question) or GENERAL


def topic_in_conversation(request: AgentRequest, question: ParsedQuestion, named: str) -> str:
    """Return what a question is about: the topic that it names, or that of the last turn where it only goes on.

    What comes back to an answer names another topic by the way, unless that was talked of or is to be explained.
    """
    meant = named in TOPICS and ("explain" in question.words or any(turn.topic == named for turn in request.turns))
    if meant or (not is_still_unclear(question) and (named in TOPICS or not is_follow_up(question))):
        return named
    return next(topics_of_turns(request), named)


def topics_of_turns(request: AgentRequest) -> Iterator[str]:
    """Yield the topics of the last turns, the newest first; what belongs to no topic is left out."""
    return (turn.topic for turn in reversed(request.turns) if turn.topic in TOPICS and turn.topic)


def is_follow_up(question: ParsedQuestion) -> bool:
    """Say whether a question has no subject of its own: "I still don't get it", "another example", "and in Java?"."""
    words = [word for word in question.words if word not in {".", "?", "!"}]
    own = question.mentions or question.error or question.code
    return (
        not own
        and 0 < len(words) <= _LONGEST_FOLLOW_UP
        and FOLLOW_UPS.all.issuperset(words)
        and not FOLLOW_UPS.referring.isdisjoint(words)
    )


def asks_for_topic(question: ParsedQuestion, topic: str) -> bool:
    """Say whether a topic as a whole is asked for: it is named or gone on with, and nothing else is told.

    A wish for an exercise as well tells nothing of it. Code among the words asks for one thing, and "this" for
    the code at hand.
    """
    if is_follow_up(question) or is_still_unclear(question):
        return True
    of_code = question.code and not _OWN.isdisjoint(question.words)
    if of_code or asks_for(question, "difference") or _CODE.search(question.snippet.prose):
        return False
    named = _places(hit for hit in question.mentions if hit.meaning.topic == topic)
    wished = _places(hit for hit in question.signals if hit.meaning.intent is Intent.EXERCISE)
    told = {word for at, word in enumerate(question.words) if at not in named | wished and not word.isdigit()}
    rest = stems_of(map(canonical, told - _ASKING - {(question.foreign or "").lower()}))
    return rest <= topic_stems(topic) and bool(named or rest)


def names_part(question: ParsedQuestion, topic: str) -> bool:
    """Say whether a question tells more than the title of a topic, such as a part of it, or what something does."""
    return "does" in question.words or not stems_of(map(canonical, question.words)) <= text_stems(title(topic))


def _places(hits: Iterable[Hit[Mention] | Hit[Signal]]) -> set[int]:
    return {place for hit in hits for place in range(hit.start, hit.end)}


def resolved(request: AgentRequest, question: ParsedQuestion) -> AgentRequest:
    """Return a question with the topic of the last turn where it leaves that out.

    So does "how is that different from a list?", for its `that`, and "what about deletion?".
    """
    last = next(topics_of_turns(request), None)
    if last is None or any(hit.meaning.topic == last for hit in question.mentions):
        return request
    query, update = request.query, {}
    if asks_for(question, "difference"):
        update = {"query_text": _THAT.sub(name(last), query.query_text, count=1)}
    elif _asks_for_point(question, query.query_text, last):
        update = {"topic": last}
    elif _ABOUT.match(query.query_text) and not question.mentions:
        update = {"query_text": f"{query.query_text} ({name(last)})", "topic": last}
    if not update:
        return request
    return request.model_copy(update={"query": query.model_copy(update=update), "low_confidence": False})


def _asks_for_point(question: ParsedQuestion, text: str, last: str) -> bool:
    """Say whether a question that leans on the one before asks for a point of its topic: "how do I copy it then?".

    A topic that it names is another subject; a detail that many topics have is not.
    """
    leans = _LEANING.search(text) and not (question.code or question.error or question.narrates)
    if not leans or any(hit.meaning.detail is None for hit in question.mentions):
        return False
    match = named_point(question, last)
    return match is not None and match.topic == last


def is_still_unclear(question: ParsedQuestion) -> bool:
    """Say whether what was explained before is still not clear, whatever else is named in asking again."""
    at_hand = question.code or question.error or question.narrates
    return not at_hand and "still" in question.words and not _UNCLEAR.isdisjoint(question.words)


def asks_for(question: ParsedQuestion, kind: str) -> bool:
    """Say whether a question asks for a kind of answer: "explain", "difference", "when-to-use"."""
    return any(hit.meaning.kind == kind for hit in question.signals)


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


def answered_before(request: AgentRequest, text: str) -> bool:
    """Say whether one of the last answers has a text."""
    return last_turn_with(request, text) is not None


def last_turn_with(request: AgentRequest, text: str) -> int | None:
    """Return the index of the last turn whose answer has a text."""
    start = text[:_RECOGNISED_BY]
    return max((index for index, turn in enumerate(request.turns) if start in turn.answer), default=None)


def explained_before(request: AgentRequest, topic: str) -> bool:
    """Say whether a topic was explained; what only went on, without a topic, counts for the topic before it."""
    current = None
    for turn in request.turns:
        current = current if turn.topic in (None, GENERAL) else turn.topic
        if current == topic and turn.agent is Specialist.CONCEPTS:
            return True
    return False
