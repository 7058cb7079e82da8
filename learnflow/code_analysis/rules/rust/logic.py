"""Rust that runs and does not do what was meant: what is lazy, thrown away, cut off, or still has its line end."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.rule import RUST, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, bare, given_types, is_statement, line, part, text
from learnflow.domain.phrasing import one_line

_LAZY: Final = frozenset({"map", "filter", "inspect", "enumerate", "zip", "take", "skip", "filter_map", "flat_map"})
_ITERATES: Final = re.compile(r"\.(?:iter|iter_mut|into_iter|chars|lines|bytes)\(\)|\.\.")
_NEW_TEXT: Final = frozenset({"to_uppercase", "to_lowercase", "trim", "replace", "trim_end", "trim_start"})
_WHOLE: Final = frozenset({"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize"})


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


@rule(
    "whole-division", RUST, topic="operators",
    message="both sides of `{name}` are whole numbers, so the division drops the fraction; only then is the result turned into a `{kind}`.",
    fix="Make both sides floating numbers before you divide: `{change}`.",
    beneath="The types of the operands choose the division; what the result is stored in comes too late to matter.",
    examples=(
        in_function(RUST, "let a: i32 = 5;\n    let m = (a / 2) as f64;",
                    "let a: i32 = 5;\n    let m = a as f64 / 2.0;"),
    ),
)  # fmt: skip
def whole_division(tree: SyntaxTree) -> Iterator[Match]:
    kinds = given_types(tree.root)
    for cast in tree.of("type_cast_expression"):
        value, kind = bare(part(cast, "value")), text(part(cast, "type"))
        left, right = text(part(value, "left")), text(part(value, "right"))
        whole = all(side.isdecimal() or kinds.get(side) in _WHOLE or side.endswith(".len()") for side in (left, right))
        if kind in {"f64", "f32"} and text(part(value, "operator")) == "/" and whole:
            change = one_line(f"{left} as {kind} / {right} as {kind}")
            yield Match(line(cast), {"name": one_line(text(value)), "kind": kind, "change": change})


@rule(
    "line-end-kept", RUST, topic="input-output",
    message="a line that is read keeps its line end, so `{name}` is the text and a `\\n`, which never equals the text alone.",
    fix="Compare `{change}`.",
    beneath="The line end stays so that an empty line differs from the end of the input, and the last line may lack it.",
    examples=(
        in_function(RUST, 'stdin().read_line(&mut s);\n    if s == "y" { f(); }',
                    'stdin().read_line(&mut s);\n    if s.trim() == "y" { f(); }'),
        in_function(RUST, 'stdin().read_line(&mut s);\n    if s == "y" { f(); }',
                    'stdin().read_line(&mut s);\n    if s == "y\\n" { f(); }'),
    ),
)  # fmt: skip
def line_end_kept(tree: SyntaxTree) -> Iterator[Match]:
    for call in tree.of("call_expression"):
        if text(part(part(call, "function"), "field")) != "read_line":
            continue
        name = text(part(call, "arguments")).strip("()").removeprefix("&mut").strip()
        if re.search(rf"\b{re.escape(name)}\.(?:trim|lines|split_whitespace)", tree.code):
            continue
        for comparison in tree.of("binary_expression"):
            right = text(part(comparison, "right"))
            compared = text(part(comparison, "operator")) in {"==", "!="} and text(part(comparison, "left")) == name
            if compared and not right.endswith('\\n"') and right != '""':
                yield Match(line(comparison), {"name": name, "change": f"{name}.trim()"})
                return


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
