"""What does not agree: whose it is, where, and what either side says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

LONGEST: Final = 200  # characters of a value
_DECIMALS: Final = 4


class Difference(NamedTuple):
    """One figure or row. `student_id` is None for what belongs to nobody."""

    student_id: str | None
    where: str
    topics: Any
    found: Any

    def __str__(self) -> str:
        """Return a sentence."""
        return f"{self.where}: by the topics {_short(self.topics)}, found {_short(self.found)}"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"student_id": self.student_id, "where": self.where, "topics": self.topics, "found": self.found}


def differing(
    student_id: str | None, where: str, topics: Mapping[str, Any], found: Mapping[str, Any], names: Iterable[str]
) -> Iterator[Difference]:
    """Yield what differs, of the fields that are named."""
    for name in names:
        if not _equal(topics.get(name), found.get(name)):
            yield Difference(student_id, f"{where}, {name}", topics.get(name), found.get(name))


def _equal(one: object, other: object) -> bool:
    """Whether two values are the same; a level that was added up another time may differ in its last digits."""
    if isinstance(one, float) and isinstance(other, float | int):
        return round(one, _DECIMALS) == round(other, _DECIMALS)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    return one == other


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
