"""The offline tutor's content is correct: every example runs, every error is raised, every fault is seen."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.rule import Kind
from learnflow.domain.question.errors import ERRORS
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES

SYNTAX = ("python-syntax-error", "python-indentation-error")
PYTHON_NOTES = [key for key, sign in ERRORS.items() if sign.language is Language.PYTHON]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=False)


def errors_in(code: str, error: str | None = None) -> list[Finding]:
    return [finding for finding in analyze(code, Language.PYTHON, error=error) if finding.kind is Kind.ERROR]


SEEN = [
    "python-syntax-error", "python-indentation-error", "python-unexpected-indent", "python-never-closed",
    "python-unterminated-string", "python-assign-in-condition", "python-expected-colon", "python-missing-parentheses",
    "python-index-error", "python-key-error", "python-name-error", "python-recursion-error",
    "python-unbound-local-error", "python-concatenate", "python-operand-types", "python-compare-types",
    "python-invalid-literal", "python-none-attribute", "python-immutable", "python-index-assignment",
    "python-indices-must-be-integers", "python-missing-argument", "python-unexpected-keyword", "python-not-callable",
    "python-not-iterable",
]  # fmt: skip
MORE = {
    "python-zero-division-error": "grades = 0\nprint(1 / grades)",
    "python-none-subscript": "names = ['b', 'a']\nordered = names.sort()\nprint(ordered[0])",
    "python-too-many-arguments": "def double(n):\n    return 2 * n\n\nprint(double(2, 3))",
}


@pytest.mark.parametrize("key", [*SEEN, *MORE])
def test_each_fault_is_seen_without_running_the_code(key: str) -> None:
    broken = MORE.get(key) or ERROR_NOTES[key].broken
    fault, *_ = errors_in(broken)
    assert fault == errors_in(broken, key)[0]
    assert key in fault.rule.explains
    assert errors_in(ERROR_NOTES[key].mended) == []
    for mended in fault.fixes:
        assert run(mended).returncode == 0


@pytest.mark.parametrize(
    "code",
    [
        "a = [1]\na.append(2)\nprint(a[1])", "a = [1]\na = [1, 2]\nprint(a[1])", "a = [1]\nfill(a)\nprint(a[1])",
        "a = [1]\na += [2]\nprint(a[1])", "a = [*b]\nprint(a[3])", "d = {}\nd['x'] = 1\nprint(d['x'])",
        "a = [1, 2]\nprint(a[-2])",
        "import os.path\nprint(os.path)", "for i in range(3):\n    print(i)", "x = [1][True - 1]",
    ],
)  # fmt: skip
def test_no_fault_is_claimed_where_it_is_not_sure(code: str) -> None:
    assert errors_in(code, "python-index-error") == errors_in(code, "python-key-error") == []


TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=400).filter(
    lambda text: bool(text.strip())
)
CODE = TEXT | st.lists(
    st.sampled_from(["def f(", "):\n", "    ", "x", " = ", "[", "]", "1", "'", '"', "f(x)", "\n", "if ",
                     "class A", "-", "é", "\x0c"]),
    min_size=1, max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(CODE, st.none() | st.sampled_from(PYTHON_NOTES))
def test_any_code_can_be_read(code: str, error: str | None) -> None:
    assert all(finding.line >= 1 for finding in analyze(code, Language.PYTHON, error=error))
