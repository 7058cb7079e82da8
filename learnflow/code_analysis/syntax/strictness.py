"""What a grammar lets pass although no compiler does: the checks on a tree without errors."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node, Tree

from learnflow.code_analysis.syntax.fault import Breach
from learnflow.code_analysis.syntax.grammar import Grammar

_CLOSING: Final = MappingProxyType({"(": ")", "[": "]", "{": "}", "${": "}"})
_CLOSERS: Final = frozenset(_CLOSING.values())


def first_breach(grammar: Grammar, tree: Tree, start: int, end: int) -> Breach | None:
    """Return the first place between two bytes of a tree where a rule of its language is broken."""
    found = [*_breaches(grammar, tree, start, end), *_unbalanced(tree, start, end)]
    return min(found, key=lambda breach: breach.at, default=None)


def _breaches(grammar: Grammar, tree: Tree, start: int, end: int) -> Iterator[Breach]:
    last: Node | None = None
    for node, within in _nodes(tree, grammar.opaque):
        if not start <= node.start_byte < end:
            continue
        rule = grammar.rules.get(node.type)
        if rule and (says := rule(node, within)):
            yield Breach(node.start_byte, says)
        if node.child_count:
            continue
        word = (node.text or b"").decode()
        if node.type in grammar.names and word in grammar.reserved:
            yield Breach(node.start_byte, f"`{word}` is a reserved word")
        if last and grammar.neighbours and (says := grammar.neighbours(last, node, within)):
            yield Breach(last.end_byte, says)
        last = node


def _unbalanced(tree: Tree, start: int, end: int) -> Iterator[Breach]:
    """A fragment may not close what its frame opened."""
    opened: list[Node] = []
    for node, _ in _nodes(tree, frozenset()):
        if node.child_count or not start <= node.start_byte < end:
            continue
        if node.type in _CLOSING:
            opened.append(node)
        elif node.type in _CLOSERS and (not opened or _CLOSING[opened.pop().type] != node.type):
            yield Breach(node.start_byte, f"`{node.type}` closes nothing")
            return
    yield from (Breach(node.start_byte, f"`{node.type}` is never closed") for node in opened[:1])


def _nodes(tree: Tree, opaque: frozenset[str]) -> Iterator[tuple[Node, Sequence[Node]]]:
    """Yield each node with what it stands in, in the order of the text; what is opaque has no inside."""
    cursor, within = tree.walk(), list[Node]()
    while True:
        node = cursor.node
        if node is not None:
            yield node, within
        if node is not None and node.type not in opaque and cursor.goto_first_child():
            within.append(node)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            within.pop()
