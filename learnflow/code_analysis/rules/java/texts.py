"""Input, texts and printing in Java."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JAVA, Kind, Match, in_function, rule
from learnflow.code_analysis.rules.java.objects import NEW_TEXT, declared
from learnflow.code_analysis.rules.javascript.values import result_lost
from learnflow.code_analysis.syntax_tree import SyntaxTree, around, is_in_loop, is_statement, line, part, text
from learnflow.domain.phrasing import one_line

_TOKENS: Final = frozenset({"nextInt", "nextDouble", "nextLong", "nextBoolean", "nextFloat"})
_PRINTING: Final = frozenset({
    f"System.{stream}.{method}" for stream in ("out", "err") for method in ("print", "println")
})  # fmt: skip


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


@result_lost.in_language(in_function(JAVA, "s.trim();", "s = s.trim(); g(s);"))
def text_lost(tree: SyntaxTree) -> Iterator[Match]:
    types = declared(tree)
    for call in tree.of("method_invocation"):
        owner, name = text(part(call, "object")), text(part(call, "name"))
        checked = around(call, "try_statement") is not None
        if is_statement(call) and types.get(owner) == "String" and name in NEW_TEXT and not checked:
            change = one_line(f"{owner} = {text(call)}")
            yield Match(line(call), {"about": "strings", "name": name, "owner": owner, "change": change})


@rule(
    "printed-array", JAVA, topic="input-output",
    message="`{name}` is an array, and printing an array shows its type and a hash (like `[I@6d06d69c`), not its items.",
    fix="Print `{change}` (from `java.util`).",
    beneath="Arrays inherit `toString` from Object; only lists and other collections have one that shows their items.",
    examples=(
        in_function(JAVA, "int[] a = {1};\n    System.out.println(a);", "int[] a = {1};\n    System.out.println(a[0]);"),
        in_function(JAVA, "String[] a = g();\n    System.err.print(a);", "int[] a = g();\n    print(a);"),
    ),
)  # fmt: skip
def printed_array(tree: SyntaxTree) -> Iterator[Match]:
    types = declared(tree)
    for call in tree.of("method_invocation"):
        name = text(part(call, "arguments")).strip("()")
        if _prints(call) and types.get(name, "").endswith("[]") and types[name] != "char[]":
            yield Match(line(call), {"name": name, "change": f"Arrays.toString({name})"})


def _prints(call: Node) -> bool:
    return f"{text(part(call, 'object'))}.{text(part(call, 'name'))}" in _PRINTING


@rule(
    "char-added", JAVA, topic="data-types",
    message="a `char` in a sum counts as its number ('a' is 97), and the result is an int: a number is printed, no letter.",
    fix='Turn the result back, `(char) (...)`, or begin with a text: `"" + ...`.',
    beneath="Arithmetic promotes char to int; `+` means joining only if one side is a String.",
    examples=(
        in_function(JAVA, "System.out.println('a' + 1);", "System.out.println((char) ('a' + 1));"),
        in_function(JAVA, "System.out.print('a' + n);", "System.out.println(s + ' ' + n);"),
    ),
)  # fmt: skip
def char_added(tree: SyntaxTree) -> Iterator[Match]:
    types = declared(tree)
    for node in tree.of("binary_expression"):
        left, right = part(node, "left"), part(node, "right")
        call = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
        number = text(right).isdecimal() or types.get(text(right)) in {"int", "char"} or text(right).startswith("'")
        added = text(part(node, "operator")) == "+" and left is not None and left.type == "character_literal"
        if added and number and call is not None and _prints(call):
            yield Match(line(node))


@rule(
    "growing-text", JAVA, topic="strings", kind=Kind.RISK, focus="speed",
    message="`+=` copies the whole String in each round, so it takes O(n²).",
    fix="Use a `StringBuilder`, or `String.join` for parts with something between them.",
    examples=(
        in_function(JAVA, 'String u = "";\n    for (int x : a) { u += x; }\n    g(u);', "int u = 0;\n    for (int x : a) { u += x; }\n    g(u);"),
    ),
)  # fmt: skip
def growing_text(tree: SyntaxTree) -> Iterator[Match]:
    types = declared(tree)
    for node in tree.of("assignment_expression"):
        grows = types.get(text(part(node, "left"))) == "String" and text(part(node, "operator")) == "+="
        if grows and is_in_loop(node):
            yield Match(line(node))
