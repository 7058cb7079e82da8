"""Progress in words: where the student stands, what is behind it, and what to learn next."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from learnflow.domain.mastery import band
from learnflow.domain.mastery_levels import percent, reached
from learnflow.domain.next_topics import LEARNING, Suggestion, next_topics
from learnflow.domain.phrasing import many, together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest, Standing
from learnflow.models.learning_progress import MASTERED, WEAK
from learnflow.models.taxonomy import GENERAL, TOPICS, name
from learnflow.models.vocabulary import Intent, LearningStyle, Specialist
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline.answer_text import draft
from learnflow.tutor.offline.answers.following_topics import onward, readiness
from learnflow.tutor.offline.answers.progress_trend import no_trend
from learnflow.tutor.offline.answers.progress_unrecorded import unrecorded
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import talked_of
from learnflow.tutor.student_level import depth

_WORDS: Final = {
    Intent.CONCEPTS: "to understand something",
    Intent.DEBUG: "to find an error",
    Intent.CODE_REVIEW: "to have code reviewed",
    Intent.EXERCISE: "to practise",
    Intent.PROGRESS: "how you are doing",
}
_WAYS: Final = {
    LearningStyle.VISUAL: "Begin with the picture in its explanation, then draw one of your own.",
    LearningStyle.AUDITORY: "Read its explanation aloud, then say it again in words of your own.",
    LearningStyle.KINESTHETIC: "Begin with an exercise on it, and read the explanation where you get stuck.",
    LearningStyle.STEP_BY_STEP: "Read its explanation first, then take an easy exercise, and then a harder one.",
    LearningStyle.EXAMPLE_DRIVEN: "Run the example of its explanation, and change one thing at a time.",
}
_WEEK: Final = 7
_EXPERT: Final = "expert"
_MOST_ACHIEVEMENTS: Final = 20
_FIGURES: Final = "I go by your figures; to judge your way of thinking takes a human."
_NOTHING: Final = "I count what you ask and solve, from the first question on."
_NO_FIGURES: Final = "I have seen questions of yours, and no solved exercise to measure a level by."


def progress(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Say in words where the student stands, what that is based on, and what to learn next."""
    standing = request.standing
    levels = standing.python_mastery_levels
    after = onward(request, question)
    suggested = after or suggestions(standing)
    if not (standing.total_queries or levels):
        return draft(
            *unrecorded(request, question, after), topic=GENERAL, confidence=0.9, missing=_NOTHING,
            metadata=figures(standing, suggested),
        )  # fmt: skip
    again = _told_before(request)
    return draft(
        no_trend(request.query.query_text), *(what_next(after) if after else ()),
        *(_plan(request, suggested) if again else _report(request, question, suggested, told_next=bool(after))),
        topic=GENERAL, confidence=0.9 if levels else 0.8,
        missing=_FIGURES if any(levels.values()) else _NO_FIGURES, metadata=figures(standing, suggested),
    )  # fmt: skip


def _told_before(request: AgentRequest) -> bool:
    return any(turn.agent is Specialist.PROGRESS for turn in request.turns)


def _report(
    request: AgentRequest, question: ParsedQuestion, suggested: tuple[Suggestion, ...], *, told_next: bool
) -> Iterator[str | None]:  # fmt: skip
    """Yield all that the figures say, and how to go on, unless that was told first."""
    opening = f"{request.profile.name}, this" if request.profile.name else "This"
    yield f"{opening} is where you stand."
    yield from told(request, question)
    yield _lately(request)
    yield from () if told_next else what_next(suggested)
    if suggested:
        yield f"How: {_way(request, suggested[0].topic)}"


def _plan(request: AgentRequest, suggested: tuple[Suggestion, ...]) -> Iterator[str | None]:
    """Yield what to do, step by step: who asks again has heard the figures already."""
    yield "You asked this before, so here is the short of it, and a plan."
    yield " ".join(_levels(request.standing)) or None
    steps = [f"{name(one.topic)}. {one.reason} {_way(request, one.topic)}" for one in suggested]
    yield "\n".join(f"{place}. Learn {step}" for place, step in enumerate(steps, start=1)) or None
    yield "After each step ask again: every exercise that you solve moves your level." if steps else None


def _way(request: AgentRequest, topic: str) -> str:
    """Say how to learn a topic: in the student's style, and at which depth I explain it to them."""
    return f"{_WAYS[request.profile.learning_style]} I explain it to you at the {depth(request, topic)} level."


def _lately(request: AgentRequest) -> str | None:
    topics = dict.fromkeys(talked_of(request))
    return f"Your last questions here were about {together([name(topic) for topic in topics])}." if topics else None


def suggestions(standing: Standing) -> tuple[Suggestion, ...]:
    """Return what to learn next."""
    return next_topics(standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses)


def told(request: AgentRequest, question: ParsedQuestion) -> Iterator[str | None]:
    """Yield what the figures say, in sentences for the student."""
    standing = request.standing
    asked = request.query.topic
    if asked is not None and asked in TOPICS:
        yield f"On {name(asked)}, which you asked about, {reached(asked, standing.python_mastery_levels)}."
        yield readiness(request, question, asked)
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
