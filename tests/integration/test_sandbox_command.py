"""The command line of the sandbox, run as its users run it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from learnflow.sandbox import Sandbox
from tests.support import fork_server
from tests.support.command_line import SECONDS
from tests.support.fork_server import SANDBOX
from tests.support.sandboxes import opened

DOUBLES = '{"input": 1, "output": 2}\n\n{"input": 2, "output": 4}\n{"input": -3, "output": -6}\n'
GRADED = [
    ("passed", "python", "def f(n):\n    return 2 * n\n", 0, 3),
    ("wrong", "python", "def f(n):\n    return 2 * n + (n == 2)\n", 1, 2),
    ("exception", "python", "def f(n):\n    return 2 * n if n != 2 else [][n]\n", 1, 2),
    ("timeout", "python", "def f(n):\n    while n == 2:\n        pass\n    return 2 * n\n", 1, 1),
    ("syntax-error", "python", "def f(n)\n    return 2 * n\n", 1, 0),
    ("passed", "javascript", "const f = (n) => 2 * n;\n", 0, 3),
    ("syntax-error", "javascript", "const f = (n => 2 * n;\n", 1, 0),
    ("passed", "java", "static int f(int n) { return 2 * n; }\n", 0, 3),
    ("syntax-error", "java", "static int f(int n) { return 2 * m; }\n", 1, 0),
]

Result = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[Sandbox]:
    yield from opened()


def sandboxed(*arguments: str | Path, **environment: str) -> Result:
    return fork_server.run(
        list(map(str, arguments)), os.environ | environment, Path.cwd(), given="", timeout=SECONDS, program=SANDBOX
    )


def grade(directory: Path, language: str, code: str | bytes, tests: str = DOUBLES, *more: str) -> Result:
    program, lines = directory / "program", directory / "tests.jsonl"
    program.write_bytes(code.encode() if isinstance(code, str) else code)
    lines.write_text(tests)
    return sandboxed("grade", "--language", language, "--code", program, "--tests", lines, *more)


def graded(result: Result) -> dict[str, Any]:
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def unusable(result: Result) -> str:
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("learnflow.sandbox: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize(("verdict", "language", "code", "exit_code", "passed"), GRADED)
def test_a_grading_is_one_json_object_and_an_exit_code(  # noqa: PLR0913, PLR0917 - a row of the table
    tmp_path: Path, verdict: str, language: str, code: str, exit_code: int, passed: int
) -> None:
    result = grade(tmp_path, language, code, DOUBLES, "--json")
    grading = graded(result)
    assert result.returncode == exit_code
    score = round(passed / 3, 4)
    assert [grading[name] for name in ("verdict", "passed", "total", "score")] == [verdict, passed, 3, score]
    assert [case["number"] for case in grading["cases"]] == [1, 2, 3]


def test_a_grading_in_words_names_the_input_and_what_came_instead(tmp_path: Path) -> None:
    result = grade(tmp_path, "python", "def f(n):\n    return 2 * n + (n == 2)\n")
    assert result.stdout.splitlines() == [
        "wrong: 2 of 3 tests passed",
        "  1. passed: input '1', expected '2'",
        "  2. wrong: input '2', expected '4', got '5'",
        "  3. passed: input '-3', expected '-6'",
    ]


def test_a_program_is_given_its_tests_as_text(tmp_path: Path) -> None:
    tests = '{"input": "3 4", "output": "7"}\n{"input": "1\\n1\\n", "output": "2\\n"}\n'
    code = "import sys\nprint(sum(map(int, sys.stdin.read().split())))\n"
    assert graded(grade(tmp_path, "python", code, tests, "--json"))["verdict"] == "passed"


def test_the_function_to_call_can_be_named(tmp_path: Path) -> None:
    code = "def f(n):\n    return 2 * n\n\ndef g(n):\n    return 0\n"
    assert graded(grade(tmp_path, "python", code, DOUBLES, "--json", "--entry", "f"))["verdict"] == "passed"
    assert graded(grade(tmp_path, "python", code, DOUBLES, "--json", "--entry", "g"))["verdict"] == "wrong"
    missing = graded(grade(tmp_path, "python", code, DOUBLES, "--json", "--entry", "h"))
    assert (missing["verdict"], missing["fault"]["message"]) == ("exception", "there is no function `h`")


ODD = [
    ("empty", b"", "wrong"),
    ("no UTF-8", b"x = 1\ny = '\xff'\n", "syntax-error"),
    ("a NUL byte", b"x = '\x00'\n", "syntax-error"),
    ("huge", b"x = 1\n" * 100_000, "syntax-error"),
    ("a byte order mark", b"\xef\xbb\xbfdef f(n):\n    return 2 * n\n", "passed"),
    ("line ends of Windows", b"def f(n):\r\n    return 2 * n\r\n", "passed"),
    ("nested too deeply", b"(" * 100_000, "syntax-error"),
]


@pytest.mark.parametrize(("code", "verdict"), [pytest.param(*case[1:], id=case[0]) for case in ODD])
def test_odd_code_is_graded_in_words(tmp_path: Path, code: bytes, verdict: str) -> None:
    result = grade(tmp_path, "python", code, DOUBLES, "--json")
    grading = graded(result)
    assert (grading["verdict"], result.returncode) == (verdict, 0 if verdict == "passed" else 1)
    assert (grading["fault"] is not None) == (verdict == "syntax-error")


def test_tests_are_taken_as_an_exercise_has_them(tmp_path: Path) -> None:
    tests = [{"input": n, "output": 2 * n} for n in (1, 2, -3)]
    result = grade(tmp_path, "python", "def f(n):\n    return 2 * n\n", json.dumps(tests, indent=4), "--json")
    assert (graded(result)["passed"], graded(result)["total"]) == (3, 3)


BAD_TESTS = [
    ('[{"input": 1, "output": 2},\n{"input": 1}]', ":2: is no test: output: Field required"),
    ("", "there is no test in it"),
    ("\n \n", "there is no test in it"),
    ('{"input": 1, "output": 2}\n{"input": 1}\n', ":2: is no test: output: Field required"),
    ("{", ":1: is no test: "),
    ("[1, 2]", ":1: is no test: "),
    ('{"input": NaN, "output": 1}', ":1: is no test: NaN is no JSON"),
    ("[" * 100_000, ":1: is no test: "),
]


@pytest.mark.parametrize(("tests", "reason"), BAD_TESTS, ids=range(len(BAD_TESTS)))
def test_tests_that_are_none_are_refused_by_their_line(tmp_path: Path, tests: str, reason: str) -> None:
    assert reason in unusable(grade(tmp_path, "python", "def f(n):\n    return n\n", tests))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "nowhere.py" in unusable(sandboxed("run", "--language", "python", "--code", tmp_path / "nowhere.py"))


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    result = grade(tmp_path, "cobol", "x")
    assert result.returncode == 2
    assert "'cobol'" in result.stderr


def test_without_the_language_the_reason_is_told(tmp_path: Path) -> None:
    code = tmp_path / "Main.java"
    code.write_text("int x;")
    result = sandboxed("run", "--language", "java", "--code", code, JAVA_HOME=str(tmp_path))
    assert "no Java (javac)" in unusable(result)


def test_the_weaker_mode_is_there_for_who_asks(tmp_path: Path) -> None:
    for language, code in (("python", "f = lambda n: 2 * n\n"), ("javascript", "const f = (n) => 2 * n;\n")):
        result = grade(tmp_path, language, code, DOUBLES, "--json", "--isolation", "limits")
        assert graded(result)["verdict"] == "passed"


def test_a_run_shows_output_fault_and_how_it_ended(tmp_path: Path) -> None:
    code, stdin = tmp_path / "main.py", tmp_path / "input"
    code.write_text("print(input().upper())\nprint(1 / 0)\n")
    stdin.write_text("größe\n")
    result = sandboxed("run", "--language", "python", "--code", code, "--stdin", stdin)
    assert result.returncode == 1
    assert result.stdout.startswith("GRÖSSE\nTraceback (most recent call last):\n")
    assert "exception after" in result.stdout
    told = json.loads(sandboxed("run", "--language", "python", "--code", code, "--stdin", stdin, "--json").stdout)
    assert (told["ended"], told["stdout"], told["exit_code"]) == ("exception", "GRÖSSE\n", 1)
    assert (told["fault"]["type"], told["fault"]["line"]) == ("ZeroDivisionError", 2)


def test_prepare_says_of_each_language_whether_it_can_be_run() -> None:
    done = subprocess.run([sys.executable, "-m", SANDBOX, "prepare"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [f"{language} can be run here" for language in ("python", "javascript", "java")]
    without_java = sandboxed("prepare", JAVA_HOME="/nowhere")
    assert without_java.returncode == 0, "what is there is still of use"
    assert without_java.stdout.splitlines()[-1].startswith("java cannot be run here: no Java (javac) in JAVA_HOME")
