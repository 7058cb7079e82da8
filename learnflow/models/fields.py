"""The building blocks of every model: strict text, times, ids and JSON that PostgreSQL can keep."""

import re
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

LARGEST_JSON = 16_384  # bytes; what is derived from a query must still fit into one Kafka message
LARGEST_INTEGER = 2**31 - 1  # of an INTEGER in SQL
NUL = "\x00"
HAS_NUL = "has a NUL character, which PostgreSQL cannot store"
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # after two backslashes, u0000 is text
DEEPEST_NAMED = 5  # parts of the place of an error; JSON can be nested deeply


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored, so that any 1.x message can be read."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        ser_json_inf_nan="strings",
        defer_build=True,  # a command needs few of the models
    )


def _time(value: object) -> datetime:
    """Read an ISO 8601 date and time; without an offset it is UTC."""
    if isinstance(value, str) and len(value) > len("2026-01-02"):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("is not an ISO 8601 date and time") from None
    elif isinstance(value, datetime):
        parsed = value
    else:
        raise ValueError("must be an ISO 8601 date and time, as text")
    if parsed.tzinfo is UTC:
        return parsed
    try:
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside of the years 1 to 9999") from None


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        dumped = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise ValueError(f"is no JSON that can be stored: {error}") from None
    if len(dumped) > LARGEST_JSON:
        raise ValueError(f"is larger than {LARGEST_JSON:,} bytes")
    if _NUL_IN_JSON.search(dumped):
        raise ValueError(HAS_NUL)
    return value


# Patterns, because they are checked natively: a call into Python for each text is half of the time of a decode.
STORABLE = r"^[^\x00]*$"
_MAJOR_ONE = r"^1\.[0-9]+$"
_NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"

Text = Annotated[str, StringConstraints(pattern=STORABLE)]
NonBlank = Annotated[str, StringConstraints(pattern=_NOT_BLANK)]
Short = Annotated[str, StringConstraints(pattern=_NOT_BLANK, max_length=255)]
StudentId = Short
TopicKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Timestamp = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Version = Annotated[str, StringConstraints(pattern=_MAJOR_ONE, max_length=20)]
Id = UUID
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
PositiveCount = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
# NUMERIC(3,2) in SQL. Nearly all come rounded; to round takes ten times as long as to look it up.
Confidence = Annotated[Probability, AfterValidator(lru_cache(1_024)(partial(round, ndigits=2)))]
JsonObject = Annotated[dict[str, Any], AfterValidator(_storable_json)]


class NullAsEmpty:
    """Of a list that the data model calls NULLABLE: null is taken for an empty one."""

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how such a list is read."""
        items = handler(source)
        return core_schema.no_info_before_validator_function(
            lambda value: () if value is None else value,
            items,
            json_schema_input_schema=core_schema.nullable_schema(items),
        )


SHORTEST_RESPONSE = 10  # characters, trimmed


def _substantive(text: str) -> str:
    if len(text.strip()) < SHORTEST_RESPONSE:
        raise ValueError(f"must have at least {SHORTEST_RESPONSE} characters")
    if NUL in text:
        raise ValueError(HAS_NUL)
    return text


# No `Text`: of a thousand characters its pattern takes twenty times as long as the search for one.
ResponseText = Annotated[
    str, AfterValidator(_substantive), Field(json_schema_extra={"pattern": STORABLE, "minLength": SHORTEST_RESPONSE})
]


def explain(error: ValidationError) -> str:
    """Say in one line which fields are wrong and why, without their values."""
    return "; ".join(_sentence(item) for item in error.errors(include_url=False)[:5])


def _sentence(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = ".".join(str(part) for part in item["loc"][:DEEPEST_NAMED]) or "message"
    return f"{where}: {_words(item)}"


def _words(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    match item["type"]:
        case "string_pattern_mismatch":
            return _mismatch(item["ctx"]["pattern"], item["input"])
        case "uuid_parsing" | "uuid_type":
            return "is not a UUID"
        case "model_type" | "dict_type" | "model_attributes_type" | "dataclass_type":
            return "must be a JSON object"  # pydantic names our classes
        case "string_unicode":
            return "has a lone surrogate, which is no character"
        case "string_too_long":
            return f"must have at most {item['ctx']['max_length']:,} characters"
    return str(item["msg"]).removeprefix("Value error, ")


def _mismatch(pattern: str, text: str) -> str:
    if NUL in text:
        return HAS_NUL
    if pattern == _MAJOR_ONE:
        return f"is {text[:20]!r}, and only 1.x can be read"
    if pattern == _NOT_BLANK:
        return "must not be blank"
    return "must be words of a-z and 0-9 with hyphens between them"


REMEMBERED_IDS: Final = 512  # ids; more than a worker can have counted and not yet committed of one student
_SHORTENED: Final = 11  # hexadecimal digits of an id that are kept: 44 bits


def short_id(message_id: UUID) -> str:
    """Return enough of an id to know a student's messages apart."""
    return message_id.hex[:_SHORTENED]
