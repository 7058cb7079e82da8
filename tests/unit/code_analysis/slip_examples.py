"""For each cause that a pattern or the files, values and classes of Python show: code that has it, and mended."""

from types import MappingProxyType
from typing import Final

from tests.unit.code_analysis.cause_examples import GO, JS, PYTHON, go_code

MORE_CAUSES: Final = MappingProxyType({
    "given-none": [(PYTHON, "a = [2, 1]\nb = a.sort()", "a = [2, 1]\nb = sorted(a)")],
    "opened-anew": [
        (PYTHON, "for n in a:\n    with open('o.txt', 'w') as f:\n        f.write(n)",
         "with open('o.txt', 'w') as f:\n    for n in a:\n        f.write(n)"),
    ],
    "read-again": [
        (PYTHON, "f = open('a')\nx = f.read()\nfor line in f:\n    print(line)",
         "f = open('a')\nx = f.read()\nf.seek(0)\nfor line in f:\n    print(line)"),
    ],
    "line-end-kept": [
        (PYTHON, "f = open('a')\nfor line in f:\n    if line == 'end':\n        print(1)",
         "f = open('a')\nfor line in f:\n    if line.strip() == 'end':\n        print(1)"),
    ],
    "iterator-printed": [(PYTHON, "print(map(str, a))", "print(list(map(str, a)))")],
    "f-missing": [(PYTHON, "n = 1\nprint('n is {n}')", "n = 1\nprint(f'n is {n}')")],
    "texts-ordered": [
        (PYTHON, "a = ['10', '9']\na.sort()", "a = ['10', '9']\na.sort(key=int)"),
        (PYTHON, "p = [('A', '10'), ('B', '9')]\np.sort(key=lambda x: x[1])",
         "p = [('A', 10)]\np.sort(key=lambda x: x[1])"),
    ],
    "texts-compared": [(PYTHON, "a = input()\nif a > '18':\n    f()", "a = int(input())\nif a > 18:\n    f()")],
    "same-added": [
        (PYTHON, "r = []\nfor x in a:\n    r.append(x)\n    g.append(r)",
         "for x in a:\n    r = [x]\n    g.append(r)"),
    ],
    "shared-values": [(PYTHON, "d = dict.fromkeys('ab', [])", "d = dict.fromkeys('ab', 0)")],
    "shallow-copy": [
        (PYTHON, "a = [[1], [2]]\nb = a[:]\nb[0][0] = 9", "a = [1, 2]\nb = a[:]\nb[0] = 9"),
    ],
    "result-unused": [(PYTHON, "sorted(a)", "a = sorted(a)")],
    "compared-only": [(PYTHON, "n == 5", "n = 5")],
    "never-runs": [(PYTHON, "def f():\n    return 1\n    print(2)", "def f():\n    print(2)\n    return 1")],
    "self-missing": [
        (PYTHON, "class A:\n    def __init__(self):\n        self.n = 0\n    def f(self):\n        n = 5",
         "class A:\n    def __init__(self):\n        self.n = 0\n    def f(self):\n        self.n = 5"),
    ],
    "class-counter": [
        (PYTHON, "class A:\n    n = 0\n    def f(self):\n        self.n += 1\nprint(A.n)",
         "class A:\n    n = 0\n    def f(self):\n        A.n += 1\nprint(A.n)"),
    ],
    "wrapper-lost": [
        (PYTHON, "def d(f):\n    def w():\n        f()\n\n@d\ndef g():\n    pass",
         "def d(f):\n    def w():\n        f()\n    return w\n\n@d\ndef g():\n    pass"),
    ],
    "mutable-default": [
        (PYTHON, "class A:\n    def __init__(self, x=[]):\n        self.x = x",
         "class A:\n    def __init__(self, x=None):\n        self.x = x or []"),
    ],
    "average-of-last": [(JS, "const average = a + b / 2;", "const average = (a + b) / 2;")],
    "printed-pattern": [
        (GO, go_code('fmt.Println("n is %d", n)'), go_code('fmt.Printf("n is %d", n)')),
        (PYTHON, "print('n is %d', n)", "print('n is %d' % n)"),
    ],
    "no-power": [(PYTHON, "n = 5 ^ 2", "n = 5 ** 2")],
    "init-misspelt": [
        (PYTHON, "class A:\n    def _init_(self):\n        self.n = 1",
         "class A:\n    def __init__(self):\n        self.n = 1"),
    ],
    "case-never-fits": [(PYTHON, "if a.lower() == 'Yes':\n    f()", "if a.lower() == 'yes':\n    f()")],
    "chained-with-true": [(PYTHON, "if a > 2 == True:\n    f()", "if a > 2:\n    f()")],
    "text-and-number": [
        (PYTHON, "import random\nn = random.randint(1, 9)\ng = input()\nif g == n:\n    f()",
         "import random\nn = random.randint(1, 9)\ng = int(input())\nif g == n:\n    f()"),
    ],
    "never-reached": [
        (PYTHON, "if n % 3 == 0:\n    f()\nelif n % 15 == 0:\n    g()",
         "if n % 15 == 0:\n    g()\nelif n % 3 == 0:\n    f()"),
    ],
    "returns-in-loop": [
        (PYTHON, "def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n            return m",
         "def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n    return m"),
    ],
    "not-passed-on": [
        (PYTHON, "def f(n):\n    if n == 0:\n        return 0\n    n + f(n - 1)",
         "def f(n):\n    if n == 0:\n        return 0\n    return n + f(n - 1)"),
    ],
    "no-self": [
        (PYTHON, "class A:\n    def f(x):\n        print(x)", "class A:\n    def f(self, x):\n        print(x)"),
    ],
    "overwritten": [
        (PYTHON, "if a < 9:\n    p = 3\np = 5", "if a < 9:\n    p = 3\nelse:\n    p = 5"),
    ],
})  # fmt: skip
