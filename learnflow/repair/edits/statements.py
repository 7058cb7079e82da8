"""Edits of statements: left out, in another place, indented otherwise, returned."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import kind, part, text
from learnflow.repair.edits.change import Change, arguments, became, called
from learnflow.repair.grammar import Dialect, one_line

_SIMPLE: Final = frozenset({"expression_statement", "return_statement", "break_statement", "continue_statement"})
_JUMPS: Final = frozenset({"return_statement", "raise_statement", "break_statement", "continue_statement"})
_PRINTS: Final = frozenset({"print", "log", "println"})
_STEP: Final = "    "


def left_out(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Leave a statement out."""
    if node.type in _SIMPLE and kind(node.parent) in dialect.blocks:
        yield Change(
            node.start_byte, node.end_byte, dialect.nothing, node.start_point.row + 1,
            f"`{one_line(node)}` is left out", "statement",
        )  # fmt: skip


def returned(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Return what a function works out as its last step, or prints."""
    block = node.parent
    if node.type != "expression_statement" or block is None or kind(block.parent) not in dialect.functions:
        return
    if node != block.named_children[-1]:
        return
    value = node.named_children[0]
    given = arguments(value) if value.type in dialect.calls and text(called(value)) in _PRINTS else []
    end = ";" if text(node).endswith(";") else ""
    for one in given or [value]:
        yield became(node, f"return {text(one)}{end}", "return")
    target = part(value, "left")
    if target is not None and target.type == "identifier":
        indentation = " " * node.start_point.column
        yield became(node, f"{text(node)}\n{indentation}return {text(target)}{end}", "return")


def in_another_order(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let two statements that follow each other change places."""
    after = node.next_named_sibling
    if after is None or kind(node.parent) not in dialect.blocks or not _is_plain(node) or not _is_plain(after):
        return
    source = text(node.parent).encode()
    start = node.parent.start_byte if node.parent else 0
    between = source[node.end_byte - start : after.start_byte - start].decode(errors="replace")
    yield Change(
        node.start_byte, after.end_byte, f"{text(after)}{between}{text(node)}", node.start_point.row + 1,
        f"`{one_line(node)}` comes after `{one_line(after)}`", "statement",
    )  # fmt: skip


def before_the_loop(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Do once, before a loop, what its body begins with: a first value that is given in each round."""
    block, after = node.parent, node.next_named_sibling
    loop = block.parent if block else None
    if block is None or loop is None or after is None or block.type not in dialect.blocks:
        return
    if loop.type not in dialect.loops or block.named_children[0] != node or not _gives_value(node, dialect):
        return
    head = text(loop).encode()[: node.start_byte - loop.start_byte].decode(errors="replace")
    yield Change(
        loop.start_byte, after.start_byte, f"{text(node)}\n{' ' * loop.start_point.column}{head}",
        node.start_point.row + 1, f"`{one_line(node)}` comes before the loop", "hoist",
    )  # fmt: skip


def _gives_value(node: Node, dialect: Dialect) -> bool:
    inner = node.named_children[0] if node.named_children else node
    return node.type.endswith("declaration") or (inner.type in dialect.assignments and "augmented" not in inner.type)


def _is_plain(node: Node) -> bool:
    return node.type == "expression_statement" and kind(node.named_children[0]) != "string"


def indented(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Put a line of Python into the block before it, or out of its own."""
    block = node.parent
    if dialect.neutral != "None" or block is None or block.type not in dialect.blocks or not _begins_line(node):
        return
    if block.type == "block" and len(block.named_children) > 1 and node == block.named_children[-1]:
        yield from _out(node, block)
    before = node.prev_named_sibling
    while before is not None:
        inner = before.named_children[-1] if before.named_children else None
        while inner is not None and inner.type in {"else_clause", "elif_clause", "except_clause"}:
            inner = inner.named_children[-1]
        if inner is None or inner.type != "block":
            return
        if inner.named_children[-1].type not in _JUMPS:  # after one, nothing is reached
            yield _moved(node, inner.start_point.column, "goes into the block before it")
        before = inner.named_children[-1]


def _out(node: Node, block: Node) -> Iterator[Change]:
    holder = block.parent
    while holder is not None and holder.type not in {"function_definition", "module", "class_definition"}:
        if holder.next_named_sibling is not None and holder.type in {"else_clause", "elif_clause"}:
            return
        if holder.type in {"for_statement", "while_statement", "if_statement", "with_statement"}:
            if part(holder, "alternative") is not None and block.parent == holder:
                return
            yield _moved(node, holder.start_point.column, "comes after the block")
            if holder.next_named_sibling is not None:
                return
        holder = holder.parent


def _moved(node: Node, column: int, how: str) -> Change:
    lines = text(node).split("\n")
    own = node.start_point.column
    rest = [" " * max(0, column - own) + line[max(0, own - column) :] for line in lines[1:]]
    return Change(
        node.start_byte - own, node.end_byte, "\n".join((" " * column + lines[0], *rest)),
        node.start_point.row + 1, f"`{one_line(node)}` {how}", "indentation",
    )  # fmt: skip


def _begins_line(node: Node) -> bool:
    before = node.prev_sibling
    return before is None or before.end_point.row < node.start_point.row


def comparison_statements(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Assign where a statement only compares."""
    value = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
    if value is None or value.type not in {"comparison_operator", "binary_expression"}:
        return
    signs = [child for child in value.children if child.type in {"==", "==="}]
    if len(signs) == 1 and dialect.operations:
        yield became(signs[0], "=", "assignment")


def declarations(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Declare a variable of a loop for each round."""
    if node.type == "var" and not node.is_named and dialect.neutral == "null":
        yield became(node, "let", "assignment")
