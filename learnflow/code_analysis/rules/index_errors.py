"""Behind an index that is out of range, in the languages with braces: the index, or the loop that goes one too far."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.rule import Example, Kind, Match, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, line, part, text
from learnflow.models.vocabulary import Language

_ERRORS: Final = (
    "javascript-undefined-property", "java-array-index-out-of-bounds", "java-index-out-of-bounds", "cpp-out-of-range",
    "cpp-segmentation-fault", "go-index-out-of-range",
)  # fmt: skip
_LANGUAGES: Final = (Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO)
_ARRAYS: Final = frozenset({"array", "array_initializer", "initializer_list"})
_LENGTH: Final = re.compile(r"<=\s*(?P<of>\w+(?:\.length\b|\.size\(\))|len\(\w+\))")


@rule(
    "index-out-of-range", *_LANGUAGES, topic="", kind=Kind.ERROR, explains=_ERRORS, needs_error=True,
    message="you ask for index {index} of `{name}`, but it has {has}{result}.",
    examples=(
        Example(Language.JAVASCRIPT, "const a = [1, 2];\nconsole.log(a[2].n);", "const a = [1, 2];\nconsole.log(a[1].n);"),
        Example(Language.JAVA, "class A { void f() { int[] a = {1}; g(a[3]); } }", "class A { void f() { int[] a = {1}; g(a[0]); } }"),
    ),
)  # fmt: skip
def index_out_of_range(tree: SyntaxTree) -> Iterator[Match]:
    sizes = {
        name: value.named_child_count for name, value, _ in tree.given
        if value is not None and value.type in _ARRAYS
    }  # fmt: skip
    for node in tree.of("subscript_expression", "array_access", "index_expression"):
        name = text(part(node, "object") or part(node, "array") or part(node, "argument") or part(node, "operand"))
        index = text(part(node, "index") or part(node, "indices")).strip("[]")
        if name in sizes and index.isdecimal() and int(index) >= sizes[name]:
            size = sizes[name]
            has = f"only {size} elements (indexes 0 to {size - 1})" if size > 1 else "only 1 element (index 0)"
            undefined = f", so `{name}[{index}]` is `undefined`" if tree.language is Language.JAVASCRIPT else ""
            has = has if size else "no elements at all"
            yield Match(line(node), {"index": index, "name": name, "has": has, "result": undefined})


@rule(
    "loop-one-too-far", *_LANGUAGES, topic="", kind=Kind.ERROR, explains=_ERRORS, needs_error=True,
    message="the loop goes one too far: `<= {length}` lets the index reach `{length}`, but the last index is one less. Write `<`.",
    examples=(
        Example(Language.JAVASCRIPT, "for (let i = 0; i <= a.length; i++) { f(a[i].n); }", "for (let i = 0; i < a.length; i++) { f(a[i].n); }"),
    ),
)  # fmt: skip
def loop_one_too_far(tree: SyntaxTree) -> Iterator[Match]:
    for loop in tree.of("for_statement"):
        bound = _LENGTH.search(text(loop).partition("{")[0])
        if bound:
            yield Match(line(loop), {"length": bound["of"]})
