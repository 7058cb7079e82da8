"""A rule stays only if it is silent where it has nothing to say: in right programs, and in the examples of others.

This holds for the rules of mistakes (kinds error and bug). The remarks of a review (risk, clarity, style) are true of
right programs too, `var` for example, and are told as remarks; so they need no silence. A rule that needs an error
speaks only to who got that error, which no right program gives.
"""

from collections.abc import Iterator

import pytest

from learnflow.code_analysis.engine import Source, all_rules
from learnflow.code_analysis.rule import Kind, Rule
from learnflow.code_analysis.syntax_tree import SyntaxTree
from learnflow.models.vocabulary import Language
from learnflow.tutor.exercises.bank import BANK
from tests.support.installed_programs import installed_programs

RULES = [rule for rule in all_rules() if rule.kind in {Kind.ERROR, Kind.BUG} and not rule.needs_error]
NOT_SENT = "python-name-error"  # a part of a program uses names that it does not define
BATCH = 40_000  # characters that the linter is given at once


def findings(program: str, language: Language, *, linted: bool) -> set[str]:
    """Return the keys of the rules that speak in a program: those that ask the linter, or the others."""
    source = Source(program, language)
    if isinstance(source.tree, SyntaxTree) and source.tree.root.has_error:
        return set()
    return {
        rule.key for rule in RULES
        if language in rule.languages and rule.key != NOT_SENT and rule.is_linter_code is linted
        and any(source.matches(rule, raised=False))
    }  # fmt: skip


def batches(programs: list[str]) -> Iterator[str]:
    """Yield programs joined to a few long ones."""
    batch = ""
    for program in programs:
        if len(batch) + len(program) > BATCH:
            yield batch
            batch = ""
        batch += f"{program}\n"
    yield batch


@pytest.mark.parametrize("language", Language)
def test_no_rule_speaks_in_the_code_that_is_in_use_on_this_machine(language: Language) -> None:
    programs = installed_programs(language)
    if not programs:
        pytest.skip(f"no library of {language.label} is installed with its source")
    alarms = [(key, program) for program in programs for key in findings(program, language, linted=False)]
    assert alarms == []


def test_the_linter_finds_no_mistake_in_the_standard_library() -> None:
    functions = installed_programs(Language.PYTHON)
    assert len(functions) >= 1_000
    assert {key for batch in batches(functions) for key in findings(batch, Language.PYTHON, linted=True)} == set()


def test_no_rule_speaks_in_a_solution_of_the_bank() -> None:
    solutions = [(exercise.title, exercise.solution_code, Language(exercise.language)) for exercise in BANK.exercises]
    alarms = {title: findings(code, language, linted=False) for title, code, language in solutions}
    assert {title: keys for title, keys in alarms.items() if keys} == {}
    python = [code for _, code, language in solutions if language is Language.PYTHON]
    assert {key for batch in batches(python) for key in findings(batch, Language.PYTHON, linted=True)} == set()


@pytest.mark.parametrize("rule", [rule for rule in all_rules() if rule.examples], ids=lambda rule: rule.key)
def test_no_rule_speaks_in_the_examples_of_another(rule: Rule) -> None:
    itself = {other.key for other in RULES if other.key == rule.key or rule.key in other.explains}  # or its cause
    for example in rule.examples:
        for code in (example.bad, example.good):
            speaking = {key for linted in (False, True) for key in findings(code, example.language, linted=linted)}
            assert speaking <= (itself if code == example.bad else set())


def test_a_rule_that_speaks_in_right_programs_is_caught() -> None:
    counts_down = "def f(items):\n    for i in range(3, 0):\n        print(items[i])\n"
    assert findings(counts_down, Language.PYTHON, linted=False) == {"empty-range"}
    assert findings("n = 1\nif n is 'x':\n    print(n)\n", Language.PYTHON, linted=True) == {"F632"}
