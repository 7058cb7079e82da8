"""Values as PostgreSQL reads them."""

from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache

import orjson


def array_literal(texts: Collection[object]) -> str:
    """Return texts, which have no NUL, as an array of PostgreSQL: an array of arrays must not be ragged."""
    joined = "\0".join(map(str, texts))
    if not joined:
        return '{""}' if texts else "{}"
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{escaped}"}}'


def json_text(value: object) -> str:
    """Return JSON as PostgreSQL reads it."""
    return orjson.dumps(value).decode()


@lru_cache(maxsize=256)  # a confidence has two decimals
def hundredths(value: float) -> Decimal:
    """Return a confidence as PostgreSQL keeps it."""
    return Decimal(str(value))
