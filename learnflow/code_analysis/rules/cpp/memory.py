"""Memory in C++: values that nobody set, pointers that are copies, locals that are gone, sizes of pointers."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, Example, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import LOOPS, SyntaxTree, around, is_statement, kind, line, of, part, text

_NUMBERS: Final = frozenset({"int", "long", "double", "float", "short", "unsigned", "size_t", "long long"})
_STATEMENTS: Final = ("assignment_expression", "update_expression", "expression_statement")
_CHANGING: Final = frozenset({"push_back", "emplace_back", "pop_back", "clear", "insert", "erase", "resize", "append"})


@rule(
    "copy-changed", CPP, nodes=("function_definition",), topic="functions",
    message="`{name}` is a copy that only `{function}` sees: what is changed here is gone when it ends, and the caller's value stays as it was.",
    fix="{change}",
    beneath="Arguments are passed by value here; only a reference or a pointer lets a function change what belongs to its caller.",
    examples=(
        Example(CPP, "void f(int n) { n = 5; }", "void f(int& n) { n = 5; }"),
        Example(CPP, "void f(std::vector<int> v) { v.push_back(1); }",
                "void digits(int n) { while (n > 0) { std::cout << n % 10; n /= 10; } }"),
    ),
)  # fmt: skip
def copy_changed(_: SyntaxTree, function: Node) -> Iterator[Match]:
    if text(part(function, "type")) != "void":
        return
    head, body = part(function, "declarator"), part(function, "body")
    for parameter in of(head, "parameter_declaration"):
        name, value = text(part(parameter, "declarator")), kind(part(parameter, "declarator")) == "identifier"
        change = next((node for node in _changes(body) if value and _owner(node) == name), None)
        if change and around(change, *LOOPS) is None and not _read_after(body, change, name):
            step = f"Take it by reference, as in `{text(part(parameter, 'type'))}& {name}`."
            called = text(part(head, "declarator"))
            yield Match(line(change), {"name": name, "function": called, "change": step})


def _changes(body: Node | None) -> Iterator[Node]:
    yield from filter(is_statement, of(body, "assignment_expression", "update_expression"))
    calls = of(body, "call_expression")
    yield from (call for call in calls if text(part(part(call, "function"), "field")) in _CHANGING)


def _owner(node: Node) -> str:
    """Return the name of the value that is changed, "" for what a pointer leads to."""
    left = part(node, "left") or part(node, "argument") or part(part(node, "function"), "argument")
    while kind(left) in {"subscript_expression", "field_expression"}:
        if text(part(left, "operator")) == "->":
            return ""
        left = part(left, "argument")
    return text(left)


def _read_after(body: Node | None, change: Node, name: str) -> bool:
    """Say whether a changed name is read afterwards, so that the change may be meant for here only."""
    statement = around(change, "expression_statement", "for_statement") or change
    return any(
        text(use) == name and use.start_byte > statement.end_byte and not _is_target(use)
        for use in of(body, "identifier")
    )


def _is_target(node: Node) -> bool:
    return kind(node.parent) == "assignment_expression" and part(node.parent, "left") == node


@rule(
    "pointer-copied", CPP, nodes=("function_definition",), topic="memory-management", explains=("cpp-segmentation-fault",),
    message="`{name}` is a copy of the caller's pointer: to let it point elsewhere changes only the copy, and the caller's pointer stays as it was.",
    fix="Return the new pointer, or take the pointer itself by reference: `*& {name}`.",
    beneath="A pointer is passed by value like any other; `*{name} = ...` would change what it points to, `{name} = ...` only itself.",
    examples=(
        Example(CPP, "void f(int* p) { p = new int(5); }", "void f(int*& p) { p = new int(5); }"),
        Example(CPP, "void f(int* p) { p = new int(5); }",
                "void show(Node* n) { if (n == nullptr) { n = &empty; } std::cout << n->v; }"),
    ),
)  # fmt: skip
def pointer_copied(_: SyntaxTree, function: Node) -> Iterator[Match]:
    if text(part(function, "type")) != "void":
        return
    body, parameters = part(function, "body"), of(part(function, "declarator"), "parameter_declaration")
    declared = [part(parameter, "declarator") for parameter in parameters]
    pointers = [text(pointer) for pointer in declared if kind(pointer) == "pointer_declarator"]
    for name in (pointer.removeprefix("*").strip() for pointer in pointers):
        for change in of(body, "assignment_expression"):
            made = text(part(change, "right")).startswith(("new ", "&"))
            set_anew = name.isidentifier() and text(part(change, "left")) == name and made
            if set_anew and not _read_after(body, change, name):
                yield Match(line(change), {"name": name})


@rule(
    "never-set", CPP, nodes=("declaration",), topic="variables",
    message="`{name}` ({kind}) has no first value, and line {first} adds to whatever happens to be in its memory: the result is any number.",
    fix="Give it a first value: `{kind} {name} = 0;`.",
    beneath="Local variables of the built-in types are not initialised in C++; to read one before is undefined behaviour.",
    examples=(
        in_function(CPP, "int n;\n  n += 2;", "int n = 0;\n  n += 2;"),
        Example(CPP, "int next() { int n; n++; return n; }", "int next() { static int n; n++; return n; }"),
    ),
)  # fmt: skip
def never_set(_: SyntaxTree, declaration: Node) -> Iterator[Match]:
    function, number = around(declaration, "function_definition"), text(part(declaration, "type"))
    if number not in _NUMBERS or not {"static", "extern", "thread_local"}.isdisjoint(text(declaration).split()):
        return
    for name in (text(child) for child in declaration.named_children if child.type == "identifier"):
        uses = (use for use in of(function, "identifier") if use.start_byte > declaration.end_byte)
        change = around(next((use for use in uses if text(use) == name), None), *_STATEMENTS)
        if change and _adds(change, name):
            yield Match(line(declaration), {"name": name, "kind": number, "first": str(line(change))})


def _adds(node: Node, name: str) -> bool:
    if node.type == "update_expression":
        return text(part(node, "argument")) == name
    return text(part(node, "left")) == name and text(part(node, "operator")) in {"+=", "-=", "*=", "/="}


@rule(
    "gone-local", CPP, nodes=("function_definition",), topic="memory-management", explains=("cpp-segmentation-fault",),
    message="`{name}` lives in `{function}` only: when that returns, its memory is free again, and what the caller holds points to nothing sure.",
    fix="Return the value itself (a copy), or let the caller give you the place.",
    beneath="The frame of a function goes with its return; using a dangling pointer or reference is undefined behaviour.",
    examples=(
        Example(CPP, "int* f() { int n = 5; return &n; }", "int f() { int n = 5; return n; }"),
        Example(CPP, "int& f() { int n = 5; return n; }",
                "std::ostream& put(std::ostream& out) { auto width = out.width(); return out; }"),
    ),
)  # fmt: skip
def gone_local(_: SyntaxTree, function: Node) -> Iterator[Match]:
    head = part(function, "declarator")
    if kind(head) not in {"pointer_declarator", "reference_declarator"}:
        return
    declarations = [node for node in of(part(function, "body"), "declaration") if "static" not in text(node)]
    own = {text(part(name, "declarator") or name) for node in declarations for name in node.named_children}
    for back in of(function, "return_statement"):
        value = text(back).removeprefix("return").strip(" ;")
        name = value.removeprefix("&")
        if name in own and (value != name or kind(head) == "reference_declarator"):
            yield Match(line(back), {"name": name, "function": text(next(of(head, "identifier"), None))})


@rule(
    "size-of-pointer", CPP, nodes=("function_definition",), topic="memory-management",
    message="as a parameter, `{name}` is a pointer: `sizeof({name})` is the size of the pointer, not of the array.",
    fix="Take a `std::vector` or `std::array`, or give the number of items as another parameter.",
    beneath="An array decays to a pointer to its first item when it is passed; its size is lost.",
    examples=(
        Example(CPP, "void f(int a[]) { int n = sizeof(a) / sizeof(a[0]); }",
                "int main() { int a[3] = {1, 2, 3}; return sizeof(a) / sizeof(a[0]); }"),
    ),
)  # fmt: skip
def size_of_pointer(_: SyntaxTree, function: Node) -> Iterator[Match]:
    arrays = {text(part(array, "declarator")) for array in of(part(function, "declarator"), "array_declarator")}
    for size in of(part(function, "body"), "sizeof_expression"):
        name = text(size).removeprefix("sizeof").strip("() ")
        if name in arrays:
            yield Match(line(size), {"name": name})
