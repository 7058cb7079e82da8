"""Fractions that get lost: whole numbers divided before they become one (Java, C++, Go), and floats (any language)."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.rule import CPP, GO, JAVA, Certainty, Example, Match, Rule, rule
from learnflow.code_analysis.rules.variables import divides_to_zero
from learnflow.code_analysis.syntax_tree import SyntaxTree, bare, line, part, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_WHOLE: Final = frozenset({"int", "long", "short", "size_t", "int64", "int32", "unsigned"})
_FLOATING: Final = frozenset({"double", "float", "float64", "float32"})
_NUMBERS: Final = frozenset({"number_literal", "decimal_integer_literal", "int_literal"})
_WITHIN: Final = frozenset({
    "parenthesized_expression", "binary_expression", "init_declarator", "variable_declarator", "expression_list",
    "argument_list", "return_statement", "block", "compound_statement", "statement_list",
})  # fmt: skip
_DECLARATIONS: Final = (
    "local_variable_declaration", "declaration", "parameter_declaration", "formal_parameter", "var_spec",
    "field_declaration",
)  # fmt: skip
_LENGTH: Final = re.compile(r"^\w+\.(?:length|size\(\)|length\(\))$|^len\(\w+\)$")
_CASTS: Final[Mapping[Language, str]] = MappingProxyType({
    CPP: "static_cast<double>({})",
    JAVA: "(double) {}",
    GO: "float64({})",
})
_FRACTION: Final = re.compile(r"\d\.\d|double|float|/")
_INEXACT: Final = re.compile(r"\d\.\d{12,}|\b0\.1 ?\+ ?0\.2\b|\b0\.3\b.{0,40}\b0\.1\b.{0,20}\b0\.2\b")


@rule(
    "whole-division", *_CASTS, topic="operators",
    message="both sides of `{name}` are whole numbers, so the division drops the fraction; only then is the result turned into a `{kind}`.",
    fix="Make one side a floating number before you divide: `{change}`.",
    beneath="The types of the operands choose the division; what the result is stored in comes too late to matter.",
    examples=(
        Example(JAVA, "class A { double m(int[] a, int s) { return s / a.length; } }",
                "class A { double m(int[] a, int s) { return (double) s / a.length; } }"),
        Example(JAVA, "class A { double f(int r) { double i = r / 100 * 20; return i; } }",
                "class A { double half(double n) { return n / 2; } int twice(int n) { return n * 2; } }"),
    ),
)  # fmt: skip
def whole_division(tree: SyntaxTree) -> Iterator[Match]:
    whole = _whole_names(tree)
    for division in tree.of("binary_expression"):
        left, right = part(division, "left"), part(division, "right")
        kind = _stored_in(division)
        rounds_down = text(division.parent).endswith(f"* {text(right)}")  # `n / 10 * 10`
        if text(part(division, "operator")) != "/" or left is None or right is None or kind is None or rounds_down:
            continue
        is_zero = divides_to_zero(division) and tree.language is not GO  # which has a rule of its own
        if _is_whole(left, whole) and _is_whole(right, whole) and not is_zero:
            shown = one_line(text(left if tree.language is JAVA else bare(left)))
            change = f"{_CASTS[tree.language].format(shown)} / {one_line(text(right))}"
            yield Match(line(division), {"name": one_line(text(division)), "kind": kind, "change": change})


def _whole_names(tree: SyntaxTree) -> frozenset[str]:
    """Return the names that are declared as whole numbers, and nowhere as anything else."""
    kinds: dict[str, set[str]] = {}
    for declaration in tree.of(*_DECLARATIONS):
        for child in declaration.named_children:
            declared = part(child, "name") or part(child, "declarator") or child
            if declared.type == "identifier":
                kinds.setdefault(text(declared), set()).add(text(part(declaration, "type")))
    if tree.language is GO:
        for name, value, _ in tree.given:
            kinds.setdefault(name, set()).add("int" if value is not None and value.type in _NUMBERS else "")
    return frozenset(name for name, types in kinds.items() if types <= _WHOLE)


def _is_whole(node: Node, whole: frozenset[str]) -> bool:
    node = bare(node) or node
    if node.type == "binary_expression":
        return all(_is_whole(child, whole) for child in node.named_children)
    if _LENGTH.search(text(node)):
        return True
    return (node.type in _NUMBERS and text(node).isdecimal()) or text(node) in whole


def _stored_in(node: Node) -> str | None:
    """Return the floating type into which a division goes, by a declaration, a conversion or a return."""
    above = node.parent
    while above is not None and above.type in _WITHIN:
        above = above.parent
    kind = text(part(above, "type") or part(above, "function") or part(above, "result"))
    return kind if kind in _FLOATING else None


inexact_result: Final = Rule(
    "inexact-result", tuple(Language), topic="data-types", certainty=Certainty.SURE,
    message="floats are stored in binary, and most fractions, 0.1 and 0.2 among them, have no exact binary form. So a sum can be off in the last digit, 0.30000000000000004 for 0.1 + 0.2. It is no mistake of yours or of the computer: it is so in nearly every language.",
    fix="Round where you show it (`round(x, 2)` in Python), compare with a tolerance (`math.isclose(a, b)`) instead of `==`, and for money count in cents or use a decimal type.",
    beneath="A float (IEEE 754) is a whole number of 53 bits times a power of two; what is printed is the shortest decimal that gives that float back.",
)  # fmt: skip


def by_words_alone(complaint: str, code: str | None) -> tuple[Finding, ...]:
    """Return what a complaint proves by the digits in it, at the first line of code that calculates with fractions."""
    if not _INEXACT.search(complaint):
        return ()
    lines = enumerate((code or "").splitlines(), start=1)
    return (Finding(inexact_result, next((number for number, content in lines if _FRACTION.search(content)), 1)),)
