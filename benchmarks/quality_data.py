"""The lines that the quality benchmark reads, in the layout of the labelled data: one JSON object a line."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from learnflow.models.fields import Model, NonBlank, explain

Line = TypeVar("Line", bound=BaseModel)


class Asked(Model):
    """A question, and the intent that people have given it; None where they did not agree, or gave none of ours."""

    id: str = ""
    query_text: NonBlank
    code_snippet: str | None = None
    gold_intent: Literal["concepts", "code_review", "debug"] | None = None


class Titled(Model):
    """A question's title, and its topic; None where it has none or several."""

    id: str = ""
    query_text: NonBlank
    gold_topic: str | None = None


class Pair(Model):
    """Two questions, whether they ask the same (1), and how the pair was found."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    a: str
    b: str
    label: Literal[0, 1]
    kind: str = ""


def lines(folder: Path, model: type[Line], names: str = "*.jsonl") -> Iterator[Line]:
    """Yield the lines of the files of a folder that have such names. Raises SystemExit where one cannot be read."""
    files = sorted(folder.glob(names))
    if not files:
        reason = f"has no {names} file" if folder.is_dir() else "there is no such folder"
        sys.exit(f"{folder}: {reason}")
    for file in files:
        for number, text in enumerate(_text(file).splitlines(), 1):
            if text.strip():
                yield _line(f"{file}, line {number}", text, model)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        sys.exit(f"{file}: {reason}")


def _line(where: str, text: str, model: type[Line]) -> Line:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        sys.exit(f"{where}: {explain(error)}")
