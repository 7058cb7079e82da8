"""What a search for repairs claims has been run; where edits disagree, or none helps, it claims nothing."""

from collections.abc import AsyncIterator

import pytest
from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.search import FailingProgram, repair
from learnflow.repair.variants import Trial, Variants
from learnflow.sandbox import Sandbox, SandboxSettings, Verdict, infer_calling_convention

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(SandboxSettings())
    assert await sandbox.check() is None
    yield sandbox
    await sandbox.close()


def cases(*pairs: tuple[JsonValue, JsonValue]) -> list[TestCase]:
    return [TestCase(input=given, output=expected) for given, expected in pairs]


def failing(language: ExerciseLanguage, code: str, given: list[TestCase]) -> FailingProgram:
    return FailingProgram(language, code, given, infer_calling_convention(language, code, given))


COUNT = {
    PYTHON: "def count(items):\n    n = 0\n    for item in items:\n        if item < 0: n += 1\n    return n\n",
    JAVASCRIPT: (
        "function count(items) {\n  let n = 0;\n  for (const item of items)\n    if (item < 0) n++;\n\n  return n;\n}\n"
    ),
    JAVA: (
        "public class Main {\n    static int count(int[] items) { int n = 0;\n        for (int item : items) {\n"
        "            if (item < 0) {\n                n++;\n            }\n        }\n        return n;\n    }\n}\n"
    ),
}
POSITIVE: list[tuple[JsonValue, JsonValue]] = [
    ([1, 2, 3], 3),
    ([-1, 5], 1),
    ([], 0),
    ([0, -2, 4], 2),
    ([0], 1),
    ([-3], 0),
]


@pytest.mark.parametrize("language", ExerciseLanguage)
async def test_the_line_and_the_repair_of_a_wrong_comparison(language: ExerciseLanguage, sandbox: Sandbox) -> None:
    found = await repair(failing(language, COUNT[language], cases(*POSITIVE)), sandbox)
    assert found.line == 4
    assert found.code is not None
    grading = await sandbox.grade(language, found.code, cases(*POSITIVE, ([9, -9, 0, -1, 7], 3)))
    assert grading.verdict is Verdict.PASSED


@pytest.mark.parametrize("language", ExerciseLanguage)
async def test_what_a_program_says_in_other_scripts_and_marks_changes_nothing(
    language: ExerciseLanguage, sandbox: Sandbox
) -> None:
    """Languages count characters differently, and the text of a program is put into one of ours."""
    comment = {PYTHON: "# \U0001f600 {}\n"}.get(language, "/* \U0001f600 *//* ENTRY */ /* PROBED */\n")
    code = comment + COUNT[language]
    found = await repair(failing(language, code, cases(*POSITIVE)), sandbox)
    assert found.line == 5
    assert found.code is not None
    assert (await sandbox.grade(language, found.code, cases(*POSITIVE))).verdict is Verdict.PASSED


PROGRAMS = {
    PYTHON: "n = input()\nfor i in range(1, 4):\n    print(n * i)\n",
    JAVASCRIPT: (
        "const n = require('fs').readFileSync(0, 'utf8').trim();\nfor (let i = 1; i < 3; i++) console.log(n * i);\n"
    ),
    JAVA: (
        "import java.util.Scanner;\npublic class Main {\n    public static void main(String[] args) {\n"
        "        int n = new Scanner(System.in).nextInt();\n        for (int i = 1; i < 3; i++) {\n"
        "            System.out.println(n * i);\n        }\n    }\n}\n"
    ),
}


@pytest.mark.parametrize("language", ExerciseLanguage)
async def test_a_program_that_reads_and_prints(language: ExerciseLanguage, sandbox: Sandbox) -> None:
    given = cases(("3", "3\n6\n9"), ("1", "1\n2\n3"), ("0", "0\n0\n0"))
    found = await repair(failing(language, PROGRAMS[language], given), sandbox)
    assert found.code is not None
    assert (await sandbox.grade(language, found.code, given)).verdict is Verdict.PASSED


async def test_no_line_is_claimed_where_edits_that_pass_disagree(sandbox: Sandbox) -> None:
    found = await repair(failing(PYTHON, PROGRAMS[PYTHON], cases(("3", "3\n6\n9"), ("1", "1\n2\n3"))), sandbox)
    assert found.line is None
    assert found.code is not None, "they do the same"


async def test_no_repair_is_claimed_where_edits_that_pass_do_different_things(sandbox: Sandbox) -> None:
    code = "def f(a, b):\n    return a - b\n"
    found = await repair(failing(PYTHON, code, cases(([2, 2], 4))), sandbox)
    assert {"`-` becomes `+`", "`-` becomes `*`", "`-` becomes `**`"} <= {edit.words for edit in found.candidates}
    assert found.line == 2
    assert found.code is None
    assert found.problem == "edits that meet all cases do different things on other inputs"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("def f(n):\n    return n * 2\n", "the program passes all cases"),
        ("def f(n):\n    return len(str(n)) * 7 ** 7\n", "no small edit meets all cases"),
        ("def f(n):\n    return n n\n", "the program cannot be read"),
    ],
)
async def test_nothing_is_claimed_without_a_repair(code: str, problem: str, sandbox: Sandbox) -> None:
    found = await repair(failing(PYTHON, code, cases((1, 2), (5, 10), (50, 100))), sandbox)
    assert (found.line, found.code, found.candidates, found.problem) == (None, None, (), problem)


@pytest.mark.parametrize("language", ExerciseLanguage)
async def test_variants_that_never_end_or_fail_leave_the_others_alone(
    language: ExerciseLanguage, sandbox: Sandbox
) -> None:
    code = COUNT[language]
    bodies = {
        PYTHON: ("    n = 0\n    while True: n = 1\n", "    n = 0\n    raise ValueError\n"),
        JAVASCRIPT: ("  let n = 0;\n  while (true) n = 1;\n", "  let n = 0;\n  throw new Error();\n"),
        JAVA: ("int n = 0; while (n == 0) n = 0;\n", 'int n = "text";\n'),
    }[language]
    start = {PYTHON: "    n = 0\n", JAVASCRIPT: "  let n = 0;\n", JAVA: "int n = 0;\n"}[language]
    endless, wrong = (code.replace(start, body) for body in bodies)
    given = cases(([-1, 2], 1))
    calling = infer_calling_convention(language, code, given)
    variants = Variants(sandbox, language, calling, (code, endless, wrong, code))
    results, _ = await variants.run([Trial(number, given[0]) for number in range(4)])
    assert [results[place].verdict is Verdict.PASSED for place in range(4)] == [True, False, False, True]
