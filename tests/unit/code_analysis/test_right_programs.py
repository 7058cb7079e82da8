"""Programs that are right as they stand: no rule calls anything in them a fault."""

import tomllib
from pathlib import Path

import pytest

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.rule import Kind
from learnflow.models.vocabulary import Language
from tests.support.right_programs import renamed, right_programs

JS, JAVA, CPP, GO = Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO

RIGHT_PROGRAMS = [
    (JS, "for (let k = 0; k < 2; k++) { setTimeout(() => f(k), 1); }\n['b', 'a'].sort();"),
    (JS, "async function load() { return 1; }\nconst p = await load();"),
    (JS, "let left = 0;\nfor (let n of counts) { if (--n > 0) left += 1; }\nconsole.log(left);"),
    (
        JS,
        "for (const row of rows) { const name = row.name; console.log(name); }\nfor (let i = 0; i < 3; i++) { f(i); }",
    ),
    (JS, "async function f(res) {\n  const body = res.json();\n  return await body;\n}"),
    (JS, "const jobs = [];\nfor (var u of urls) { jobs.push(fetch(u)); }\nconst all = await Promise.all(jobs);"),
    (JS, "let page = null;\nload().then((p) => { page = p; render(page); });\nrender(page);"),
    (JS, "try {\n  load().then(show, report);\n} catch (error) {\n  report(error);\n}"),
    (JS, "console.log('never write n =+ 2;', '(0 < x < 5)');\nconst flags = 5;\nconsole.log(flags & 2);"),
    (JS, "const ages = { ada: 36 };\nfor (const name in ages) { console.log(name, ages[name]); }"),
    (JS, "for (let i = 1; i <= s.length; i++) {\n  if (i === s.length || s[i] !== s[i - 1]) { flush(); }\n}"),
    (JS, "const name = 'a';\nif (true) {\n  const name = 'b';\n  console.log(name);\n}\nconsole.log(name);"),
    (JS, "function count(n) { switch (n) { case 1: case 2: f(); break; default: g(); } }"),
    (JS, "a.forEach((row) => { row.cells.forEach((cell) => { if (!cell) { return; } show(cell); }); });"),
    (JS, "items.some((item) => { if (item.bad) { stop(item); return true; } });"),
    (JAVA, "class A { double m(double a, int b) { int i = 0; while (i < 3) { i++; } return a / b; } }"),
    (JAVA, "class A { void f() { for (int i = 3; i >= 0; i--) { use(i); } } }"),
    (JAVA, "class A { double celsius(double f) { return (f - 32) * 5 / 9; } }"),
    (JAVA, "class A { boolean equals(Object o) { return this == o; } }"),
    (JAVA, "class A { void f(String name, int age) { System.out.println(name + ' ' + age); } }"),
    (JAVA, "class A { void f(String s) { for (int i = 1; i <= s.length(); i++) { g(s.substring(0, i)); } } }"),
    (JAVA, "class A { void f(List<P> ps) {\n Team team = new Team();\n for (P p : ps) { p.teams.add(team); }\n} }"),
    (JAVA, "class A {\n static void show(int n) { g(n); }\n void f() { int n = 3; while (n > 0) { show(n--); } }\n}"),
    (JAVA, "class A { void t() { assertFalse(a.equals(null)); } }"),
    (CPP, "int main() { for (int i = 3; i >= 0; --i) { use(i); } }"),
    (CPP, "double f(int a) { return a / 2.0; }"),
    (CPP, "int main() { if (p = find(3)) { use(p); } }"),
    (CPP, "int main() { for (size_t i = 1; i <= v.size(); ++i) { use(v[i - 1]); } }"),
    (GO, "package main\nfunc f(a int) float64 { return float64(a) / 2 }"),
]


RIGHT_PROGRAMS += [
    (Language(language), program)
    for language, programs in tomllib.loads(Path(__file__).with_name("right_programs.toml").read_text()).items()
    for program in programs
]
WRONG = frozenset({Kind.ERROR, Kind.BUG})
NOT_SENT = "python-name-error"  # a program uses names that it does not define
SHOWN_ON_PURPOSE = frozenset({
    ("point closures 1", "B023"), ("point closures 2", "late-binding"), ("point data-types 5", "inexact"),
    ("point functions 1", "gives-nothing"), ("point functions 13", "mutable-default"),
    ("point functions 16", "copy-changed"), ("point inheritance 13", "not-virtual"),
    ("point object-oriented-programming 16", "copy-changed"), ("concept memory-management beginner", "same-object"),
    ("point strings 7", "compares-identity"), ("point strings 10", "template-missing"),
    ("point variables 5", "same-object"), ("concept lists advanced", "shallow-copy"),
    ("concept lists advanced", "same-row"), ("concept scope advanced", "B023"), ("concept closures advanced", "B023"),
    ("concept data-types advanced", "inexact"), ("concept variables advanced", "same-object"),
})  # fmt: skip


def wrong_in(program: str, language: Language) -> set[str]:
    findings = [finding for finding in analyze(program, language) if finding.kind in WRONG]
    return {finding.rule.key for finding in findings} - {NOT_SENT}


@pytest.mark.parametrize(("language", "program"), RIGHT_PROGRAMS)
def test_nothing_in_a_right_program_is_called_a_fault(language: Language, program: str) -> None:
    assert wrong_in(program, language) == set()


@pytest.mark.parametrize("language", Language)
def test_nothing_is_wrong_in_solutions_mended_examples_and_the_content_under_any_names(language: Language) -> None:
    called_wrong = set()
    for place, (source, program) in enumerate(right_programs(language).items()):
        for variation in filter(None, (program, renamed(program, language, place))):
            called_wrong |= {(source, key) for key in wrong_in(variation, language)}
    assert called_wrong <= SHOWN_ON_PURPOSE


def test_more_than_a_thousand_right_programs_are_tried() -> None:
    programs = [
        each for language in Language for place, program in enumerate(right_programs(language).values())
        for each in (program, renamed(program, language, place)) if each
    ]  # fmt: skip
    assert len(set(programs)) > 1_000
