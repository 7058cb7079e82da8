"""Variables and numbers in the languages with braces: hidden, unused, divided, and too small for their values."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, RUST, Certainty, Example, Kind, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    LOOPS,
    SyntaxTree,
    around,
    changes,
    line,
    names,
    of,
    part,
    text,
)

_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_BLOCKS: Final = frozenset({"statement_block", "block", "compound_statement"})
_HEAD: Final = re.compile(
    r"for ?\(?(?:int|long|auto|size_t)? ?(?P<index>\w+) :?= (?P<first>\d{1,18}); "
    r"(?P=index) (?P<sign><=?) (?P<last>\w+); (?:(?P=index)\+\+|\+\+(?P=index))"
)
_PRODUCT: Final = re.compile(r"(?P<name>\w+) (?:\*=|= (?P=name) \*) (?P<factor>\w{1,18})")
_NUMBER: Final = re.compile(r"\d{1,18}")
_PARAMETERS: Final = ("parameter_declaration", "formal_parameter")
_BITS: Final = {"int": 32, "int32": 32, "int32_t": 32, "long": 64, "long long": 64, "int64": 64, "int64_t": 64}
_INT: Final = 32
_CHOICES: Final = ("if_statement", "switch_statement", "switch_expression", "conditional_expression")
_LEAVES: Final = ("break_statement", "return_statement")
_MOST: Final = 10_000  # rounds that are worked out
_WIDER: Final = {JAVA: "long", CPP: "long long", GO: "int64"}
_POSTFIX: Final = re.compile(r"\w+(?P<step>--|\+\+)")


@rule(
    "shadowed", JS, GO, RUST, topic="scope",
    message="this declares a new `{name}` that lives only in this block; the `{name}` of line {first} stays as it is.",
    fix="Assign to the outer one: leave `:=`, `let` or `const` away and write `{name} = ...`.",
    beneath="A declaration in an inner block hides the outer name from there to the end of the block.",
    examples=(
        Example(GO, "package main\n\nfunc main() {\n\tn := 0\n\tif true {\n\t\tn := 1\n\t}\n\tprintln(n)\n}",
                "package main\n\nfunc main() {\n\tn := 0\n\tif true {\n\t\tn = 1\n\t}\n\tprintln(n)\n}"),
        Example(RUST, "fn main() {\n    let n = 0;\n    for _ in 0..3 { let n = n + 1; }\n    f(n);\n}",
                "fn main() {\n    let x = 5;\n    if ready() {\n        let x = 9;\n        show(x);\n    }\n    show(x);\n}"),
    ),
)  # fmt: skip
def shadowed(tree: SyntaxTree) -> Iterator[Match]:
    changed, outer = {name for name, _ in changes(tree.root)}, dict[tuple[int, str], Node]()
    uses = {name: [node.start_byte for node in nodes] for name, nodes in tree.uses.items()}
    for node in tree.of("short_var_declaration", "lexical_declaration", "let_declaration", "var_spec"):
        block, function, declared = _inner_block(node), around(node, *FUNCTIONS) or tree.root, _declared(node)
        if block is None:
            for name in declared:
                outer.setdefault((function.start_byte, name), node)
        elif len(declared) == 1 and (function.start_byte, declared[0]) in outer and declared[0] not in changed:
            name, places = declared[0], uses[declared[0]]
            read_after = bisect_right(places, block.end_byte) < bisect_right(places, function.end_byte)
            unread = bisect_right(places, node.end_byte) == bisect_right(places, block.end_byte)
            if read_after and unread:
                yield Match(line(node), {"name": name, "first": str(line(outer[function.start_byte, name]))})


def _inner_block(node: Node) -> Node | None:
    """Return the block of a loop or a condition in which a declaration stands directly."""
    block = node.parent.parent if node.parent is not None and node.parent.type == "statement_list" else node.parent
    inner = block is not None and block.type in _BLOCKS and block.parent is not None
    return block if inner and block and block.parent and block.parent.type not in FUNCTIONS else None


def _declared(node: Node) -> list[str]:
    left = part(node, "left") or part(node, "pattern") or part(node, "name")
    left = left or next(
        (part(child, "name") for child in node.named_children if child.type == "variable_declarator"), None
    )
    return sorted(names(left) - {"_"})


@rule(
    "never-used", JS, JAVA, CPP, topic="variables", kind=Kind.RISK,
    message="`{name}` gets a value that is never used here.",
    fix="Is something missing, or can it go?",
    examples=(
        Example(JS, "function f() {\n  const n = 1;\n  g();\n}", "function f() {\n  const n = 1;\n  g(`${n}`);\n}"),
        in_function(JAVA, "int k = n;", "int k = n;\n    g(k);"),
    ),
)  # fmt: skip
def never_used(tree: SyntaxTree) -> Iterator[Match]:
    uses = Counter(_WORD.findall(tree.masked))
    for name, value, node in tree.given:
        if value is not None and uses[name] == 1 and around(node, *FUNCTIONS):
            yield Match(line(node), {"name": name})


@rule(
    "step-too-late", JAVA, CPP, JS, nodes=("update_expression",), topic="recursion",
    message="`{args}{step}` gives its old value first and changes `{args}` only afterwards: the call gets the same value again, so the recursion never comes to its end.",
    fix="Give the changed value: `{name}({args} - 1)` (or `+ 1`).",
    beneath="The postfix operator's value is that before the change; and the parameter of this call is not that of the next.",
    explains=("java-stack-overflow", "javascript-stack-overflow", "cpp-segmentation-fault"),
    examples=(
        Example(JAVA, "class A {\n  void f(int n) { f(n--); }\n}", "class A {\n  void f(int n) { f(--n); }\n}"),
        Example(JS, "function f(n) { return n ? f(n--) : 0; }", "function f(n) { g(n); }\nwhile (n > 0) { f(n--); }"),
    ),
)  # fmt: skip
def step_too_late(_: SyntaxTree, step: Node) -> Iterator[Match]:
    call, function = around(step, "call_expression", "method_invocation"), around(step, *FUNCTIONS)
    postfix = _POSTFIX.fullmatch(text(step))
    own = text(part(function, "name") or part(part(function, "declarator"), "declarator"))
    called = text(part(call, "function") or part(call, "name"))
    if own and own == called and postfix and text(part(call, "arguments")) == f"({postfix[0]})":
        sign = postfix["step"]
        yield Match(line(step), {"args": text(step).removesuffix(sign), "step": sign, "name": own})


@rule(
    "literals-divided", JAVA, CPP, nodes=("binary_expression",), topic="operators", certainty=Certainty.SURE,
    message="`{name}` is a division of two whole numbers, and drops the fraction: it is 0 here.",
    fix="Write one of them with a point, `1.0` instead of `1`, say.",
    beneath="The types of the operands choose the division, before anything else of the formula is looked at.",
    examples=(
        in_function(CPP, "double c = 5 / 9 * (f - 32);", "double c = (f - 32) * 5 / 9;"),
        in_function(JAVA, "g(1 / 2);", "g(1.0 / 2);"),
    ),
)  # fmt: skip
def literals_divided(_: SyntaxTree, node: Node) -> Iterator[Match]:
    if divides_to_zero(node):
        yield Match(line(node), {"name": text(node)})


def divides_to_zero(node: Node) -> bool:
    """Say whether a division is one of a whole number by a larger one, both written out."""
    left, right = text(part(node, "left")), text(part(node, "right"))
    whole = left.isdecimal() and right.isdecimal() and text(part(node, "operator")) == "/"
    return whole and 0 < int(left) < int(right)


@rule(
    "overflows", JAVA, CPP, GO, nodes=("for_statement",), topic="data-types", certainty=Certainty.SURE,
    message="`{name}` is of type `{kind}`, which holds at most {most}. In the round for `{index}` = {round} the product is {product}: too much, so it wraps around, without an error.",
    fix="Use a wider type for `{name}`: `{wider}`.",
    beneath="Signed numbers are kept in two's complement, where the largest is followed by the smallest (in C++ it is undefined behaviour).",
    examples=(
        in_function(CPP, "int r = 1;\n  for (int i = 1; i <= 20; i++) { r *= i; }", "int r = 1;\n  for (int i = 1; i <= 12; i++) { r *= i; }"),
        in_function(CPP, "int r = 1;\n  for (int i = 1; i <= 20; i++) { r *= i; }", "int r = 1;\n  for (int i = 1; i <= 20; i++) { r *= i; if (r > 99) break; }"),
        in_function(JAVA, "int r = 1;\n    for (int i = 0; i < 32; i++) { r = r * 2; }", "int r = 1;\n    for (int i = 0; i < n; i++) { r = r * 2; }"),
        Example(JAVA, "class A {\n  static int f(int n) { int r = 1; for (int i = 2; i <= n; i++) { r *= i; } return r; }\n  void g() { h(f(5), f(13)); }\n}",
                "class A {\n  static int f(int n) { int r = 1; for (int i = 2; i <= n; i++) { r *= i; } return r; }\n  void g() { h(f(5), f(12), f(k)); }\n}"),
        Example(CPP, "int f(int n) { int r = 1; for (int i = 2; i <= n; ++i) r *= i; return r; }\nint main() { std::cout << f(13); }",
                "long long f(int n) { long long r = 1; for (int i = 2; i <= n; ++i) r *= i; return r; }\nint main() { std::cout << f(13); }"),
        Example(GO, "package main\n\nfunc main() {\n\tvar r int32 = 1\n\tfor i := 1; i <= 13; i++ { r *= i }\n}",
                "package main\n\nfunc main() {\n\tr := 1\n\tfor i := 1; i <= 20; i++ { r *= i }\n}"),
    ),
)  # fmt: skip
def overflows(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    head, change = _HEAD.match(text(loop)), _only_change(tree, loop)
    product = _PRODUCT.fullmatch(text(change)) if change else None
    if head is None or change is None or product is None:
        return
    bits, value, kind = _number(tree, product["name"])
    most, factor, first = 2 ** (bits - 1) - 1 if bits else 0, product["factor"], int(head["first"])
    last = min(_largest(tree, loop, head["last"]) + (head["sign"] == "<="), first + _MOST)
    for at in range(first, last if bits and (factor == head["index"] or factor.isdecimal()) else first):
        value *= at if factor == head["index"] else int(factor)
        if value > most:
            wider = _WIDER[tree.language] if bits == _INT else "one for large numbers, from the standard library"
            values = {"index": head["index"], "round": str(at), "most": f"{most:,}", "product": f"{value:,}"}
            yield Match(line(change), {"name": product["name"], "kind": kind, "wider": wider, **values})
            return


def _largest(tree: SyntaxTree, loop: Node, end: str) -> int:
    """Return the number that a loop counts to: the one written, or the largest that its function is given; else -1."""
    if _NUMBER.fullmatch(end):
        return int(end)
    function = around(loop, *FUNCTIONS)
    head = part(function, "declarator") or function
    parameters = [text(part(node, "declarator") or part(node, "name")) for node in of(head, *_PARAMETERS)]
    calls = [
        call for call in tree.of("call_expression", "method_invocation")
        if text(part(call, "function") or part(call, "name")) == text(part(head, "declarator") or part(head, "name"))
    ]  # fmt: skip
    given = [part(call, "arguments") for call in calls] if parameters == [end] else []
    written = [text(arguments).strip("()") for arguments in given]
    return max((int(number) for number in written if _NUMBER.fullmatch(number)), default=-1)


def _only_change(tree: SyntaxTree, loop: Node) -> Node | None:
    """Return what alone a loop changes, in each of its rounds, and nothing else changes."""
    outer, inner = around(loop, *LOOPS, *FUNCTIONS), list(changes(part(loop, "body")))
    if len(inner) != 1 or any(of(loop, *_LEAVES)) or (outer is not None and outer.type in LOOPS):
        return None
    (name, change), every = inner[0], [changed for changed, _ in changes(tree.root)]
    always = around(change, *_CHOICES, *LOOPS) == loop
    return change if always and every.count(name) == 1 else None


def _number(tree: SyntaxTree, name: str) -> tuple[int, int, str]:
    """Return the bits, the first value and the type of a number that is declared once; (0, 0, "") if not sure."""
    declared = [(value, node) for given_name, value, node in tree.given if given_name == name]
    if len(declared) != 1 or _NUMBER.fullmatch(text(declared[0][0])) is None:
        return 0, 0, ""
    value, node = declared[0]
    kind = text(part(node, "type") or part(node.parent, "type")) or ("int" if tree.language is GO else "")
    bits = 64 if kind == "int" and tree.language is GO else _BITS.get(kind, 0)
    return bits, int(text(value)), kind
