"""One edit that cannot be right is found: half of a pair of brackets, a quote, or a keyword taken away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnflow.code_analysis.syntax import check
from learnflow.models.vocabulary import Language

FRAGMENTS = Path(__file__).parent / "fragments"
WORTH = 0.9  # of the edits are to be found
# Literals and comments, in which a bracket or a keyword is none.
SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|"""(?:\\.|[^\\])*?"""|r#".*?"#|R"\(.*?\)"|`[^`]*`|"(?:\\.|[^"\\\n])*"|\'(?:\\.[^\'\n]*|[^\'\\\n])\'',
    re.DOTALL,
)
SKIPPED_PYTHON = re.compile(
    r'#[^\n]*|"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)
# Keywords without which no reading is left.
REQUIRED = {
    Language.PYTHON: ("def", "class", "for", "while", "in", "with", "except"),
    Language.JAVASCRIPT: ("class", "for", "while", "try", "catch", "switch"),
    Language.JAVA: ("class", "for", "while", "try", "catch", "switch", "interface", "import"),
    Language.CPP: ("struct", "for", "while", "try", "catch", "switch"),
    Language.GO: ("func", "for", "switch", "select", "type", "struct", "interface"),
    Language.RUST: ("fn", "match", "impl", "enum", "in", "while"),
}
UNTOLD = {(Language.JAVASCRIPT, "regex"), (Language.JAVASCRIPT, "jsx")}  # brackets that need no other


def fragments(language: Language) -> Iterator[str]:
    for path in sorted((FRAGMENTS / language).glob("*.txt")):
        if (language, path.stem) not in UNTOLD:
            yield path.read_text(encoding="utf-8")


def blanked(language: Language, code: str) -> str:
    pattern = SKIPPED_PYTHON if language is Language.PYTHON else SKIPPED
    return pattern.sub(lambda found: " " * len(found[0]), code)


def without_brackets(language: Language) -> Iterator[str]:
    for code in fragments(language):
        for found in re.finditer(r"[()\[\]{}]", blanked(language, code)):
            yield code[: found.start()] + code[found.end() :]


def without_keywords(language: Language) -> Iterator[str]:
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(REQUIRED[language])})(?![\w!(])")
    for code in fragments(language):
        for found in pattern.finditer(blanked(language, code)):
            yield code[: found.start()] + code[found.end() :]


def without_quotes(language: Language) -> Iterator[str]:
    for code in fragments(language):
        for line in re.finditer(r'^[^"\'`\n#]*"[^"\'`\\\n{}#]*"[^"\'`\n]*$', code, re.MULTILINE):
            if code.count('"""') == 0 and 'R"' not in code and "`" not in code:
                last = line.start() + line[0].rindex('"')
                yield code[:last] + code[last + 1 :]


def found_of(language: Language, broken: list[str]) -> float:
    return sum(check(language, code) is not None for code in broken) / len(broken)


@pytest.mark.parametrize("language", Language)
def test_a_missing_bracket_is_found(language: Language) -> None:
    broken = list(without_brackets(language))[::3]
    assert len(broken) >= 80
    assert found_of(language, broken) >= WORTH


@pytest.mark.parametrize("language", Language)
def test_a_missing_quote_is_found(language: Language) -> None:
    broken = list(without_quotes(language))
    assert len(broken) >= 8
    assert found_of(language, broken) >= WORTH


@pytest.mark.parametrize("language", Language)
def test_a_missing_keyword_is_found(language: Language) -> None:
    broken = list(without_keywords(language))
    assert len(broken) >= 10
    assert found_of(language, broken) >= WORTH
