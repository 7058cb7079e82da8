"""The topics of programming that LearnFlow knows: one taxonomy, read from taxonomy.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter

from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

GENERAL: Final = "general"  # what belongs to no topic; it has no mastery

_NO_LETTER_OR_DIGIT: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: how hard it is, what it is also called, and the keys of what should be known before it."""

    key: str
    title: str
    aliases: tuple[str, ...]
    difficulty: SkillLevel
    prerequisites: tuple[str, ...]


def _slug(name: str) -> str:
    return _NO_LETTER_OR_DIGIT.sub("-", name.lower()).strip("-")


_TABLES: Final = loads(files(__package__).joinpath("taxonomy.toml").read_text(encoding="utf-8"))
TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    TypeAdapter(dict[str, Topic]).validate_python({key: {"key": key, **table} for key, table in _TABLES.items()})
)

_KEYS: Final[Mapping[str, str]] = MappingProxyType({
    **{_slug(name): topic.key for topic in TOPICS.values() for name in (topic.title, *topic.aliases)},
    **{key: key for key in TOPICS},
})


def lookup(name: str) -> str:
    """Return the key of the topic that a key, a title or an alias names; "general" when none does."""
    return _KEYS.get(_slug(name), GENERAL)


def title(topic: str) -> str:
    """Return the name of a topic as students see it."""
    return TOPICS[topic].title if topic in TOPICS else topic.replace("-", " ")


def name(topic: str) -> str:
    """Return the name of a topic within a sentence."""
    words = title(topic)
    return words[:1].lower() + words[1:]


def difficulties(topic: str) -> tuple[SkillLevel, ...]:
    """Return the difficulties that an exercise on a topic may have: the topic's own and those beside it."""
    entry = TOPICS.get(topic)
    if entry is None:
        return SKILL_LEVELS
    place = SKILL_LEVELS.index(entry.difficulty)
    return SKILL_LEVELS[max(0, place - 1) : place + 2]


def prerequisites(topic: str) -> tuple[str, ...]:
    """Return the keys of the topics that should be known before a topic; none for an unknown one."""
    entry = TOPICS.get(topic)
    return entry.prerequisites if entry else ()


@cache
def foundations(topic: str) -> frozenset[str]:
    """Return every topic that a topic builds on, near or far."""
    before = prerequisites(topic)
    return frozenset(before).union(*map(foundations, before))
