"""Programs that are right: solutions, mended examples of rules and errors, the content's code, and these renamed."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Final

from learnflow.code_analysis.engine import all_rules
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.syntax_tree import read
from learnflow.domain.question.errors import ERRORS
from learnflow.models.vocabulary import Language, SkillLevel
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS

NAMES: Final = ("berries", "kite", "harbour", "lantern", "meadow", "otter", "pebble", "quill", "saddle", "thistle")
DECLARED: Final = {
    Language.PYTHON: re.compile(r"^[ \t]*(?:for )?([a-z_]\w*)(?: = | in )", re.MULTILINE),
    Language.JAVASCRIPT: re.compile(r"\b(?:let|const|var) ([a-z]\w*)\b"),
    Language.JAVA: re.compile(r"\b(?:int|long|double|boolean|char|String|var)(?:\[\])? ([a-z]\w*)\b(?!\()"),
    Language.CPP: re.compile(r"\b(?:int|long|double|bool|char|std::string|auto)[&*]? ([a-z]\w*)\b(?!\()"),
    Language.GO: re.compile(r"\b([a-z]\w*)(?:, \w+)? :="),
    Language.RUST: re.compile(r"\blet (?:mut )?([a-z]\w*)\b"),
}


@cache
def right_programs(language: Language) -> dict[str, str]:
    """Return right programs in a language by what they are."""
    return {source: code for source, written, code in _sources() if written is language}


def renamed(code: str, language: Language, first: int) -> str | None:
    """Return a program with its variables renamed throughout; None where none of them surely can be."""
    tree = PythonTree(code) if language is Language.PYTHON else read(code, language)
    plain = tree.masked if tree else code
    hidden = _words(code, plain)
    changed = code
    names = dict.fromkeys(DECLARED[language].findall(plain))
    for place, name in enumerate(islice((name for name in names if name not in hidden), 5), start=first):
        whole = re.compile(rf"(?<![\w.$@]){name}(?![\w(=:]|\s*:(?!=))")
        if len(re.findall(rf"\b{name}\b", plain)) == len(whole.findall(plain)):
            changed = whole.sub(f"{NAMES[place % len(NAMES)]}{place // len(NAMES) or ''}", changed)
    return None if changed == code else changed


def _words(code: str, plain: str) -> set[str]:
    """Return the words of comments and texts: a name that is one of them may stand for the variable there."""
    return set(re.findall(r"\w+", "".join(was if was != now else " " for was, now in zip(code, plain, strict=False))))


def _sources() -> Iterator[tuple[str, Language, str]]:
    for exercise in BANK.exercises:
        yield f"exercise {exercise.title}", Language(exercise.language), exercise.solution_code
    for rule in all_rules():
        for number, example in enumerate(rule.examples):
            yield f"rule {rule.key} {number}", example.language, example.good
    for topic, explanation in EXPLANATIONS.items():
        parts = {level: explanation.at(level) for level in SkillLevel} | {"picture": explanation.picture}
        yield from ((f"concept {topic} {name}", Language.PYTHON, part.code) for name, part in parts.items())
        yield from ((f"concept {topic}", language, part.code) for language, part in explanation.languages.items())
        for number, point in enumerate(explanation.points):
            if point.code:
                yield f"point {topic} {number}", point.language or Language.PYTHON, point.code
    for key, note in ERROR_NOTES.items():
        yield f"error {key}", ERRORS[key].language or Language.PYTHON, note.mended
