"""What Python changes: for other names too, for all objects of a class, with None as the result, or not at all."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from learnflow.code_analysis.python_tree import CONTAINERS, PythonTree, inside, loaded, parts
from learnflow.code_analysis.rule import Example, Match, python_rule
from learnflow.code_analysis.rules.loops import item_only
from learnflow.code_analysis.rules.python.loops import leaves, read_next
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_CHANGING: Final = frozenset({
    "remove", "pop", "insert", "append", "extend", "add", "update", "setdefault", "clear", "sort", "reverse",
})  # fmt: skip
_OF_LISTS: Final = frozenset({"sort", "reverse", "append", "extend"})
_IN_PLACE: Final = frozenset({"sort", "reverse", "append", "extend", "insert", "update", "add", "clear"})


def _changes(nodes: Iterable[ast.AST], name: str) -> Iterator[ast.Name]:
    """Yield each place where what a name stands for is changed."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as changed, attr=attr)):
                if changed.id == name and attr in _CHANGING:
                    yield changed
            case ast.Subscript(value=ast.Name() as changed, ctx=ast.Store() | ast.Del()) if changed.id == name:
                yield changed


def _changes_within(tree: PythonTree, name: str) -> Iterator[int]:
    """Yield the lines on which what is in a list is changed itself: by index, or by the variable of a loop."""
    for node in tree.nodes:
        match node:
            case ast.Subscript(value=ast.Subscript(value=ast.Name(id=changed)), ctx=ast.Store()) if changed == name:
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Subscript(value=ast.Name(id=changed)), attr=attr)):
                if changed == name and attr in _CHANGING:
                    yield node.lineno
            case ast.For(target=ast.Name(id=item), iter=ast.Name(id=items), body=body) if items == name:
                yield from (change.lineno for change in _changes(inside(body), item))


@python_rule(
    "same-object", ast.Assign, topic="variables",
    message="`{name} = {other}` makes no copy: both names stand for one and the same object, so a change by one shows in the other.",
    fix="Make a copy: `{copy}`.",
    beneath="Assignment binds a name and copies nothing. Such a copy is shallow: what is nested is still shared; only a deep copy copies all.",
    examples=[("a = [1]\nb = a\nb.append(2)\nprint(a)", "a = [1]\nb = a.copy()\nb.append(2)\nprint(a)")],
)  # fmt: skip
def same_object(tree: PythonTree, node: ast.Assign) -> Iterator[Match]:
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as value):
            made = tree.assigned_once.get(old)
            if tree.assigned_once.get(new) is not value or not isinstance(made, CONTAINERS):
                return
            if _changed_then_read(tree, new, old, node.lineno) or _changed_then_read(tree, old, new, node.lineno):
                copy = f"{old}.copy()"
                yield Match(node.lineno, {"name": new, "other": old, "copy": copy}, (tree.replaced(value, copy),))


def _changed_then_read(tree: PythonTree, changed: str, other: str, after: int) -> bool:
    """Say whether one of two names is changed, and the other one read after that."""
    lines = [change.lineno for change in _changes(tree.nodes, changed) if change.lineno > after]
    own = {id(change) for change in _changes(tree.nodes, other)}
    return any(
        name.id == other and name.lineno > min(lines, default=name.lineno) and id(name) not in own
        for name in tree.of(ast.Name)
    )


@python_rule(
    "shallow-copy", topic="lists",
    message="`{name}` is a new list, but with the same inner lists as `{other}`: the copy is shallow, and a change inside shows in both.",
    fix="Copy all levels: `import copy`, then `{change}`.",
    beneath="A shallow copy copies references; `deepcopy` follows them and remembers what it has copied.",
    examples=[("a = [[1], [2]]\nb = a[:]\nb[0][0] = 9\nprint(a)", "a = [1, 2]\nb = a[:]\nb[0] = 9\nprint(a)")],
)  # fmt: skip
def shallow_copy(tree: PythonTree) -> Iterator[Match]:
    for name, made in tree.assigned_once.items():
        match made:
            case (ast.Call(func=ast.Attribute(value=ast.Name(id=old), attr="copy"), args=[])
                  | ast.Call(func=ast.Name(id="list" | "dict"), args=[ast.Name(id=old)])
                  | ast.Subscript(value=ast.Name(id=old), slice=ast.Slice(lower=None, upper=None))):  # fmt: skip
                nested = tree.assigned_once.get(old)
                deep = isinstance(nested, ast.List) and any(isinstance(item, CONTAINERS) for item in nested.elts)
                change = min(_changes_within(tree, name), default=0) if deep else 0
                if change and any(node.id == old and node.lineno > change for node in tree.of(ast.Name)):
                    yield Match(made.lineno, {"name": name, "other": old, "change": f"copy.deepcopy({old})"})


