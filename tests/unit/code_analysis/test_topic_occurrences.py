"""Where a topic occurs in the student's own code."""

import pytest

from learnflow.code_analysis.topic_occurrences import places
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
