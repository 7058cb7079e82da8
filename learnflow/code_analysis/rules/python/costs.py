"""What takes long with much data in Python, and loops that are longer than they need to be."""

import ast
from collections.abc import Iterator

from learnflow.code_analysis.python_tree import PythonTree, inside, measured, parts, range_of
from learnflow.code_analysis.rule import Kind, Match, python_rule
from learnflow.code_analysis.rules.python.loops import added_to


@python_rule(
    "slow-search", ast.For, once=True, topic="complexity", kind=Kind.RISK, focus="speed",
    message="`in` looks through the whole list `{name}`, and the list grows with the loop: twice the items take four times as long, O(n²).",
    fix="Keep a set beside it: `in` on a set takes the same time for any size.",
    examples=[("for x in a:\n    if x not in b:\n        b.append(x)", "for x in a:\n    if x not in b:\n        b.add(x)")],
)  # fmt: skip
def slow_search(_: PythonTree, loop: ast.For) -> Iterator[Match]:
    grown = added_to(loop.body)
    for node in inside(loop.body):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]) if name in grown:
                yield Match(node.lineno, {"name": name})


@python_rule(
    "by-index", ast.For, once=True, topic="loops", kind=Kind.CLARITY, focus="design",
    message="`{index}` is only used to get `{items}[{index}]`.",
    fix="Loop over the items: `for item in {items}:`; with `enumerate` you have both.",
    examples=[("for i in range(len(a)):\n    print(a[i])", "for i in range(len(a)):\n    print(i, a[i])")],
)  # fmt: skip
def by_index(_: PythonTree, loop: ast.For) -> Iterator[Match]:
    match loop.target, range_of(loop.iter):
        case ast.Name(id=index), ([end] | [ast.Constant(value=0), end]) if items := measured(end):
            body = list(inside(loop.body))
            uses = sum(isinstance(node, ast.Name) and node.id == index for node in body)
            taken = [node for node in body if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)]
            if uses and uses == sum(ast.unparse(node) == f"{items}[{index}]" for node in taken):
                yield Match(loop.lineno, {"index": index, "items": items})


@python_rule(
    "same-items", topic="complexity", kind=Kind.RISK, focus="speed", only_in_focus=True,
    message="A loop over `{first}` inside of a loop over `{first}` compares every item with every other: twice the items take four times as long, O(n²).",
    fix="For a search for equal items keep a set of what was seen: one loop, and `in` on a set takes the same time for any size, O(n). Or sort first: then equal items are neighbours.",
    examples=[("for i in range(len(a)):\n    for j in range(i + 1, len(a)):\n        if a[i] == a[j]:\n            print(i, j)", "for x in a:\n    for y in a:\n        print(x, y)")],
)  # fmt: skip
def same_items(tree: PythonTree) -> Iterator[Match]:
    yield from (Match(line, {"first": first}) for line, first, second in _searches(tree) if first == second)


@python_rule(
    "other-items", topic="complexity", kind=Kind.RISK, focus="speed", only_in_focus=True,
    message="For each item of `{first}` this goes through all of `{second}` to find an equal one: n times m steps, O(n·m).",
    fix="Make a set of one of them before the loop, `set({second})`, and ask with `in`: that is O(n + m). With a value each, a dict.",
    examples=[("for x in a:\n    for y in b:\n        if x == y:\n            print(x)", "for x in a:\n    for y in b:\n        print(x, y)")],
)  # fmt: skip
def other_items(tree: PythonTree) -> Iterator[Match]:
    for line, first, second in _searches(tree):
        if first != second:
            yield Match(line, {"first": first, "second": second})


def _searches(tree: PythonTree) -> Iterator[tuple[int, str, str]]:
    """Yield the loops in loops that look for equal items one by one: the line, and over what they go."""
    for outer in tree.of(ast.For):
        for inner in parts(outer.body, ast.For):
            first, second = _items(outer.iter), _items(inner.iter)
            if first and second and _compares(outer, inner):
                yield inner.lineno, first, second


def _items(over: ast.expr) -> str:
    """Return the name of what is gone through by its items, with `enumerate`, or by index; "" for anything else."""
    match over:
        case (ast.Name(id=name) | ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_])
              | ast.Subscript(value=ast.Name(id=name), slice=ast.Slice())):  # fmt: skip
            return name
    return next(filter(None, (measured(part) for argument in range_of(over) for part in ast.walk(argument))), "")


def _compares(outer: ast.For, inner: ast.For) -> bool:
    """Say whether something of the outer loop is compared, for being equal, with something of the inner."""
    first, second = _names(outer.target), _names(inner.target)
    for node in inside(inner.body):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=[right, *_]):
                sides = _names(left), _names(right)
                if any(first & side and second & other for side, other in (sides, sides[::-1])):
                    return True
    return False


def _names(node: ast.expr) -> frozenset[str]:
    return frozenset(name.id for name in ast.walk(node) if isinstance(name, ast.Name))
