"""The lines of a CSV or JSON Lines file of students. No I/O but the reading of lines."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from learnflow.models.events.students import ProfileUpdated

FIELDS: Final = ("student_id", *ProfileUpdated.model_fields)


@dataclass(frozen=True, slots=True)
class Line:
    """One student of a file, or why the line has none."""

    number: int
    student_id: object = None
    profile: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def read(lines: Iterable[str], form: str) -> Iterator[Line]:
    """Return the lines of a file in `csv` or `jsonl`, numbered from 1; blank ones are left out."""
    return _csv(lines) if form == "csv" else _json(lines)


def _csv(lines: Iterable[str]) -> Iterator[Line]:
    rows = csv.DictReader(lines, strict=True)
    try:
        names = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        fault = _header_fault(names)
        if fault:
            yield Line(1, fault=fault)
            return
        for row in rows:
            yield _row(rows.line_num, row)
    except csv.Error as error:
        yield Line(rows.line_num, fault=f"is no CSV: {error}")


def _header_fault(names: list[str]) -> str:
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        return f"{unknown[0] or 'a column without a name'}: there is no such field; there are {', '.join(FIELDS)}"
    return "" if "student_id" in names else "student_id: must be a column"


def _row(number: int, row: dict[str | Any, str | Any]) -> Line:
    if None in row:
        return Line(number, fault="has more values than there are columns")
    return _line(number, {name: text.strip() for name, text in row.items() if text is not None and text.strip()})


def _json(lines: Iterable[str]) -> Iterator[Line]:
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield Line(number, fault=f"is no JSON: {error}")
            continue
        unknown = [name for name in value if name not in FIELDS] if isinstance(value, dict) else []
        if not isinstance(value, dict):
            yield Line(number, fault="must be a JSON object")
        elif unknown:
            yield Line(number, fault=f"{unknown[0]}: there is no such field; there are {', '.join(FIELDS)}")
        else:
            yield _line(number, value)


def _line(number: int, values: dict[str, Any]) -> Line:
    if "student_id" not in values:
        return Line(number, fault="student_id: must be given")
    return Line(number, values["student_id"], {name: value for name, value in values.items() if name != "student_id"})
