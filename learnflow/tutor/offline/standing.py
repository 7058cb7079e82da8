"""Progress in words: where the student stands, what is behind it, and what to learn next."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from learnflow.domain.levels import percent, reached
from learnflow.domain.mastery import band
from learnflow.domain.next_topics import LEARNING, Suggestion, next_topics
from learnflow.domain.words import many, together
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest, Standing
from learnflow.models.learning_progress import MASTERED, WEAK
from learnflow.models.taxonomy import GENERAL, TOPICS, name
from learnflow.models.vocabulary import Intent
from learnflow.tutor.bank import BANK
from learnflow.tutor.offline.library import EXPLANATIONS
from learnflow.tutor.offline.wording import draft

_WORDS: Final = {
    Intent.CONCEPTS: "to understand something",
    Intent.DEBUG: "to find an error",
    Intent.CODE_REVIEW: "to have code reviewed",
    Intent.EXERCISE: "to practise",
    Intent.PROGRESS: "how you are doing",
}
_WEEK: Final = 7
_EXPERT: Final = "expert"
_MOST_ACHIEVEMENTS: Final = 20
_FIGURES: Final = "I go by your figures; to judge your way of thinking takes a human."
_NOTHING: Final = "I count what you ask and solve, from the first question on."
_NO_FIGURES: Final = "I have seen questions of yours, and no solved exercise to measure a level by."


def progress(request: AgentRequest) -> Draft:
    """Say in words where the student stands, what that is based on, and what to learn next."""
    standing = request.standing
    levels = standing.python_mastery_levels
    suggested = suggestions(standing)
    if not (standing.total_queries or levels):
        return draft(
            "You are at the very beginning: there is nothing to report yet.",
            'Ask me anything, for example "What is a variable?", and I will keep track from there.',
            topic=GENERAL, confidence=0.9, missing=_NOTHING, metadata=figures(standing, suggested),
        )  # fmt: skip
    opening = f"{request.profile.name}, this" if request.profile.name else "This"
    return draft(
        f"{opening} is where you stand.", *told(request), *what_next(suggested),
        topic=GENERAL, confidence=0.9 if levels else 0.8,
        missing=_FIGURES if any(levels.values()) else _NO_FIGURES, metadata=figures(standing, suggested),
    )  # fmt: skip


def suggestions(standing: Standing) -> tuple[Suggestion, ...]:
    """Return what to learn next."""
    return next_topics(standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses)


def told(request: AgentRequest) -> Iterator[str | None]:
    """Yield what the figures say, in sentences for the student."""
    standing = request.standing
    asked = request.query.topic
    if asked is not None and asked in TOPICS:
        yield f"On {name(asked)}, which you asked about, {reached(asked, standing.python_mastery_levels)}."
    yield " ".join(_levels(standing)) or None
    yield " ".join(_troubles(standing)) or None
    yield " ".join(_practice(standing))
    if standing.achievements:
        earned = [_badge(badge) for badge in standing.achievements]
        yield f"You have earned {many(len(earned), 'badge')}: {together(earned)}."
    if standing.total_queries:
        yield _questions(standing)


def _levels(standing: Standing) -> Iterator[str]:
    met_only = dict.fromkeys((topic for topic in standing.topics_covered if topic != GENERAL), 0.0)
    all_levels = met_only | standing.python_mastery_levels
    levels = dict(sorted(all_levels.items(), key=lambda item: (-item[1], item[0])))
    mastered = [_at(topic, levels) for topic, level in levels.items() if level >= MASTERED]
    learning = [_at(topic, levels) for topic, level in levels.items() if LEARNING <= level < MASTERED]
    begun = [_at(topic, levels) for topic, level in levels.items() if 0 < level < LEARNING]
    met = [name(topic) for topic, level in levels.items() if not level]
    if mastered:
        yield f"You have mastered {many(len(mastered), 'topic')}: {together(mastered)}."
    if len(mastered) > len(standing.strengths) > 0:
        yield f"Your strengths: {together([name(topic) for topic in standing.strengths])}."
    if learning:
        yield f"You are learning {together(learning)}."
    if begun:
        yield f"You have begun {together(begun)}."
    if met:
        yield f"You have met {together(met)}, and I have not seen you solve anything there yet."


def _at(topic: str, levels: Mapping[str, float]) -> str:
    level = levels.get(topic, 0.0)
    return f"{name(topic)} ({percent(level)}{', expert' if band(level) == _EXPERT else ''})"


def _troubles(standing: Standing) -> Iterator[str]:
    levels, struggles = standing.python_mastery_levels, standing.struggle_topics
    if struggles:
        yield f"You struggle with {together([_at(topic, levels) for topic in struggles])} at the moment."
    weak = [_at(topic, levels) for topic in standing.weaknesses if topic not in struggles]
    if weak:
        also = "also " if struggles else ""
        yield f"You have {also}asked a lot about {together(weak)}, and are still below {percent(WEAK)} there."


def _practice(standing: Standing) -> Iterator[str]:
    done = standing.completed_exercises
    yield f"You have completed {many(done, 'exercise')}." if done else "You have not completed an exercise yet."
    if standing.learning_velocity is not None:
        week = round(standing.learning_velocity * _WEEK)
        yield f"In the last seven days you asked {many(week, 'question')}, {standing.learning_velocity:.1f} a day."
    if standing.streak_days > 1:
        yield f"You have asked something on {standing.streak_days} days in a row."


def _questions(standing: Standing) -> str:
    kinds = sorted(standing.queries_by_type.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count}\N{MULTIPLICATION SIGN} {_WORDS[intent]}" for intent, count in kinds if count]
    at = standing.last_activity
    last = f" The last was on {at.day} {at:%B %Y}." if at else ""
    of_them = f": {', '.join(parts)}" if parts else ""
    return f"You have asked {many(standing.total_queries, 'question')}{of_them}.{last}"


def what_next(suggested: tuple[Suggestion, ...]) -> Iterator[str]:
    """Yield what to learn next and why, in sentences for the student."""
    if not suggested:
        yield "You have mastered every topic that I know: there is nothing left for me to suggest."
        return
    first, *later = suggested
    yield f"Learn next: {name(first.topic)}. {first.reason}{_invitation(first.topic)}"
    for one in later:
        yield f"After that: {name(one.topic)}. {one.reason}"


def _invitation(topic: str) -> str:
    ways = [
        f'"{asked} {name(topic)}"'
        for asked, prepared in (("Explain", EXPLANATIONS), ("Give me an exercise on", BANK.topics))
        if topic in prepared
    ]
    return f" Just ask: {' or '.join(ways)}." if ways else ""


def _badge(key: str) -> str:
    """Return an achievement as people say it: mastered loops, completed 10 exercises, 7-day streak."""
    mastered = key.removeprefix("mastered-")
    if mastered in TOPICS:
        return f"mastered {name(mastered)}"
    return key.replace("-", " ").replace(" day ", "-day ")


def figures(standing: Standing, suggested: tuple[Suggestion, ...]) -> dict[str, JsonValue]:
    """Return the figures. What is no topic of the taxonomy is left out: metadata has a largest size."""
    topics: dict[str, JsonValue] = {
        field: [topic for topic in getattr(standing, field) if topic in TOPICS]
        for field in ("topics_covered", "topics_mastered", "strengths", "weaknesses", "struggle_topics")
    }
    return {
        **topics,
        "total_queries": standing.total_queries,
        "mastery_levels": {key: level for key, level in standing.python_mastery_levels.items() if key in TOPICS},
        "achievements": list(standing.achievements[-_MOST_ACHIEVEMENTS:]),
        "completed_exercises": standing.completed_exercises,
        "learning_velocity": standing.learning_velocity,
        "streak_days": standing.streak_days,
        "suggested_topic": suggested[0].topic if suggested else None,
        "suggested_topics": [{"topic": one.topic, "reason": one.reason} for one in suggested],
    }