@python_rule(
    "same-row", topic="lists",
    message="the outer `*` repeats one and the same inner list, so a change of one row shows in all rows.",
    fix="Make a new list for each row: `{change}`.",
    beneath="`*` copies references, not what they refer to; a comprehension works its expression out for each row.",
    examples=[("g = [[0] * 3] * 2\ng[0][0] = 1", "g = [[0] * 3 for _ in range(2)]\ng[0][0] = 1")],
)  # fmt: skip
def same_row(tree: PythonTree) -> Iterator[Match]:
    for name, made in tree.assigned_once.items():
        match made:
            case ast.BinOp(left=ast.List(elts=[ast.List() | ast.BinOp(left=ast.List()) as row]), op=ast.Mult(),
                           right=times):  # fmt: skip
                if any(_changes_within(tree, name)):
                    change = f"[{ast.unparse(row)} for _ in range({ast.unparse(times)})]"
                    yield Match(made.lineno, {"change": one_line(change, 80)}, (tree.replaced(made, change),))


@python_rule(
    "same-added", ast.For, ast.While, topic="lists",
    message="each round adds the same `{name}`, which was made once before the loop: all entries are that one, and show its last content.",
    fix="Make a new one in each round, or add a copy: `{change}`.",
    beneath="A list holds references; appending copies nothing.",
    examples=[("r = []\nfor x in a:\n    r.append(x)\n    g.append(r)", "for x in a:\n    r = [x]\n    g.append(r)")],
)  # fmt: skip
def same_added(tree: PythonTree, loop: ast.For | ast.While) -> Iterator[Match]:
    for node in inside(loop.body) if not leaves(loop) else ():
        match node:
            case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=name)]):
                made = tree.assigned_once.get(name)
                outside = isinstance(made, ast.List | ast.Dict) and made.lineno < loop.lineno
                if outside and any(_changes(inside(loop.body), name)):
                    yield Match(node.lineno, {"name": name, "change": f"{name}.copy()"})


@python_rule(
    "shared-by-class", ast.ClassDef, topic="object-oriented-programming",
    message="`{name}` belongs to the class `{owner}` itself, so all its objects share one `{value}`: what one puts in, all others see.",
    fix="Make it in `__init__`, for each object its own: `self.{name} = {value}`.",
    beneath="`self.{name}` is looked up in the object first, then in the class; changing what is found there changes it for all.",
    examples=[("class A:\n    k = []\n    def f(self, x):\n        self.k.append(x)", "class A:\n    def __init__(self):\n        self.k = []\n    def f(self, x):\n        self.k.append(x)")],
)  # fmt: skip
def shared_by_class(tree: PythonTree, owner: ast.ClassDef) -> Iterator[Match]:
    set_anew = (node for node in parts(owner.body, ast.Attribute) if isinstance(node.ctx, ast.Store))
    of_object = set(map(ast.unparse, set_anew))
    shared = {node.attr for node in tree.of(ast.Attribute) if ast.unparse(node.value) in {owner.name, "cls"}}
    changed = set(_changed_of_object(owner))
    for node in owner.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Dict() | ast.Set() as value):
                if name in changed - shared and f"self.{name}" not in of_object:
                    yield Match(node.lineno, {"name": name, "owner": owner.name, "value": ast.unparse(value)})


