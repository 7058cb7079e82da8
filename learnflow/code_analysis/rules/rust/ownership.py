"""Behind a moved value in Rust: where the value went, and who still uses it."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import RUST, Example, Kind, Match, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, around, line, of, part, text
from learnflow.domain.phrasing import one_line

_OWNED: Final = re.compile(
    r"vec!|format!|(?:String|Vec|Box|HashMap|HashSet|BTreeMap)::|.*\.(?:to_string|to_owned|collect|clone)(?:::<.*>)?\(\)$"
)
_OWNED_TYPE: Final = re.compile(r"(?:String|Vec|Box|HashMap|HashSet|BTreeMap)\b")


@rule(
    "moved-value", RUST, topic="", kind=Kind.ERROR, explains=("rust-moved-value",), needs_error=True,
    message="`{name}` is moved into {into} in line {at}, so here it may not be used any more.",
    fix="{lend}",
    examples=(
        Example(RUST, "fn main() {\n    let s = String::new();\n    f(s);\n    g(&s);\n}",
                "fn main() {\n    let s = String::new();\n    f(&s);\n    g(&s);\n}"),
    ),
)  # fmt: skip
def moved_value(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_item"):
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
