"""Causes of wrong results in Rust: what is lazy, what is cut off, and what still has its line end."""

from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.rule import Example, Match, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, bare, given_types, line, of, part, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_LAZY: Final = frozenset({"map", "filter", "inspect", "enumerate", "zip", "take", "skip", "filter_map", "flat_map"})
_NEW_TEXT: Final = frozenset({"to_uppercase", "to_lowercase", "trim", "replace", "trim_end", "trim_start"})
_WHOLE: Final = frozenset({"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize"})


def in_main(body: str) -> str:
    """Return Rust with statements where they may stand, for the examples."""
    return f"fn main() {{\n    {body}\n}}"


@rule(
    "never-run", Language.RUST, topic="iterators-generators",
    message="`{name}` is lazy: it only prepares an iterator, and as nothing asks for its items, nothing of it ever runs.",
    fix="Use a `for` loop (or `for_each`) for what is to be done, and `collect()` for what is to be kept.",
    beneath="Adapters are structs that do work in `next()`; only a consumer such as `for`, `collect` or `sum` calls it.",
    examples=(
        Example(Language.RUST, in_main("v.iter().map(|x| f(x));"), in_main("v.iter().for_each(|x| f(x));")),
    ),
)  # fmt: skip
def never_run(tree: SyntaxTree) -> Iterator[Match]:
    for statement in tree.of("expression_statement"):
        call = statement.named_children[0] if statement.named_children else None
        method = text(part(part(call, "function"), "field"))
        if call is not None and call.type == "call_expression" and method in _LAZY:
            yield Match(line(call), {"name": method})


def _result_lost(tree: Node) -> Iterator[Cause]:
    for statement in of(tree, "expression_statement"):
        call = statement.named_children[0] if statement.named_children else None
        function = part(call, "function")
        owner, method = text(part(function, "value")), text(part(function, "field"))
        if owner.isidentifier() and method in _NEW_TEXT:
            change = one_line(f"let {owner} = {text(call)}" + ("" if method.startswith("to_") else ".to_string()"))
            yield cause("result-lost", line(statement), about="strings", name=method, owner=owner, change=change)


def _cut_off(tree: Node) -> Iterator[Cause]:
    kinds = given_types(tree)
    for cast in of(tree, "type_cast_expression"):
        value = bare(part(cast, "value"))
        left, right = part(value, "left"), part(value, "right")
        whole = [text(one).isdecimal() or kinds.get(text(one)) in _WHOLE or text(one).endswith(".len()")
                 for one in (left, right)]  # fmt: skip
        if text(part(cast, "type")) in {"f64", "f32"} and text(part(value, "operator")) == "/" and all(whole):
            kind = text(part(cast, "type"))
            change = f"{text(left)} as {kind} / {text(right)} as {kind}"
            yield cause("whole-division", line(cast), name=one_line(text(value)), kind=kind, change=one_line(change))


def _line_end_kept(tree: Node) -> Iterator[Cause]:
    code = text(tree)
    for call in of(tree, "call_expression"):
        if text(part(part(call, "function"), "field")) != "read_line":
            continue
        name = text(part(call, "arguments")).strip("()").removeprefix("&mut").strip()
        if f"{name}.trim" in code or f"{name}.lines" in code or f"{name}.split_whitespace" in code:
            continue
        for node in of(tree, "binary_expression"):
            if text(part(node, "operator")) in {"==", "!="} and text(part(node, "left")) == name:
                yield cause("line-end-kept", line(node), name=name, change=f"{name}.trim()")
                return


RUST: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (_result_lost, _cut_off, _line_end_kept)
