"""Memory in C++: values that nobody set, pointers that are copies, locals that are gone, sizes of pointers."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, Certainty, Example, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import LOOPS, SyntaxTree, around, is_statement, kind, line, of, part, text

_BUILT_IN: Final = frozenset({"primitive_type", "sized_type_specifier"})
_KEPT: Final = frozenset({"static", "extern", "thread_local"})
_BODIES: Final = ("function_definition", "lambda_expression")
_JUMPS: Final = ("goto_statement", "labeled_statement", "preproc_if", "preproc_ifdef")
_CHOICES: Final = ("if_statement", "switch_statement", "conditional_expression", "try_statement")
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "&&", "||"})
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
            yield Match(line(parameter), {"name": name, "function": called, "change": step})


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
    "never-set", CPP, nodes=("declaration",), topic="variables", certainty=Certainty.SURE,
    message="`{name}` ({kind}) has no first value, and line {first} uses whatever happens to be in its memory: the result can be anything.",
    fix="Give it a first value: `{kind} {name} = {value};`.",
    beneath="Local variables of the built-in types are not initialised in C++; to read one before is undefined behaviour.",
    examples=(
        in_function(CPP, "int n;\n  n += 2;", "int n = 0;\n  n += 2;"),
        in_function(CPP, "int p;\n  for (char c : word) { if (c != ' ') p = p * (c - 'A' + 1); }\n  std::cout << p;",
                    "int p;\n  std::cin >> p;\n  int last;\n  for (int i = 0; i < p; i++) { if (i > 0) f(last + 1); last = i; }"),
        in_function(CPP, "double low, high;\n  low = 1;\n  if (low > high) { f(); }", "double low, high;\n  read(low, high);\n  if (low > high) { f(); }"),
        Example(CPP, "int next() { int n; n++; return n; }", "int next() { static int n; n++; return n; }"),
        Example(CPP, "int f() { bool found; return found; }",
                "int f(bool c) { int n; if (c) { n = 1; } else { n = 2; } int m; auto set = [&] { m = 3; }; set(); return n + m; }"),
    ),
)  # fmt: skip
def never_set(_: SyntaxTree, declaration: Node) -> Iterator[Match]:
    function, number = around(declaration, *_BODIES), part(declaration, "type")
    words = set(text(declaration).split())
    if function is None or kind(number) not in _BUILT_IN or not _KEPT.isdisjoint(words) or any(of(function, *_JUMPS)):
        return
    for name in (text(child) for child in declaration.named_children if child.type == "identifier"):
        uses = [use for use in of(function, "identifier") if text(use) == name]
        later = [use for use in uses if use.start_byte >= declaration.end_byte]
        if later and _is_read(later[0], name) and _is_read_unset(later, declaration):
            value = "1" if any(text(part(use.parent, "operator")) in {"*=", "*"} for use in later) else "0"
            values = {"name": name, "kind": text(number), "first": str(line(later[0])), "value": value}
            yield Match(line(declaration), values)


def _is_read(use: Node, name: str) -> bool:
    """Say whether the value of a name is surely used here, and not set, given away by reference, or only named."""
    above = use.parent
    while kind(above) in {"parenthesized_expression", "condition_clause"} and above is not None:
        use, above = above, above.parent
    operator = text(part(above, "operator"))
    match kind(above):
        case "binary_expression":
            shown = operator == "<<" and text(above).startswith(("cout", "std::cout"))
            return shown or operator in _OPERATORS
        case "assignment_expression" if operator == "=" and part(above, "left") == use:
            value = part(above, "right")
            return any(text(inner) == name and _is_read(inner, name) for inner in of(value, "identifier"))
        case "init_declarator":
            return part(above, "value") == use and kind(part(above, "declarator")) == "identifier"
        case "unary_expression" | "update_expression" | "assignment_expression" | "return_statement":
            return True
    return kind(above) in {"if_statement", "while_statement"}


def _is_read_unset(uses: list[Node], declaration: Node) -> bool:
    """Say whether no earlier round of a loop can have set a variable before its first use."""
    loop, first = None, uses[0]
    outer = around(first, *LOOPS)
    while outer is not None and outer.start_byte > declaration.start_byte:
        loop, outer = outer, around(outer, *LOOPS)
    if around(first, *_BODIES) != around(declaration, *_BODIES):
        return False
    nearest = around(first, *LOOPS, *_CHOICES)
    in_loop = [use for use in uses if loop is not None and use.end_byte <= loop.end_byte]
    return loop is None or nearest == loop or all(_is_read(use, text(use)) for use in in_loop)


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
