"""Conditions, switches and bodies in the languages with braces."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, RUST, Certainty, Example, Kind, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, bare, line, part, text
from learnflow.domain.phrasing import one_line

_TRUTHY: Final = re.compile(r"[\"'](?:[^\"']+)[\"']|[1-9]\d*")
_LITERAL: Final = re.compile(r"\"[^\"]*\"|'[^']*'|-?\d[\w.]*|true|false|null|nullptr|undefined")
_JOINED: Final = frozenset({"parenthesized_expression", "condition_clause", "binary_expression", "unary_expression"})
_CALLS: Final = re.compile(r"\(|\bawait\b|\+\+|--")
_BLOCKS: Final = frozenset({"statement_block", "block", "compound_statement"})
_CASES: Final = ("switch_case", "switch_block_statement_group", "case_statement")
_GOES_ON: Final = frozenset({
    "expression_statement", "lexical_declaration", "local_variable_declaration", "declaration",
})  # fmt: skip
_EXIT: Final = re.compile(r"\b(?:exit|abort|terminate|panic|fail)\w*\(")
_OPENING: Final = ("if_statement", "for_statement", "while_statement", "for_in_statement", "enhanced_for_statement")


@rule(
    "always-true", JS, CPP, nodes=("binary_expression",), topic="conditionals", certainty=Certainty.SURE,
    message="`{condition}` is always true: `||` joins two conditions, and the second is just `{value}`, which counts as true by itself.",
    fix="Compare with each value: `{change}`.",
    beneath="`||` binds looser than a comparison; any text but an empty one, and any number but 0, counts as true.",
    examples=(
        Example(JS, "if (a === 'x' || 'y') { f(); }", "if (a === 'x' || a === 'y') { f(); }"),
        Example(JS, "while (a === 1 || 2) { f(); }", "const label = kind === first || 'other';"),
    ),
)  # fmt: skip
def always_true(_: SyntaxTree, node: Node) -> Iterator[Match]:
    left, right = part(node, "left"), bare(part(node, "right"))
    sign = text(part(left, "operator"))
    either = text(part(node, "operator")) == "||" and sign in {"==", "==="} and _TRUTHY.fullmatch(text(right))
    if either and _is_condition(node):
        change = one_line(f"{text(left)} || {text(part(left, 'left'))} {sign} {text(right)}", 80)
        yield Match(line(node), {"condition": one_line(text(node)), "value": text(right), "change": change})


def _is_condition(node: Node) -> bool:
    while node.parent is not None and node.parent.type in _JOINED:
        node = node.parent
    return part(node.parent, "condition") == node


@rule(
    "either-differs", JS, JAVA, CPP, GO, RUST, nodes=("binary_expression",), topic="conditionals", certainty=Certainty.SURE,
    message="`{condition}` is always true: whatever the value is, it differs from at least one of the two.",
    fix="Both must differ, so join them by `&&`: `{change}`.",
    beneath="By De Morgan, not (a or b) is (not a) and (not b); with a negation, `||` and `&&` change places.",
    examples=(
        in_function(JAVA, "if (n != 1 || n != 2) { g(); }", "if (n != 1 && n != 2) { g(); }"),
        in_function(CPP, "if (n != 1 || n != 2) { f(); }", "if (get() != 'a' || get() != 'b') { f(); }"),
        Example(JS, "if (a !== 'x' || a !== 'y') { f(); }", "if (a != 0 || a != '') { f(); }"),
    ),
)  # fmt: skip
def either_differs(_: SyntaxTree, node: Node) -> Iterator[Match]:
    left, right = bare(part(node, "left")), bare(part(node, "right"))
    first, second = text(part(left, "right")), text(part(right, "right"))
    differ = all(text(part(side, "operator")) in {"!=", "!=="} for side in (left, right))
    literal = _LITERAL.fullmatch(first) and _LITERAL.fullmatch(second) and first.isdigit() == second.isdigit()
    asked = text(part(left, "left"))
    same = asked == text(part(right, "left")) and first != second and not _CALLS.search(asked)
    if text(part(node, "operator")) == "||" and differ and literal and same:
        change = one_line(f"{text(left)} && {text(right)}", 80)
        yield Match(line(node), {"condition": one_line(text(node)), "change": change})


@rule(
    "assigned-test", JS, JAVA, CPP, nodes=("if_statement", "while_statement"), topic="conditionals",
    message="`{name}` with one `=` gives a value instead of comparing, and the condition is then that value, whatever was there before.",
    fix="Compare: `{change}`.",
    beneath="An assignment is an expression whose value is what was assigned; all but zero (and what is like it) counts as true.",
    examples=(
        in_function(CPP, "if (x = 5) { f(); }", "if (x == 5) { f(); }"),
        Example(JS, "if (x = 'a') { f(); }", "let node = head;\nwhile (node = node.next) { f(node); }"),
        in_function(JAVA, "while (done = true) { g(); }", "while (done == true) { g(); }"),
    ),
)  # fmt: skip
def assigned_test(tree: SyntaxTree, node: Node) -> Iterator[Match]:
    test = bare(part(node, "condition"))
    test = bare(part(test, "value")) if test is not None and test.type == "condition_clause" else test
    value = text(part(test, "right"))
    if test is not None and test.type == "assignment_expression" and _LITERAL.fullmatch(value):
        equals = "===" if tree.language is JS else "=="
        change = one_line(f"{text(part(test, 'left'))} {equals} {value}")
        yield Match(line(node), {"name": one_line(text(test)), "change": change})


@rule(
    "empty-body", JS, JAVA, CPP, nodes=("if_statement", "for_statement", "while_statement"), topic="conditionals",
    message="the `;` right after the `{what} (...)` is its whole body, an empty one: the block below belongs to nothing and runs once, always.",
    fix="Take the `;` away.",
    beneath="A lone semicolon is the empty statement, which is as good a body as a block.",
    examples=(
        in_function(JAVA, "if (n > 1);\n    { g(); }", "if (n > 1)\n    { g(); }"),
        in_function(CPP, "while (n > 1);\n  { f(); }", "while (get() != 'x');\n\n  { f(); }"),
    ),
)  # fmt: skip
def empty_body(_: SyntaxTree, node: Node) -> Iterator[Match]:
    body, block = part(node, "consequence") or part(node, "body"), node.next_named_sibling
    if text(body) == ";" and block is not None and block.type in _BLOCKS:
        near = block.start_point[0] <= node.end_point[0] + 1
        if near or node.type == "if_statement":
            yield Match(line(node), {"what": text(node).partition("(")[0].strip()})


@rule(
    "one-statement", JS, JAVA, CPP, nodes=_OPENING, topic="conditionals",
    message="without braces, only the first statement belongs to the `{what}` of line {head}. This line looks as if it did too, but it always runs, once.",
    fix="Put braces around all that belongs to it.",
    beneath="Indentation means nothing to the compiler here; a body is one statement, and a block in braces counts as one.",
    examples=(in_function(CPP, "if (x)\n    f();\n    g();", "if (x)\n    f();\n  g();"),),
)  # fmt: skip
def one_statement(_: SyntaxTree, node: Node) -> Iterator[Match]:
    body, following = part(node, "consequence") or part(node, "body"), node.next_named_sibling
    if body is None or following is None or part(node, "alternative") or body.type in {*_BLOCKS, *_OPENING}:
        return
    below, column = body.start_point[0] > node.start_point[0], body.start_point[1]
    if below and column > node.start_point[1] and following.start_point[1] == column:
        what = text(node).partition("(")[0].strip()
        yield Match(line(following), {"what": what, "head": str(line(node))})


@rule(
    "falls-through", JS, JAVA, CPP, nodes=_CASES, once=True, topic="conditionals", kind=Kind.RISK,
    message="`{name}` has no `break`, so after it the next case runs as well, and so on to the end or to the next `break`.",
    fix="End each case with `break;` (or say `// falls through` where it is meant).",
    beneath="The labels of a `switch` are only places to jump to; nothing but `break` or `return` leaves it.",
    examples=(
        in_function(JAVA, "switch (n) {\n case 1:\n  g();\n case 2:\n  h();\n }",
                    "switch (n) {\n case 1:\n  g();\n  break;\n case 2:\n  h();\n }"),
        in_function(JAVA, "switch (n) {\n case 1: g();\n default: h();\n }",
                    "switch (n) {\n case 1: if (s == null) { return; } else { return; }\n case 2: System.exit(1);\n default: h();\n }"),
        in_function(CPP, "switch (n) {\n case 1: { f(); }\n case 2: g();\n }",
                    "switch (n) {\n case 1: { f(); break; }\n case 2: { g(); break; }\n default: return 0;\n }"),
    ),
)  # fmt: skip
def falls_through(_: SyntaxTree, node: Node) -> Iterator[Match]:
    following = node.next_named_sibling
    last = node.named_children[-1] if node.named_child_count > 1 else None
    while last is not None and last.type in _BLOCKS and last.named_children:
        last = last.named_children[-1]
    if last is None or following is None or following.type not in {*_CASES, "switch_default"}:
        return
    if last.type in _GOES_ON and not _EXIT.search(text(last)):  # not a comment, which may say that it is meant
        yield Match(line(node), {"name": one_line(text(node).partition(":")[0])})
