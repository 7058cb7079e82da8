"""How PostgreSQL is spoken to: what reads from it, values as it takes them, and what its errors mean."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Protocol

import asyncpg
import orjson

_OF_THE_ROW: Final = {"22", "23"}  # data exception, integrity constraint violation
_OF_THE_MOMENT: Final = {"08", "25", "40", "53", "55", "57", "58"}  # connection, read-only, rollback, resources …


class Reader(Protocol):
    """A connection or a pool."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - asyncpg's own
        """Return the rows of a query."""


class Json(str):
    """JSON, as text."""

    __slots__ = ()


def json_text(value: object) -> Json:
    """Return JSON as PostgreSQL reads it."""
    return Json(orjson.dumps(value).decode())


def json_rows(rows: Sequence[Any], columns: Sequence[str] | None = None) -> str:
    """Return rows as a JSON array of objects, which is cheaper to hand over than a list for each column.

    Named tuples have their columns' names, of other tuples all have the `columns`.
    """
    names = columns or rows[0]._fields
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    return orjson.dumps(objects, _native, orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def _native(value: object) -> object:
    return orjson.Fragment(str(value)) if isinstance(value, Json) else str(value)


@lru_cache(maxsize=256)  # a confidence has two decimals
def hundredths(value: float) -> Decimal:
    """Return a confidence as PostgreSQL keeps it."""
    return Decimal(str(value))


class Raced(Exception):  # noqa: N818 - no error, a reason to read again
    """Another sink wrote a query between our reading and our writing."""


def refuses(error: BaseException) -> bool:
    """Whether the database refuses what a row says."""
    return _state(error)[:2] in _OF_THE_ROW or isinstance(error, OverflowError)


def conflicts(error: BaseException) -> bool:
    """Whether the same again may succeed at once: another transaction was in the way."""
    return isinstance(error, Raced) or _state(error)[:2] == "40"


def passes(error: BaseException) -> bool:
    """Whether the same may succeed later: PostgreSQL is away, or cannot work now."""
    if conflicts(error) or _state(error)[:2] in _OF_THE_MOMENT:
        return True
    lost = (OSError, asyncio.TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    return isinstance(error, lost) and not isinstance(error, ValueError)  # a ValueError is about what we passed


def reason(error: BaseException) -> str:
    """Return the database's own words in one line, without the contents of a whole row."""
    words = str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        words = error.strerror
    detail = getattr(error, "detail", None)
    if detail and isinstance(error, (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError)):
        words = f"{words}: {detail}"
    return " ".join(words.split())


def one_line(error: BaseException) -> str:
    """Return all that an error says in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def present(record: asyncpg.Record) -> dict[str, Any]:
    """Return the values of a row that has any, by column: of the others the models know what stands for them."""
    return {name: value for name, value in record.items() if value is not None}


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")
