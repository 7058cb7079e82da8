"""Linters are bounded: nothing of a student's configures them, and each has a limit of time and of memory."""

import sys
from pathlib import Path

import pytest

from learnflow.code_analysis import linters
from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.linters import LinterUnavailableError, ruff_diagnostics, run_bounded
from learnflow.models.vocabulary import Language

UNUSED = "def f():\n    unused = 1\n"


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: F841", "# ruff: noqa", "# flake8: noqa", "# ruff: disable[F841]"]
)
def test_a_comment_in_the_code_silences_nothing(comment: str) -> None:
    code = f"{comment}\ndef f():\n    unused = 1  {comment}\n"
    assert [diagnostic.code for diagnostic in ruff_diagnostics(code)] == ["F841"]


def test_no_file_and_no_variable_configures_the_linter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruff.toml").write_text('exclude = ["*"]\n[lint]\nselect = []\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "ruff.toml"))
    ruff_diagnostics.cache_clear()
    assert [diagnostic.code for diagnostic in ruff_diagnostics(UNUSED)] == ["F841"]


def test_what_is_too_long_for_the_linter_is_refused() -> None:
    with pytest.raises(LinterUnavailableError, match="more than"):
        ruff_diagnostics("x = 1\n" * 20_000)


def test_a_linter_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linters, "_SECONDS", 0.3)
    with pytest.raises(LinterUnavailableError, match="longer than"):
        run_bounded([sys.executable, "-c", "import time; time.sleep(60)"], b"")


def test_a_linter_that_takes_too_much_memory_is_ended() -> None:
    code = "import sys\ninput()\ntry:\n    bytearray(4 * 1024**3)\nexcept MemoryError:\n    sys.exit(7)"
    with pytest.raises(LinterUnavailableError, match="ended with 7"):
        run_bounded([sys.executable, "-c", code], b"\n")


def test_what_is_found_in_a_code_is_kept() -> None:
    assert ruff_diagnostics(UNUSED) is ruff_diagnostics(UNUSED)


def test_that_the_linter_was_away_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def away(a):\n    if a is 'x':\n        return undefined_name\n    return a\n"

    def away(*_: object) -> bytes:
        raise LinterUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(linters, "run_bounded", away)
        assert not {"F632", "python-name-error"} & {finding.rule.key for finding in analyze(code, Language.PYTHON)}
    assert {"F632", "python-name-error"} <= {finding.rule.key for finding in analyze(code, Language.PYTHON)}
