"""A fragment is right when it can be read in one of its frames, and what its grammar lets pass is no fault either."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from time import thread_time
from types import MappingProxyType
from typing import Final

from tree_sitter import Node, Tree

from learnflow.code_analysis.bounded_parsing import parse, too_deep, tree_sitter_language
from learnflow.code_analysis.syntax.grammar import Grammar
from learnflow.code_analysis.syntax.parser_errors import Breach, SyntaxFault, damage, fault_at, locate_parse_error

_SECONDS: Final = 0.5  # of this thread's processor time, after which no further frame is tried
_ALSO_ASKED: Final = 2  # frames beside the bare fragment, of those that it fits best: each costs another parse
_BARE: Final = ("", "")
_CLOSING: Final = MappingProxyType({"(": ")", "[": "]", "{": "}", "${": "}"})


def first_fault(grammar: Grammar, code: str) -> SyntaxFault | None:
    """Return None when the fragment can be read in a frame; else its fault, from the frame that reads furthest."""
    deep = too_deep(code, semicolons=grammar.semicolons)
    if deep is not None:
        return fault_at(code, deep, "the code is nested too deeply to be read")
    source = code.encode()
    breach: Breach | None = None
    damaged: list[tuple[int, _Framed]] = []
    end = thread_time() + _SECONDS
    for before, behind in (_BARE, *grammar.frames):
        framed = _Framed(b"%b\n%b\n%b" % (before.encode(), source, behind.encode()), len(before) + 1, len(source))
        tree = parse(tree_sitter_language(grammar.key), framed.text) if thread_time() < end else None
        if tree is None or tree.root_node.has_error:
            damaged.append((damage(tree.root_node) if tree else len(source), framed))
            continue
        found = _first_breach(grammar, tree, framed.start, framed.start + framed.length)
        if found is None:
            return None
        breach = breach or Breach(found.at - framed.start, found.says)
    if breach is None:
        bare, *others = damaged
        fitting = [bare, *sorted(others, key=itemgetter(0))[: _ALSO_ASKED if thread_time() < end else 0]]
        breach = max((_stop(grammar, framed) for _, framed in fitting), key=attrgetter("at"))
    return fault_at(code, len(source[: breach.at].decode(errors="ignore")), breach.says)


@dataclass(frozen=True, slots=True)
class _Framed:
    """A fragment in its frame: what the parser reads, the byte at which the fragment begins, and its bytes."""

    text: bytes
    start: int
    length: int


def _stop(grammar: Grammar, framed: _Framed) -> Breach:
    stop = locate_parse_error(tree_sitter_language(grammar.key), framed.text)
    if stop.at >= framed.start + framed.length:
        source = framed.text[framed.start : framed.start + framed.length]
        return Breach(len(source.rstrip()), "the code ends before it is complete")
    return Breach(max(stop.at - framed.start, 0), stop.says)


def _first_breach(grammar: Grammar, tree: Tree, start: int, end: int) -> Breach | None:
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
        word = (node.text or b"").decode(errors="replace")
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
        elif node.type in _CLOSING.values() and (not opened or _CLOSING[opened.pop().type] != node.type):
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
