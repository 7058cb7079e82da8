"""C++."""

from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.syntax.grammar import BARE, Frame, Grammar, reserved

GRAMMAR: Final = Grammar(
    module="tree_sitter_cpp",
    frames=(
        BARE,
        Frame("struct S {", "};"),
        Frame("void f() {", "}"),
        Frame("auto x = (", ");"),
        Frame("void f() { switch (x) {", "} }"),
    ),
    rules=MappingProxyType({}),
    reserved=reserved("cpp"),
    names=frozenset({"identifier", "type_identifier", "field_identifier", "namespace_identifier"}),
)
