"""Edits are small, are programs still, say what they change and where, and come in the order of what is likely."""

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits import edits
from learnflow.repair.edits.edit import MOST

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage


def codes(language: ExerciseLanguage, code: str) -> list[str]:
    return [edit.code for edit in edits(language, code)]


@pytest.mark.parametrize(
    ("faulty", "right"),
    [
        ("for i in range(1, len(a)):\n    b", "for i in range(0, len(a)):\n    b"),
        ("for i in range(len(a)):\n    b", "for i in range(len(a) - 1):\n    b"),
        ("for i in range(n):\n    b", "for i in range(1, n + 1):\n    b"),
        ("for i in range(a, b):\n    c", "for i in range(a, b + 1):\n    c"),
        ("if a < b:\n    c", "if a <= b:\n    c"),
        ("if a < b:\n    c", "if a > b:\n    c"),
        ("x = a / b", "x = a // b"),
        ("x = a - b", "x = b - a"),
        ("x = a and b", "x = a or b"),
        ("x = a + b / 2", "x = (a + b) / 2"),
        ("n = input()", "n = int(input())"),
        ("n = int(input())", "n = float(input())"),
        ("n = int(input())", "n = input()"),
        ("a == 1", "a = 1"),
        ("def f(a):\n    a + 1", "def f(a):\n    return a + 1"),
        ("def f(a):\n    print(a)", "def f(a):\n    return a"),
        ("def f(a):\n    b = a", "def f(a):\n    b = a\n    return b"),
        ("f(a, b)", "f(b, a)"),
        ("def f(a, b):\n    return a", "def f(a, b):\n    return b"),
        ("x = a[i]", "x = a[i - 1]"),
        ("x = a[0]", "x = a[-1]"),
        ("x = a[1:n]", "x = a[1:n + 1]"),
        ("x = a[1:n]", "x = a[1:]"),
        ("for a in b:\n    c = a\n    d = a", "for a in b:\n    c = a\nd = a"),
        ("for a in b:\n    c = a\nd = a", "for a in b:\n    c = a\n    d = a"),
        ("for a in b:\n    break", "for a in b:\n    continue"),
        ("for a in b:\n    c = a", "for a in b:\n    c += a"),
        ("for a in b:\n    c += a", "for a in b:\n    c = a"),
        ("if a:\n    b", "if not (a):\n    b"),
        ("x = not a", "x = a"),
        ("def f(a):\n    best = 0", "def f(a):\n    best = a[0]"),
        ("x = a.lower", "x = a.lower()"),
        ("for item in items:\n    items.remove(item)", "for item in items[:]:\n    items.remove(item)"),
        ("while True:\n    a", "if True:\n    a"),
        ("x = max(a)", "x = min(a)"),
        ("x = True", "x = False"),
        ("x = a + b", "x = int(a) + int(b)"),
        ("for a in b:\n    n = 0\n    n += a", "n = 0\nfor a in b:\n    n += a"),
        ("return_ = 1\nb = 2", "b = 2\nreturn_ = 1"),
    ],
)
def test_what_a_learner_s_python_needs(faulty: str, right: str) -> None:
    assert right in codes(PYTHON, faulty)


@pytest.mark.parametrize(
    ("faulty", "right"),
    [
        ("for (let i = 0; i <= a.length; i++) {}", "for (let i = 0; i < a.length; i++) {}"),
        ("for (let i = a.length; i >= 0; i--) {}", "for (let i = a.length - 1; i >= 0; i--) {}"),
        ("for (var i = 0; i < a; i++) {}", "for (let i = 0; i < a; i++) {}"),
        ("if (a = 0) {}", "if (a === 0) {}"),
        ("if (a === b) {}", "if (a !== b) {}"),
        ("x = a.sort();", "x = a.sort((a, b) => a - b);"),
        ("f((a) => { a * 2; });", "f((a) => { return a * 2; });"),
        ("x = a + b;", "x = Number(a) + b;"),
        ("a.push(b);", "a.unshift(b);"),
        ("for (const a of b) { c = a; }", "for (const a of b) { c += a; }"),
        ("x = a || b && c;", "x = (a || b) && c;"),
        ("for (const a of b) {\n  let n = 0;\n  n += a;\n}", "let n = 0;\nfor (const a of b) {\n  n += a;\n}"),
        ("x = a + b", "x = Number(a) + Number(b)"),
    ],
)
def test_what_a_learner_s_javascript_needs(faulty: str, right: str) -> None:
    assert right in codes(JAVASCRIPT, faulty)


@pytest.mark.parametrize(
    ("faulty", "right"),
    [
        ("for (int i = 0; i <= a.length; i++) {}", "for (int i = 0; i < a.length; i++) {}"),
        ("if (a == b) {}", "if (a.equals(b)) {}"),
        ("return a / b;", "return (double) a / b;"),
        ("int best = 0;", "int best = a[0];"),
        ("int best = 0;", "int best = Integer.MAX_VALUE;"),
        ("g(a, b);", "g(b, a);"),
        ("x = a && b;", "x = a || b;"),
        ("x = a[i];", "x = a[i + 1];"),
        ("while (a) { continue; }", "while (a) { break; }"),
    ],
)
def test_what_a_learner_s_java_needs(faulty: str, right: str) -> None:
    code = "class Main {{ static int f(int[] a, int b) {{\n{}\n}} }}"
    assert code.format(right) in codes(JAVA, code.format(faulty))


def test_nothing_is_put_where_it_is_never_reached() -> None:
    code = "def f(a):\n    return a\n\nprint(f(1))"
    assert not any("    print" in made for made in codes(PYTHON, code))


def test_an_edit_says_where_and_what() -> None:
    edit = next(edit for edit in edits(PYTHON, "a = 1\nb = a < 2\n") if edit.code == "a = 1\nb = a <= 2\n")
    assert (edit.line, edit.words) == (2, "`<` becomes `<=`")
    assert 0 < edit.weight <= 1


@pytest.mark.parametrize("language", ExerciseLanguage)
def test_edits_are_all_different_programs(language: ExerciseLanguage) -> None:
    java = "class A { int f(int a) { return a < 1 ? 0 : 2; } }"
    made = codes(language, java if language is JAVA else "x = a < b + 1\n")
    assert len(set(made)) == len(made) > 5


def test_likely_lines_come_first_and_lines_that_never_ran_not_at_all() -> None:
    code = "a = b < 1\nc = d < 2\ne = f < 3\n"
    lines = [edit.line for edit in edits(PYTHON, code, {1: 0.1, 2: 1.0, 3: 0.0}.__getitem__)]
    assert lines[0] == 2
    assert 1 in lines
    assert 3 not in lines


def test_edits_of_long_code_are_bounded() -> None:
    assert len(edits(PYTHON, "".join(f"x{number} = a + b\n" for number in range(200)))) == MOST
