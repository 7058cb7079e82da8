"""Values as PostgreSQL reads them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson


class Json(str):
    """JSON, as text."""

    __slots__ = ()


def json_text(value: object) -> Json:
    """Return JSON as PostgreSQL reads it."""
    return Json(orjson.dumps(value).decode())


def json_rows(rows: Sequence[Any]) -> str:
    """Return rows of one kind as a JSON array of objects, which is cheaper to hand over than a list for each column."""
    names = rows[0]._fields
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    return orjson.dumps(objects, _native, orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def _native(value: object) -> object:
    return orjson.Fragment(str(value)) if isinstance(value, Json) else str(value)


@lru_cache(maxsize=256)  # a confidence has two decimals
def hundredths(value: float) -> Decimal:
    """Return a confidence as PostgreSQL keeps it."""
    return Decimal(str(value))
