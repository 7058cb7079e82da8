"""Every rule's own examples: the bad one breaks it, and nothing is wrong with the good one."""

from importlib import import_module
from pathlib import Path
from time import process_time

import pytest

from learnflow.code_analysis.engine import all_rules, analyze, rules_in
from learnflow.code_analysis.rule import Example, Kind, Rule
from learnflow.domain.question.errors import ERRORS
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Language

RULES = [rule for rule in all_rules() if rule.examples]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.key}-{example.language}") for rule in RULES for example in rule.examples
]
WRONG = (Kind.ERROR, Kind.BUG)
NOT_SENT = "python-name-error"  # an example uses names that it does not define


def broken(rule: Rule, example: Example, code: str) -> set[str]:
    """Return the rules that code breaks, as the rule of the example is asked for."""
    error = rule.explains[0] if rule.needs_error else None
    return {
        finding.rule.key for finding in analyze(code, example.language, error=error)
        if (finding.kind in WRONG and finding.rule.key != NOT_SENT) or finding.rule.key == rule.key
    }  # fmt: skip


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_the_bad_example_breaks_its_rule_and_the_good_one_none(rule: Rule, example: Example) -> None:
    assert rule.key in broken(rule, example, example.bad)
    assert broken(rule, example, example.good) == set()


@pytest.mark.parametrize("example", [example for rule in RULES for example in rule.examples])
def test_a_finding_says_what_is_wrong_and_what_to_do(example: Example) -> None:
    for finding in analyze(example.bad, example.language):
        assert finding.message
        assert finding.topic in TOPICS
        assert 1 <= finding.line <= example.bad.count("\n") + 1


def test_what_a_rule_is_about_can_be_asked_for() -> None:
    assert {rule.focus for rule in all_rules()} <= {"", "speed", "security", "design"}


def test_what_a_rule_explains_is_an_error_that_is_known() -> None:
    assert {error for rule in all_rules() for error in rule.explains} <= set(ERRORS)


def test_every_rule_with_a_condition_has_examples_in_one_of_its_languages() -> None:
    assert [
        rule.key
        for rule in all_rules()
        if rule.examples and not {e.language for e in rule.examples} <= set(rule.languages)
    ] == []


def test_a_new_rule_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "more_rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "prints.py").write_text(RULE)
    monkeypatch.syspath_prepend(tmp_path)
    (rule,) = rules_in(import_module("more_rules"))
    assert (rule.key, [match.line for match in rule.check(rule.examples[0])]) == ("prints-nothing", [1])


RULE = """
from learnflow.code_analysis.rule import Example, Match, rule
from learnflow.models.vocabulary import Language

@rule(
    "prints-nothing", Language.PYTHON, topic="input-output", message="`print()` prints an empty line.",
    examples=(Example(Language.PYTHON, "print()", "print(1)"),),
)
def prints_nothing(tree):
    yield Match(1)
"""


MANY = 600
LONG = {
    "filled by index": "a = []\n" + "".join(f"a[{i}] = {i}\n" for i in range(MANY)),
    "read beyond the end": "a = [1]\n" + "".join(f"print(a[{i + 1}])\n" for i in range(MANY)),
    "names without a value": "".join(f"print(x{i})\n" for i in range(MANY)),
    "a chain of branches": "if x > 0:\n    pass\n" + "".join(f"elif x < {-i}:\n    pass\n" for i in range(MANY // 2)),
    "iterators": "".join(f"g{i} = map(int, s)\nprint(list(g{i}))\nprint(max(g{i}))\n" for i in range(MANY // 3)),
    "loops in loops": "".join("    " * i + f"for x{i} in y:\n" for i in range(60)) + "    " * 60 + "pass\n",
}


@pytest.mark.parametrize("kind", LONG)
def test_no_python_keeps_the_rules_busy(kind: str) -> None:
    start = process_time()
    analyze(LONG[kind], Language.PYTHON)
    assert process_time() - start < 3
