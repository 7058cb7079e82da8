"""Numbers in Python: ranges without a number, floats that are compared exactly, and `^` for a power."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_tree import PythonTree, range_of
from learnflow.code_analysis.rule import Certainty, Match, python_rule
from learnflow.domain.phrasing import one_line

_BIT_OPERATORS: Final = (ast.BitAnd, ast.BitOr, ast.LShift, ast.RShift, ast.Invert)
_OF_BITS: Final = re.compile(r"flag|mask|bit", re.IGNORECASE)


@python_rule(
    "empty-range", ast.For, topic="loops", certainty=Certainty.SURE,
    message="`range({first}, {last})` counts upwards, and it begins behind its end: it is empty, and the loop runs not once.",
    fix="To count down, say the step: `{change}`.",
    beneath="A range is worked out from start, stop and step alone; the step is 1 unless you say so, and the stop is never reached.",
    examples=[("for i in range(9, 0):\n    f(i)", "for i in range(9, 0, -1):\n    f(i)")],
)  # fmt: skip
def empty_range(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    match range_of(loop.iter):
        case [first, last]:
            start, end = whole_number(tree.value(first)), whole_number(tree.value(last))
            counts_down = _is_length(first) and end is not None and end <= 0
            if counts_down or (start is not None and end is not None and start > end):
                change = f"range({ast.unparse(first)}, {ast.unparse(last)}, -1)"
                values = {"first": ast.unparse(first), "last": ast.unparse(last), "change": one_line(change)}
                yield Match(loop.lineno, values, (tree.replaced(loop.iter, change),))


def _is_length(node: ast.expr) -> bool:
    """Say whether something is the length of something, or the last index in it."""
    match node:
        case ast.BinOp(left=length, op=ast.Sub(), right=ast.Constant(value=1)):
            return _is_length(length)
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "len"


def whole_number(node: ast.expr) -> int | None:
    """Return the number that an expression is, where it is written out."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None


@python_rule(
    "inexact", topic="data-types",
    message="`{condition}` compares floats exactly. Most fractions, 0.1 among them, cannot be stored exactly in binary, so `{name}` is off by a tiny bit and is not equal.",
    fix="Ask whether it is near enough, `{close}`, or count with whole numbers; in the condition of a loop take `<` instead.",
    beneath="A float is a sum of powers of two with 53 bits; 0.1 has no finite such sum, and its rounding error shows after adding.",
    examples=[("x = 0\nwhile x != 1:\n    x += 0.1", "x = 0\nwhile x < 1:\n    x += 0.1")],
)  # fmt: skip
def inexact(tree: PythonTree) -> Iterator[Match]:
    steps = {ast.unparse(node.target) for node in tree.of(ast.AugAssign) if _is_fraction(node.value)}
    for node in tree.of(ast.Compare):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                exact = any(isinstance(side, ast.Constant) and side.value == 0 for side in (left, right))
                calculated = not exact and any(_calculates_with_fraction(tree.value(side)) for side in (left, right))
                if calculated or (isinstance(left, ast.Name) and left.id in steps):
                    close = one_line(f"math.isclose({ast.unparse(left)}, {ast.unparse(right)})", 80)
                    condition, name = one_line(ast.unparse(node)), one_line(ast.unparse(left))
                    yield Match(node.lineno, {"name": name, "condition": condition, "close": close})


def _calculates_with_fraction(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, right=right):
            return any(_is_fraction(side) or _calculates_with_fraction(side) for side in (left, right))
        case ast.UnaryOp(operand=operand):
            return _calculates_with_fraction(operand)
    return False


def _is_fraction(node: ast.AST) -> bool:
    """Say whether something is a fraction that a float can only come near to."""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and not (node.value * 1024).is_integer()


@python_rule(
    "no-power", topic="operators",
    message="`^` is no power here: it is the bitwise exclusive or (XOR) of two whole numbers, so `{what}` is something else than you expect.",
    fix="For a power write `{base} ** {power}` in Python and JavaScript, `Math.pow({base}, {power})` in Java, `std::pow({base}, {power})` in C++.",
    beneath="XOR keeps the bits in which both numbers differ: 5 ^ 2 is 101 and 010, which gives 111, 7.",
    examples=[("n = 5 ^ 2", "n = 5 ** 2")],
)  # fmt: skip
def no_power(tree: PythonTree) -> Iterator[Match]:
    on_bits = any(isinstance(node, _BIT_OPERATORS) for node in tree.nodes) or "0b" in tree.code or "0x" in tree.code
    for node in tree.of(ast.BinOp) if not on_bits else ():
        match node:
            case ast.BinOp(
                left=ast.Name() | ast.Constant() as left, op=ast.BitXor(), right=ast.Constant(value=int(power))
            ) if power > 1:
                base = ast.unparse(left)
                if not _OF_BITS.search(base):
                    values = {"what": ast.unparse(node), "base": base, "power": str(power)}
                    yield Match(node.lineno, values, (tree.replaced(node, f"{base} ** {power}"),))
