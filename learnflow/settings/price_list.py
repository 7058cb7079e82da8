"""What models cost, as the settings say it: "model in out, model in out", in US dollars for a million tokens."""

import math
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_ENTRY: Final = re.compile(r"(\S+)\s+(\S+)\s+(\S+)")
_LOOKS: Final = "claude-sonnet-5-5 3 15"


class Rates(NamedTuple):
    """What a model costs, in US dollars for a million tokens that go in and that come out."""

    into: float
    out: float


def price_list(text: str) -> Mapping[str, Rates]:
    """Return the rates by model. Raises ValueError with one line that says which entry is wrong."""
    rates: dict[str, Rates] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        found = _ENTRY.fullmatch(entry)
        if found is None:
            msg = f"{entry!r} must be a model and two prices, as in {_LOOKS!r}"
            raise ValueError(msg)
        model, into, out = found.groups()
        if model in rates:
            msg = f"{model} has two entries"
            raise ValueError(msg)
        rates[model] = Rates(_price(model, into), _price(model, out))
    return rates


def _price(model: str, text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0.0 <= price < math.inf:
        msg = f"{model}: {text!r} is no price in US dollars for a million tokens"
        raise ValueError(msg)
    return price
