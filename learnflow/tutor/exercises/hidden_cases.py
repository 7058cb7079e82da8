"""Which test cases of an exercise a student never sees, and what kind of input each of them has. No I/O."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from learnflow.domain.phrasing import together

FEWEST_HIDDEN: Final = 2
_LARGE: Final = 1_000
_LONG_TEXT: Final = 40  # characters
_LONG_LIST: Final = 10  # items
_NO_LETTERS_BEYOND: Final = 127  # ASCII


def visible_cases(total: int) -> int:
    """Return how many cases may be shown, the first ones: at least half are hidden, and never fewer than two."""
    return max(0, min(total // 2, total - FEWEST_HIDDEN))


def kind_of_input(arguments: Sequence[JsonValue]) -> str:
    """Return what kind of input a program is called with, in words that do not give it away."""
    return ", then ".join(map(kind, arguments)) or "no input at all"


def kind(value: JsonValue) -> str:
    """Return what kind of value it is: an empty list, a large number, a text with capitals."""
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return "a truth value"
        case int() | float():
            return _number(value)
        case str():
            return _text(value)
        case list():
            return _items("list", "item", "items", value)
        case dict():
            return _items("dictionary", "entry", "entries", list(value.values()))


def _number(value: float) -> str:
    size = "large " if abs(value) >= _LARGE else ""
    if value != int(value):
        return f"a {size}{'negative ' if value < 0 else ''}number with decimals"
    if value < 0:
        return f"a {size}negative number"
    return f"a {size}number" if value > 1 else "zero or one"


def _text(text: str) -> str:
    if not text:
        return "an empty text"
    if text.isspace():
        return "a text of blanks only"
    lines = len(text.splitlines())
    if lines == 1 and text.strip().lstrip("-").replace(".", "", 1).isdigit():
        return "a text that is a number"
    features = together(list(_features(text)))
    length = "long " if len(text) > _LONG_TEXT else ""
    what = f"a {length}text of several lines" if lines > 1 else f"a {length}text"
    return f"{what} with {features}" if features else f"{what} in small letters"


def _features(text: str) -> Iterator[str]:
    if any(letter.isupper() for letter in text):
        yield "capitals"
    if any(letter.isdigit() for letter in text):
        yield "digits"
    if any(ord(letter) > _NO_LETTERS_BEYOND for letter in text):
        yield "letters beyond a to z"
    if any(not letter.isalnum() and not letter.isspace() for letter in text):
        yield "punctuation"
    if " " in text.strip():
        yield "blanks"


def _items(what: str, item: str, plural: str, values: list[JsonValue]) -> str:
    """Return what a collection is: empty, of one, long; and what is special in it."""
    if not values:
        return f"an empty {what}"
    if len(values) == 1:
        return f"a {what} with one {item}"
    length = "long " if len(values) > _LONG_LIST else ""
    features = together(list(_item_features(values)))
    return f"a {length}{what} with {features}" if features else f"a {length}{what} of several {plural}"


def _item_features(values: list[JsonValue]) -> Iterator[str]:
    if any(isinstance(value, (int, float)) and value < 0 for value in values):
        yield "negative numbers"
    if any(isinstance(value, (list, dict)) for value in values):
        yield "lists or dictionaries inside"
    if any(value in ("", [], {}) for value in values):
        yield "empty ones inside"
    texts = [json.dumps(value, sort_keys=True) for value in values]
    if len(set(texts)) < len(texts):
        yield "equal values"


def is_shown(value: JsonValue, text: str) -> bool:
    """Say whether a text shows an input as that of a call: with its brackets. What is empty stands in many texts."""
    if value in (None, "", [], {}):
        return False
    written = json.dumps(value, ensure_ascii=False)
    forms = {f"({written})", f"({written[1:-1]})"} if isinstance(value, list) else {f"({written})"}
    return any(_squeezed(form) in _squeezed(text) for form in forms)


def _squeezed(text: str) -> str:
    return "".join(text.split()).replace("'", '"')
