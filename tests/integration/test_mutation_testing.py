"""Mutants are small mistakes that a compiler accepts; those that the tests of an exercise do not notice are found."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from pydantic import JsonValue

from learnflow.models.exercise import Exercise, TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.grammar import integers
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation.mutants import MOST, mutants
from learnflow.tutor.exercises.generation.mutation_testing import run_mutants

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage

run_all = partial(run_mutants, seconds=300.0)  # none is left out on a slow machine


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(SandboxSettings())
    assert await sandbox.check() is None
    yield sandbox
    await sandbox.close()


def changes(language: ExerciseLanguage, code: str) -> list[str]:
    return [mutant.change for mutant in mutants(language, code)]


def became(before: str, *after: str) -> list[str]:
    return [f"`{before}` became `{one}`" for one in after]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a < b", became("<", "<=")),
        ("a <= b", became("<=", "<")),
        ("a == b != c", [*became("==", "!="), *became("!=", "==")]),
        ("a not in b", became("not in", "in")),
        ("a is not b", became("is not", "is")),
        ("x = a + b", became("+", "-")),
        ("x = a // b ** c", [*became("//", "*"), *became("**", "*")]),
        ("x = a and b or c", [*became("and", "or"), *became("or", "and")]),
        ("x = not a", ["`not` was removed"]),
        ("x = -a", ["`-` was removed"]),
        ("x = -1", became("1", "2", "0")),
        ("x = 0", became("0", "1", "(-1)")),
        ("x = True", became("True", "False")),
        ("x += y", ["`x += y` was removed", *became("+=", "-=")]),
        ("f(x)", ["`f(x)` was removed"]),
        ("a[i] = b", ["`a[i] = b` was removed"]),
        ("self.a = b", ["`self.a = b` was removed"]),
        ("for a in b:\n    break", became("break", "continue")),
        ("if a:\n    x = y", became("a", "not (a)")),
        ("while (a):\n    x = y", became("a", "not (a)")),
        ("x = [a for a in b if a.c]", became("a.c", "not (a.c)")),
        ("def f(a):\n    return a", ["`return a` became `return None`"]),
        ("def f():\n    return True", became("True", "False")),
        ("def f():\n    return", []),
        ("def f():\n    return None", []),
        ("import a.b\nfrom c import d", []),
        ("x = y  # 1 + 1", []),
        ('def f():\n    """Add 1 + 1."""\n', []),
        ("x = '1 + 1'", []),
        ("x = 1.5", []),
        ("def f(a: int = b) -> list[int]:\n    pass", []),
        ("@cache(1)\ndef f():\n    pass", []),
        ("if __name__ == '__main__':\n    main()", []),
        ("def f(:", []),
    ],
)
def test_python_mutants(code: str, expected: list[str]) -> None:
    assert changes(PYTHON, code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = a === b;", became("===", "!==")),
        ("x = a >= b && c || d;", [*became(">=", ">"), *became("&&", "||"), *became("||", "&&")]),
        ("x = !a;", ["`!` was removed"]),
        ("x = -a;", ["`-` was removed"]),
        ("x = 10n;", became("10n", "11n", "9n")),
        ("x = false;", became("false", "true")),
        ("x += y;", ["`x += y;` was removed", *became("+=", "-=")]),
        ("i++;", ["`i++;` was removed"]),
        ("for (const a of b) { continue; }", became("continue", "break")),
        ("for (let i = a; i < b; i++) {}", became("<", "<=")),
        ("f(x);", ["`f(x);` was removed"]),
        ("a.b = c;", ["`a.b = c;` was removed"]),
        ("if (a) { b = c; }", became("a", "!(a)")),
        ("x = a ? b : c;", became("a", "!(a)")),
        ("function f(a) { return a; }", ["`return a` became `return null`"]),
        ("function f() { return undefined; }", []),
        ("x = `${a + b}`;", became("+", "-")),
        ("import a from 'b'; // 1 + 1", []),
        ("'use strict';", []),
    ],
)
def test_javascript_mutants(code: str, expected: list[str]) -> None:
    assert changes(JAVASCRIPT, code) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = a == b;", became("==", "!=")),
        ("x = a % b;", became("%", "*")),
        ("x = !a;", ["`!` was removed"]),
        ("x = 5L;", became("5L", "6L", "4L")),
        ("x += y;", ["`x += y;` was removed", *became("+=", "-=")]),
        ("x++;", ["`x++;` was removed"]),
        ("f(x);", ["`f(x);` was removed"]),
        ("a[i] = b;", ["`a[i] = b;` was removed"]),
        ("if (a.isEmpty()) x = b;", became("a.isEmpty()", "!(a.isEmpty())")),
        ("return a;", ["`return a` became `return 0`"]),
        ("/* 1 + 1 */ // 2 + 2", []),
    ],
)
def test_java_mutants(body: str, expected: list[str]) -> None:
    code = f"import java.util.*;\npublic class Main {{\n    @A(1) static int f(int a) {{\n{body}\n    }}\n}}\n"
    assert changes(JAVA, code) == expected
    assert all(mutant.line == 4 for mutant in mutants(JAVA, code))


@pytest.mark.parametrize(
    ("kind", "neutral"),
    [("int", "0"), ("double", "0"), ("boolean", "false"), ("String", "null"), ("List<Integer>", "null")],
)
def test_a_java_method_returns_a_neutral_value_of_its_type(kind: str, neutral: str) -> None:
    code = f"class Main {{ static {kind} f() {{ return a; }} }}"
    assert changes(JAVA, code) == [f"`return a` became `return {neutral}`"]


def test_a_mutant_is_the_whole_program_with_its_line() -> None:
    code = "def f(ä):\n    return ä < 3\n"
    first = mutants(PYTHON, code)[0]
    assert (first.line, first.code, first.returns) == (2, "def f(ä):\n    return None\n", True)
    assert not mutants(PYTHON, code)[1].returns
    assert mutants(PYTHON, code) == mutants(PYTHON, code)


def test_mutants_of_long_code_are_bounded_and_spread_over_it() -> None:
    code = "".join(f"x{number} = a + b\n" for number in range(200))
    lines = [mutant.line for mutant in mutants(PYTHON, code)]
    assert len(lines) == MOST
    assert lines == sorted(lines)
    assert lines[0] < 20
    assert lines[-1] > 180


def test_the_integers_of_a_program() -> None:
    assert integers(PYTHON, "import a1\nx = 18 + 0 - f(18)  # 7\n") == (18, 0)


ADULT = {
    PYTHON: "def is_adult(age):\n    return age >= 18\n",
    JAVASCRIPT: "function isAdult(age) {\n  return age >= 18;\n}\n",
    JAVA: "public class Main {\n    public static boolean isAdult(int age) {\n        return age >= 18;\n    }\n}\n",
}


def cases(*pairs: tuple[JsonValue, JsonValue]) -> list[TestCase]:
    return [TestCase(input=given, output=expected) for given, expected in pairs]


@pytest.mark.parametrize("language", ExerciseLanguage)
async def test_a_mistake_at_the_limit_survives_tests_that_do_not_look_there(
    language: ExerciseLanguage, sandbox: Sandbox
) -> None:
    weak = cases((30, True), (10, False), (70, True))
    found = (await run_all(language, ADULT[language], weak, sandbox)).survivors
    assert [(one.mutant.change, one.input) for one in found] == [
        ("`>=` became `>`", 18), ("`18` became `19`", 18), ("`18` became `17`", 17),
    ]  # fmt: skip
    assert "Input: 18" in found[0].description()
    strong = [*weak, *cases((18, True), (17, False))]
    assert (await run_all(language, ADULT[language], strong, sandbox)).survivors == ()


async def test_a_mutant_that_does_the_same_is_no_survivor(sandbox: Sandbox) -> None:
    code = "def largest(numbers):\n    best = numbers[0]\n    for number in numbers:\n        if number > best:\n"
    code += "            best = number\n    return best\n"
    found = await run_all(PYTHON, code, cases(([1, 3, 2], 3), ([-1], -1), ([5, 4, 6], 6)), sandbox)
    assert found.survivors == ()
    assert [mutant.change for mutant in found.alike] == [*became("0", "(-1)"), *became(">", ">=")]


async def test_a_mutant_that_never_ends_is_caught(sandbox: Sandbox) -> None:
    code = "def count(n):\n    steps = 0\n    while n > 0:\n        n -= 1\n        steps += 1\n    return steps\n"
    found = await run_all(PYTHON, code, cases((3, 3), (0, 0), (1, 1)), sandbox)
    assert "`n -= 1` was removed" in [mutant.change for mutant in found.caught]
    assert found.survivors == ()


async def test_when_time_is_up_no_more_mutants_are_begun(sandbox: Sandbox) -> None:
    found = await run_mutants(PYTHON, ADULT[PYTHON], cases((30, True), (10, False), (18, True)), sandbox, seconds=-1.0)
    assert len(found.not_run) == 4
    assert (found.caught, found.survivors, found.alike) == ((), (), ())


async def test_what_comes_out_differently_each_time_proves_nothing(sandbox: Sandbox) -> None:
    code = "import random\n\ndef noisy(n):\n    if n > 2:\n        return random.random()\n    return n\n"
    found = await run_all(PYTHON, code, cases((0, 0), (1, 1), (2, 2)), sandbox)
    assert "`return random.random()` became `return None`" in [mutant.change for mutant in found.alike]


@pytest.mark.parametrize("language", ExerciseLanguage)
def test_each_solution_of_the_bank_has_mutants(language: ExerciseLanguage) -> None:
    solutions = {one.name: one.solution_code for one in BANK.exercises if one.language is language}
    assert [name for name, code in solutions.items() if not mutants(language, code)] == []


@pytest.mark.parametrize("one", BANK.on("conditionals", PYTHON), ids=lambda one: one.name)
async def test_no_wrong_program_passes_an_exercise_of_the_bank(one: Exercise, sandbox: Sandbox) -> None:
    found = await run_all(one.language, one.solution_code, one.test_cases, sandbox)
    assert found.survivors == ()
    assert len(found.caught) > len(found.alike)
