"""A statement is suspicious that runs where cases fail and not where they pass."""

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.probes import CaseCoverage, guarded, ochiai, probed, ran_in, suspicion

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage


def coverage(*ran: int, passed: bool) -> CaseCoverage:
    return CaseCoverage(frozenset(ran), passed)


CASES = (coverage(0, 1, passed=False), coverage(0, 2, passed=True), coverage(0, 1, 2, passed=False))


@pytest.mark.parametrize(("statement", "expected"), [(0, 2 / 6**0.5), (1, 1.0), (2, 0.5), (3, 0.0)])
def test_ochiai(statement: int, expected: float) -> None:
    assert ochiai(statement, CASES) == pytest.approx(expected)


def test_a_line_is_as_suspicious_as_the_innermost_statement_on_it() -> None:
    assert suspicion(((1, 4), (2, 3)), CASES[:1]) == {1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}
    scores = suspicion(((1, 3), (2, 2), (3, 3)), CASES)
    assert scores[2] > scores[1] > scores[3]


def test_bits_are_numbers() -> None:
    assert ran_in("b") == {0, 1, 3}
    assert ran_in("") == frozenset()


def test_probes_of_python_stand_before_statements_of_all_kinds() -> None:
    found = probed(PYTHON, 'def f(a):\n    """Say."""\n    if a: return 1\n    for b in a:\n        c = b; d = c\n')
    assert found is not None
    namespace: dict[str, object] = {}
    ran: list[int] = []
    exec(found.code, {"learnflow_ran": ran.append}, namespace)  # noqa: S102 - our own
    function = namespace["f"]
    assert callable(function)
    function([])
    lines = [found.spans[number][0] for number in ran]
    assert lines == [1, 2, 3, 4]
    ran.clear()
    function([7])
    assert [found.spans[number][0] for number in ran] == [2, 3, 3]


def test_probes_put_braces_around_bodies_without_them() -> None:
    found = probed(JAVASCRIPT, "if (a) b(); else c();")
    assert found is not None
    assert found.code == ("learnflow_ran(0); if (a) { learnflow_ran(1); b(); } else { learnflow_ran(2); c(); }")


def test_a_program_that_cannot_be_read_has_no_probes() -> None:
    assert probed(PYTHON, "def f(:") is None


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        (PYTHON, "while a:\n    b()\n", "while a:\n    b()\n"),
        (JAVASCRIPT, "while (a) { b(); }", "while (a) { learnflow_step(); b(); }"),
        (JAVASCRIPT, "for (;;) b();", "for (;;) { learnflow_step(); b(); }"),
        (
            JAVA, "class A { void f() { for (int a : b) c(); } }",
            "class A { void f() { for (int a : b) { LearnflowGuard.step(); c(); } } }",
        ),
    ],
)  # fmt: skip
def test_loops_are_guarded_where_no_clock_ends_them(language: ExerciseLanguage, code: str, expected: str) -> None:
    assert guarded(language, code) == expected
