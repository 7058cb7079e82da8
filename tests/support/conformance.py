"""`python -m tests.support.conformance` writes docs/conformance.md: each statement of the data model and its tests.

The statements stand in tests/conformance.toml, by section: a name, what it says in short, the tests that check it, and
where LearnFlow differs on purpose how it does. `statements` reads the same names out of the data model itself.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/conformance.md"
TABLE: Final = ROOT / "tests/conformance.toml"
DATA_MODEL: Final = ROOT.parent / "shared/data-model.md"

INTRODUCTION: Final = """\
# Conformance with the data model

LearnFlow was built after a data model, whose sections are those of this page. Each of its statements is in a row, with
the tests that check it: {count} statements, none without a test. Where LearnFlow differs on purpose, the row says how,
and the test checks what LearnFlow does; the reasons are in [the schema's README](../schema/README.md).

`python -m tests.support.conformance` makes this page from `tests/conformance.toml`. The tests of the page fail when it
is old, and when it names a test that does not exist.
"""
LISTS: Final = {"Relationships": "relationship", "Validation Rules": "rule", "State Transitions": "transition"}
SENTENCES: Final = ("Storage", "State Key", "Update Frequency", "Partition Key")


@dataclass(frozen=True, slots=True)
class Row:
    """A statement of a section, and the pytest ids of what checks it."""

    section: str
    name: str
    says: str
    tests: tuple[str, ...]
    differs: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as the data model has it: what its row must quote."""

    section: str
    name: str
    quoted: tuple[str, ...]


def titles() -> dict[str, str]:
    """Return the sections of the table with their titles, in order."""
    return {number: section["title"] for number, section in loads(TABLE.read_text(encoding="utf-8")).items()}


def rows() -> list[Row]:
    """Return all rows of the table, in order."""
    return [
        Row(number, row["name"], row["says"], tuple(row["tests"]), row.get("differs"))
        for number, section in loads(TABLE.read_text(encoding="utf-8")).items()
        for row in section["statements"]
    ]


def page() -> str:
    """Return docs/conformance.md."""
    listed = rows()
    parts = [INTRODUCTION.format(count=len(listed))]
    for number, title in titles().items():
        lines = [_line(row) for row in listed if row.section == number]
        parts.append(
            "\n".join([f"## {number} {title}\n", "| statement | it says | tests |", "|---|---|---|", *lines, ""])
        )
    return "\n".join(parts)


def _line(row: Row) -> str:
    says = row.says + (f" **Here:** {row.differs}" if row.differs else "")
    tests = "<br>".join(f"`{test}`" for test in row.tests)
    return f"| {row.name} | {says} | {tests} |"


@cache
def functions(file: str) -> frozenset[str]:
    """Return the tests that a file has."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def statements(data_model: str) -> Iterator[Statement]:
    """Read what the data model states, in its own order."""
    section, label, count = "", "", 0
    for line in data_model.partition("\n## Conclusion")[0].splitlines():
        if heading := re.match(r"#{2,3} ([\d.]+?)\.? ", line):
            section, label, count = heading[1], "", 0
        elif bold := re.match(r"\*\*(.+?)\*\*", line):
            label, count = bold[1], 0
            yield from _labelled(section, label, line)
        elif line.startswith("- ") and section:
            count += 1
            yield Statement(
                section, f"{LISTS.get(label, 'point' if not label else label.lower())} {count}", _spans(line)
            )
        elif label == "State Transitions" and "→" in line:
            yield Statement(section, "transitions", tuple(re.findall(r"\w+", line)))
        else:
            yield from _tabled(section, line)
    yield from _sql(data_model.partition("## 3.")[2].partition("## 4.")[0])


def _spans(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", text))


def _labelled(section: str, label: str, line: str) -> Iterator[Statement]:
    if label.startswith("`"):
        yield Statement(section, f"event of {label.partition(' topic')[0].strip()}", ())
    elif label in SENTENCES and line.partition(":**" if label.endswith(":") else "**:")[2].strip():
        yield Statement(section, label.lower(), _spans(line))
    elif label in {"Example", "Save State", "Get State"}:
        yield Statement(section, label.lower(), ())


def _tabled(section: str, line: str) -> Iterator[Statement]:
    """Read a row of a table, an index below an entity, or a box of section 6."""
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    if index := re.match(r"CREATE (?:UNIQUE )?INDEX (\w+) ON (.*);", line):
        if section != "3.1":
            yield Statement(section, f"`{index[1]}`", (index[2],))
    elif section.startswith("2.") and re.match(r"\| `", line):
        yield Statement(section, cells[0], (f"{cells[1]}: {cells[2]}",))
    elif section == "4.1" and re.match(r"\| `", line):
        yield Statement(section, cells[0], (cells[3],))
    elif section == "5.1" and re.match(r"\| `", line):
        yield Statement(section, cells[0], (f"{cells[1]} partitions, replication {cells[2]}, {cells[3]}",))
    elif section == "6":
        yield from (Statement(section, box, ()) for box in re.findall(r"│ *([A-Z]\w+)", line))
    elif section == "7" and len(cells) == 2 and re.fullmatch(r"[A-Z]\w+", cells[0]) and cells[0] != "Entity":
        for number, clause in enumerate(re.split(r", (?=`)", cells[1]), 1):
            yield Statement(section, f"{cells[0]} {number}", _spans(clause))


def _sql(text: str) -> Iterator[Statement]:
    for table in re.finditer(r"CREATE TABLE (\w+) \((.*?)\n\);", text, re.DOTALL):
        for line in table[2].strip().splitlines():
            name, _, definition = line.strip().removesuffix(",").partition(" ")
            yield Statement("3.1", f"`{table[1]}.{name}`" if name != "CHECK" else f"`{table[1]}`", (definition,))
    for index in re.finditer(r"CREATE (?:UNIQUE )?INDEX (\w+) ON (.*);", text):
        yield Statement("3.1", f"`{index[1]}`", (index[2],))
    for trigger in re.finditer(r"CREATE TRIGGER (\w+)\s+(BEFORE .*)", text):
        yield Statement("3.1", f"`{trigger[1]}`", (trigger[2].strip(),))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
