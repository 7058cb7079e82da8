from typing import Any

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import CallingConvention, infer_calling_convention
from learnflow.sandbox.outline.java import with_main_class
from tests.support.sandboxes import JAVA, JAVASCRIPT, PYTHON, cases

READS_PYTHON = "def half(n):\n    return n / 2\n\nprint(half(int(input())))\n"
MAIN_PYTHON = "import sys\n\ndef main():\n    print(sys.stdin.read())\n\nif __name__ == '__main__':\n    main()\n"
DEMO_PYTHON = "def shout(text):\n    return text.upper()\n\nprint(shout('hi'))\n"
PRINTS_PYTHON = "def print_numbers(n):\n    for i in range(1, n + 1):\n        print(i)\n"
HELPERS_PYTHON = "def square(n):\n    return n * n\n\ndef total(ns):\n    return sum(square(n) for n in ns)\n"
SOLVE_PYTHON = "def solve(n):\n    return other(n)\n\ndef other(n):\n    return n\n\ndef third(n):\n    return n\n"
READS_JAVASCRIPT = "const fs = require('fs');\nfunction main() { console.log(fs.readFileSync(0, 'utf8')); }\nmain();\n"
MAIN_JAVA = "public class Main { public static void main(String[] a) { new java.util.Scanner(System.in); } }"
DEMO_JAVA = 'class A { static String up(String s) { return s; } public static void main(String[] a) { up("x"); } }'

DECIDED = [
    ("it reads input", PYTHON, READS_PYTHON, ["4", "5"], "program", None),
    ("it reads input in a function that is called", PYTHON, MAIN_PYTHON, ["4", "5"], "program", None),
    ("it has no function", PYTHON, "print(1)", [1, 2], "program", None),
    ("it only shows how it is used", PYTHON, DEMO_PYTHON, ["a", "b"], "function", "shout"),
    ("nothing is given, and it does something", PYTHON, DEMO_PYTHON, ["", None], "program", None),
    ("nothing is given, and it does nothing", PYTHON, "def one():\n    return 1", ["", None], "function", "one"),
    ("the inputs are no texts", PYTHON, READS_PYTHON, [4, 5], "function", "half"),
    ("one function calls the other", PYTHON, HELPERS_PYTHON, [[1], [1, 2]], "function", "total"),
    ("a function has the name of a solution", PYTHON, SOLVE_PYTHON, [1, 2], "function", "solve"),
    ("a lambda", PYTHON, "double = lambda n: 2 * n", [1], "function", "double"),
    ("it does not parse", PYTHON, "def f(:", [1], "program", None),
    ("it is nested too deeply", PYTHON, "(" * 10_000, [1], "program", None),
    ("a program", JAVASCRIPT, READS_JAVASCRIPT, ["4"], "program", None),
    ("an arrow", JAVASCRIPT, "const f = (n) => n;", [4], "function", "f"),
    ("an exported function", JAVASCRIPT, "export function g(n) { return n; }", ["a"], "function", "g"),
    ("a module that is a function", JAVASCRIPT, "module.exports = (n) => n;", [1], "function", "default"),
    ("a module with a function", JAVASCRIPT, "module.exports = { h: (n) => n };", [1], "function", "h"),
    ("it is nested too deeply", JAVASCRIPT, "(" * 100_000, [1], "program", None),
    ("a program", JAVA, MAIN_JAVA, ["4"], "program", None),
    ("a main that only shows how it is used", JAVA, DEMO_JAVA, ["a"], "function", "up"),
    ("methods without a class", JAVA, "int f(int n) { return g(n); }\nint g(int n) {}", [1], "function", "f"),
    ("a private helper", JAVA, "class A { int f(int n) { return 1; } private int g() {} }", [1], "function", "f"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "code", "inputs", "kind", "entry"),
    [pytest.param(*case[1:], id=f"{case[1]}: {case[0]}") for case in DECIDED],
)
def test_a_program_or_a_function(
    language: ExerciseLanguage, code: str, inputs: list[Any], kind: str, entry: str | None
) -> None:
    calling = infer_calling_convention(language, code, cases(*((given, 0) for given in inputs)))
    assert (calling.kind, calling.entry) == (kind, entry)


