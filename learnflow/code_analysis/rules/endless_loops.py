"""Loops in the languages with braces that never end: whose condition stays true whatever happens in them."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, RUST, Example, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    SyntaxTree,
    around,
    bare,
    given,
    line,
    names,
    of,
    part,
    text,
    walk,
)
from learnflow.domain.phrasing import one_line

_LEAVES: Final = ("break_statement", "return_statement", "break_expression", "return_expression")
_UNSIGNED: Final = re.compile(r"\b(?:unsigned|size_t|uint\w*|usize|u8|u16|u32|u64)\b|(?:size|length|len)\(\)")

_CAST: Final = re.compile(r"\((?:int|long)|\bint\(|static_cast<| as |\btry_|ssize")

_PLAIN: Final = re.compile(  # what has the same value as long as no variable in it gets another
    r"identifier|(?:binary|unary|parenthesized)_expression|\w*literal|number|string(?:_\w+)?|true|false|null|undefined|nil|\W+|!"
)

_GIVES_VALUE: Final = (
    "assignment_expression", "augmented_assignment_expression", "update_expression", "assignment_statement",
    "inc_statement", "dec_statement", "short_var_declaration",
)  # fmt: skip

_ENDS_OR_WAITS: Final = (
    "break_statement",
    "return_statement",
    "throw_statement",
    "await_expression",
    "yield_expression",
)

_PARAMETERS: Final = ("formal_parameter", "parameter_declaration", "formal_parameters")

_CHANGED_ELSEWHERE: Final = re.compile(
    r">>|&\w|\.exit\(|\.Exit\(|\bexit\(|\babort\(|\bpanic\(|\.Fatal|\bgoto\b"
)  # read into, given away by address, or the end


@rule(
    "never-negative", CPP, RUST, nodes=("for_statement", "while_statement", "while_expression"), topic="loops",
    message="`{name}` is unsigned, so it is never below 0 and `{condition}` is always true: after 0 comes the largest number of the type (or a panic), and the loop does not end there.",
    fix="Count with {change}, or test before you count down.",
    beneath="Unsigned arithmetic is modulo 2^n: 0 - 1 wraps around in C++ and in Rust's release builds, and panics in its debug builds.",
    explains=("rust-overflow", "rust-index-out-of-bounds", "cpp-out-of-range", "cpp-segmentation-fault"),
    examples=(
        in_function(CPP, "for (unsigned i = 3; i >= 0; --i) { f(i); }",
                    "for (auto i = (int)v.size() - 1; i >= 0; --i) { f(v[i]); }"),
        Example(RUST, "fn main() {\n    let mut i = v.len() - 1;\n    while i >= 0 { i -= 1; }\n}",
                "fn main() {\n    let mut i = i64::try_from(v.len()).unwrap();\n    while i >= 0 { i -= 1; }\n}"),
    ),
)  # fmt: skip
def never_negative(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    test = bare(part(loop, "condition"))
    test = bare(part(test, "value")) if test is not None and test.type == "condition_clause" else test
    if test is None or text(part(test, "operator")) != ">=" or text(part(test, "right")) != "0":
        return
    name = text(part(test, "left"))
    if name.isidentifier() and _is_unsigned(tree, loop, name) and not any(of(loop, *_LEAVES)):
        change = "a signed type (`int`)" if tree.language is CPP else "`for i in (0..n).rev()`"
        yield Match(line(loop), {"name": name, "condition": text(test), "change": change})


def _is_unsigned(tree: SyntaxTree, loop: Node, name: str) -> bool:
    function = around(loop, *FUNCTIONS)
    declared = [
        node for node in tree.of("declaration", "let_declaration")
        if node.start_byte < loop.end_byte and around(node, *FUNCTIONS) == function
        and re.search(rf"\b{re.escape(name)}\b", text(node).partition("=")[0])
    ]  # fmt: skip
    if not declared:
        return False
    kind = text(part(declared[-1], "type"))
    if kind and kind != "auto":
        return _UNSIGNED.search(kind) is not None
    return not _CAST.search(text(declared[-1])) and _UNSIGNED.search(text(declared[-1])) is not None


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
                "class A { int n = 0; void step() { n++; } void run() { while (n < 3) { int k = n + 1; step(); } } }"),
        Example(CPP, "int main() { int n = 3; while (n > 0) { std::cout << n; } }",
                "int main() { int n = 3; while (n > 0) { step(n); } }"),
        Example(CPP, "int main() { int n = 3; while (n > 0) { std::cout << n; } }",
                "int main() { int n = 3, bits = 0; while ((1 << bits) < n) { bits++; } while (--n > 0) { f(); } while (*p < n) { ++p; } }"),
        Example(GO, "package main\n\nfunc main() {\n\tn := 3\n\tfor n > 0 {\n\t\tprintln(n)\n\t}\n}",
                "package main\n\nfunc main() {\n\tn := 3\n\tfor n > 0 {\n\t\tn--\n\t}\n}"),
    ),
)  # fmt: skip
def loop_never_changes(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    test, body = bare(part(loop, "condition")), part(loop, "body")
    if tree.language is GO and test is None:
        test = next((child for child in loop.named_children if child.type == "binary_expression"), None)
    steps = part(loop, "increment") or part(loop, "update")  # JavaScript's word, C++'s and Java's
    if test is None or body is None or test.type != "binary_expression" or steps or not all(map(_is_plain, walk(test))):
        return
    plain = names(test)
    if plain and not any(of(body, *_ENDS_OR_WAITS)) and not any(_may_change(tree, loop, body, name) for name in plain):
        name = min(plain, key=text(test).find)
        yield Match(line(loop), {"name": name, "condition": one_line(text(test)), "change": f"{name}++"})


def _is_plain(node: Node) -> bool:
    through_pointer = node.type == "unary_expression" and text(part(node, "operator")) in {"*", "<-"}
    return _PLAIN.fullmatch(node.type) is not None and not through_pointer


def _declares(function: Node, name: str) -> bool:
    """Say whether a name is a parameter or a variable of a function."""
    unset = (child for node in of(function, "declaration") for child in node.named_children)
    return (
        any(name in names(node) for node in of(function, *_PARAMETERS))
        or any(name in declared.split(", ") for declared, _, _ in given(function))
        or any(text(child) == name for child in unset)
    )


def _may_change(tree: SyntaxTree, loop: Node, body: Node, name: str) -> bool:
    """Say whether a name may get another value while the loop runs: in it, or by a function that it calls."""
    changed = any(name in names(change) for change in of(body, *_GIVES_VALUE))
    function = around(loop, *FUNCTIONS)
    outside = function is None or not _declares(function, name)
    owner = function or tree.root
    inner = (node for node in of(owner, *FUNCTIONS) if node != function)
    closed_over = any(name in names(change) for node in inner for change in of(node, *_GIVES_VALUE))
    given_away = tree.language is CPP and any(name in names(call) for call in of(body, "call_expression"))
    a_global = outside and (tree.language is not JS or function is not None or not tree.declares(name))
    return changed or closed_over or a_global or given_away or bool(_CHANGED_ELSEWHERE.search(text(body)))
