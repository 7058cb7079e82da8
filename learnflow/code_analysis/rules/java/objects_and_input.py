"""Java: objects compared by identity, shared by a class and never set, and lines that are left in the input."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JAVA, Certainty, Example, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import (
    LOOPS,
    SyntaxTree,
    around,
    changes,
    is_statement,
    is_used_after,
    kind,
    line,
    names,
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_OBJECTS: Final = frozenset({"String", "Integer", "Long", "Double", "Character", "BigDecimal", "BigInteger"})
_TOKENS: Final = frozenset({"nextInt", "nextDouble", "nextLong", "nextBoolean", "nextFloat"})
_SIMPLE: Final = frozenset({"int", "double", "long", "String", "boolean", "char", "float"})
_NEW_TEXT: Final = frozenset({
    "toUpperCase", "toLowerCase", "trim", "replace", "replaceAll", "concat", "substring", "strip", "repeat",
})  # fmt: skip


def _kind(types: dict[str, str], node: Node | None) -> str:
    if kind(node) == "method_invocation":
        owner, name = part(node, "object"), text(part(node, "name"))
        reads = name in {"nextLine", "readLine"} or (name == "next" and types.get(text(owner)) == "Scanner")
        return "String" if reads or (name in _NEW_TEXT and _kind(types, owner) == "String") else ""
    return "String" if kind(node) == "string_literal" else types.get(text(node), "")


def _compared(tree: SyntaxTree) -> Iterator[tuple[Node, str, str, str]]:
    """Yield each comparison by `==` or `!=`, its operator, and the types of its sides."""
    types = tree.types
    for node in tree.of("binary_expression"):
        sign = text(part(node, "operator"))
        if sign in {"==", "!="}:
            yield node, sign, _kind(types, part(node, "left")), _kind(types, part(node, "right"))


@rule(
    "compares-identity", JAVA, topic="strings",
    message="`{name}` asks whether both are one and the same object. Two values of `{kind}` can have the same content and still be two objects.",
    fix="Compare the content: `{change}`.",
    beneath="Literals are kept once (and Integers from -128 to 127 are cached), so `==` seems to work with them now and then.",
    examples=(
        in_function(JAVA, "if (s == t) { g(); }", "if (s.equals(t)) { g(); }"),
        in_function(JAVA, "if (s.trim() == t) { g(); }", "if (Character.toLowerCase(a) == Character.toLowerCase(b)) { g(); }"),
        in_function(JAVA, 'if (answer == "yes") {}', "if (s == t || s.equals(t)) { g(); }"),
    ),
)  # fmt: skip
def compares_identity(tree: SyntaxTree) -> Iterator[Match]:
    for node, sign, first, second in _compared(tree):
        left, right = part(node, "left"), part(node, "right")
        literal = "string_literal" in {kind(left), kind(right)}
        same = first == second and first in _OBJECTS
        condition = around(node, "parenthesized_expression", "expression_statement", "return_statement")
        method = text(part(around(node, "method_declaration"), "name"))
        if (literal or same) and ".equals(" not in text(condition) and method != "equals":
            change = f"{'' if sign == '==' else '!'}{text(left)}.equals({text(right)})"
            values = {"name": one_line(text(node)), "kind": first or second, "change": one_line(change, 80)}
            yield Match(line(node), values)


@rule(
    "shared-static", JAVA, nodes=("field_declaration",), topic="object-oriented-programming",
    message="`{name}` is `static`: there is one for the whole class `{owner}`, so each new object overwrites it for all.",
    fix="Take `static` away, so that each object has a `{name}` of its own.",
    beneath="Static fields live in the class, fields without it in each object; a constructor should set only the latter.",
    examples=(
        Example(JAVA, "class A {\n  static int n;\n  A(int n) { this.n = n; }\n}", "class A {\n  int n;\n  A(int n) { this.n = n; }\n}"),
        Example(JAVA, "class A {\n  static int n;\n  A(int k) { n = k; }\n}",
                "class Log {\n  static int level;\n  Log(int l) { level = l; }\n  static boolean on() { return level > 0; }\n}"),
    ),
)  # fmt: skip
def shared_static(tree: SyntaxTree, field: Node) -> Iterator[Match]:
    owner = around(field, "class_declaration")
    if "static" not in _modifiers(field) or "final" in _modifiers(field):
        return
    name = text(part(next(of(field, "variable_declarator"), None), "name"))
    methods = (method for method in of(owner, "method_declaration") if "static" in _modifiers(method))
    shared = any(name in names(method) for method in methods) or f"{text(part(owner, 'name'))}.{name}" in tree.code
    if not shared and any(_sets(made, name) for made in of(owner, "constructor_declaration")):
        yield Match(line(field), {"name": name, "owner": text(part(owner, "name"))})


def _modifiers(node: Node) -> set[str]:
    return {word for child in node.named_children if child.type == "modifiers" for word in text(child).split()}


def _sets(constructor: Node, name: str) -> bool:
    """Say whether a constructor gives a field the value of a parameter."""
    parameters = _parameters(constructor)
    return any(
        text(part(node, "left")) in {f"this.{name}", name} and text(part(node, "right")) in parameters
        for node in of(constructor, "assignment_expression")
    )


def _parameters(method: Node | None) -> dict[str, str]:
    """Return the types of a method's parameters by name."""
    given = of(part(method, "parameters"), "formal_parameter")
    return {text(part(node, "name")): text(part(node, "type")) for node in given}


