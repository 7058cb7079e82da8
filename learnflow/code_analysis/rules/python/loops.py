"""Loops in Python that never end, end too early, start anew in each round, or skip what they should do."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from learnflow.code_analysis.python_tree import PythonTree, has, inside, loaded, measured, parts, range_of, stored
from learnflow.code_analysis.rule import Example, Match, python_rule
from learnflow.code_analysis.rules.endless_loops import loop_never_changes
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_LEAVING: Final = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await)
_ASKING: Final = (ast.Call, ast.Attribute, ast.Subscript)


@loop_never_changes.in_language(
    Example(Language.PYTHON, "n = 5\nwhile n > 0:\n    print(n)", "n = 5\nwhile n > 0:\n    n -= 1")
)
def condition_never_changes(tree: PythonTree) -> Iterator[Match]:
    declared = {name for node in tree.of(ast.Global, ast.Nonlocal) for name in node.names}
    for loop in tree.of(ast.While):
        names, body = loaded(loop.test), list(inside(loop.body))
        if not isinstance(loop.test, ast.Compare) or not names or has(loop.body, *_LEAVING):
            continue
        asks = any(isinstance(node, _ASKING) for node in ast.walk(loop.test)) or tree.is_tried(loop.lineno)
        if asks or names & (declared | stored(body) | set(_may_change(body))):
            continue
        condition = ast.unparse(loop.test)
        name = min(names, key=condition.find)
        change = f"{name} {'-' if isinstance(loop.test.ops[0], ast.Gt | ast.GtE) else '+'}= 1"
        yield Match(loop.lineno, {"name": name, "condition": one_line(condition), "change": change})


def _may_change(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names of what may be changed without getting a new value."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="print")):
                continue
            case ast.Call(func=called, args=arguments, keywords=named):
                owner = called.value if isinstance(called, ast.Attribute) else None
                yield from loaded(owner, *arguments, *(keyword.value for keyword in named))
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield from loaded(value)


@python_rule(
    "inner-range", ast.For, topic="sorting",
    message="the inner loop starts at `{name}`, so later passes skip the front of the list, where small values still have to move to.",
    fix="Start the inner loop at 0: `{change}`.",
    beneath="After pass k of a bubble sort the last k items are in place, so it is the end of the range that may shrink.",
    examples=[("for k in range(9):\n    for m in range(k, 8):\n        if a[m] > a[m + 1]:\n            a[m], a[m + 1] = a[m + 1], a[m]", "for k in range(9):\n    for m in range(8 - k):\n        if a[m] > a[m + 1]:\n            a[m], a[m + 1] = a[m + 1], a[m]")],
)  # fmt: skip
def inner_range(_: PythonTree, outer: ast.For) -> Iterator[Match]:
    for inner in parts(outer.body, ast.For):
        match outer.target, range_of(outer.iter), inner.target, range_of(inner.iter):
            case (ast.Name(id=first), [_] | [ast.Constant(value=0), _],
                  ast.Name(id=second), [ast.Name(id=start), end]) if start == first:  # fmt: skip
                if _swaps_neighbours(inner, second):
                    change = one_line(f"for {second} in range(0, {ast.unparse(end)}):", 80)
                    yield Match(inner.lineno, {"name": first, "change": change})


def _swaps_neighbours(loop: ast.For, name: str) -> bool:
    """Say whether a loop swaps two neighbours that are in the wrong order."""
    for node in inside(loop.body):
        match node:
            case ast.If(
                test=ast.Compare(ops=[ast.Gt() | ast.Lt()]),
                body=[ast.Assign(targets=[ast.Tuple(elts=[ast.Subscript(slice=left), ast.Subscript(slice=right)])])],
            ):
                if {ast.unparse(left), ast.unparse(right)} == {name, f"{name} + 1"}:
                    return True
    return False


@python_rule(
    "returns-early", ast.For, topic="loops",
    message="both ways through the `if` return, so the function ends at the first item and never looks at the others.",
    fix="Return inside of the loop only where the answer is sure; put the other `return` behind the loop, without its indentation.",
    beneath="`any(...)` and `all(...)` say the same: one hit decides, and only the end of the loop can say that there was none.",
    examples=[("def f(a):\n    for x in a:\n        if x:\n            return True\n        else:\n            return False", "def f(a):\n    for x in a:\n        if x:\n            return True\n    return False")],
)  # fmt: skip
def returns_early(_: PythonTree, loop: ast.For) -> Iterator[Match]:
    match loop.body:
        case ([*_, ast.If(body=[*_, ast.Return() as first], orelse=[*_, ast.Return() as second])]
              | [*_, ast.If(body=[*_, ast.Return() as first], orelse=[]), ast.Return() as second]):  # fmt: skip
            if {_truth(first), _truth(second)} == {True, False} and not has(loop.body, ast.Continue):
                yield Match(loop.body[-1].lineno)


def _truth(node: ast.Return) -> bool | None:
    match node.value:
        case ast.Constant(value=bool(value)):
            return value
    return None


@python_rule(
    "starts-anew", topic="loops",
    message="`{name}` gets its first value inside of the loop, so it starts anew for each item, and only the last item counts.",
    fix="Move the line to before the loop.",
    beneath="The body runs as a whole for each item; what is to last over the rounds must be set up before them.",
    examples=[
        ("for x in a:\n    r = []\n    r.append(x)\nprint(r)", "r = []\nfor x in a:\n    r.append(x)\nprint(r)"),
        ("for x in a:\n    t = 0\n    t += x\nprint(t)", "t = 0\nfor x in a:\n    t += x\nprint(t)"),
    ],
)  # fmt: skip
def starts_anew(tree: PythonTree) -> Iterator[Match]:
    for loop, following in tree.statements():
        if not isinstance(loop, ast.For) or leaves(loop):
            continue
        for place, statement in enumerate(loop.body, start=1):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_start(value):
                    others = [node for node in loop.body[place:] if not _adds_to(node, name)]
                    grows = len(others) < len(loop.body) - place and name not in loaded(*others)
                    if grows and read_next(following, name):
                        yield Match(statement.lineno, {"name": name})


def leaves(loop: ast.For | ast.While) -> bool:
    """Say whether a loop may end before its time."""
    return has(loop.body, ast.Break, ast.Return)


def read_next(block: list[ast.stmt], name: str) -> bool:
    """Say whether the first of some statements that has a name reads it."""
    for statement in block:
        gets_value = name in stored(ast.walk(statement))
        if gets_value or name in loaded(statement):
            return not gets_value
    return False


def added_to(body: list[ast.stmt]) -> set[str]:
    """Return the expressions to which some statements append."""
    called = (call.func for call in parts(body, ast.Call))
    return {ast.unparse(node.value) for node in called if isinstance(node, ast.Attribute) and node.attr == "append"}


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=0 | 1 | "") | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
    return False


def _adds_to(node: ast.stmt, name: str) -> bool:
    match node:
        case (ast.AugAssign(target=ast.Name(id=grown))
              | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=grown), attr="append")))
              | ast.Assign(targets=[ast.Subscript(value=ast.Name(id=grown))])):  # fmt: skip
            return grown == name
    return False


@python_rule(
    "skipped-step", ast.While, topic="loops",
    message="when `{when}`, `continue` jumps back to the condition, past the line that changes `{name}`: so `{name}` stays, `{condition}` stays true, and the loop never ends.",
    fix="Change `{name}` before the `continue`, or let a `for` loop with `range` count for you.",
    beneath="`continue` skips the rest of the body. A `for` loop takes its next item at the top, so there nothing can be skipped.",
    examples=[("while i < 9:\n    if i == 2:\n        continue\n    i += 1", "while i < 9:\n    i += 1\n    if i == 2:\n        continue")],
)  # fmt: skip
def skipped_step(_: PythonTree, loop: ast.While) -> Iterator[Match]:
    names = loaded(loop.test) if isinstance(loop.test, ast.Compare) else set()
    for place, node in enumerate(loop.body):
        match node:
            case ast.If(test=test, body=[*before, ast.Continue() as jump], orelse=[]) if names & loaded(test):
                earlier, later = loop.body[:place], loop.body[place + 1 :]
                name = min(names & stored(inside(later)) - stored(inside(before)), default=None)
                stays = not loaded(test) & stored(inside(earlier)) and not names & stored(inside(before))
                called = {ast.unparse(call.func) for call in parts([*before, ast.Expr(test)], ast.Call)}
                if name and stays and called <= {"print"}:
                    when, condition = one_line(ast.unparse(test)), one_line(ast.unparse(loop.test))
                    yield Match(jump.lineno, {"name": name, "condition": condition, "when": when})


@python_rule(
    "changed-while-looped", ast.For, topic="loops",
    explains=("python-index-error",),
    message="`{name}` gets longer or shorter while the loop of line {loop} goes through it. The loop counts places: when an item goes, the next one moves to its place, and the loop skips it.",
    fix="Go through a copy, `for ... in {name}.copy():`, or build a new list of what is to stay: `[x for x in {name} if ...]`.",
    beneath="The iterator of a list holds an index and compares it with the length of now, so it neither notices nor complains.",
    examples=[
        ("for x in a:\n    if x:\n        a.remove(x)", "for x in a.copy():\n    if x:\n        a.remove(x)"),
        ("for x in a:\n    if x:\n        a.remove(x)", "for x in a:\n    a.remove(twin(x))"),
        ("for i in range(len(a)):\n    del a[i]", "for x in a:\n    if x:\n        a.remove(x)\n        break"),
    ],
)  # fmt: skip
def changed_while_looped(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    index: str | None = None
    match loop.iter, loop.target, range_of(loop.iter):
        case ast.Name(id=name) | ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_]), _, _:
            pass
        case _, ast.Name(id=index), [end] if name := measured(end):
            pass
        case _:
            return
    items = stored(ast.walk(loop.target))
    taking = (node for node in inside(loop.body) if _takes_out(node, name, index, items))
    line = next((getattr(node, "lineno", 0) for node in taking), None)
    if line and name not in stored(inside(loop.body)) and not leaves(loop):
        fixes = (tree.replaced(loop.iter, f"{name}.copy()"),) if isinstance(loop.iter, ast.Name) else ()
        yield Match(line, {"name": name, "loop": str(loop.lineno)}, fixes)


def _takes_out(node: ast.AST, name: str, index: str | None, items: set[str]) -> bool:
    """Say whether a node takes the item of this round out of a list, or the one at an index; others may lie ahead."""
    match node:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=changed), attr="pop"), args=[at])
            | ast.Delete(targets=[ast.Subscript(value=ast.Name(id=changed), slice=at)])
        ):
            return changed == name and (index is None or ast.unparse(at) == index)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=changed), attr="remove"), args=[item]):
            own = isinstance(item, ast.Constant) or (isinstance(item, ast.Name) and item.id in items)
            return changed == name and index is None and own
    return False
