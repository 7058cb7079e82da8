"""Where to go from topics that a student says they have behind them, and whether one can be begun."""

from typing import Final

from learnflow.domain.mastery_levels import reached
from learnflow.domain.next_topics import LEARNING, MOST, Suggestion, next_after
from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import TOPICS, name, prerequisites

_BEHIND: Final = frozenset({
    "after", "finished", "done", "completed", "mastered", "know", "learned", "learnt", "covered", "understand", "did",
    "passed", "understood", "got", "studied",
})  # fmt: skip
_ONWARD: Final = frozenset({"next", "after", "now", "continue", "further", "then", "here"})
_READY: Final = frozenset({"ready", "start", "begin", "enough", "prepared"})


def onward(request: AgentRequest, question: ParsedQuestion) -> tuple[Suggestion, ...]:
    """Return what builds on the topics that a student says they know, where they ask what comes after them.

    What else they name comes first: they hesitate between it and something.
    """
    said = frozenset(question.words)
    if said.isdisjoint(_BEHIND) or said.isdisjoint(_ONWARD):
        return ()
    known = _behind(question) or [topic for topic in TOPICS if topic == request.query.topic]
    wished = {hit.meaning.topic for hit in question.mentions}.difference(known)
    after = next_after(known, request.standing.python_mastery_levels, most=len(TOPICS))
    return tuple(sorted(after, key=lambda one: one.topic not in wished)[:MOST])


def _behind(question: ParsedQuestion) -> list[str]:
    """Return the topics that are named behind a word such as `after` or `finished`, or else all that are named."""
    first = next((place for place, word in enumerate(question.words) if word in _BEHIND), 0)
    named = [hit for hit in question.mentions if hit.meaning.topic in TOPICS]
    known = [hit.meaning.topic for hit in named if hit.start > first] or [hit.meaning.topic for hit in named]
    return list(dict.fromkeys(known))


def readiness(request: AgentRequest, question: ParsedQuestion, topic: str) -> str | None:
    """Say whether what a topic builds on is in place, where a student asks whether to begin it."""
    needs, levels = prerequisites(topic), request.standing.python_mastery_levels
    if not needs or _READY.isdisjoint(question.words):
        return None
    missing = [key for key in needs if levels.get(key, 0.0) < LEARNING]
    if not missing:
        return f"You are ready for it: it builds on {together([name(key) for key in needs])}, and that is in place."
    first, lacking = missing[0], together([name(key) for key in missing])
    return f"Not yet, by your figures: it builds on {lacking}. Begin with {name(first)}: {reached(first, levels)}."
