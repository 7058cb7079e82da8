"""Functions in JavaScript: called too soon, without a result, with another `this`, or with a variable of the loop."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JS, Example, Match, rule
from learnflow.code_analysis.rules.javascript.asynchronous import argument_of, is_printed, own_functions
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    SyntaxTree,
    around,
    called_name,
    given,
    is_statement,
    kind,
    line,
    names,
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_LATER: Final = frozenset({"setTimeout", "setInterval", "then", "addEventListener", "push"})
_GIVING: Final = frozenset({"map", "filter", "find", "some", "every", "reduce", "findIndex", "flatMap", "sort"})
_SETS_THIS: Final = frozenset({"addEventListener", "on", "each", "it", "describe", "test", "beforeEach"})
_TIMED: Final = frozenset({"setTimeout", "setInterval"})
_ACTING: Final = ("assignment_expression", "update_expression", "augmented_assignment_expression", "await_expression")
_WITHOUT_VALUE: Final = ("call_expression", "await_expression", "undefined", "null")
_NAMELESS: Final = ("arrow_function", "function_expression")
_METHOD: Final = "class A {{\n  constructor() {{ this.n = 1; }}\n  go() {{ {} {{ console.log(this.n); }}, 9); }}\n}}"


def _returns(function: Node) -> list[Node]:
    """Return where a function itself returns or throws."""
    return [end for end in of(function, "return_statement", "throw_statement") if around(end, *FUNCTIONS) == function]


def _is_silent(function: Node) -> bool:
    """Say whether a function never gives a value."""
    return kind(part(function, "body")) == "statement_block" and not _returns(function)


def _silent_functions(tree: SyntaxTree) -> set[str]:
    return {name for name, made in own_functions(tree, later=False).items() if _is_silent(made)}


@rule(
    "called-too-soon", JS, topic="functions",
    message="`{name}()` calls the function at once, in this line, and gives its result (undefined) to `{call}`, which then has nothing to call.",
    fix="Give the function itself, without calling it: `{change}`.",
    beneath="Arguments are worked out before the call. A handler is a function value that is called later, each time that something happens.",
    examples=(
        Example(JS, "function f() { g(); }\nb.addEventListener('click', f());", "function f() { g(); }\nb.addEventListener('click', f);"),
        Example(JS, "function f(n) { g(n); }\nsetTimeout(f(1), 100);",
                "const greet = (name) => () => console.log(name);\nb.addEventListener('click', greet('Ada'));"),
    ),
)  # fmt: skip
def called_too_soon(tree: SyntaxTree) -> Iterator[Match]:
    silent = _silent_functions(tree)
    for argument in tree.of("call_expression"):
        called, call = text(part(argument, "function")), called_name(argument_of(argument))
        if called in silent and call in {*_TIMED, "addEventListener"}:
            change = called if text(part(argument, "arguments")) == "()" else f"() => {one_line(text(argument))}"
            yield Match(line(argument), {"name": called, "call": call, "change": change})


@rule(
    "other-this", JS, nodes=("function_expression",), topic="object-oriented-programming",
    message="a `function` has a `this` of its own, and when `{call}` calls it, that is not your object: so its properties are undefined there.",
    fix="Write an arrow function, `() => {{ ... }}`: it keeps the `this` of the method around it.",
    beneath="`this` is set by the call, not by where the function stands; only arrow functions take it from the scope around them.",
    explains=("javascript-undefined-property", "javascript-not-a-function"),
    examples=(
        Example(JS, _METHOD.format("setTimeout(function ()"), _METHOD.format("setTimeout(() =>")),
        Example(JS, "class A {\n  add(x) { this.xs.forEach(function (y) { this.add(y); }); }\n}",
                "class A {\n  open() { this.el.addEventListener('click', function () { this.classList.add('on'); }); }\n}"),
    ),
)  # fmt: skip
def other_this(_: SyntaxTree, made: Node) -> Iterator[Match]:
    call, owner = argument_of(made), around(made, "class_body")
    arguments = part(call, "arguments")
    own_this = arguments and arguments.named_child_count > 1 and called_name(call) not in _TIMED  # it is given
    if call is None or owner is None or called_name(call) in _SETS_THIS or own_this:
        return
    for use in of(made, "member_expression"):
        name = text(part(use, "property"))
        has = rf"\bthis\.{name} = |^\s*(?:async )?{name}\(|\{{\s*{name}\("
        at_once = around(use, *FUNCTIONS) == made and text(part(use, "object")) == "this"
        if at_once and re.search(has, text(owner), re.MULTILINE):
            yield Match(line(use), {"call": called_name(call)})
            break


@rule(
    "arrow-this", JS, nodes=("pair",), topic="object-oriented-programming",
    message="an arrow function has no `this` of its own: in `{name}` it is that of the code around the object, not the object.",
    fix="Write it as a method: `{name}() {{ ... }}`.",
    beneath="Braces of an object make no scope; arrow functions take `this` from the nearest function or the module.",
    examples=(
        Example(JS, "const o = { n: 1, go: () => this.n };", "const o = { n: 1, go() { return this.n; } };"),
        Example(JS, "const o = { n: 1, go: () => { f(this.n); } };", "class C {\n  start() { return { tick: () => this.n + 1 }; }\n}"),
    ),
)  # fmt: skip
def arrow_this(_: SyntaxTree, pair: Node) -> Iterator[Match]:
    arrow = part(pair, "value")
    if kind(arrow) == "arrow_function" and around(pair, *FUNCTIONS, "class_body") is None:
        use = next((use for use in of(arrow, "this") if around(use, *FUNCTIONS) == arrow), None)
        if use:
            yield Match(line(use), {"name": text(part(pair, "key"))})


@rule(
    "braces-without-return", JS, nodes=_NAMELESS, topic="functions",
    message="an arrow function with braces gives back only what you `return`, and this one returns nothing: so `{call}` gets undefined for each item.",
    fix="Leave the braces out, `{change}`, or write `return` inside of them.",
    beneath="After `=>` braces begin a block of statements, not a value; without them the expression is the result.",
    explains=("javascript-undefined-property",),
    examples=(
        Example(JS, "const b = a.map(x => { x * 2 });", "const b = a.map(x => { return x * 2; });"),
        Example(JS, "f(a.filter((x) => { x > 2; }));", "items.map((item) => { render(item); });"),
    ),
)  # fmt: skip
def braces_without_return(_: SyntaxTree, made: Node) -> Iterator[Match]:
    body, call = part(made, "body"), made.parent.parent if made.parent else None
    wanted = call and called_name(call) in _GIVING and not is_statement(call) and _is_silent(made)
    statement = body.named_child(0) if wanted and body and body.named_child_count == 1 else None
    value = statement.named_child(0) if statement and statement.type == "expression_statement" else None
    if value and value.type not in _ACTING and called_name(value) not in {"log", "push"}:
        parameters = text(part(made, "parameter") or part(made, "parameters"))
        change = one_line(f"{parameters} => {text(statement).rstrip(';')}")
        yield Match(line(made), {"call": called_name(call), "change": change})


@rule(
    "for-each-return", JS, nodes=_NAMELESS, topic="functions",
    message="`return` inside of `forEach` ends only the call for this item: the loop goes on, and the value is thrown away.",
    fix="Use `for (const item of items)`, where `return` leaves the function, or `find`, `some` or `every`.",
    beneath="The callback is a function of its own, and `forEach` ignores what it gives back.",
    examples=(
        Example(JS, "a.forEach(x => { if (x) return x; });", "a.forEach(x => { if (x) f(x); });"),
        Example(JS, "rows.forEach((row) => { if (row.bad) { return false; } f(row); });",
                "rows.forEach((row) => { if (!row) { throw new Error(row); } if (!row.n) { return skip(row); } out.push(row.map((n) => { return n + 1; })); });"),
    ),
)  # fmt: skip
def for_each_return(_: SyntaxTree, made: Node) -> Iterator[Match]:
    for end in _returns(made) if called_name(argument_of(made)) == "forEach" else ():
        if end.type == "return_statement" and end.named_children and end.named_children[0].type not in _WITHOUT_VALUE:
            yield Match(line(end))


@rule(
    "late-binding", JS, nodes=("for_statement", "for_in_statement"), topic="closures",
    message="each of these functions uses the variable `{name}` itself, not the value that it had; they run after the loop, when it has its last value.",
    fix="Declare it by `let` in the head of the loop: then each round has a variable of its own.",
    beneath="A closure captures the variable, and looks its value up when it is called.",
    examples=(
        Example(JS, "for (var k = 0; k < 2; k++) {\n  setTimeout(() => f(k), 1);\n}", "for (let k = 0; k < 2; k++) {\n  setTimeout(() => f(k), 1);\n}"),
        Example(JS, "for (var x of a) { fs.push(() => x); }", "for (var x of xs) { load(x).then((x) => console.log(x)); }"),
    ),
)  # fmt: skip
def late_binding(_: SyntaxTree, loop: Node) -> Iterator[Match]:
    start = part(loop, "initializer")
    declared = names(start) if kind(start) == "variable_declaration" else frozenset()
    if text(part(loop, "kind")) == "var":
        declared = names(part(loop, "left"))
    waits = any(of(loop, "await_expression"))
    for made in of(part(loop, "body") or loop, *_NAMELESS):
        own = names(part(made, "parameters") or part(made, "parameter")) | {name for name, _, _ in given(made)}
        used = declared & names(part(made, "body")) - own
        if used and not waits and called_name(around(made, "call_expression")) in _LATER:
            yield Match(line(made), {"name": min(used)})
            break


@rule(
    "no-return", JS, topic="functions",
    message="`{name}` has no `return`, so the call gives undefined, whatever it prints.",
    fix="Let `{name}` end with `return` and the value.",
    beneath="A function that runs to its end without `return` gives undefined; what it logs goes to the console only.",
    explains=("javascript-undefined-property", "javascript-not-iterable"),
    examples=(
        Example(JS, "function f(a) { a + 1; }\nconsole.log(f(1));", "function f(a) { return a + 1; }\nconsole.log(f(1));"),
        Example(JS, "function f(a) { a + 1; }\nconst b = f(1) * 2;\ng(b);",
                "import { load } from './io.js';\nclass View { load() { this.n = 1; } }\nconst data = load();\nconsole.log(data);"),
    ),
)  # fmt: skip
def no_return(tree: SyntaxTree) -> Iterator[Match]:
    silent = _silent_functions(tree)
    for call in tree.of("call_expression"):
        wanted = kind(call.parent) in {"variable_declarator", "binary_expression"} or is_printed(call)
        if wanted and text(part(call, "function")) in silent:
            yield Match(line(call), {"name": called_name(call)})


@rule(
    "return-alone", JS, nodes=("return_statement",), topic="functions",
    message="`return` stands alone on its line, so the function ends here and gives undefined; the next line is never reached.",
    fix="Begin the value on the same line: `{change}`.",
    beneath="JavaScript puts a semicolon after a `return` at the end of a line (automatic semicolon insertion).",
    examples=(Example(JS, "function f() {\n  return\n  g();\n}", "function f() {\n  return g();\n}"),),
)  # fmt: skip
def return_alone(_: SyntaxTree, node: Node) -> Iterator[Match]:
    following = node.next_named_sibling
    if following is None or following.type != "expression_statement" or node.named_children:
        return
    if line(following) == line(node) + 1:
        yield Match(line(node), {"change": one_line(f"return {text(following)}")})
