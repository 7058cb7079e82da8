"""Rust: the arguments of the macros that everybody uses, which the grammar leaves unread."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.bounded_parsing import parse
from learnflow.code_analysis.syntax.grammar import grammar
from learnflow.models.vocabulary import Language

_LIKE_CALLS: Final = frozenset({
    b"print", b"println", b"eprint", b"eprintln", b"format", b"write", b"writeln", b"panic", b"assert", b"assert_eq",
    b"assert_ne", b"debug_assert", b"dbg", b"todo", b"unimplemented", b"unreachable", b"vec",
})  # fmt: skip


def _macro(node: Node, _: Sequence[Node]) -> str | None:
    name, tokens = node.child_by_field_name("macro"), node.named_child(node.named_child_count - 1)
    if name is None or tokens is None or name.text not in _LIKE_CALLS:
        return None
    inside = (tokens.text or b"")[1:-1]
    readings = [b"fn f() { f(%b\n); }" % inside]
    if name.text == b"vec":
        readings.append(b"fn f() { [%b\n]; }" % inside)  # [0; 10]
    if any(_is_read(text) for text in readings):
        return None
    return f"the arguments of `{name.text.decode()}!` cannot be read"


def _is_read(text: bytes) -> bool:
    tree = parse(grammar(Language.RUST).language, text)
    return tree is not None and not tree.root_node.has_error


RULES: Final = MappingProxyType({"macro_invocation": _macro})
