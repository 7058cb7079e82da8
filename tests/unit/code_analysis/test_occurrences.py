"""Where a topic or a name occurs in the student's own code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.code_analysis.occurrences import name_in_code, places
from learnflow.models.vocabulary import Language


@pytest.mark.parametrize(
    ("topic", "code", "language", "said"),
    [
        ("loops", "// for\nfor (;;) {\n}\n  while (true) {}", Language.JAVA,
         "line 2 has a `for` loop and line 4 has a `while` loop"),
        ("functions", "async function load(x) {\n}\nif (a) {\n}", Language.JAVASCRIPT, "the function `load`"),
        ("functions", "class A {\n  public static int twice(int x) {", Language.JAVA, "the function `twice`"),
        ("functions", "if (x) {\n} else if (y) {\nfn main() {", Language.RUST, "line 3 has the function `main`"),
        ("variables", "fn main() {\n  let mut x = 1;", Language.RUST, "line 2 has the variable `x`"),
        ("object-oriented-programming", "public class Dog {", Language.JAVA, "line 1 has the class `Dog`"),
        ("inheritance", "class Cat extends Animal {", Language.JAVASCRIPT, "the class `Cat`, which inherits"),
        ("exceptions", "try {\n} catch (e) {", Language.JAVASCRIPT, "line 1 has a `try` and line 2 has a `catch`"),
        ("recursion", "def f(n):\n    return f(n - 1)", Language.PYTHON, "`f`, which calls itself in line 2"),
        ("tuples", "a, b = b, a", Language.PYTHON, "line 1 has a tuple"),
        ("list-indexing", "print(x[1:3], x[-1])", Language.PYTHON, "line 1 has a slice and the place `[-1]`"),
        ("decorators", "@cache\ndef f(): ...", Language.PYTHON, "`f`, decorated with `@cache`"),
        ("closures", "def f():\n    def g(): ...", Language.PYTHON, "the function `f` with `g` inside it"),
        ("lists", "a = []\nb = []\nc = []\nd = []\na.append(1)", Language.PYTHON, "There are 2 more places."),
    ],
)  # fmt: skip
def test_places_in_code(topic: str, code: str, language: Language, said: str) -> None:
    assert said in (places(topic, code, language) or "")


@pytest.mark.parametrize("code", ["print('for')", "for x in", "# for x in y:"])
def test_no_place_is_named_where_none_is_seen(code: str) -> None:
    assert places("loops", code, Language.PYTHON) is None
    assert places("complexity", code, Language.PYTHON) is None
    assert places("complexity", code, Language.JAVA) is None


COUNTER = (
    "class Counter:\n    def __init__(self, num):\n        self.num = num\n\n    def add(self, other):\n"
    "        self.num += other\n        return self.num\n\nc = Counter(5)"
)


NUM = (
    "In your code, `num` is a parameter of `__init__` (line 2), set in line 3 (`self.num = num`) and set in line 6 "
    "(`self.num += other`). It is used in lines 3 and 7. The call gives a parameter its value: `Counter(5)` in line 9."
)
SELF_NUM = (
    "In your code, `self.num` is set in line 3 (`self.num = num`) and set in line 6 (`self.num += other`). It is used "
    "in line 7."
)


@pytest.mark.parametrize(
    ("name", "code", "language", "said"),
    [
        ("num", COUNTER, Language.PYTHON, NUM),
        ("self.num", COUNTER, None, SELF_NUM),
        ("add", COUNTER, None, "`add` is a function, defined in line 5. It is not used."),
        ("x", "for x, y in pairs:\n    print(x)", None,
         "`x` is set by the loop in line 1, to one item after the other. It is used in line 2."),
        ("q", "with open(p) as q:\n    pass", None, "set in line 1 (`open(p) as q`)"),
        ("n", "int f(int a) {\n  int n;\n  n = a;\n  return n;\n}", Language.CPP,
         "`n` is declared in line 2 (`int n;`) and set in line 3 (`n = a`). It is used in line 4."),
        ("a", "int f(int a) {\n  return a;\n}", Language.CPP, "`a` is a parameter of `f` (line 1)"),
        ("w", "const h = w => w + 1;\nh(3);", Language.JAVASCRIPT, "`w` is a parameter of `h` (line 1)"),
        ("num", "class A {\n  constructor(v) { this.num = v; }\n}", Language.JAVASCRIPT, "line 2 (`this.num = v`)"),
        ("total", "class A {\n  int total = 0;\n  void add(int n) { total += n; }\n}", Language.JAVA,
         "`total` is set in line 2 (`total = 0`) and set in line 3 (`total += n`)"),
        ("v", "package main\nfunc f() {\n\tfor _, v := range xs {\n\t\tprint(v)\n\t}\n}", Language.GO,
         "`v` is set by the loop in line 3"),
        ("x", "fn main() {\n    let mut x = 1;\n    x += 1;\n}", Language.RUST, "line 2 (`let mut x = 1;`)"),
    ],
)  # fmt: skip
def test_where_a_name_gets_its_value(name: str, code: str, language: Language | None, said: str) -> None:
    assert said in (name_in_code(name, code, language) or "")


@pytest.mark.parametrize("name", ["missing", "print", "c.missing", "value"])
def test_a_name_that_code_does_not_define_has_no_place(name: str) -> None:
    assert name_in_code(name, 'print(c.value, "missing")', Language.PYTHON) is None


@given(st.text(max_size=40), st.text(max_size=200), st.sampled_from(Language))
def test_no_code_raises(name: str, code: str, language: Language) -> None:
    name_in_code(name, code, language)
