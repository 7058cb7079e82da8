"""The building blocks of every model: strict text, times, ids and JSON that PostgreSQL can keep."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

LARGEST_JSON = 16_384  # bytes; what is derived from a query must still fit into one Kafka message
DEEPEST_NAMED = 5  # parts of the place of an error; JSON can be nested deeply


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored, so that any 1.x message can be read."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, ser_json_inf_nan="strings")


def _storable(text: str) -> str:
    if "\x00" in text:
        msg = "has a NUL character, which PostgreSQL cannot store"
        raise ValueError(msg)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        msg = "has a lone surrogate, which is no character"
        raise ValueError(msg) from None
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        msg = "must not be blank"
        raise ValueError(msg)
    return text


def _time(value: object) -> datetime:
    """Read an ISO 8601 date and time; without an offset it is UTC."""
    if isinstance(value, datetime):
        parsed = value
    elif isinstance(value, str) and len(value) > len("2026-01-02"):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            msg = "is not an ISO 8601 date and time"
            raise ValueError(msg) from None
    else:
        msg = "must be an ISO 8601 date and time, as text"
        raise ValueError(msg)
    if parsed.tzinfo is UTC:
        return parsed
    try:
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except OverflowError:
        msg = "lies outside of the years 1 to 9999"
        raise ValueError(msg) from None


def _strings(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for key, item in value.items():
                yield key
                yield from _strings(item)


def _storable_json(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        dumped = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError) as error:
        msg = f"is no JSON that can be stored: {error}"
        raise ValueError(msg) from None
    if len(dumped) > LARGEST_JSON:
        msg = f"is larger than {LARGEST_JSON:,} bytes"
        raise ValueError(msg)
    if b"\\u0000" in dumped:  # a NUL, or a backslash before u0000; surrogates have been refused above
        for text in _strings(value):
            _storable(text)
    return value


def _uuid(value: object) -> object:
    """Refuse what pydantic would also take for a UUID: bytes, `urn:uuid:…`, braces."""
    if isinstance(value, str) and len(value) not in (32, 36):
        msg = "is not a UUID"
        raise ValueError(msg)
    return value


Text = Annotated[str, AfterValidator(_storable)]
NonBlank = Annotated[Text, AfterValidator(_not_blank), Field(json_schema_extra={"pattern": r"\S"})]
Short = Annotated[NonBlank, StringConstraints(max_length=255)]
StudentId = Short
TopicKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Timestamp = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Id = Annotated[UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Confidence = Annotated[Probability, AfterValidator(lambda value: round(value, 2))]  # NUMERIC(3,2) in SQL
JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_storable_json)]


def explain(error: ValidationError) -> str:
    """Say in one line which fields are wrong and why, without their values."""
    return "; ".join(_sentence(item) for item in error.errors(include_url=False, include_input=False)[:5])


def _sentence(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = ".".join(str(part) for part in item["loc"][:DEEPEST_NAMED]) or "message"
    return f"{where}: {_words(item)}"


def _words(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if item["type"] in {"too_long", "string_too_long"} and item["ctx"].get("field_type", "Value") == "Value":
        return f"must have at most {item['ctx']['max_length']:,} characters"  # text; pydantic calls them items
    return str(item["msg"]).removeprefix("Value error, ")
