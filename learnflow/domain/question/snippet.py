"""Code in a question: given apart or pasted into the text, and the language it is in."""

import re
from dataclasses import dataclass
from typing import Final

from learnflow.domain.question.lexicon import data
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Language

_FENCE: Final = "```"
_ENOUGH: Final = 2  # lines of code between lines of prose, when none alone is sure
_LONGEST_LINE: Final = 300  # characters looked at

_CODE: Final = data("code_marks.toml")
_SURE, _LIKELY = (re.compile(rf"\s*(?:{'|'.join(_CODE[key])})") for key in ("sure", "likely"))
_FRAME: Final = re.compile(r"\s*(?:Traceback|File \"|at \S+ ?\(|\w+(?:Error|Exception): |goroutine |panic: |error\[)")
_MARKS: Final = {Language(language): marks for language, marks in _CODE["marks"].items()}
_TELLING: Final = frozenset(_CODE["telling"])
TAGS: Final = {tag: Language(language) for language, tags in _CODE["tags"].items() for tag in tags}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A question taken apart: what is said, the code with it (or None), and the code's language where it shows."""

    prose: str
    code: str | None
    language: Language | None
    pasted: bool


def split_prose_and_code(query: StudentQuery) -> Snippet:
    """Return the prose and the code of a question; code that was given apart wins over what was pasted."""
    prose, pasted, tag = _split(query.query_text)
    given = query.code_snippet if query.code_snippet and query.code_snippet.strip() else None
    code = given or pasted
    language = query.language or tag or (guess(code) if code else None)
    return Snippet(prose, code, language, pasted=given is None and pasted is not None)


def guess(code: str) -> Language | None:
    """Return the language whose marks the code has most of, or None without any."""
    scores = {
        language: sum(2 if mark in _TELLING else 1 for mark in marks if mark in code)
        for language, marks in _MARKS.items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else None


def _split(text: str) -> tuple[str, str | None, Language | None]:
    if text.count(_FENCE) > 1:
        return _fenced(text)
    prose: list[str] = []
    code: list[str] = []
    sure = quoted = False
    for line in text.splitlines():
        certain = None if quoted else _is_code(line, inside=bool(code))
        quoted = line.lstrip().startswith('File "')  # under it a trace quotes the line that it names
        sure = sure or certain is True
        (prose if certain is None else code).append(line)
    pasted = "\n".join(code).strip("\n")
    if pasted.strip() and (sure or sum(1 for line in code if line.strip()) >= _ENOUGH):
        return "\n".join(prose), pasted, None
    return text, None, None


def _is_code(line: str, *, inside: bool) -> bool | None:
    """Return True for a line that is code, False for one that may be, None for prose."""
    line = line[:_LONGEST_LINE].rstrip()
    if not line:
        return False if inside else None
    if _FRAME.match(line):
        return None
    if _SURE.match(line):
        return True
    if _LIKELY.match(line):
        return False
    return False if inside and line.startswith(("  ", "\t")) else None


def _fenced(text: str) -> tuple[str, str | None, Language | None]:
    parts = text.split(_FENCE)
    blocks = [_block(part) for part in parts[1::2]]
    code = "\n".join(body for _, body in blocks if body.strip()) or None
    tags = [tag for tag, _ in blocks if tag]
    return " ".join(parts[::2]), code, tags[0] if tags else None


def _block(part: str) -> tuple[Language | None, str]:
    first, newline, rest = part.partition("\n")
    tag = TAGS.get(first.strip().lower())
    return (tag, rest) if tag or not first.strip() else (None, first + newline + rest)
