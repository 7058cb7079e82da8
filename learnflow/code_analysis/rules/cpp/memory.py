"""Memory in C++: values that nobody set, pointers that are copies, locals that are gone, sizes of pointers."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import Example, Match, rule
from learnflow.code_analysis.syntax_tree import LOOPS, SyntaxTree, around, line, of, part, text
from learnflow.models.vocabulary import Language

_NUMBERS: Final = frozenset({"int", "long", "double", "float", "short", "unsigned", "size_t", "long long"})
_STATEMENTS: Final = ("assignment_expression", "update_expression", "expression_statement")
_CHANGING: Final = frozenset({"push_back", "emplace_back", "pop_back", "clear", "insert", "erase", "resize", "append"})
_ADDING: Final = frozenset({"+=", "-=", "*=", "/="})


def in_main(body: str) -> str:
    """Return C++ with statements where they may stand, for the examples."""
    return f"int main() {{\n  {body}\n}}"


@rule(
    "copy-changed", Language.CPP, topic="functions",
    message="`{name}` is a copy that only `{function}` sees: what is changed here is gone when it ends, and the caller's value stays as it was.",
    fix="{change}",
    beneath="Arguments are passed by value here; only a reference or a pointer lets a function change what belongs to its caller.",
    examples=(
        Example(Language.CPP, "void f(int n) { n = 5; }", "void f(int& n) { n = 5; }"),
        Example(
            Language.CPP, "void f(std::vector<int> v) { v.push_back(1); }",
            "void digits(int n) { while (n > 0) { std::cout << n % 10; n /= 10; } }",
        ),
    ),
)  # fmt: skip
def copy_changed(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_definition"):
        head, body = part(function, "declarator"), part(function, "body")
        if text(part(function, "type")) != "void" or body is None or head is None:
            continue
        for parameter in of(head, "parameter_declaration"):
            name, kind = part(parameter, "declarator"), text(part(parameter, "type"))
            if name is None or name.type != "identifier":  # a reference, a pointer or an array
                continue
            change = next((node for node in _changes(body) if _owner(node) == text(name)), None)
            if change is not None and around(change, *LOOPS) is None and not _read_after(body, change, text(name)):
                step = f"Take it by reference, as in `{kind}& {text(name)}`."
                called = text(part(head, "declarator"))
                yield Match(line(change), {"name": text(name), "function": called, "change": step})


def _changes(body: Node) -> Iterator[Node]:
    for change in of(body, "assignment_expression", "update_expression"):
        if change.parent is not None and change.parent.type == "expression_statement":
            yield change
    for call in of(body, "call_expression"):
        if text(part(part(call, "function"), "field")) in _CHANGING:
            yield call


def _owner(node: Node) -> str:
    """Return the name of the value that is changed, "" for what a pointer leads to."""
    left = part(node, "left") or part(node, "argument") or part(part(node, "function"), "argument")
    while left is not None and left.type in {"subscript_expression", "field_expression"}:
        if text(part(left, "operator")) == "->":
            return ""
        left = part(left, "argument")
    return text(left)


def _read_after(body: Node, change: Node, name: str) -> bool:
    """Say whether a changed name is read afterwards, so that the change may be meant for here only."""
    statement = around(change, "expression_statement", "for_statement") or change
    return any(
        text(use) == name and use.start_byte > statement.end_byte and not _is_target(use)
        for use in of(body, "identifier")
    )


def _is_target(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "assignment_expression" and part(node.parent, "left") == node


@rule(
    "pointer-copied", Language.CPP, topic="memory-management", explains=("cpp-segmentation-fault",),
    message="`{name}` is a copy of the caller's pointer: to let it point elsewhere changes only the copy, and the caller's pointer stays as it was.",
    fix="Return the new pointer, or take the pointer itself by reference: `*& {name}`.",
    beneath="A pointer is passed by value like any other; `*{name} = ...` would change what it points to, `{name} = ...` only itself.",
    examples=(
        Example(Language.CPP, "void f(int* p) { p = new int(5); }", "void f(int*& p) { p = new int(5); }"),
        Example(
            Language.CPP, "void f(int* p) { p = new int(5); }",
            "void show(Node* n) { if (n == nullptr) { n = &empty; } std::cout << n->v; }",
        ),
    ),
)  # fmt: skip
def pointer_copied(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_definition"):
        body = part(function, "body")
        if text(part(function, "type")) != "void" or body is None:
            continue
        for parameter in of(part(function, "declarator") or function, "parameter_declaration"):
            pointer = part(parameter, "declarator")
            name = text(pointer).removeprefix("*").strip()
            if pointer is None or pointer.type != "pointer_declarator" or not name.isidentifier():
                continue
            for change in of(body, "assignment_expression"):
                made = text(part(change, "right")).startswith(("new ", "&"))
                if text(part(change, "left")) == name and made and not _read_after(body, change, name):
                    yield Match(line(change), {"name": name})


@rule(
    "never-set", Language.CPP, topic="variables",
    message="`{name}` ({kind}) has no first value, and line {first} adds to whatever happens to be in its memory: the result is any number.",
    fix="Give it a first value: `{kind} {name} = 0;`.",
    beneath="Local variables of the built-in types are not initialised in C++; to read one before is undefined behaviour.",
    examples=(
        Example(Language.CPP, in_main("int n;\n  n += 2;"), in_main("int n = 0;\n  n += 2;")),
        Example(Language.CPP, in_main("int n;\n  n++;"), "int next() { static int n; n++; return n; }"),
    ),
)  # fmt: skip
def never_set(tree: SyntaxTree) -> Iterator[Match]:
    for declaration in tree.of("declaration"):
        function, kind = around(declaration, "function_definition"), text(part(declaration, "type"))
        kept = {"static", "extern", "thread_local"}.intersection(text(declaration).split())
        if function is None or kind not in _NUMBERS or kept:
            continue
        for name in (child for child in declaration.named_children if child.type == "identifier"):
            uses = (use for use in of(function, "identifier") if use.start_byte > declaration.end_byte)
            first = next((use for use in uses if text(use) == text(name)), None)
            change = around(first, *_STATEMENTS) if first else None
            if change is not None and _adds(change, text(name)):
                yield Match(line(declaration), {"name": text(name), "kind": kind, "first": str(line(change))})


def _adds(node: Node, name: str) -> bool:
    if node.type == "update_expression":
        return text(part(node, "argument")) == name
    return text(part(node, "left")) == name and text(part(node, "operator")) in _ADDING


@rule(
    "gone-local", Language.CPP, topic="memory-management", explains=("cpp-segmentation-fault",),
    message="`{name}` lives in `{function}` only: when that returns, its memory is free again, and what the caller holds points to nothing sure.",
    fix="Return the value itself (a copy), or let the caller give you the place.",
    beneath="The frame of a function goes with its return; using a dangling pointer or reference is undefined behaviour.",
    examples=(
        Example(Language.CPP, "int* f() { int n = 5; return &n; }", "int f() { int n = 5; return n; }"),
        Example(
            Language.CPP, "int& f() { int n = 5; return n; }",
            "std::ostream& put(std::ostream& out) { auto width = out.width(); return out; }",
        ),
    ),
)  # fmt: skip
def gone_local(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_definition"):
        head = part(function, "declarator")
        if head is None or head.type not in {"pointer_declarator", "reference_declarator"}:
            continue
        own = {
            text(part(child, "declarator") or child)
            for declaration in of(part(function, "body") or function, "declaration")
            if "static" not in text(declaration)
            for child in declaration.named_children
        }
        for back in of(function, "return_statement"):
            value = text(back).removeprefix("return").strip(" ;")
            name = value.removeprefix("&")
            if name in own and (value != name or head.type == "reference_declarator"):
                yield Match(line(back), {"name": name, "function": text(next(of(head, "identifier"), None))})


@rule(
    "size-of-pointer", Language.CPP, topic="memory-management",
    message="as a parameter, `{name}` is a pointer: `sizeof({name})` is the size of the pointer, not of the array.",
    fix="Take a `std::vector` or `std::array`, or give the number of items as another parameter.",
    beneath="An array decays to a pointer to its first item when it is passed; its size is lost.",
    examples=(
        Example(
            Language.CPP, "void f(int a[]) { int n = sizeof(a) / sizeof(a[0]); }",
            "int main() { int a[3] = {1, 2, 3}; return sizeof(a) / sizeof(a[0]); }",
        ),
    ),
)  # fmt: skip
def size_of_pointer(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_definition"):
        arrays = {
            text(part(array, "declarator"))
            for array in of(part(function, "declarator") or function, "array_declarator")
        }
        for size in of(part(function, "body") or function, "sizeof_expression"):
            name = text(size).removeprefix("sizeof").strip("() ")
            if name in arrays:
                yield Match(line(size), {"name": name})
