"""JavaScript that has to wait: what has not come yet, and nobody waits for."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JS, Example, Match, rule
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    SyntaxTree,
    around,
    called_name,
    changes,
    kind,
    line,
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_CALLED_BACK: Final = frozenset({"setTimeout", "then", "readFile", "get"})
_EMPTY: Final = frozenset({"", "null", "undefined", "[]", "{}", "''", '""', "0"})
_LOOKING: Final = frozenset({"binary_expression", "template_substitution", "subscript_expression", "unary_expression"})


def own_functions(
    tree: SyntaxTree,
    *,
    later: bool,
    among: tuple[str, ...] = ("function_declaration", "arrow_function", "function_expression"),
) -> dict[str, Node]:
    """Return the functions of the code by name, those that are async or those that are not."""
    functions: dict[str, list[Node]] = {}
    for made in tree.of(*among):
        functions.setdefault(text(part(made, "name") or part(made.parent, "name")), []).append(made)
    single = {name: made[0] for name, made in functions.items() if name and len(made) == 1}
    return {name: made for name, made in single.items() if text(made).startswith("async") == later}


@rule(
    "not-awaited", JS, topic="async-programming",
    message="`{name}()` is async: the call gives {what}, not the result, and nothing waits for it.",
    fix="Write `{change}` (in an async function or a module), or use `.then(...)`.",
    beneath="An async function runs as a task of the event loop; its result exists only once that has come to its end.",
    explains=("javascript-not-a-function", "javascript-undefined-property", "javascript-not-iterable"),
    examples=(
        Example(JS, "async function f() { return 1; }\nconst p = f();\nconsole.log(p);",
                "async function f() { return 1; }\nconst p = await f();\nconsole.log(p);"),
        Example(JS, "const d = r.json();\nconsole.log(d.name);", "const d = r.json();\nf(await d);"),
        Example(JS, "const d = a.map(async x => g(x));\nconsole.log(d);",
                "const d = a.map(async x => g(x));\nfor (const p of d) { console.log(await p); }"),
        Example(JS, "async function f() { return 1; }\nconsole.log(f());",
                "async function f(n) { return n; }\nconst a = f(1), b = f(2);\nconsole.log(await Promise.all([a, b]));"),
        Example(JS, "class A { async get() { return 1; }\nshow() { console.log(this.get()); } }",
                "class A { async get() { return 1; }\nshow() { console.log(this.map.get('n')); } }"),
    ),
)  # fmt: skip
def not_awaited(tree: SyntaxTree) -> Iterator[Match]:
    own = _async_calls(tree)
    for name, value, node in tree.given:
        call = one_line(text(value))
        maps_later = called_name(value) == "map" and text(part(value, "arguments")).startswith("(async")
        if _gives_promise(value, own | {"fetch"}) and _is_only_looked_at(tree, name, node):
            yield _promise(node, called_name(value), f"const {name} = await {call}")
        elif maps_later and _is_only_looked_at(tree, name, node, printed=True):
            yield _promise(node, "map(async ...)", f"const {name} = await Promise.all({call})", "a list of promises")
    for call_node in tree.of("call_expression"):
        if text(part(call_node, "function")) in own and _is_looked_at(call_node):
            yield _promise(call_node, called_name(call_node), f"await {one_line(text(call_node))}")


def _async_calls(tree: SyntaxTree) -> frozenset[str]:
    """Return how async functions of the code are called: by name, or as a method of `this` or of an own object."""
    objects = {name for name, value, _ in tree.given if kind(value) in {"new_expression", "object"}}
    methods = own_functions(tree, later=True, among=("method_definition",))
    of_objects = (f"{owner}.{name}" for owner in ("this", *objects) for name in methods)
    return frozenset((*own_functions(tree, later=True), *of_objects))


def _promise(node: Node, called: str, change: str, what: str = "a promise") -> Match:
    return Match(line(node), {"name": called, "what": what, "change": change})


def _gives_promise(value: Node | None, own: frozenset[str]) -> bool:
    """Say whether a value is the call of an own async function, or that of what a response holds."""
    called = text(part(value, "function"))
    return kind(value) == "call_expression" and (called in own or called.endswith(".json"))


def _is_only_looked_at(tree: SyntaxTree, name: str, declared: Node, *, printed: bool = False) -> bool:
    """Say whether a variable is used, and each time only for its own value: nobody waits for it later."""
    uses = [use for use in tree.uses.get(name, ()) if not declared.start_byte <= use.start_byte < declared.end_byte]
    return bool(uses) and all(is_printed(use) if printed else _is_looked_at(use) for use in uses)


def is_printed(use: Node) -> bool:
    """Say whether a value is given to `console.log`."""
    return called_name(argument_of(use)) == "log"


def argument_of(node: Node) -> Node | None:
    """Return the call that a value is given to."""
    return node.parent.parent if node.parent and node.parent.type == "arguments" else None


def _is_looked_at(use: Node) -> bool:
    """Say whether the value itself is asked for: printed, calculated with, tested, or a property that no promise has."""
    above = use.parent
    if kind(above) == "member_expression":
        return part(above, "object") == use and text(part(above, "property")) not in {"then", "catch", "finally"}
    tested = kind(above) == "parenthesized_expression" and above and part(above.parent, "condition") == above
    return is_printed(use) or kind(above) in _LOOKING or bool(tested)


@rule(
    "comes-later", JS, topic="async-programming",
    message="this runs before the callback of line {first} has given `{name}` its value: the callback is called later, and the code goes on without waiting.",
    fix="Use `{name}` inside of the callback, or write it with `await`, so that what follows waits.",
    beneath="A callback goes to the queue of the event loop, which is looked at only when the code that runs now has come to its end.",
    explains=("javascript-undefined-property", "javascript-null-property", "javascript-not-iterable"),
    examples=(
        Example(JS, "let d = [];\nf().then(r => { d = r; });\nconsole.log(d);", "let d = [];\nf().then(r => { d = r; console.log(d); });"),
        Example(JS, "let d;\nsetTimeout(() => { d = 1; }, 9);\nconsole.log(d);",
                "let n = 0;\nb.addEventListener('click', () => { n = n + 1; show(n); });\nshow(n);"),
    ),
)  # fmt: skip
def comes_later(tree: SyntaxTree) -> Iterator[Match]:
    empty = {name for name, value, _ in tree.given if text(value) in _EMPTY}
    for made in tree.of("arrow_function", "function_expression"):
        call = around(made, "call_expression", *FUNCTIONS)
        statement = around(made, "expression_statement", *FUNCTIONS)
        starts = called_name(call) in _CALLED_BACK and kind(statement) == "expression_statement"
        if not (call and statement and starts) or "await" in text(statement):
            continue
        changed = [name for name, change in changes(made) if change.type == "assignment_expression"]
        for name in sorted(empty.intersection(changed)):
            only_set = sum(text(use) == name for use in of(made, "identifier")) == changed.count(name)
            if only_set and (use := _next_use(tree, statement, name)):
                yield Match(line(use), {"name": name, "first": str(line(call))})


def _next_use(tree: SyntaxTree, statement: Node, name: str) -> Node | None:
    """Return the statement of the same block that uses a name next and at once, with no waiting between."""
    for use in tree.uses.get(name, ()):
        if use.start_byte > statement.end_byte:
            following = around(use, "expression_statement", "return_statement", *FUNCTIONS)
            if following and following.type not in FUNCTIONS and following.parent == statement.parent:
                between = (tree.root.text or b"")[statement.end_byte : following.end_byte]
                return None if b"await" in between else following
    return None


@rule(
    "not-caught", JS, nodes=("try_statement",), topic="async-programming",
    message="`try` catches only what is thrown while its block runs. The promise fails later, when the block has long ended, so `catch` never sees it.",
    fix="Wait for it inside of the block, `await ...`, or write `.catch(...)` behind the promise.",
    beneath="A rejected promise throws only where it is awaited; otherwise its error goes to its own handlers.",
    examples=(
        Example(JS, "try {\n  f().then(g);\n} catch (e) { h(e); }", "try {\n  await f().then(g);\n} catch (e) { h(e); }"),
        Example(JS, "try { f().then((x) => { g(x); }); } catch { h(); }", "try { f().then(g).catch(h); } catch (e) { h(e); }"),
    ),
)  # fmt: skip
def not_caught(_: SyntaxTree, attempt: Node) -> Iterator[Match]:
    for statement in of(part(attempt, "body"), "expression_statement") if part(attempt, "handler") else ():
        call, directly = statement.named_children[0], around(statement, *FUNCTIONS) == around(attempt, *FUNCTIONS)
        arguments = part(call, "arguments")
        handles = arguments is None or arguments.named_child_count > 1 or ".catch(" in text(call)
        if directly and call.type == "call_expression" and called_name(call) == "then" and not handles:
            yield Match(line(attempt))
