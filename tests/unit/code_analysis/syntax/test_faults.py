"""Where the first syntax error is, in the fragment as it was given, and that nothing is too odd to be checked."""

import pytest

from learnflow.code_analysis.syntax import LONGEST, check
from learnflow.models.vocabulary import Language

PLACES = [
    (Language.PYTHON, "def f(x)\n    return x", (1, 9)),
    (Language.PYTHON, "    y = 1\n    retun y", (2, 11)),
    (Language.PYTHON, "x = (1,\ny = 2", (1, 5)),
    (Language.PYTHON, "print('hi)", (1, 7)),
    (Language.PYTHON, "def f():\n    await g()", (2, 5)),
    (Language.PYTHON, ">>> x = 1", (1, 1)),
    (Language.PYTHON, "x = …", (1, 5)),
    (Language.JAVASCRIPT, "const x;", (1, 1)),
    (Language.JAVASCRIPT, "function f() {\n  await g();\n}", (2, 3)),
    (Language.JAVASCRIPT, "let größe = ;", (1, 13)),
    (Language.JAVASCRIPT, "if (x {\n  y();\n}", (1, 6)),
    (Language.JAVA, "int x 5;", (1, 7)),
    (Language.JAVA, "int x = 5\nint y = 6;", (1, 10)),
    (Language.JAVA, "x == 5;", (1, 1)),
    (Language.JAVA, "char c = 'ab';", (1, 10)),
    (Language.JAVA, "class A {\n    static twice(int x) { return 2 * x; }\n}", (2, 5)),
    (Language.JAVA, "int class = 5;", (1, 5)),
    (Language.CPP, 'std::cout << "x"\nreturn 0;', (1, 17)),
    (Language.CPP, "int else = 1;", (1, 5)),
    (Language.GO, "x := []int{\n\t1,\n\t2\n}", (3, 3)),
    (Language.GO, "func f()\n{\n}", (1, 1)),
    (Language.GO, "defer f", (1, 1)),
    (Language.GO, 'x := f(1, "a)\ny := 2', (1, 11)),
    (Language.RUST, "let x 5;", (1, 7)),
    (Language.RUST, 'println!("{}" x);', (1, 1)),
    (Language.RUST, "} fn g() {", (1, 1)),
]
ODD = [
    "\0",
    "x\0y",
    "\ud800",
    "(" * 20_000,
    "-" * 50_000 + "1",
    "a" + ".b" * 20_000,
    "{[(" * 2_000,
    "a<" * 5_000,
    "x=>" * 3_000,
    "/*" * 5_000,
    "'" * 999,
    "\ufeff",
]


@pytest.mark.parametrize(("language", "code", "place"), PLACES)
def test_a_fault_is_where_the_reading_stops(language: Language, code: str, place: tuple[int, int]) -> None:
    fault = check(language, code)
    assert fault is not None
    assert (fault.line, fault.column) == place
    assert fault.message


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ODD, ids=range(len(ODD)))
def test_whatever_the_text_is_it_has_an_answer(language: Language, code: str) -> None:
    fault = check(language, code)
    assert fault is None or (fault.line == 1 and fault.column >= 1)


def test_a_frame_cannot_be_left_from_inside() -> None:
    assert check(Language.JAVA, "x(); } void g() { y();") is not None
    assert check(Language.GO, "x() } \nfunc g() { y()") is not None


@pytest.mark.parametrize("language", Language)
def test_what_is_too_long_is_not_read(language: Language) -> None:
    fault = check(language, "\n" * (LONGEST + 1))
    assert fault is not None
    assert "not read" in fault.message
