"""Whether what a program printed or returned is what a test expects."""

import json
import math
from typing import Final

from pydantic import JsonValue

TOLERANCE: Final = 1e-9  # relative and absolute, of floats


def same_value(expected: JsonValue, got: JsonValue) -> bool:
    """Compare as JSON: 1 is 1.0, but not true; floats within a tolerance; objects in any order."""
    match expected, got:
        case (bool(), _) | (_, bool()):
            return expected is got
        case (int(), int()):
            return expected == got
        case (int() | float(), int() | float()):
            return _close(expected, got)
        case (list(), list()):
            return len(expected) == len(got) and all(map(same_value, expected, got))
        case (dict(), dict()):
            return expected.keys() == got.keys() and all(same_value(expected[key], got[key]) for key in expected)
        case _:
            return type(expected) is type(got) and expected == got


def same_text(expected: JsonValue, printed: str) -> bool:
    """Compare line by line, without blanks at the ends of lines and without blank lines at the end."""
    return _lines(as_text(expected)) == _lines(printed)


def as_text(value: JsonValue) -> str:
    """Return a text as it is, nothing as an empty text, and any other value as its JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


def as_json(value: JsonValue) -> str:
    """Return the JSON of a value, or a note where it is nested too deeply for one."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[…]"


def _close(expected: float, got: float) -> bool:
    try:
        return math.isclose(expected, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    except OverflowError:  # an integer beyond all floats
        return False


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]
