"""Progress in words: where the student stands, what is behind it, and what to learn next."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.domain.next_topics import MOST, Suggestion, next_after, next_topics
from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites
from learnflow.models.vocabulary import SKILL_LEVELS, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.answer_text import draft
from learnflow.tutor.offline.conversation import topic_of_request, topics_of_turns
from learnflow.tutor.progress_figures import (
    figures,
    figures_in_words,
    mastery_in_words,
    suggestions,
    suggestions_in_words,
)
from learnflow.tutor.student_level import depth, level

_WAYS: Final = {
    LearningStyle.VISUAL: "Begin with the picture in its explanation, then draw one of your own.",
    LearningStyle.AUDITORY: "Read its explanation aloud, then say it again in words of your own.",
    LearningStyle.KINESTHETIC: "Begin with an exercise on it, and read the explanation where you get stuck.",
    LearningStyle.STEP_BY_STEP: "Read its explanation first, then take an easy exercise, and then a harder one.",
    LearningStyle.EXAMPLE_DRIVEN: "Run the example of its explanation, and change one thing at a time.",
}
_FIGURES: Final = "I go by your figures; to judge your way of thinking takes a human."
_NOTHING: Final = "I count what you ask and solve, from the first question on."
_NO_FIGURES: Final = "I have seen questions of yours, and no solved exercise to measure a level by."

_BEHIND: Final = frozenset({
    "after", "finished", "done", "completed", "mastered", "know", "learned", "learnt", "covered", "understand", "did",
    "passed", "understood", "got", "studied",
})  # fmt: skip
_NEXT: Final = frozenset({"next", "after", "now", "continue", "further", "then", "here"})
_TREND: Final = re.compile(
    r"\b(?:(?:getting|become|becoming|got|gotten) (?:any |much )?(?:better|worse|faster|slower)"
    r"|improv(?:e|ed|ing|ement)|(?:making|made) (?:any )?progress|progressing|than (?:before|last (?:week|month)))\b",
    re.IGNORECASE,
)
_UNKNOWN: Final = (
    "Whether you are getting better or worse I cannot tell: I know your figures as they are now, not as they were."
)
_LOW: Final = frozenset({
    "panic", "afraid", "scared", "anxious", "nervous", "stressed", "worried", "sad", "stupid", "dumb", "frustrated",
    "overwhelmed", "hopeless", "useless", "discouraged", "demotivated", "desperate", "fail", "failing",
    "feel", "feels", "feeling",
})  # fmt: skip
_SMILEYS: Final = (":(", ":-(", ":'(")
_LEVEL: Final = frozenset({"level", "beginner", "intermediate", "advanced"})
_KIND: Final = "That feeling is hard, and most who learn to program know it; it says nothing about what you can do."


def progress(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Say in words where the student stands, what that is based on, and what to learn next."""
    summary = request.standing
    levels = summary.python_mastery_levels
    after = _following_topics(request, question)
    suggested = after or suggestions(summary)
    if not (summary.total_queries or levels):
        return draft(
            *_unrecorded(request, question, after), topic=GENERAL, confidence=0.9, missing=_NOTHING,
            metadata=figures(summary, suggested),
        )  # fmt: skip
    again = any(turn.agent is Specialist.PROGRESS for turn in request.turns)
    return draft(
        _UNKNOWN if _TREND.search(request.query.query_text) else None, *(suggestions_in_words(after) if after else ()),
        *(_plan(request, suggested) if again else _report(request, question, suggested, told_first=bool(after))),
        topic=GENERAL, confidence=0.9 if levels else 0.8,
        missing=_FIGURES if any(levels.values()) else _NO_FIGURES, metadata=figures(summary, suggested),
    )  # fmt: skip


def _report(
    request: AgentRequest, question: ParsedQuestion, suggested: tuple[Suggestion, ...], *, told_first: bool
) -> Iterator[str | None]:  # fmt: skip
    """Yield all that the figures say, and how to go on, unless that was told first."""
    opening = f"{request.profile.name}, this" if request.profile.name else "This"
    yield f"{opening} is where you stand."
    yield from figures_in_words(request, question)
    yield _lately(request)
    yield from () if told_first else suggestions_in_words(suggested)
    if suggested:
        yield f"How: {_way(request, suggested[0].topic)}"


def _plan(request: AgentRequest, suggested: tuple[Suggestion, ...]) -> Iterator[str | None]:
    """Yield what to do, step by step: who asks again has heard the figures already."""
    yield "You asked this before, so here is the short of it, and a plan."
    yield " ".join(mastery_in_words(request.standing)) or None
    yield "\n".join(
        f"{place}. Learn {name(step.topic)}. {step.reason} {_way(request, step.topic)}"
        for place, step in enumerate(suggested, start=1)
    ) or None  # fmt: skip
    yield "After each step ask again: every exercise that you solve moves your level." if suggested else None


