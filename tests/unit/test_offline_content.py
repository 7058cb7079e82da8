"""The offline tutor's content is correct: every example runs, every error is raised, every fault is seen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnflow.domain.errors import ERRORS
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.faults import find_fault
from learnflow.tutor.offline.library import ERROR_NOTES, EXPLANATIONS

SYNTAX = ("python-syntax-error", "python-indentation-error")
PYTHON_NOTES = [key for key, sign in ERRORS.items() if sign.language is Language.PYTHON]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=False)


def test_every_error_has_a_note_and_the_explanation_that_it_leads_to() -> None:
    assert set(ERROR_NOTES) == set(ERRORS)
    assert {sign.topic for sign in ERRORS.values()} <= set(EXPLANATIONS)
    assert {sign.language for sign in ERRORS.values()} == set(Language)


@pytest.mark.parametrize("key", PYTHON_NOTES)
def test_each_python_error_is_really_raised_and_really_mended(key: str) -> None:
    assert run(ERROR_NOTES[key].broken).stderr.strip().splitlines()[-1].startswith(ERRORS[key].name)
    mended = run(ERROR_NOTES[key].mended)
    assert (mended.returncode, mended.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
@pytest.mark.parametrize("key", [key for key, sign in ERRORS.items() if sign.language is Language.JAVASCRIPT])
def test_each_javascript_error_is_really_raised_and_really_mended(key: str) -> None:
    node = shutil.which("node") or ""
    broken, mended = (
        subprocess.run([node, "-e", code], capture_output=True, text=True, timeout=30, check=False)
        for code in (ERROR_NOTES[key].broken, ERROR_NOTES[key].mended)
    )
    assert f"{ERRORS[key].name}:" in broken.stderr
    assert (mended.returncode, mended.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("java"), reason="needs java")
@pytest.mark.parametrize("key", [key for key, sign in ERRORS.items() if sign.language is Language.JAVA])
def test_each_java_error_is_really_raised_and_really_mended(key: str, tmp_path: Path) -> None:
    assert ERRORS[key].name in run_java(ERROR_NOTES[key].broken, tmp_path).stderr
    assert run_java(ERROR_NOTES[key].mended, tmp_path).returncode == 0


def run_java(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    source = folder / "Main.java"
    source.write_text(code, encoding="utf-8")
    return subprocess.run(
        [shutil.which("java") or "", str(source)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "key", sorted(set(PYTHON_NOTES) - {"python-module-not-found-error", "python-file-not-found-error"})
)
def test_each_fault_is_seen_without_running_the_code(key: str) -> None:
    broken = "grades = 0\nprint(1 / grades)" if key == "python-zero-division-error" else ERROR_NOTES[key].broken
    fault = find_fault(broken, None if key in SYNTAX else key)
    assert fault is not None
    assert fault.error == key
    assert find_fault(ERROR_NOTES[key].mended, None) is None
    for mended in fault.mended:
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
    assert find_fault(code, "python-index-error") is None
    assert find_fault(code, "python-key-error") is None


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
    fault = find_fault(code, error)
    assert fault is None or fault.line >= 1
