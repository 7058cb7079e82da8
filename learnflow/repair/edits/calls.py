"""Edits of calls: their arguments, their names, and conversions."""

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import kind, part, text
from learnflow.repair.edits.change import Change, arguments, became, called, is_bound
from learnflow.repair.grammar import WORDS, Dialect

_MANY: Final = 3  # arguments that change places
_READS: Final = ("input", "prompt", "readline", "nextLine", "readLine")
_TO_NUMBERS: Final = ("int({})", "float({})", "Number({})")
_CONVERTS: Final = ("int", "float", "Number", "parseInt", "parseFloat", "str", "String")


def argument_edits(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let arguments change places, leave one out, or take a call away from around its argument."""
    if node.type not in dialect.calls:
        return
    given = arguments(node)
    listed = part(node, "arguments")
    if listed is None:
        return
    words = [text(one) for one in given]
    if 1 < len(given) <= _MANY:
        for order in permutations(words):
            if list(order) != words:
                yield became(listed, f"({', '.join(order)})", "swap")
    for number in range(len(given)) if len(given) > 1 else ():
        yield became(listed, f"({', '.join(words[:number] + words[number + 1 :])})", "argument")
    if len(given) == 1:
        yield became(node, words[0], "conversion" if text(called(node)) in _CONVERTS else "unwrap")
    yield from _ranges(node, listed, words)


def _ranges(node: Node, listed: Node, words: list[str]) -> Iterator[Change]:
    if text(part(node, "function")) != "range":
        return
    if len(words) == 1:
        yield from (became(listed, f"({first}, {words[0]})", "bound") for first in ("1", "2"))
        yield became(listed, f"(1, {words[0]} + 1)", "bound")
        yield became(listed, f"({words[0]} - 1, -1, -1)", "argument")
    elif len(words) == 2:  # noqa: PLR2004 - from and to
        yield became(listed, f"({words[0]}, {words[1]}, -1)", "argument")
    else:
        yield from (became(listed, f"({words[0]}, {words[1]}, {step})", "argument") for step in (f"-{words[2]}", "1"))


def words(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Put a name that learners confuse it with in the place of a called one."""
    name = called(node) if node.type in dialect.calls else None
    if name is not None:
        yield from (became(name, other, "word") for other in WORDS.get(text(name), ()))


def missing_calls(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Call a method that is only named: `word.lower`."""
    parent = node.parent
    if node.type not in {"attribute", "member_expression"} or parent is None or parent.type in dialect.calls:
        return
    if parent.type not in {"attribute", "member_expression"} and part(parent, "left") != node:
        yield became(node, f"{text(node)}()", "call")


def conversions(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Convert a value: a call around what is read, assigned, returned or handed over."""
    parent = node.parent
    if parent is None or node.type not in (*dialect.bounds, "parenthesized_expression"):
        return
    if (node.type == "identifier" and is_bound(node)) or (parent.type in dialect.calls and called(parent) == node):
        return
    if parent.type in {"attribute", "member_expression", "field_access", "keyword_argument"}:
        return
    reads = node.type in dialect.calls and text(called(node)) in _READS
    for wrapper in dialect.wrappers:
        yield became(node, wrapper.format(text(node)), "reading" if reads else "wrap")
    if kind(node) in dialect.calls and text(called(node)) in _CONVERTS and len(arguments(node)) == 1:
        for other in ("float", "int") if dialect.neutral == "None" else ():
            yield became(node, f"{other}({text(arguments(node)[0])})", "conversion")


def operands_as_numbers(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Add what two texts stand for: both sides of `+` are made numbers."""
    left, right = part(node, "left"), part(node, "right")
    if left is None or right is None or node.type not in dialect.operations or kind(part(node, "operator")) != "+":
        return
    for wrapper in dialect.wrappers:
        if wrapper in _TO_NUMBERS:
            yield became(node, f"{wrapper.format(text(left))} + {wrapper.format(text(right))}", "numbers")


def sorting(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Sort numbers as numbers in JavaScript, and compare texts by what is in them in Java."""
    if (
        node.type in dialect.calls
        and text(called(node)) == "sort"
        and not arguments(node)
        and dialect.neutral == "null"
    ):
        listed = part(node, "arguments")
        if listed is not None:
            yield from (became(listed, f"((a, b) => {order})", "call") for order in ("a - b", "b - a"))
    operator = kind(part(node, "operator"))
    if node.type == "binary_expression" and operator in {"==", "!="} and "(double) {}" in dialect.wrappers:
        left, right = text(part(node, "left")), text(part(node, "right"))
        yield became(node, f"{'!' if operator == '!=' else ''}{left}.equals({right})", "call")


def splits(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Walk over the words of a text where its letters are walked over, and over positions, or the reverse."""
    if node.type != "for_statement" or dialect.neutral != "None":
        return
    walked = part(node, "right")
    if walked is not None and walked.type == "identifier":
        for form in ("{}.split()", "{}[1:]", "{}[:-1]", "{}[:]", "range(len({}))", "reversed({})", "{}.items()"):
            yield became(walked, form.format(text(walked)), "call")


def copies(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Keep a copy of a list that changes later."""
    if node.type in dialect.calls and text(called(node)) in {"append", "push", "add"}:
        form = {"append": "{}[:]", "push": "[...{}]", "add": "new ArrayList<>({})"}[text(called(node))]
        yield from (
            became(given, form.format(text(given)), "call") for given in arguments(node) if given.type == "identifier"
        )


def neighbours(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let two values of a list, or of an assignment to several, change places."""
    del dialect
    if node.type not in {"expression_list", "tuple"}:
        return
    for left, right in pairwise(node.named_children):
        swapped = [text(one) for one in node.named_children]
        place = node.named_children.index(left)
        swapped[place : place + 2] = text(right), text(left)
        words = ", ".join(swapped)
        yield became(node, f"({words})" if node.type == "tuple" else words, "swap")
