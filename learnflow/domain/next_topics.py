"""What a student should learn next, and why. No clock, no I/O."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from learnflow.domain.mastery.model import in_words, reached
from learnflow.domain.phrasing import together
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS, foundations, name, prerequisites
from learnflow.models.vocabulary import SKILL_LEVELS

LEARNING: Final = 0.5  # from here on, a topic can be built upon
MOST: Final = 3
_STRUGGLE: Final = "You struggle with"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A topic, and in words why it comes next."""

    topic: str
    reason: str


def next_topics(
    levels: Mapping[str, float], struggles: Iterable[str] = (), weaknesses: Iterable[str] = (), most: int = MOST
) -> tuple[Suggestion, ...]:
    """Return what to learn next, the first thing first; nothing only when every topic is mastered.

    First comes what goes wrong, beginning with the weakest of what it builds on; then what is half learned, the most
    advanced first; then what is new and can be begun, the easiest first. Nothing is suggested before what it builds on
    is being learned at least.
    """
    chosen: dict[str, Suggestion] = {}
    for suggestion in _wanted(levels, struggles, weaknesses):
        for step in (*_missing(suggestion.topic, levels), suggestion):
            chosen.setdefault(step.topic, step)
    return tuple(chosen.values())[:most]


def next_after(known_topics: Iterable[str], levels: Mapping[str, float], most: int = MOST) -> tuple[Suggestion, ...]:
    """Return what builds on topics that a student says they know: first what needs least besides, then the easiest.

    What those topics build on themselves counts as known.
    """
    there = dict.fromkeys(known_topics)
    firm = frozenset({*there, *(key for key, level in levels.items() if level >= LEARNING)})
    firm = firm.union(*map(foundations, there))
    new = [key for key in TOPICS if key not in firm and levels.get(key, 0.0) < MASTERED and _needs(key) & set(there)]
    new.sort(key=lambda key: (len(_needs(key) - firm), -len(_needs(key) & set(there)), _difficulty(key)))
    return tuple(Suggestion(key, _built(key, there, firm)) for key in new[:most]) or _beside(there, firm, most)


def _beside(known_topics: Iterable[str], firm: frozenset[str], most: int) -> tuple[Suggestion, ...]:
    """Return what builds on the same as topics on which nothing builds."""
    ground = frozenset[str]().union(*map(_needs, known_topics))
    beside = [key for key in TOPICS if key not in firm and _needs(key) & ground]
    beside.sort(key=lambda key: (len(_needs(key) - firm), -len(_needs(key) & ground)))
    itself = _named(known_topics)
    return tuple(
        Suggestion(key, f"Nothing builds on {itself} alone; this builds on the same, {_named(prerequisites(key))}.")
        for key in beside[:most]
    )


def _named(topics: Iterable[str]) -> str:
    return together([name(topic) for topic in topics])


def _needs(topic: str) -> frozenset[str]:
    return frozenset(prerequisites(topic))


def _built(topic: str, known_topics: Iterable[str], firm: Collection[str]) -> str:
    needs = prerequisites(topic)
    built = _named(key for key in known_topics if key in needs)
    missing = _named(key for key in needs if key not in firm)
    return f"It builds on {built}." if not missing else f"It builds on {built}, and also on {missing}."


def weakest_prerequisite(topic: str, levels: Mapping[str, float]) -> str | None:
    """Return that of what a topic builds on which is farthest from being mastered; None where all of it is."""
    shaky = [key for key in prerequisites(topic) if levels.get(key, 0.0) < MASTERED]
    return min(shaky, key=lambda key: levels.get(key, 0.0), default=None)


def _wanted(levels: Mapping[str, float], struggles: Iterable[str], weaknesses: Iterable[str]) -> Iterator[Suggestion]:
    """Yield all that could be learned next, in the order of the rules, as if nothing stood before it."""
    open_topics = [topic for topic in TOPICS if levels.get(topic, 0.0) < MASTERED]
    troubles = {**dict.fromkeys(weaknesses, "You are weak at"), **dict.fromkeys(struggles, _STRUGGLE)}
    wrong = [topic for topic in open_topics if topic in troubles]
    for topic in sorted(wrong, key=lambda key: (troubles[key] != _STRUGGLE, levels.get(key, 0.0))):
        yield from _repaired(topic, troubles[topic], levels)
    begun = [topic for topic in open_topics if levels.get(topic, 0.0) >= LEARNING]
    for topic in sorted(begun, key=lambda key: -levels[key]):
        yield Suggestion(topic, f"You are at {in_words(levels[topic])}, on the way to mastering it.")
    ready = [topic for topic in open_topics if topic not in begun and not _unmet(topic, levels)]
    for topic in sorted(ready, key=lambda key: (_difficulty(key), -levels.get(key, 0.0))):
        yield Suggestion(topic, _new(topic, levels))


def _repaired(topic: str, trouble: str, levels: Mapping[str, float]) -> Iterator[Suggestion]:
    """Yield the weakest thing that a topic builds on, where it is not mastered, and then the topic."""
    weakest = weakest_prerequisite(topic, levels)
    if weakest is not None:
        yield Suggestion(weakest, f"{trouble} {name(topic)}, and that builds on this: {reached(weakest, levels)}.")
        yield Suggestion(topic, f"{trouble} it, and it will be easier once you know {name(weakest)} better.")
        return
    in_place = _together(prerequisites(topic), levels)
    firm = f" What it builds on is in place: {in_place}." if in_place else ""
    yield Suggestion(topic, f"{trouble} it: {reached(topic, levels)}.{firm}")


def _missing(topic: str, levels: Mapping[str, float]) -> Iterator[Suggestion]:
    """Yield what must be learned before a topic can be, the first thing first."""
    for key in _unmet(topic, levels):
        yield from _missing(key, levels)
        yield Suggestion(key, f"You need it for {name(topic)}: {reached(key, levels)}.")


def _unmet(topic: str, levels: Mapping[str, float]) -> list[str]:
    return [key for key in prerequisites(topic) if levels.get(key, 0.0) < LEARNING]


def _new(topic: str, levels: Mapping[str, float]) -> str:
    begun = f"You have begun it, {in_words(levels[topic])}," if levels.get(topic) else "It is new to you"
    in_place = _together(prerequisites(topic), levels)
    ground = f"what it builds on is in place: {in_place}" if in_place else "it needs nothing before it"
    return f"{begun} and {ground}."


def _together(topics: Iterable[str], levels: Mapping[str, float]) -> str:
    return " and ".join(f"{name(topic)} at {in_words(levels.get(topic, 0.0))}" for topic in topics)


def _difficulty(topic: str) -> int:
    return SKILL_LEVELS.index(TOPICS[topic].difficulty)
