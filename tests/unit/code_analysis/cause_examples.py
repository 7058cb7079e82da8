"""For each cause of a wrong result: code that has it, and the same code mended."""

from types import MappingProxyType
from typing import Final

from learnflow.models.vocabulary import Language

PYTHON, JS, JAVA, CPP, GO, RUST = (
    Language.PYTHON, Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO, Language.RUST,
)  # fmt: skip


def java_code(body: str) -> str:
    """Return Java with statements where they may stand."""
    return f"class A {{\n  void f(int n, String s, String t) {{\n    {body}\n  }}\n}}"


def go_code(body: str) -> str:
    """Return Go with statements where they may stand."""
    return f"package main\n\nfunc main() {{\n\t{body}\n}}"


def cpp_code(body: str) -> str:
    """Return C++ with statements where they may stand."""
    return f"int main() {{\n  {body}\n}}"


def rust_code(body: str) -> str:
    """Return Rust with statements where they may stand."""
    return f"fn main() {{\n    {body}\n}}"


GROWS = "def f(b):\n    r = []\n    for x in b:\n        r.append(x)\n{}return r"
NEVER_CLOSED = "c := make(chan int)\n\tgo func() {{ c <- 1{} }}()\n\tfor v := range c {{ println(v) }}"
METHOD = "class A {{\n  constructor() {{ this.n = 1; }}\n  go() {{ setTimeout({} {{ console.log(this.n); }}, 9); }}\n}}"
BASES = "struct A {{ {}void f() {{}} }};\nstruct B : A {{ void f() {{}} }};"
COUNTS = "type T struct {{ n int }}\nfunc (t {}T) Add() {{ t.n++ }}"

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
        (JS, "for (let x of a) {\n  x = x * 2;\n}", "for (let x of a) {\n  x = x * 2;\n  f(x);\n}"),
        (CPP, cpp_code("for (int x : a) { x *= 2; }"), cpp_code("for (int& x : a) { x *= 2; }")),
    ],
    "swapped-away": [(PYTHON, "a = b\nb = a", "a, b = b, a")],
    "only-local": [(PYTHON, "n = 0\ndef f():\n    n = 1", "n = 0\ndef f():\n    global n\n    n = 1")],
    "always-true": [
        (PYTHON, "if a == 'x' or 'y':\n    pass", "if a in ('x', 'y'):\n    pass"),
        (JS, "if (a === 'x' || 'y') { f(); }", "if (a === 'x' || a === 'y') { f(); }"),
    ],
    "either-differs": [
        (PYTHON, "while a != 'x' or a != 'y':\n    a = f()", "while a != 'x' and a != 'y':\n    a = f()"),
        (JAVA, java_code("if (n != 1 || n != 2) { g(); }"), java_code("if (n != 1 && n != 2) { g(); }")),
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
    "for-each-async": [(JS, "a.forEach(async x => { await f(x); });", "for (const x of a) { f(x); }")],
    "comes-later": [
        (JS, "let d = [];\nf().then(r => { d = r; });\nconsole.log(d);",
         "let d = [];\nf().then(r => { d = r; console.log(d); });"),
    ],
    "called-too-soon": [
        (JS, "function f() { g(); }\nb.addEventListener('click', f());",
         "function f() { g(); }\nb.addEventListener('click', f);"),
    ],
    "other-this": [(JS, METHOD.format("function ()"), METHOD.format("() =>"))],
    "braces-without-return": [(JS, "const b = a.map(x => { x * 2 });", "const b = a.map(x => { return x * 2; });")],
    "result-lost": [
        (JS, "let s = 'a';\ns.trim();", "let s = 'a';\ns = s.trim();"),
        (JAVA, java_code("s.trim();"), java_code("s = s.trim(); g(s);")),
        (RUST, rust_code("s.to_uppercase();"), rust_code("let s = s.to_uppercase();")),
    ],
    "compares-objects": [(JS, "if (a === []) { f(); }", "if (a.length === 0) { f(); }")],
    "no-return": [
        (JS, "function f(a) { a + 1; }\nconsole.log(f(1));", "function f(a) { return a + 1; }\nconsole.log(f(1));"),
    ],
    "return-alone": [(JS, "function f() {\n  return\n  g();\n}", "function f() {\n  return g();\n}")],
    "never-negative": [
        (CPP, cpp_code("for (unsigned i = 3; i >= 0; --i) { f(i); }"),
         cpp_code("for (int i = 3; i >= 0; --i) { f(i); }")),
        (RUST, rust_code("let mut i = v.len() - 1;\n    while i >= 0 { i -= 1; }"),
         rust_code("let mut i: i32 = 3;\n    while i >= 0 { i -= 1; }")),
    ],
    "assigned-test": [(CPP, cpp_code("if (x = 5) { f(); }"), cpp_code("if (x == 5) { f(); }"))],
    "empty-body": [(JAVA, java_code("if (n > 1);\n    { g(); }"), java_code("if (n > 1)\n    { g(); }"))],
    "one-statement": [
        (CPP, cpp_code("if (x)\n    f();\n    g();"), cpp_code("if (x)\n    f();\n  g();")),
    ],
    "falls-through": [
        (JAVA, java_code("switch (n) {\n case 1:\n  g();\n case 2:\n  h();\n }"),
         java_code("switch (n) {\n case 1:\n  g();\n  break;\n case 2:\n  h();\n }")),
    ],
    "shadowed": [
        (GO, go_code("n := 0\n\tif true {\n\t\tn := 1\n\t}\n\tprintln(n)"),
         go_code("n := 0\n\tif true {\n\t\tn = 1\n\t}\n\tprintln(n)")),
        (RUST, rust_code("let n = 0;\n    for _ in 0..3 { let n = n + 1; }\n    f(n);"),
         rust_code("let mut n = 0;\n    for _ in 0..3 { n = n + 1; }\n    f(n);")),
    ],
    "compares-identity": [(JAVA, java_code("if (s == t) { g(); }"), java_code("if (s.equals(t)) { g(); }"))],
    "line-left": [
        (JAVA, java_code("int k = in.nextInt();\n    String u = in.nextLine();"),
         java_code("int k = in.nextInt();\n    in.nextLine();\n    String u = in.nextLine();")),
    ],
    "shared-static": [
        (JAVA, "class A {\n  static int n;\n  A(int n) { this.n = n; }\n}",
         "class A {\n  int n;\n  A(int n) { this.n = n; }\n}"),
    ],
    "given-itself": [
        (JAVA, "class A {\n  int n;\n  A(int n) { n = n; }\n}", "class A {\n  int n;\n  A(int n) { this.n = n; }\n}"),
    ],
    "printed-array": [
        (JAVA, java_code("int[] a = {1};\n    System.out.println(a);"),
         java_code("int[] a = {1};\n    System.out.println(a[0]);")),
    ],
    "changed-while-indexed": [
        (JAVA, java_code("for (int i = 0; i < a.size(); i++) { a.remove(i); }"),
         java_code("for (int i = a.size() - 1; i >= 0; i--) { a.remove(i); }")),
    ],
    "copy-changed": [
        (JAVA, "class A {\n  void f(int n) { n = n + 1; }\n}", "class A {\n  int f(int n) { n = n + 1; return n; }\n}"),
        (CPP, "void f(std::vector<int> v) { v.push_back(1); }", "void f(std::vector<int>& v) { v.push_back(1); }"),
        (GO, COUNTS.format(""), COUNTS.format("*")),
        (GO, "func f(s []int) { s = append(s, 1) }", "func f(s []int) []int { s = append(s, 1); return s }"),
    ],
    "line-end-kept": [
        (RUST, rust_code('stdin().read_line(&mut s);\n    if s == "y" { f(); }'),
         rust_code('stdin().read_line(&mut s);\n    if s.trim() == "y" { f(); }')),
    ],
    "whole-division": [
        (RUST, rust_code("let a: i32 = 5;\n    let m = (a / 2) as f64;"),
         rust_code("let a: i32 = 5;\n    let m = a as f64 / 2.0;")),
        (JAVA, "class A { double m(int[] a, int s) { return s / a.length; } }",
         "class A { double m(int[] a, int s) { return (double) s / a.length; } }"),
    ],
    "late-binding": [
        (PYTHON, "for k in range(3):\n    def g():\n        return k\n    f.append(g)",
         "for k in range(3):\n    def g(k=k):\n        return k\n    f.append(g)"),
    ],
    "starts-anew": [
        (PYTHON, "for x in a:\n    r = []\n    r.append(x)\nprint(r)",
         "r = []\nfor x in a:\n    r.append(x)\nprint(r)"),
    ],
    "not-awaited": [
        (JS, "async function f() { return 1; }\nconst p = f();\nconsole.log(p);",
         "async function f() { return 1; }\nconst p = await f();\nconsole.log(p);"),
    ],
    "text-and-number": [
        (PYTHON, "p = 12\ng = input()\nwhile g != p:\n    g = input()",
         "p = '12'\ng = input()\nwhile g != p:\n    g = input()"),
    ],
    "lost-result": [(PYTHON, "def f(s):\n    s.strip()\n    return s", "import os\nos.replace('a', 'b')")],
})  # fmt: skip
