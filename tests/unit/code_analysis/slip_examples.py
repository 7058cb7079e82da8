"""For each cause that a pattern or the files, values and classes of Python show: code that has it, and mended."""

from types import MappingProxyType
from typing import Final

from tests.unit.code_analysis.cause_examples import (
    CPP,
    GO,
    JAVA,
    JS,
    PYTHON,
    cpp_code,
    go_code,
    java_code,
)

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
    "printed-pattern": [
        (GO, go_code('fmt.Println("n is %d", n)'), go_code('fmt.Printf("n is %d", n)')),
        (PYTHON, "print('n is %d', n)", "print('n is %d' % n)"),
    ],
    "template-missing": [(JS, "f('n is ${n}');", "f(`n is ${n}`);")],
    "cast-too-soon": [(JAVA, java_code("g((int) Math.random() * 6);"), java_code("g((int) (Math.random() * 6));"))],
    "regex-meant": [(JAVA, java_code('g(s.split("."));'), java_code('g(s.split(","));'))],
    "char-added": [
        (JAVA, java_code("System.out.println('a' + 1);"),
         java_code("System.out.println((char) ('a' + 1));")),
    ],
    "chained-comparison": [(CPP, cpp_code("if (1 < x < 9) { f(); }"), cpp_code("if (1 < x && x < 9) { f(); }"))],
    "second-argument": [(JS, "f(a.map(parseInt));", "f(a.map(Number));")],
    "array-for-numbers": [(JS, "f(Math.max(a));", "f(Math.max(...a));")],
    "arrow-this": [(JS, "const o = { n: 1, go: () => this.n };", "const o = { n: 1, go() { return this.n; } };")],
    "json-not-awaited": [(JS, "const d = r.json();\nf(d);", "const d = await r.json();\nf(d);")],
    "async-map": [(JS, "const d = a.map(async x => g(x));", "const d = await Promise.all(a.map(async x => g(x)));")],
    "length-given": [(JS, "a = a.push(1);", "a.push(1);")],
    "state-mutated": [(JS, "a.push(1);\nsetItems(a);", "setItems([...a, 1]);")],
    "one-too-far": [
        (JS, "for (let i = 0; i <= a.length; i++) { f(a[i]); }", "for (let i = 0; i < a.length; i++) { f(a[i]); }"),
        (GO, go_code("for i := 0; i <= len(a); i++ { f(a[i]) }"), go_code("for i := 0; i < len(a); i++ { f(a[i]) }")),
    ],
    "average-of-last": [(JS, "const average = a + b / 2;", "const average = (a + b) / 2;")],
    "literals-divided": [(CPP, cpp_code("double c = 5 / 9 * (f - 32);"), cpp_code("double c = 5.0 / 9 * (f - 32);"))],
    "no-power": [(PYTHON, "n = 5 ^ 2", "n = 5 ** 2")],
    "init-misspelt": [
        (PYTHON, "class A:\n    def _init_(self):\n        self.n = 1",
         "class A:\n    def __init__(self):\n        self.n = 1"),
    ],
    "removed-by-index": [
        (JS, "for (let i = 0; i < a.length; i++) { if (a[i]) { a.splice(i, 1); } }",
         "for (let i = 0; i < a.length; i++) { if (a[i]) { a.splice(i, 1); i--; } }"),
    ],
    "for-each-return": [(JS, "a.forEach(x => { if (x) return x; });", "a.forEach(x => { if (x) f(x); });")],
    "case-never-fits": [(PYTHON, "if a.lower() == 'Yes':\n    f()", "if a.lower() == 'yes':\n    f()")],
    "step-too-late": [
        (JAVA, java_code("f(n--);").replace("int n, String s, String t", "int n"),
         java_code("f(n - 1);").replace("int n, String s, String t", "int n")),
    ],
    "changed-in-for-each": [
        (JS, "a.forEach((x, i) => { if (!x) a.splice(i, 1); });", "a = a.filter(x => x);"),
        (JS, "for (const x of a) { if (!x) a.shift(); }", "for (const x of a) { if (!x) b.shift(); }"),
    ],
    "one-for-all": [
        (JAVA, java_code("P p = new P();\n    for (String x : xs) {\n p.n = x;\n ps.add(p);\n }"),
         java_code("for (String x : xs) {\n P p = new P();\n p.n = x;\n ps.add(p);\n }")),
    ],
    "not-caught": [
        (JS, "try {\n  f().then(g);\n} catch (e) { h(e); }", "try {\n  await f().then(g);\n} catch (e) { h(e); }"),
    ],
    "chained-with-true": [(PYTHON, "if a > 2 == True:\n    f()", "if a > 2:\n    f()")],
    "compares-references": [
        (JAVA, "class P {}\nclass A { boolean f(P a, P b) { return a == b; } }",
         "class P {}\nclass A { boolean f(P a, P b) { return a.equals(b); } }"),
    ],
    "text-and-number": [
        (PYTHON, "import random\nn = random.randint(1, 9)\ng = input()\nif g == n:\n    f()",
         "import random\nn = random.randint(1, 9)\ng = int(input())\nif g == n:\n    f()"),
    ],
    "never-reached": [
        (PYTHON, "if n % 3 == 0:\n    f()\nelif n % 15 == 0:\n    g()",
         "if n % 15 == 0:\n    g()\nelif n % 3 == 0:\n    f()"),
    ],
    "shadowed": [
        (GO, go_code("var err error\n\tif true {\n\t\t_, err := f()\n\t\tprintln(err)\n\t}\n\tprintln(err)"),
         go_code("var err error\n\tif true {\n\t\t_, err = f()\n\t\tprintln(err)\n\t}\n\tprintln(err)")),
    ],
    "starts-undefined": [
        (JS, "let t;\nfor (const p of a) { t += p; }", "let t;\nt = 0;\nfor (const p of a) { t += p; }"),
    ],
    "same-object": [
        (JS, "const a = [1];\nconst b = a;\nb.push(2);", "const a = [1];\nconst b = [...a];\nb.push(2);"),
    ],
    "returns-in-loop": [
        (PYTHON, "def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n            return m",
         "def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n    return m"),
    ],
    "not-passed-on": [
        (PYTHON, "def f(n):\n    if n == 0:\n        return 0\n    n + f(n - 1)",
         "def f(n):\n    if n == 0:\n        return 0\n    return n + f(n - 1)"),
    ],
    "whole-division": [
        (JAVA, "class A { double f(int r) { double i = r / 100 * 20; return i; } }",
         "class A { double f(int r) { double i = r / 100.0 * 20; return i; } }"),
    ],
    "no-self": [
        (PYTHON, "class A:\n    def f(x):\n        print(x)", "class A:\n    def f(self, x):\n        print(x)"),
    ],
    "overwritten": [
        (PYTHON, "if a < 9:\n    p = 3\np = 5", "if a < 9:\n    p = 3\nelse:\n    p = 5"),
    ],
    "result-lost": [(JS, "let a = [1];\na.filter(x => x > 1);", "let a = [1];\na = a.filter(x => x > 1);")],
})  # fmt: skip
