"""Progress before anything is recorded: what can be said all the same, by what the student asks."""

from collections.abc import Iterator
from typing import Final

from learnflow.domain.next_topics import Suggestion, next_topics
from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import TOPICS, name, prerequisites
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.student_level import level

_LOW: Final = frozenset({
    "panic", "afraid", "scared", "anxious", "nervous", "stressed", "worried", "sad", "stupid", "dumb", "frustrated",
    "overwhelmed", "hopeless", "useless", "discouraged", "demotivated", "desperate", "fail", "failing",
})  # fmt: skip
_FEELS: Final = frozenset({"feel", "feels", "feeling"})
_SMILEYS: Final = (":(", ":-(", ":'(")
_LEVEL: Final = frozenset({"level", "beginner", "intermediate", "advanced"})
_KIND: Final = "That feeling is hard, and most who learn to program know it; it says nothing about what you can do."


def progress_unrecorded(
    request: AgentRequest, question: ParsedQuestion, after: tuple[Suggestion, ...] = ()
) -> Iterator[str | None]:
    """Yield what there is to say while no question and no exercise is recorded; `after` builds on what is known."""
    asked = topic_of_request(request, question)
    low = not (_LOW | _FEELS).isdisjoint(question.words) or any(one in request.query.query_text for one in _SMILEYS)
    yield _KIND if low else None
    yield _nothing(request, asked)
    if not _LEVEL.isdisjoint(question.words):
        yield f"Your questions come with the level {level(request)}, and I answer at that; I have not measured it."
    if after:
        yield from _following(after)
        return
    if asked in TOPICS:
        yield _about(asked)
        return
    topic, reason = _first(request)
    yield f"{'A small step for now' if low else 'A good next topic'}: {name(topic)}. {reason}"
    yield f'Say "give me an exercise on {name(topic)}": what you solve is what I measure by.'


def _following(after: tuple[Suggestion, ...]) -> Iterator[str]:
    first, *later = after
    yield f"A good next topic: {name(first.topic)}. {first.reason}"
    for one in later:
        yield f"After that: {name(one.topic)}. {one.reason}"
    yield f'Say "explain {name(first.topic)}" to begin. I take your word for what you know until I see you solve it.'


def _nothing(request: AgentRequest, asked: str) -> str:
    if request.turns:
        return "We have talked, but nothing is recorded yet that I could measure: no solved exercise, no mastery."
    on = f" on {name(asked)}" if asked in TOPICS else ""
    return f"Nothing is recorded yet{on}: no questions and no solved exercises, so I cannot say how you are doing."


def _about(topic: str) -> str:
    needs = [name(key) for key in prerequisites(topic)]
    before = f"It builds on {together(needs)}: be sure of that first." if needs else "It needs nothing before it."
    return (
        f'{before} To find out how far you are, say "give me an exercise on {name(topic)}"; '
        f'to begin, say "explain {name(topic)}".'
    )


def _first(request: AgentRequest) -> tuple[str, str]:
    """Return the first topic for a level, taking all that is easier as known, and why."""
    now = level(request)
    below = SKILL_LEVELS.index(now)
    known = {key: 1.0 for key, topic in TOPICS.items() if SKILL_LEVELS.index(topic.difficulty) < below}
    fitting = next((one.topic for one in next_topics(known, most=len(TOPICS))), next(iter(TOPICS)))
    if now is SkillLevel.BEGINNER:
        return fitting, "It needs nothing before it, and nearly everything else builds on it."
    needs = [name(key) for key in prerequisites(fitting)]
    built = f" and builds on {together(needs)}" if needs else ""
    return fitting, f"It belongs to the {now} topics{built}; I take what is easier as known until I see otherwise."
