"""Inputs next to those of the tests: where a program with a small mistake shows it. Pure, and the same each time."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from math import isfinite
from typing import Final, TypeVar

from pydantic import JsonValue

MOST: Final = 64

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
_ITEMS: Final = 3  # of a list or an object that are looked into
_POOL: Final = 8  # values that are tried in each other's place
_SORTED: Final = 3  # items that are hardly in order by accident

_T = TypeVar("_T", int, str)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What all inputs of the tests have in common, so that no neighbour leaves what the problem speaks of."""

    lowest: int | None
    ordered: bool
    even: bool  # the rows of a list of rows are equally long
    numbers: tuple[int, ...]  # those of the program, and those of the inputs: what is compared with what
    texts: tuple[str, ...]

    def allows(self, value: float) -> bool:
        return self.lowest is None or value >= self.lowest

    def has(self, items: JsonValue) -> bool:
        return (not self.ordered or _in_order(items)) and (not self.even or _is_even(items))


def nearby_inputs(
    inputs: Sequence[JsonValue], constants: Sequence[int] = (), *, arguments: bool = False
) -> tuple[JsonValue, ...]:
    """Return at most 64 inputs that differ a little from those given, which they are not.

    `constants` are the integers of the program: its limits are among them. `arguments` says that an input is a list or
    an object of arguments, which are as many in its neighbours. Numbers stay positive, or at least 0, where all given
    ones are; lists stay in order, and their rows equally long, where all given ones are.
    """
    kind = _kind(inputs, constants)
    given = {_key(value) for value in inputs}
    found: dict[str, JsonValue] = {}
    vary = _items if arguments else _near
    for value in _in_turn([islice(vary(one, kind), MOST) for one in inputs]):
        if (key := _key(value)) not in given:
            found.setdefault(key, value)
    return tuple(islice(found.values(), MOST))


def _in_turn(sources: Sequence[Iterator[JsonValue]]) -> Iterator[JsonValue]:
    """Yield the first of each source, then the second of each: what is bounded has something of all."""
    boxed = (((value,) for value in source) for source in sources)
    for values in zip_longest(*boxed, fillvalue=()):
        yield from chain.from_iterable(values)


def _key(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)  # which takes what orjson refuses: large integers, halves of characters


def _near(value: JsonValue, kind: _Kind) -> Iterator[JsonValue]:
    match value:
        case bool():
            yield not value
        case int():
            yield from _numbers(value, kind)
        case float():
            yield from (near for near in (value - 1, value + 1) if kind.allows(near))
        case str():
            yield from _texts(value, kind)
        case list():
            yield from (near for near in _lists(value, kind) if kind.has(near))
        case dict():
            yield from _objects(value, kind)


def _numbers(value: int, kind: _Kind) -> Iterator[int]:
    beside = chain.from_iterable((other - 1, other + 1) for other in kind.numbers)
    for near in chain((value - 1, value + 1), kind.numbers, beside):
        if near != value and kind.allows(near):
            yield near


def _texts(text: str, kind: _Kind) -> Iterator[str]:
    """Change the numbers of a text that has some: it may have a form to keep. Of any other, change the letters."""
    numbers = tuple(islice(_NUMBER.finditer(text), _ITEMS))
    for match in numbers:
        for near in _numbers(int(match[0]), kind):
            yield f"{text[: match.start()]}{near}{text[match.end() :]}"
    if not numbers:
        yield from (text[:-1], text[1:], text + text[:1], text[::-1], text[:1], "", *kind.texts)


def _lists(items: list[JsonValue], kind: _Kind) -> Iterator[JsonValue]:
    yield from (items[:-1], items[1:], [*items[:1], *items], items + items[:1], items[::-1], items[:1], [])
    yield from _items(items, kind)


def _objects(fields: dict[str, JsonValue], kind: _Kind) -> Iterator[JsonValue]:
    for name in list(fields)[:_ITEMS]:
        yield {key: value for key, value in fields.items() if key != name}
    yield from _items(fields, kind)


def _items(value: JsonValue, kind: _Kind) -> Iterator[JsonValue]:
    """Change one item, and leave their number as it is."""
    match value:
        case list():
            yield from _in_turn([_at(value, place, kind) for place in range(min(_ITEMS, len(value)))])
        case dict():
            yield from _in_turn([_under(value, name, kind) for name in list(value)[:_ITEMS]])
        case _:
            yield from _near(value, kind)


def _at(items: list[JsonValue], place: int, kind: _Kind) -> Iterator[JsonValue]:
    for near in _near(items[place], kind):
        yield [*items[:place], near, *items[place + 1 :]]


def _under(fields: dict[str, JsonValue], name: str, kind: _Kind) -> Iterator[JsonValue]:
    for near in _near(fields[name], kind):
        yield {**fields, name: near}


def _kind(inputs: Sequence[JsonValue], constants: Iterable[int]) -> _Kind:
    parts = tuple(chain.from_iterable(map(_parts, inputs)))
    numbers = [number for part in parts for number in _numbers_in(part)]
    lists = [part for part in parts if isinstance(part, list)]
    sortable = [one for one in lists if len(one) >= _SORTED and _comparable(one)]
    grids = [one for one in lists if len(one) > 1 and _is_grid(one)]
    lowest = min((number for number in numbers if isfinite(number)), default=-1.0)
    return _Kind(
        lowest=None if lowest < 0 else min(int(lowest), 1),
        ordered=len(sortable) > 1 and all(map(_in_order, sortable)),
        even=len(grids) > 1 and all(map(_is_even, grids)),
        numbers=_first((*constants, *(number for number in numbers if isinstance(number, int)))),
        texts=_first(part for part in parts if isinstance(part, str)),
    )


def _first(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(islice(dict.fromkeys(values), _POOL))


def _parts(value: JsonValue) -> Iterator[JsonValue]:
    """Yield a value and all that is in it."""
    yield value
    if isinstance(value, list | dict):
        yield from chain.from_iterable(map(_parts, value.values() if isinstance(value, dict) else value))


def _numbers_in(part: JsonValue) -> Iterator[float]:
    match part:
        case bool():
            return
        case int() | float():
            yield part
        case str():
            yield from (int(match[0]) for match in _NUMBER.finditer(part))


def _comparable(items: list[JsonValue]) -> bool:
    return all(isinstance(item, str) for item in items) or all(
        isinstance(item, int | float) and not isinstance(item, bool) for item in items
    )


def _in_order(items: JsonValue) -> bool:
    """Say whether a list is in order; one whose items have no order is."""
    return not isinstance(items, list) or not _comparable(items) or items == sorted(items, key=_order)


def _is_grid(items: list[JsonValue]) -> bool:
    """Say whether all items are texts, or all are lists."""
    return any(all(isinstance(item, kind) for item in items) for kind in (str, list))


def _is_even(items: JsonValue) -> bool:
    """Say whether the rows of a grid are equally long; what is no grid is even."""
    if not isinstance(items, list) or not _is_grid(items):
        return True
    return len({len(row) for row in items if isinstance(row, str | list)}) <= 1


def _order(item: JsonValue) -> tuple[float, str]:
    return (item, "") if isinstance(item, int | float) else (0.0, str(item))