SPREAD = [
    ("one argument", "def f(n): ...", [3, 4], [[3], [4]]),
    ("one list", "def f(ns): ...", [[1, 2], [3]], [[[1, 2]], [[3]]]),
    ("one argument in a list, each time", "def f(n): ...", [[1], [2], [3]], [[1], [2], [3]]),
    ("lists that happen to have one element", "def f(ns: list[int]): ...", [[1], [2]], [[[1]], [[2]]]),
    ("one argument by its name", "def f(n): ...", [{"n": 1}, {"n": 2}], [[1], [2]]),
    ("an object that is the argument", "def f(ages): ...", [{"ann": 1}, {"ages": 2}], [[{"ann": 1}], [{"ages": 2}]]),
    ("several arguments", "def f(a, b): ...", [[1, 2], ["a", [3]]], [[1, 2], ["a", [3]]]),
    ("several arguments by name", "def f(a, b): ...", [{"b": 1, "a": 2}], [[2, 1]]),
    ("an argument with a default left out", "def f(a, b=2): ...", [{"a": 1}, {"a": 1, "b": 3}], [[1], [1, 3]]),
    ("any number of arguments", "def f(*ns): ...", [[1, 2, 3], []], [[1, 2, 3], []]),
    ("no argument", "def f(): ...", [None, "", [], {}], [[], [], [], []]),
    ("false and zero are arguments", "def f(n): ...", [0, False, None, ""], [[0], [False], [None], [""]]),
]


@pytest.mark.parametrize(("code", "inputs", "arguments"), [pytest.param(*case[1:], id=case[0]) for case in SPREAD])
def test_how_an_input_becomes_arguments(code: str, inputs: list[Any], arguments: list[Any]) -> None:
    calling = infer_calling_convention(PYTHON, f"{code}\n", cases(*((given, 0) for given in inputs)), entry="f")
    assert [calling.arguments(given) for given in inputs] == arguments


RETURNS = [
    (PYTHON, PRINTS_PYTHON, False),
    (PYTHON, "def f(n):\n    return n", True),
    (PYTHON, "def f(n):\n    yield n", True),
    (PYTHON, "def f(n):\n    return print(n)", None),
    (PYTHON, "def f(n):\n    if n:\n        print(n)\n        return f(n - 1)", None),
    (PYTHON, "def f(n):\n    def g():\n        return 1\n    print(g())", False),
    (JAVASCRIPT, "function f(n) { console.log(n); }", False),
    (JAVASCRIPT, "const f = (n) => n + 1;", True),
    (JAVASCRIPT, "const f = (n) => console.log(n);", None),
    (JAVASCRIPT, "function f(ns) { ns.forEach((n) => { return n; }); }", False),
    (JAVA, "void f(int n) { System.out.println(n); }", False),
    (JAVA, "int f(int n) { return n; }", True),
]


@pytest.mark.parametrize(("language", "code", "returns"), RETURNS)
def test_whether_a_function_returns_its_answer(language: ExerciseLanguage, code: str, returns: bool | None) -> None:  # noqa: FBT001 - a case
    assert infer_calling_convention(language, code, cases((1, 1), (2, 2))).returns is returns


def test_a_function_that_only_the_caller_knows_of_is_called_by_its_name() -> None:
    calling = infer_calling_convention(PYTHON, "f = make()", cases((1, 1)), entry="f")
    assert calling == CallingConvention("function", "f")


WRAPPED = [
    ("a class stays as it is", "class A {}", "class A {}"),
    ("methods get a class", "import java.util.*;\nint f() { return 1; }", "{ \nint f() { return 1; }\n}"),
    ("statements get a main", "int x = 1;\nSystem.out.println(x);", "{ int x = 1;\nSystem.out.println(x);\n}\n}"),
    ("so do statements beside methods", "void f() {}\nf();", "void f() {}\npublic static void main"),
    ("nothing stays nothing", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "part"), [pytest.param(*case[1:], id=case[0]) for case in WRAPPED])
def test_java_without_a_class_gets_one_and_keeps_its_lines(code: str, part: str) -> None:
    unit = with_main_class(code)
    assert part in unit
    lines = code.split("\n")
    assert all(line in shown for line, shown in zip(lines, unit.split("\n"), strict=False))
