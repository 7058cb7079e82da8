"""What only a complaint makes likely: the complaint, the code, and a complaint that has nothing to do with it."""

from types import MappingProxyType
from typing import Final

from tests.unit.code_analysis.cause_examples import GO, JAVA, JS, PYTHON, go_code

SETTER: Final = """class A:
    def __init__(self, n):
        self._n = n

    @property
    def n(self):
        return self._n

    @n.setter
    def n(self, n):
        self._n = n
"""

LIKELY: Final = MappingProxyType({
    "inexact-result": [("it shows 0.30000000000000004", JS, "console.log(0.1 + 0.2);", "it shows no text")],
    "text-joined": [
        ("12 and 3 give 123", PYTHON, "a = input()\nb = input()\nprint(a + b)",
         "the names are in one word"),
    ],
    "ends-early": [
        ("the last one is missing", PYTHON, "for i in range(1, n):\n    print(i)", "it prints them twice"),
    ],
    "never-started": [("nothing is printed", PYTHON, "def main():\n    print(1)", "prints it twice")],
    "no-order": [("the order is random", GO, go_code("m := map[string]int{}\n\tf(m)"), "it fails")],
    "raced-threads": [
        ("different every time", JAVA, "class A implements Runnable {\n  public void run() { n++; }\n}", "it fails"),
    ],
    "rounds-to-even": [("2.5 becomes 2", PYTHON, "print(round(x))", "it fails")],
    "stays-on-line": [("all on one line", PYTHON, "print(x, end=' ')", "it fails")],
    "starts-at-zero": [("it starts at 0", PYTHON, "for i in range(n):\n    print(i)", "it fails")],
    "last-left-out": [("the last is missing", PYTHON, "for i in range(len(a) - 1):\n    print(a[i])", "it fails")],
    "end-excluded": [("the last letter is missing", PYTHON, "print(s[0:3])", "it fails")],
    "stops-before": [("it stops at 4", PYTHON, "while i < n:\n    print(i)\n    i += 1", "it fails")],
    "floor-divided": [("i want the decimals", PYTHON, "print(a // b)", "it fails")],
    "start-value": [
        ("it gives 0", PYTHON, "m = 0\nfor x in a:\n    if x < m:\n        m = x\nprint(m)", "it fails"),
    ],
    "same-argument": [
        ("it never stops", PYTHON, "def f(n):\n    if n == 0:\n        return 0\n    return f(n)", "it fails"),
    ],
    "mixed-and-or": [("all get it", PYTHON, "if a or b and c:\n    print(1)", "")],
    "else-of-last": [
        ("it prints both", PYTHON, "if n > 9:\n    print(1)\nif n > 5:\n    print(2)\nelse:\n    print(3)",
         "it fails"),
    ],
    "caller-changed": [
        ("my original changes", PYTHON, "def f(a):\n    a.sort()\n    return a[0]", "it fails"),
    ],
    "added-behind": [("it does not reverse", PYTHON, "o = ''\nfor c in s:\n    o = o + c\nprint(o)", "it fails")],
    "case-counts": [("'The' is not counted", PYTHON, "print(text.split())", "it fails")],
    "repeated-calls": [
        ("it takes forever", PYTHON, "def f(n):\n    return f(n - 1) + f(n - 2) if n > 1 else n", "it fails"),
    ],
    "setter-passed-by": [
        ("the setter is ignored", PYTHON, SETTER, "it fails"),
    ],
    "sum-of-texts": [("the sum is 12", PYTHON, "total = ''\nfor x in a:\n    total += x\nprint(total)", "it fails")],
    "both-run": [("it prints both", PYTHON, "if n > 5:\n    print(1)\nif n > 9:\n    print(2)", "it fails")],
    "emptied-file": [("the old lines are gone", PYTHON, "with open('l.txt', 'w') as f:\n    f.write('x')", "it fails")],
})  # fmt: skip