@rule(
    "given-itself", JAVA, nodes=("assignment_expression",), topic="object-oriented-programming",
    message="both sides are the parameter `{name}`, which is given its own value; the field stays as it was (null or 0).",
    fix="Name the field by `this`: `{change}`.",
    beneath="A parameter hides a field of the same name; `this.` names the field.",
    explains=("java-null-pointer-exception",),
    examples=(
        Example(JAVA, "class A {\n  int n;\n  A(int n) { n = n; }\n}",
                "class A {\n  int n;\n  A(int n) { this.n = n; }\n}"),
    ),
)  # fmt: skip
def given_itself(_: SyntaxTree, node: Node) -> Iterator[Match]:
    name = text(part(node, "left"))
    method = around(node, "constructor_declaration", "method_declaration")
    if name == text(part(node, "right")) and name in _parameters(method):
        yield Match(line(node), {"name": name, "change": f"this.{name} = {name}"})


@rule(
    "copy-changed", JAVA, nodes=("method_declaration",), topic="functions",
    message="`{name}` is a copy that only `{function}` sees: what is changed here is gone when it ends, and the caller's value stays as it was.",
    fix="Let `{function}` return the new value, and assign it where it is called.",
    beneath="Arguments are passed by value: a method gets a copy of the number or the reference, never the caller's variable.",
    examples=(
        Example(JAVA, "class A {\n  void f(int n) { n = n + 1; }\n}", "class A {\n  int f(int n) { n = n + 1; return n; }\n}"),
        Example(JAVA, 'class A {\n  void f(String s) { s = "b"; }\n}', "class A { void show(int n) { System.out.println(++n); } }"),
    ),
)  # fmt: skip
def copy_changed(_: SyntaxTree, method: Node) -> Iterator[Match]:
    body = part(method, "body")
    own, function = _parameters(method), text(part(method, "name"))
    for name, node in changes(body) if text(part(method, "type")) == "void" else ():
        read = is_used_after(node, body, name) or around(node, *LOOPS) is not None
        if own.get(name) in _SIMPLE and is_statement(node) and not read:
            yield Match(line(node), {"name": name, "function": function})


@rule(
    "line-left", JAVA, topic="input-output",
    message="`{name}` (line {first}) reads only its value and leaves the line end in the input; this then reads the empty rest of that line, and does not wait.",
    fix="Read the rest of the line away before: `{change}`.",
    beneath="Readers of tokens skip white space before a value and stop right behind it; readers of lines take all up to the line end.",
    examples=(
        in_function(JAVA, "int k = in.nextInt();\n    String u = in.nextLine();", "int k = in.nextInt();\n    in.nextLine();\n    String u = in.nextLine();"),
        in_function(JAVA, "int k = in.nextInt();\n    g(in.nextLine());", "String c = in.next();\n    String rest = in.nextLine().trim();\n    g(c, rest);"),
    ),
)  # fmt: skip
def line_left(tree: SyntaxTree) -> Iterator[Match]:
    reads = [call for call in tree.of("method_invocation") if text(part(call, "name")) in {*_TOKENS, "nextLine"}]
    for first, second in pairwise(reads):
        scanner, name = text(part(first, "object")), text(part(first, "name"))
        goes_on = around(first, "block") == around(second, "block") and scanner == text(part(second, "object"))
        trimmed = text(part(second.parent, "name")) in {"trim", "strip", "isBlank", "isEmpty"}
        wanted = text(part(second, "name")) == "nextLine" and not is_statement(second) and not trimmed
        if name in _TOKENS and goes_on and wanted:
            yield Match(line(second), {"name": name, "first": str(line(first)), "change": f"{scanner}.nextLine();"})


@rule(
    "no-text-form", JAVA, nodes=("method_invocation",), topic="object-oriented-programming", certainty=Certainty.SURE,
    message="the class `{kind}` has no `toString`, so this prints its name and a hash (like `{kind}@1b6d3586`), not what is in the object.",
    fix="Write a method `public String toString()` in `{kind}` that gives what you want to see.",
    beneath="`println` calls `toString`; the one inherited from Object knows nothing of your fields.",
    examples=(
        Example(JAVA, "class Dog { String n; }\nclass A { void f(Dog d) { System.out.println(d); } }",
                'class Dog { public String toString() { return "dog"; } }\nclass A { void f(Dog d) { System.out.println(d); } }'),
        Example(JAVA, "class Dog { }\nclass A { void f() { System.out.println(new Dog()); } }",
                "class Dog extends Animal { }\nrecord P(int n) { }\nclass A { void f(Dog d, P p) { System.out.println(d); System.out.println(p); } }"),
    ),
)  # fmt: skip
def no_text_form(tree: SyntaxTree, call: Node) -> Iterator[Match]:
    given = part(call, "arguments")
    printed = text(part(call, "object")) in {"System.out", "System.err"} and text(part(call, "name")).startswith(
        "print"
    )
    shown = given.named_children[0] if given is not None and printed and given.named_child_count == 1 else None
    kind_shown = text(part(shown, "type")) or tree.types.get(text(shown), "")
    for own in tree.of("class_declaration"):
        inherits = part(own, "superclass") or part(own, "interfaces")
        if kind_shown == text(part(own, "name")) and not inherits and "toString" not in text(own):
            yield Match(line(call), {"kind": kind_shown})
