"""Correct code of the six languages raises no alarm: programs, and fragments as they stand in answers."""

from pathlib import Path

import pytest

from learnflow.code_analysis.syntax import check
from learnflow.models.vocabulary import Language

FRAGMENTS = sorted((Path(__file__).parent / "fragments").glob("*/*.txt"))


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("language", Language)
def test_every_language_has_its_fragments(language: Language) -> None:
    assert sum(path.parent.name == language for path in FRAGMENTS) >= 24


@pytest.mark.parametrize("path", FRAGMENTS, ids=named)
def test_a_correct_fragment_raises_no_alarm(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert check(Language(path.parent.name), code) is None
    assert check(Language(path.parent.name), code.replace("\n", "\r\n")) is None


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ["", "\n\n", "   "])
def test_nothing_is_no_error(language: Language, code: str) -> None:
    assert check(language, code) is None
