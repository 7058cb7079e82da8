"""`python -m learnflow.code_analysis.syntax`: a line for each file that cannot be read, and the exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from learnflow.code_analysis.syntax.__main__ import main


def file(directory: Path, name: str, content: bytes) -> str:
    path = directory / name
    path.write_bytes(content)
    return str(path)


def test_right_files_say_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "go", file(tmp_path, "a", b"x := 1\n"), file(tmp_path, "b", b"")]) == 0
    assert capsys.readouterr().out == ""


def test_each_wrong_file_has_its_first_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = file(tmp_path, "right", b"\xef\xbb\xbfint x = 5;")
    first, second = file(tmp_path, "first", b"int x 5;\nint y 6;"), file(tmp_path, "second", b"int x = 5;\nfor (;")
    assert main(["--language", "java", first, right, second]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [f"{first}:1:7", f"{second}:2:7"]


def test_what_is_not_utf_8_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latin = file(tmp_path, "latin", b'a = 1\nb = "\xfc"\n')
    assert main(["--language", "python", latin]) == 1
    assert capsys.readouterr().out == f"{latin}:2:6: the byte 0xfc is not UTF-8\n"


def test_a_file_that_cannot_be_opened_is_named_and_the_others_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, missing = file(tmp_path, "wrong", b"("), str(tmp_path / "missing")
    assert main(["--language", "python", missing, wrong]) == 2
    said = capsys.readouterr()
    assert missing in said.err
    assert said.out.startswith(f"{wrong}:1:1: ")


def test_an_unknown_language_is_a_matter_of_usage(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "learnflow.code_analysis.syntax", "--language", "perl", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "'perl'" in ended.stderr
