"""Causes of wrong results in the conditions, loops and blocks of the languages with braces, seen on the syntax tree."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.syntax_tree import FUNCTIONS, LOOPS, around, bare, line, of, part, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_TRUTHY: Final = re.compile(r"[\"'](?:[^\"']+)[\"']|[1-9]\d*")
_UNSIGNED: Final = re.compile(r"\b(?:unsigned|size_t|uint\w*|usize|u8|u16|u32|u64)\b|(?:size|length|len)\(\)")
_BLOCKS: Final = frozenset({"statement_block", "block", "compound_statement"})
_CASES: Final = frozenset({"switch_case", "switch_block_statement_group", "case_statement"})
_LEAVES: Final = frozenset({"break_statement", "return_statement", "throw_statement", "continue_statement",
                            "yield_statement"})  # fmt: skip
_ERRORS: Final = frozenset({"err", "error"})
_OPENING: Final = ("if_statement", "for_statement", "while_statement", "for_in_statement", "enhanced_for_statement")


def _always_true(tree: Node, language: Language) -> Iterator[Cause]:
    for node in of(tree, "binary_expression"):
        left, right = part(node, "left"), bare(part(node, "right"))
        compares = text(part(left, "operator")) in {"==", "==="}
        if text(part(node, "operator")) != "||" or not compares or left is None or right is None:
            continue
        if _TRUTHY.fullmatch(text(right)) and language in (Language.JAVASCRIPT, Language.CPP):
            change = f"{text(left)} || {text(part(left, 'left'))} {text(part(left, 'operator'))} {text(right)}"
            yield cause("always-true", line(node), condition=one_line(text(node)), value=text(right),
                        change=one_line(change, 80))  # fmt: skip


def _either_differs(tree: Node, _: Language) -> Iterator[Cause]:
    for node in of(tree, "binary_expression"):
        left, right = bare(part(node, "left")), bare(part(node, "right"))
        if text(part(node, "operator")) != "||" or left is None or right is None:
            continue
        both = [text(part(one, "operator")) in {"!=", "!=="} for one in (left, right)]
        values = [part(one, "right") for one in (left, right)]
        plain = all(value is not None and re.fullmatch(r"\"[^\"]*\"|'[^']*'|\d+", text(value)) for value in values)
        same = text(part(left, "left")) == text(part(right, "left"))
        if all(both) and plain and same and text(values[0]) != text(values[1]):
            change = one_line(f"{text(left)} && {text(right)}", 80)
            yield cause("either-differs", line(node), condition=one_line(text(node)), change=change)


def _never_negative(tree: Node, language: Language) -> Iterator[Cause]:
    for node in of(tree, "for_statement", "while_statement", "while_expression"):
        test = bare(part(node, "condition"))
        test = bare(part(test, "value")) if test is not None and test.type == "condition_clause" else test
        name = part(test, "left")
        if text(part(test, "operator")) != ">=" or text(part(test, "right")) != "0" or test is None or name is None:
            continue
        if name.type == "identifier" and _is_unsigned(tree, node, text(name)):
            change = "a signed type (`int`)" if language is Language.CPP else "`for i in (0..n).rev()`"
            yield cause("never-negative", line(node), name=text(name), condition=text(test), change=change)


def _is_unsigned(tree: Node, loop: Node, name: str) -> bool:
    declared = [
        one for one in of(tree, "declaration", "let_declaration")
        if one.start_byte < loop.end_byte and re.search(rf"\b{re.escape(name)}\b", text(one).partition("=")[0])
    ]  # fmt: skip
    if not declared:
        return False
    said = text(declared[-1])
    kind = text(part(declared[-1], "type"))
    if kind and kind != "auto":
        return _UNSIGNED.search(kind) is not None
    return " as i" not in said and _UNSIGNED.search(said) is not None


def _assigned_test(tree: Node, language: Language) -> Iterator[Cause]:
    for node in of(tree, "if_statement", "while_statement"):
        test = bare(part(node, "condition"))
        test = bare(part(test, "value")) if test is not None and test.type == "condition_clause" else test
        right = part(test, "right")
        if test is None or right is None or test.type != "assignment_expression" or right.type == "call_expression":
            continue
        equals = "===" if language is Language.JAVASCRIPT else "=="
        change = one_line(f"{text(part(test, 'left'))} {equals} {text(right)}")
        yield cause("assigned-test", line(node), name=one_line(text(test)), change=change)


def _empty_body(tree: Node, _: Language) -> Iterator[Cause]:
    for node in of(tree, "if_statement", "for_statement", "while_statement"):
        body = part(node, "consequence") or part(node, "body")
        following = node.next_named_sibling
        if body is not None and text(body) == ";" and following is not None and following.type in _BLOCKS:
            yield cause("empty-body", line(node), what=text(node).partition("(")[0].strip())


def _one_statement(tree: Node, _: Language) -> Iterator[Cause]:
    for node in of(tree, *_OPENING):
        body, following = part(node, "consequence") or part(node, "body"), node.next_named_sibling
        if body is None or following is None or part(node, "alternative") or body.type in {*_BLOCKS, *_OPENING}:
            continue
        below, column = body.start_point[0] > node.start_point[0], body.start_point[1]
        if below and column > node.start_point[1] and following.start_point[1] == column:
            yield cause("one-statement", line(following), what=text(node).partition("(")[0].strip(),
                        head=str(line(node)))  # fmt: skip


def _item_only(tree: Node, language: Language) -> Iterator[Cause]:
    for loop in of(tree, "for_in_statement", "enhanced_for_statement", "for_range_loop"):
        name, body = part(loop, "left") or part(loop, "name") or part(loop, "declarator"), part(loop, "body")
        if name is None or body is None or name.type != "identifier" or "&" in text(loop).partition(")")[0]:
            continue
        changed = next((one for one in of(body, "assignment_expression", "augmented_assignment_expression",
                                          "update_expression") if _target(one) == text(name)), None)  # fmt: skip
        later = changed is not None and any(
            text(one) == text(name) for one in of(body, "identifier") if one.start_byte > changed.end_byte
        )
        if changed is not None and not later and around(changed, *LOOPS, *FUNCTIONS) == loop:
            items = one_line(text(part(loop, "right") or part(loop, "value")))
            by = f"take the item by reference, `auto& {text(name)}`" if language is Language.CPP else (
                f"use an index, as in `{items}[i] = ...`")  # fmt: skip
            yield cause("item-only", line(changed), name=text(name), items=items, change=by)


def _target(node: Node) -> str:
    return text(part(node, "left") or part(node, "argument") or (node.named_children or [node])[0])


def _falls_through(tree: Node, _: Language) -> Iterator[Cause]:
    for node in of(tree, *_CASES):
        following = node.next_named_sibling
        last = node.named_children[-1] if node.named_child_count > 1 else None
        if following is None or last is None or following.type not in {*_CASES, "switch_default"}:
            continue
        said = text(node.parent)[: following.start_byte - (node.parent or node).start_byte].lower()
        if last.type.endswith(("_statement", "declaration")) and last.type not in _LEAVES and "fall" not in said:
            yield cause("falls-through", line(node), name=one_line(text(node).partition(":")[0]))
            return


def _is_inner(node: Node) -> Node | None:
    """Return the block of a loop or a condition in which a node stands directly."""
    block = node.parent
    while block is not None and block.type not in _BLOCKS:
        block = block.parent
    return block if block is not None and block.parent is not None and block.parent.type not in FUNCTIONS else None


def _shadowed(tree: Node, _: Language) -> Iterator[Cause]:
    for node in of(tree, "short_var_declaration", "lexical_declaration", "let_declaration"):
        block, function = _is_inner(node), around(node, *FUNCTIONS)
        names = [text(one) for one in _declared(node)]
        stands = node.parent is not None and node.parent.type in {*_BLOCKS, "statement_list"}
        if block is None or len(names) != 1 or not stands:
            continue
        (name,) = names
        before = (one for one in of(function or tree, node.type, "var_spec") if one.end_byte < block.start_byte)
        named = (one for one in before if name in [text(each) for each in _declared(one)])
        outer = next((one for one in named if _is_inner(one) is None), None)
        later = [one for one in of(function or tree, "identifier") if one.start_byte > block.end_byte
                 and text(one) == name]  # fmt: skip
        if outer is not None and later and not _is_given(function or tree, name, outer, block):
            yield cause("shadowed", line(node), name=name, first=str(line(outer)))


def _is_given(function: Node, name: str, outer: Node, block: Node) -> bool:
    """Say whether the outer name gets a value after its declaration, or the inner one is used for itself."""
    changes = of(function, "assignment_expression", "assignment_statement", "compound_assignment_expr",
                 "augmented_assignment_expression", "update_expression", "inc_statement")  # fmt: skip
    if any(name in {text(one) for one in of(change, "identifier")} for change in changes if change != outer):
        return True
    uses = [one for one in of(block, "identifier") if text(one) == name]
    return name not in _ERRORS and len(uses) > len({"the declaration", "its own value"})


def _declared(node: Node) -> list[Node]:
    left = part(node, "left") or part(node, "pattern") or part(node, "name")
    if left is None:
        left = next((part(one, "name") for one in node.named_children if one.type == "variable_declarator"), None)
    found = [] if left is None else [left] if left.type == "identifier" else [*of(left, "identifier")]
    return [one for one in found if text(one) != "_"]


BLOCKS: Final[tuple[Callable[[Node, Language], Iterator[Cause]], ...]] = (
    _always_true, _either_differs, _never_negative, _assigned_test, _empty_body, _one_statement, _item_only,
    _falls_through, _shadowed,
)  # fmt: skip
