"""The figures of a student's progress: as data, and in the sentences that every tutor builds on."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from learnflow.domain.mastery.model import band, percent, reached
from learnflow.domain.next_topics import LEARNING, Suggestion, next_topics
from learnflow.domain.phrasing import many, together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest, ProgressSummary
from learnflow.models.learning_progress import MASTERED, WEAK
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites
from learnflow.models.vocabulary import Intent
from learnflow.tutor.exercises.bank import BANK

_INTENTS: Final = {
    Intent.CONCEPTS: "to understand something",
    Intent.DEBUG: "to find an error",
    Intent.CODE_REVIEW: "to have code reviewed",
    Intent.EXERCISE: "to practise",
    Intent.PROGRESS: "how you are doing",
}
_READY: Final = frozenset({"ready", "start", "begin", "enough", "prepared"})
_MOST_ACHIEVEMENTS: Final = 20


def figures(summary: ProgressSummary, suggested: tuple[Suggestion, ...]) -> dict[str, JsonValue]:
    """Return the figures. What is no topic of the taxonomy is left out: metadata has a largest size."""
    topics: dict[str, JsonValue] = {
        field: [topic for topic in getattr(summary, field) if topic in TOPICS]
        for field in ("topics_covered", "topics_mastered", "strengths", "weaknesses", "struggle_topics")
    }
    return {
        **topics,
        "total_queries": summary.total_queries,
        "mastery_levels": {key: level for key, level in summary.python_mastery_levels.items() if key in TOPICS},
        "achievements": list(summary.achievements[-_MOST_ACHIEVEMENTS:]),
        "completed_exercises": summary.completed_exercises,
        "learning_velocity": summary.learning_velocity,
        "streak_days": summary.streak_days,
        "suggested_topic": suggested[0].topic if suggested else None,
        "suggested_topics": [{"topic": suggestion.topic, "reason": suggestion.reason} for suggestion in suggested],
    }


def suggestions(summary: ProgressSummary) -> tuple[Suggestion, ...]:
    """Return what to learn next."""
    return next_topics(summary.python_mastery_levels, summary.struggle_topics, summary.weaknesses)


def figures_in_words(request: AgentRequest, question: ParsedQuestion) -> Iterator[str | None]:
    """Yield what the figures say, in sentences for the student."""
    summary = request.standing
    topic = request.query.topic
    if topic is not None and topic in TOPICS:
        yield f"On {name(topic)}, which you asked about, {reached(topic, summary.python_mastery_levels)}."
        yield _readiness(request, question, topic)
    yield " ".join(mastery_in_words(summary)) or None
    yield " ".join(_troubles(summary)) or None
    yield " ".join(_practice(summary))
    if summary.achievements:
        earned = [_badge(badge) for badge in summary.achievements]
        yield f"You have earned {many(len(earned), 'badge')}: {together(earned)}."
    if summary.total_queries:
        yield _questions(summary)


def _readiness(request: AgentRequest, question: ParsedQuestion, topic: str) -> str | None:
    """Say whether what a topic builds on is in place, where a student asks whether to begin it."""
    needs, levels = prerequisites(topic), request.standing.python_mastery_levels
    if not needs or _READY.isdisjoint(question.words):
        return None
    missing = [key for key in needs if levels.get(key, 0.0) < LEARNING]
    if not missing:
        return f"You are ready for it: it builds on {together([name(key) for key in needs])}, and that is in place."
    first, lacking = missing[0], together([name(key) for key in missing])
    return f"Not yet, by your figures: it builds on {lacking}. Begin with {name(first)}: {reached(first, levels)}."


def mastery_in_words(summary: ProgressSummary) -> Iterator[str]:
    """Yield which topics are mastered, learned, begun and met, each with its level."""
    met_only = dict.fromkeys((topic for topic in summary.topics_covered if topic != GENERAL), 0.0)
    all_levels = met_only | summary.python_mastery_levels
    levels = dict(sorted(all_levels.items(), key=lambda item: (-item[1], item[0])))
    mastered = [_at(topic, levels) for topic, level in levels.items() if level >= MASTERED]
    learning = [_at(topic, levels) for topic, level in levels.items() if LEARNING <= level < MASTERED]
    begun = [_at(topic, levels) for topic, level in levels.items() if 0 < level < LEARNING]
    met = [name(topic) for topic, level in levels.items() if not level]
    if mastered:
        yield f"You have mastered {many(len(mastered), 'topic')}: {together(mastered)}."
    if len(mastered) > len(summary.strengths) > 0:
        yield f"Your strengths: {together([name(topic) for topic in summary.strengths])}."
    if learning:
        yield f"You are learning {together(learning)}."
    if begun:
        yield f"You have begun {together(begun)}."
    if met:
        yield f"You have met {together(met)}, and I have not seen you solve anything there yet."


def _at(topic: str, levels: Mapping[str, float]) -> str:
    level = levels.get(topic, 0.0)
    return f"{name(topic)} ({percent(level)}{', expert' if band(level) == 'expert' else ''})"


def _troubles(summary: ProgressSummary) -> Iterator[str]:
    levels, struggles = summary.python_mastery_levels, summary.struggle_topics
    if struggles:
        yield f"You struggle with {together([_at(topic, levels) for topic in struggles])} at the moment."
    weak = [_at(topic, levels) for topic in summary.weaknesses if topic not in struggles]
    if weak:
        also = "also " if struggles else ""
        yield f"You have {also}asked a lot about {together(weak)}, and are still below {percent(WEAK)} there."


def _practice(summary: ProgressSummary) -> Iterator[str]:
    done = summary.completed_exercises
    yield f"You have completed {many(done, 'exercise')}." if done else "You have not completed an exercise yet."
    if summary.learning_velocity is not None:
        week = round(summary.learning_velocity * 7)
        yield f"In the last seven days you asked {many(week, 'question')}, {summary.learning_velocity:.1f} a day."
    if summary.streak_days > 1:
        yield f"You have asked something on {summary.streak_days} days in a row."


def _questions(summary: ProgressSummary) -> str:
    kinds = sorted(summary.queries_by_type.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count}\N{MULTIPLICATION SIGN} {_INTENTS[intent]}" for intent, count in kinds if count]
    at = summary.last_activity
    last = f" The last was on {at.day} {at:%B %Y}." if at else ""
    of_them = f": {', '.join(parts)}" if parts else ""
    return f"You have asked {many(summary.total_queries, 'question')}{of_them}.{last}"


def suggestions_in_words(suggested: tuple[Suggestion, ...]) -> Iterator[str]:
    """Yield what to learn next and why, in sentences for the student."""
    if not suggested:
        yield "You have mastered every topic that I know: there is nothing left for me to suggest."
        return
    first, *later = suggested
    yield f"Learn next: {name(first.topic)}. {first.reason}{_invitation(first.topic)}"
    for suggestion in later:
        yield f"After that: {name(suggestion.topic)}. {suggestion.reason}"


def _invitation(topic: str) -> str:
    exercise = f' or "Give me an exercise on {name(topic)}"' if topic in BANK.topics else ""
    return f' Just ask: "Explain {name(topic)}"{exercise}.'


def _badge(key: str) -> str:
    """Return an achievement as people say it: mastered loops, completed 10 exercises, 7-day streak."""
    mastered = key.removeprefix("mastered-")
    if mastered in TOPICS:
        return f"mastered {name(mastered)}"
    return key.replace("-", " ").replace(" day ", "-day ")