def _changed_of_object(owner: ast.ClassDef) -> Iterator[str]:
    for node in inside(owner.body):
        match node:
            case ast.Call(args=[ast.Name(id="self")]):
                continue  # a list of all objects belongs to the class
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=attr)):
                if attr in _CHANGING:
                    yield name
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name), ctx=ast.Store()):
                yield name


@python_rule(
    "result-is-none", ast.Assign, topic="lists",
    explains=("python-none-attribute", "python-none-subscript", "python-not-iterable", "python-type-error", "python-attribute-error"),
    message="`.{call}()` changes `{name}` itself and gives back None, so after this line `{name}` is None.",
    fix="Call it without `{name} =`: `{change}`.",
    beneath="By custom, Python's methods either change the object and give None, or give a new object; `sorted(...)` is of the second kind.",
    examples=[("a = [2, 1]\na = a.sort()", "a = [2, 1]\na.sort()")],
)  # fmt: skip
def result_is_none(tree: PythonTree, node: ast.Assign) -> Iterator[Match]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)],
                        value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)) as call):  # fmt: skip
            if owner == name and attr in _IN_PLACE - tree.bindings.keys() and tree.holds_container(name):
                change = ast.unparse(call)
                start = tree.lines[node.lineno - 1].encode()[: node.col_offset].decode()
                rest = tree.lines[node.end_lineno or node.lineno :]
                fix = "\n".join((*tree.lines[: node.lineno - 1], start + change, *rest))
                yield Match(node.lineno, {"name": name, "call": attr, "change": one_line(change)}, (fix,))


@python_rule(
    "given-none", topic="lists",
    explains=("python-none-attribute", "python-none-subscript", "python-not-iterable"),
    message="`.{call}()` changes `{owner}` itself and gives back None, so {name} is None.",
    fix="Call it on a line of its own, `{change}`, and then use `{owner}`; `sorted(...)` gives a new list instead.",
    beneath="By custom, Python's methods either change the object and give None, or give a new object.",
    examples=[("a = [2, 1]\nb = a.sort()", "a = [2, 1]\nb = sorted(a)")],
)  # fmt: skip
def given_none(tree: PythonTree) -> Iterator[Match]:
    for node in tree.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(func=ast.Attribute() as method)):
                name = f"`{target}`"
            case (ast.Return(value=ast.Call(func=ast.Attribute() as method))
                  | ast.Call(func=ast.Name(id="print"), args=[ast.Call(func=ast.Attribute() as method)])):  # fmt: skip
                name = "the result"
            case _:
                continue
        match method:
            case ast.Attribute(value=ast.Name(id=owner), attr=attr) if attr in _OF_LISTS - tree.bindings.keys():
                if name != f"`{owner}`" and tree.holds_container(owner):
                    values = {"name": name, "owner": owner, "call": attr, "change": f"{owner}.{attr}(...)"}
                    yield Match(method.lineno, values)


@item_only.in_language(
    Example(Language.PYTHON, "for x in a:\n    x = x * 2", "for x in a:\n    x = x * 2\n    print(x)")
)
def only_item_bound(tree: PythonTree) -> Iterator[Match]:
    in_place = not tree.imports_only_standard_library or any(
        node.name.startswith("__i") and node.name != "__init__" for node in tree.of(ast.FunctionDef)
    )
    for loop, following in tree.statements():
        match loop:
            case ast.For(target=ast.Name(id=name), iter=ast.Name(id=items), body=body, orelse=[]):
                line = _only_bound(tree, body, name, in_place=in_place)
                if line and not read_next(following, name):
                    yield Match(line, {"name": name, "items": items, "change": f"use an index: `{items}[i] = ...`"})


def _only_bound(tree: PythonTree, body: list[ast.stmt], name: str, *, in_place: bool) -> int | None:
    """Return the line on which an item's name gets a value that is made of it and never read."""
    for place, node in enumerate(body):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name in loaded(value):
                pass
            case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name and tree.kind(value):
                if in_place:
                    continue
            case _:
                continue
        if name not in loaded(*body[place + 1 :]):
            return node.lineno
    return None
