"""Loops of JavaScript, Java, C++ and Go whose condition nothing in them changes."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, Example, Match, rule
from learnflow.code_analysis.syntax_tree import FUNCTIONS, SyntaxTree, around, bare, line, names, of, part, text
from learnflow.domain.phrasing import one_line

_CHANGES: Final = (
    "assignment_expression", "augmented_assignment_expression", "update_expression", "assignment_statement",
    "inc_statement", "dec_statement", "short_var_declaration",
)  # fmt: skip
_LEAVES: Final = ("break_statement", "return_statement", "throw_statement", "await_expression", "yield_expression")
_DECLARATIONS: Final = (
    "variable_declarator", "init_declarator", "var_spec", "short_var_declaration", "declaration", "formal_parameter",
    "parameter_declaration", "formal_parameters",
)  # fmt: skip
_CALLS: Final = ("call_expression", "method_invocation", "member_expression", "field_access")
_CHANGED_ELSEWHERE: Final = re.compile(
    r">>|&\w|\.exit\(|\.Exit\(|\bexit\("
)  # read into, given away by address, or the end


@rule(
    "loop-never-changes", JS, JAVA, CPP, GO, nodes=("while_statement", "for_statement"), topic="loops",
    message="nothing inside of the loop changes `{name}`, so the condition `{condition}` never becomes false and the loop never ends.",
    fix="Change `{name}` at the end of the loop's body, for example `{change}`.",
    beneath="The condition is worked out anew before each round; with the same values it has the same result each time.",
    examples=(
        Example(JS, "let n = 5;\nwhile (n > 0) { f(); }", "let n = 5;\nwhile (n > 0) { f(); n--; }"),
        Example(JS, "let n = 5;\nwhile (n > 0) { f(); }",
                "let n = 3;\nfunction step() { n--; }\nwhile (n > 0) { step(); }"),
        Example(JAVA, "class A { void f() { int n = 3; while (n > 0) { g(); } } }",
                "class A { int n = 0; void step() { n++; } void run() { while (n < 3) { step(); } } }"),
        Example(CPP, "int main() { int n = 3; while (n > 0) { std::cout << n; } }",
                "int main() { int n = 3; while (n > 0) { step(n); } }"),
        Example(GO, "package main\n\nfunc main() {\n\tn := 3\n\tfor n > 0 {\n\t\tprintln(n)\n\t}\n}",
                "package main\n\nfunc main() {\n\tn := 3\n\tfor n > 0 {\n\t\tn--\n\t}\n}"),
    ),
)  # fmt: skip
def loop_never_changes(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    test, body = bare(part(loop, "condition")), part(loop, "body")
    if tree.language is GO and test is None:
        test = next((child for child in loop.named_children if child.type == "binary_expression"), None)
    steps = part(loop, "increment") or part(loop, "update")  # JavaScript's word, C++'s and Java's
    if test is None or body is None or test.type != "binary_expression" or steps or any(of(test, *_CALLS)):
        return
    sides = (part(test, "left"), part(test, "right"))
    plain = {text(side) for side in sides if side and side.type == "identifier"}
    if plain and not any(of(body, *_LEAVES)) and not any(_may_change(tree, loop, body, name) for name in plain):
        name = min(plain, key=text(test).find)
        yield Match(line(loop), {"name": name, "condition": one_line(text(test)), "change": f"{name}++"})


def _may_change(tree: SyntaxTree, loop: Node, body: Node, name: str) -> bool:
    """Say whether a name may get another value while the loop runs: in it, or by a function that it calls."""
    changed = any(name in names(change) for change in of(body, *_CHANGES))
    function = around(loop, *FUNCTIONS)
    outside = function is None or not any(name in names(node) for node in of(function, *_DECLARATIONS))
    owner = function or tree.root
    inner = (node for node in of(owner, *FUNCTIONS) if node != function)
    closed_over = any(name in names(change) for node in inner for change in of(node, *_CHANGES))
    given_away = tree.language is CPP and any(name in names(call) for call in of(body, "call_expression"))
    a_global = outside and (tree.language is not JS or function is not None)
    return changed or closed_over or a_global or given_away or bool(_CHANGED_ELSEWHERE.search(text(body)))