def _way(request: AgentRequest, topic: str) -> str:
    """Say how to learn a topic: in the student's style, and at which depth I explain it to them."""
    return f"{_WAYS[request.profile.learning_style]} I explain it to you at the {depth(request, topic)} level."


def _lately(request: AgentRequest) -> str | None:
    topics = dict.fromkeys(topics_of_turns(request))
    return f"Your last questions here were about {together([name(topic) for topic in topics])}." if topics else None


def _following_topics(request: AgentRequest, question: ParsedQuestion) -> tuple[Suggestion, ...]:
    """Return what builds on the topics that a student says they know, where they ask what comes after them.

    What else they name comes first: they hesitate between it and something.
    """
    words = frozenset(question.words)
    if words.isdisjoint(_BEHIND) or words.isdisjoint(_NEXT):
        return ()
    finished = _behind(question) or [topic for topic in TOPICS if topic == request.query.topic]
    wished = {hit.meaning.topic for hit in question.mentions}.difference(finished)
    after = next_after(finished, request.standing.python_mastery_levels, most=len(TOPICS))
    return tuple(sorted(after, key=lambda suggestion: suggestion.topic not in wished)[:MOST])


def _behind(question: ParsedQuestion) -> list[str]:
    """Return the topics that are named behind a word such as `after` or `finished`, or else all that are named."""
    first = next((place for place, word in enumerate(question.words) if word in _BEHIND), 0)
    named = [hit for hit in question.mentions if hit.meaning.topic in TOPICS]
    finished = [hit.meaning.topic for hit in named if hit.start > first] or [hit.meaning.topic for hit in named]
    return list(dict.fromkeys(finished))


def _unrecorded(
    request: AgentRequest, question: ParsedQuestion, after: tuple[Suggestion, ...]
) -> Iterator[str | None]:  # fmt: skip
    """Yield what there is to say while no question and no exercise is recorded; `after` builds on what is known."""
    topic = topic_of_request(request, question)
    low = not _LOW.isdisjoint(question.words) or any(smiley in request.query.query_text for smiley in _SMILEYS)
    yield _KIND if low else None
    yield _nothing(request, topic)
    if not _LEVEL.isdisjoint(question.words):
        yield f"Your questions come with the level {level(request)}, and I answer at that; I have not measured it."
    if after:
        yield from _following_in_words(after)
        return
    if topic in TOPICS:
        yield _about(topic)
        return
    first, reason = _first_topic(request)
    yield f"{'A small step for now' if low else 'A good next topic'}: {name(first)}. {reason}"
    yield f'Say "give me an exercise on {name(first)}": what you solve is what I measure by.'


def _following_in_words(after: tuple[Suggestion, ...]) -> Iterator[str]:
    first, *later = after
    yield f"A good next topic: {name(first.topic)}. {first.reason}"
    for suggestion in later:
        yield f"After that: {name(suggestion.topic)}. {suggestion.reason}"
    yield f'Say "explain {name(first.topic)}" to begin. I take your word for what you know until I see you solve it.'


def _nothing(request: AgentRequest, topic: str) -> str:
    if request.turns:
        return "We have talked, but nothing is recorded yet that I could measure: no solved exercise, no mastery."
    on = f" on {name(topic)}" if topic in TOPICS else ""
    return f"Nothing is recorded yet{on}: no questions and no solved exercises, so I cannot say how you are doing."


def _about(topic: str) -> str:
    needs = [name(key) for key in prerequisites(topic)]
    before = f"It builds on {together(needs)}: be sure of that first." if needs else "It needs nothing before it."
    return (
        f'{before} To find out how far you are, say "give me an exercise on {name(topic)}"; '
        f'to begin, say "explain {name(topic)}".'
    )


def _first_topic(request: AgentRequest) -> tuple[str, str]:
    """Return the first topic for a level, taking all that is easier as known, and why."""
    now = level(request)
    below = SKILL_LEVELS.index(now)
    easier = {key: 1.0 for key, topic in TOPICS.items() if SKILL_LEVELS.index(topic.difficulty) < below}
    fitting = next((suggestion.topic for suggestion in next_topics(easier, most=len(TOPICS))), next(iter(TOPICS)))
    if now is SkillLevel.BEGINNER:
        return fitting, "It needs nothing before it, and nearly everything else builds on it."
    needs = [name(key) for key in prerequisites(fitting)]
    built = f" and builds on {together(needs)}" if needs else ""
    return fitting, f"It belongs to the {now} topics{built}; I take what is easier as known until I see otherwise."
