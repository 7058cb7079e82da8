"""Rust: where a moved value went, and what is thrown away, cut off, not waited for, or still has its line end."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import RUST, Example, Kind, Match, in_function, rule
from learnflow.code_analysis.rules.python.files import line_end_kept
from learnflow.code_analysis.syntax_tree import SyntaxTree, around, is_statement, line, of, part, text
from learnflow.domain.phrasing import one_line

_NEW_TEXT: Final = frozenset({"to_uppercase", "to_lowercase", "trim", "replace", "trim_end", "trim_start"})
_OWNED: Final = re.compile(
    r"vec!|format!|(?:String|Vec|Box|HashMap|HashSet|BTreeMap)::|.*\.(?:to_string|to_owned|collect|clone)(?:::<.*>)?\(\)$"
)
_OWNED_TYPE: Final = re.compile(r"(?:String|Vec|Box|HashMap|HashSet|BTreeMap)\b")


@rule(
    "result-lost", RUST, topic="strings",
    message="`{name}` does not change `{owner}`: it gives a new value, and here that is thrown away.",
    fix="Keep the result: `{change}`.",
    beneath="Texts cannot be changed in place by these methods, so every such method makes a new one.",
    examples=(in_function(RUST, "s.to_uppercase();", "let s = s.to_uppercase();"),),
)  # fmt: skip
def result_lost(tree: SyntaxTree) -> Iterator[Match]:
    own = {text(part(function, "name")) for function in tree.of("function_item")}
    for call in filter(is_statement, tree.of("call_expression")):
        owner, method = text(part(part(call, "function"), "value")), text(part(part(call, "function"), "field"))
        if owner.isidentifier() and method in _NEW_TEXT - own:
            change = one_line(f"let {owner} = {text(call)}" + ("" if method.startswith("to_") else ".to_string()"))
            yield Match(line(call), {"name": method, "owner": owner, "change": change})


@line_end_kept.in_language(
    in_function(RUST, 'stdin().read_line(&mut s);\n    if s == "y" { f(); }',
                'stdin().read_line(&mut s);\n    if s.trim() == "y" { f(); }'),
    in_function(RUST, 'stdin().read_line(&mut s);\n    if s == "y" { f(); }',
                'stdin().read_line(&mut s);\n    if s == "y\\n" { f(); }'),
    nodes=("call_expression",), once=True,
)  # fmt: skip
def line_compared(tree: SyntaxTree, call: Node) -> Iterator[Match]:
    name = text(part(call, "arguments")).strip("()").removeprefix("&mut").strip()
    trimmed = re.search(rf"\b{re.escape(name)}\.(?:trim|lines|split_whitespace)", tree.code)
    if trimmed or text(part(part(call, "function"), "field")) != "read_line":
        return
    for comparison in tree.of("binary_expression"):
        right = text(part(comparison, "right"))
        compared = text(part(comparison, "operator")) in {"==", "!="} and text(part(comparison, "left")) == name
        if compared and not right.endswith('\\n"') and right != '""':
            yield Match(line(comparison), {"name": name, "change": f"{name}.trim()"})


@rule(
    "not-joined", RUST, topic="concurrency",
    message="nothing waits for the thread: when `main` ends, the program ends, and the thread with it.",
    fix="Keep the handle, and wait at the end: `handle.join().unwrap();`.",
    beneath="`spawn` gives a JoinHandle; dropping it detaches the thread, which dies with the process.",
    examples=(
        in_function(RUST, "std::thread::spawn(|| f());", "std::thread::spawn(|| f()).join().unwrap();"),
        in_function(RUST, "std::thread::spawn(|| f());",
                    "let (tx, rx) = mpsc::channel();\n    thread::spawn(move || tx.send(1));\n    for n in rx { f(n); }"),
    ),
)  # fmt: skip
def not_joined(tree: SyntaxTree) -> Iterator[Match]:
    waits = re.search(r"join\(|scope\(|recv|sleep\(|channel|Barrier|Condvar|park|\bloop\b|incoming\(", tree.code)
    for call in tree.of("call_expression") if "fn main" in tree.code and not waits else ():
        if text(part(call, "function")).endswith("thread::spawn"):
            yield Match(line(call))


@rule(
    "moved-value", RUST, nodes=("function_item",), topic="", kind=Kind.ERROR, explains=("rust-moved-value",), needs_error=True,
    message="`{name}` is moved into {into} in line {at}, so here it may not be used any more.",
    fix="{lend}",
    examples=(
        Example(RUST, "fn main() {\n    let s = String::new();\n    f(s);\n    g(&s);\n}",
                "fn main() {\n    let s = String::new();\n    f(&s);\n    g(&s);\n}"),
    ),
)  # fmt: skip
def moved_value(_: SyntaxTree, function: Node) -> Iterator[Match]:
    owned = frozenset(_owned(function))
    for taken in of(function, "identifier"):
        by = _taken_by(taken) if text(taken) in owned else None
        use = _next_use(function, taken) if by else None
        if by is not None and use is not None:
            yield Match(line(use), _values(taken, by))


def _owned(function: Node) -> Iterator[str]:
    """Yield the names that own a value which is moved and not copied."""
    for node in of(function, "let_declaration", "parameter"):
        if _OWNED_TYPE.match(text(part(node, "type"))) or _OWNED.match(text(part(node, "value"))):
            yield text(part(node, "pattern")).removeprefix("mut ")


def _taken_by(name: Node) -> Node | None:
    """Return the call, the declaration or the loop that takes a value by its bare name."""
    above = name.parent
    if above is None:
        return None
    if above.type == "arguments":
        return above.parent
    return above if above.type in {"let_declaration", "for_expression"} and part(above, "value") == name else None


def _next_use(function: Node, taken: Node) -> Node | None:
    """Return what uses a name next, unless that gets a new value first."""
    in_text = re.compile(rf"\{{{re.escape(text(taken))}\b")
    for node in of(function, "identifier", "string_content"):
        named = text(node) == text(taken) if node.type == "identifier" else in_text.search(text(node))
        if named and node.start_byte >= taken.end_byte:
            set_anew = node.parent is not None and node in (part(node.parent, "left"), part(node.parent, "pattern"))
            return None if set_anew else node
    return None


def _values(taken: Node, by: Node) -> dict[str, str]:
    name, function = text(taken), one_line(text(part(by, "function")), 40)
    into = f"the call of `{function}`" if function else "the loop" if by.type == "for_expression" else "a new name"
    lend = f"Lend it instead, `&{name}`, or hand over a copy on purpose, `{name}.clone()`."
    if function and around(taken, "call_expression") == by:
        lend += f" To be lent, `{function}` must take a reference: `&` before the type of its parameter."
    return {"name": name, "into": into, "at": str(line(taken)), "lend": lend}
