"""For each cause of a wrong result: code that has it, and the same code mended."""

from types import MappingProxyType
from typing import Final

from learnflow.models.vocabulary import Language

PYTHON, JS, JAVA, CPP, GO, RUST = (
    Language.PYTHON, Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO, Language.RUST,
)  # fmt: skip


def go_code(body: str) -> str:
    """Return Go with statements where they may stand."""
    return f"package main\n\nfunc main() {{\n\t{body}\n}}"


GROWS = "def f(b):\n    r = []\n    for x in b:\n        r.append(x)\n{}return r"

CAUSES: Final = MappingProxyType({
    "changed-while-looped": [
        (PYTHON, "for x in a:\n    if x:\n        a.remove(x)", "for x in a.copy():\n    if x:\n        a.remove(x)"),
        (PYTHON, "for i in range(len(a)):\n    del a[i]", "for x in a:\n    if x:\n        a.remove(x)\n        break"),
    ],
    "same-object": [(PYTHON, "a = [1]\nb = a\nb.append(2)", "a = [1]\nb = a.copy()\nb.append(2)")],
    "shared-by-class": [
        (PYTHON, "class A:\n    k = []\n    def f(self, x):\n        self.k.append(x)",
         "class A:\n    def __init__(self):\n        self.k = []\n    def f(self, x):\n        self.k.append(x)"),
    ],
    "result-is-none": [(PYTHON, "a = [2, 1]\na = a.sort()", "a = [2, 1]\na.sort()")],
    "item-only": [
        (PYTHON, "for x in a:\n    x = x * 2", "for x in a:\n    x = x * 2\n    print(x)"),
    ],
    "swapped-away": [(PYTHON, "a = b\nb = a", "a, b = b, a")],
    "only-local": [(PYTHON, "n = 0\ndef f():\n    n = 1", "n = 0\ndef f():\n    global n\n    n = 1")],
    "always-true": [
        (PYTHON, "if a == 'x' or 'y':\n    pass", "if a in ('x', 'y'):\n    pass"),
    ],
    "either-differs": [
        (PYTHON, "while a != 'x' or a != 'y':\n    a = f()", "while a != 'x' and a != 'y':\n    a = f()"),
    ],
    "never-reached": [
        (PYTHON, "if n > 1:\n    f()\nelif n > 5:\n    g()", "if n > 5:\n    g()\nelif n > 1:\n    f()"),
        (PYTHON, "if n < 9:\n    f()\nelif n <= 3:\n    g()", "if n < 3:\n    f()\nelif n > 1:\n    g()"),
    ],
    "identity": [(PYTHON, "if a is 'x':\n    pass", "if a is None:\n    pass")],
    "skipped-step": [
        (PYTHON, "while i < 9:\n    if i == 2:\n        continue\n    i += 1",
         "while i < 9:\n    i += 1\n    if i == 2:\n        continue"),
    ],
    "same-key": [(PYTHON, "d = {'a': 1, 'a': 2}", "d = {'a': 1, 'b': 2}")],
    "returns-in-loop": [
        (PYTHON, GROWS.format("        "), GROWS.format("    ")),
    ],
    "not-passed-on": [
        (PYTHON, "def f(n):\n    if n:\n        f(n - 1)\n    else:\n        return 1",
         "def f(n):\n    if n:\n        return f(n - 1)\n    return 1"),
    ],
    "zero-times": [
        (PYTHON, "def f(n):\n    if n == 0:\n        return 0\n    return n * f(n - 1)",
         "def f(n):\n    if n == 0:\n        return 1\n    return n * f(n - 1)"),
    ],
    "begins-anew": [
        (PYTHON, "def f():\n    n = 0\n    n += 1\n    return n", "def f(n):\n    n += 1\n    return n"),
    ],
    "not-called": [(PYTHON, "s = 'a'\nprint(s.upper)", "s = 'a'\nprint(s.upper())")],
    "late-binding": [
        (PYTHON, "for k in range(3):\n    def g():\n        return k\n    f.append(g)",
         "for k in range(3):\n    def g(k=k):\n        return k\n    f.append(g)"),
    ],
    "starts-anew": [
        (PYTHON, "for x in a:\n    r = []\n    r.append(x)\nprint(r)",
         "r = []\nfor x in a:\n    r.append(x)\nprint(r)"),
    ],
    "text-and-number": [
        (PYTHON, "p = 12\ng = input()\nwhile g != p:\n    g = input()",
         "p = '12'\ng = input()\nwhile g != p:\n    g = input()"),
    ],
    "lost-result": [(PYTHON, "def f(s):\n    s.strip()\n    return s", "import os\nos.replace('a', 'b')")],
})  # fmt: skip
