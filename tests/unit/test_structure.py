"""The package stays one that can be read: small files, small functions, and no reading of code in the offline tutor."""

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FILES: Final = sorted((ROOT / "learnflow").rglob("*.py"))
MOST_MODULES: Final = 380
LONGEST_FILE: Final = 250  # lines
LONGEST_FUNCTION: Final = 30  # lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_and_its_functions_are_short(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION]
    assert (text.count("\n") <= LONGEST_FILE, long) == (True, [])


def test_there_are_not_too_many_modules() -> None:
    assert len(FILES) <= MOST_MODULES


def test_the_offline_tutor_leaves_the_reading_of_code_to_code_analysis() -> None:
    offline = [file for file in FILES if "offline" in file.parts]
    assert [file.name for file in offline if {"ast", "tree_sitter"} & imported(file)] == []


def imported(file: Path) -> set[str]:
    """Return the packages that a file imports."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in plain} | {
        (node.module or "").partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)
    }
