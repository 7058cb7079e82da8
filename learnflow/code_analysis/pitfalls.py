"""Checks of the languages without a linter, on the text of the code without its comments and strings."""

import re
from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from tree_sitter import Node, Tree

from learnflow.code_analysis.bounded_parsing import parse
from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.remarks import PITFALLS, Kind, Remark
from learnflow.code_analysis.syntax.languages import grammar
from learnflow.domain.phrasing import together
from learnflow.models.vocabulary import Language

_MOST_LINES: Final = 4  # in which the same is remarked on
_LONGEST_LINE: Final = 300  # characters that a pattern sees
_SILENT: Final = frozenset({
    "comment", "line_comment", "block_comment", "string_fragment", "string_content", "escape_sequence",
    "interpreted_string_literal_content", "raw_string_literal_content",
})  # fmt: skip
_CASES: Final = frozenset({"switch_case", "switch_block_statement_group", "case_statement"})
_GOES_ON: Final = frozenset({
    "expression_statement",
    "lexical_declaration",
    "local_variable_declaration",
    "declaration",
})
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_DECLARED: Final = MappingProxyType({
    Language.JAVASCRIPT: re.compile(r"^\s+(?:const|let|var)\s+([\w$]+)\s*="),
    Language.JAVA: re.compile(r"^\s+(?:final\s+)?(?:int|long|double|boolean|char|String|var)(?:\[\])?\s+(\w+)\s*="),
    Language.CPP: re.compile(r"^\s+(?:const\s+)?(?:int|long|double|bool|char|std::string|auto)\s+(\w+)\s*="),
})
_FALLS: Final = (
    "This case has no `break`, so the next one runs as well. End it with `break;` (or say `// falls through`)."
)
_UNUSED: Final = "`{}` gets a value that is never used here. Is something missing, or can it go?"


def pitfalls(code: str, language: Language) -> tuple[Remark, ...]:
    """Return what a few sound checks find, at most one remark of each."""
    text = code.encode(errors="replace")
    tree = parse(grammar(language).language, text)
    plain = _masked(text, tree).decode(errors="replace") if tree else code
    return (
        *_by_patterns(plain, language),
        *_habits(code, language),
        *(_falling(tree, text) if tree and not tree.root_node.has_error else ()),
        *_unused(plain, language),
    )


def _habits(code: str, language: Language) -> Iterator[Remark]:
    findings = [finding for finding in analyze(code, language) if finding.kind not in {"error", "bug"}]
    for key in dict.fromkeys(finding.rule.key for finding in findings):
        first, *more = [finding for finding in findings if finding.rule.key == key]
        lines = together([str(finding.line) for finding in more], most=_MOST_LINES)
        again = f" The same in line {lines}." if more else ""
        yield Remark(first.line, f"{first.message}{again}", kind=Kind(first.kind))


def _by_patterns(plain: str, language: Language) -> Iterator[Remark]:
    lines = [line[:_LONGEST_LINE] for line in plain.splitlines()]
    for one in PITFALLS.get(language, ()):
        pattern = re.compile(one.pattern)
        number, *more = [at for at, line in enumerate(lines, start=1) if pattern.search(line)] or [0]
        again = f" The same in line {together([str(at) for at in more], most=_MOST_LINES)}." if more else ""
        if number:
            yield Remark(number, f"{one.remark}{again}", kind=one.kind)


def _masked(text: bytes, tree: Tree) -> bytes:
    """Return the text with blanks for what is no code."""
    plain = bytearray(text)
    for node in _nodes(tree):
        if node.type in _SILENT:
            part = text[node.start_byte : node.end_byte]
            plain[node.start_byte : node.end_byte] = bytes(byte if byte == ord("\n") else ord(" ") for byte in part)
    return bytes(plain)


def _nodes(tree: Tree) -> Iterator[Node]:
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _falling(tree: Tree, text: bytes) -> Iterator[Remark]:
    for node in _nodes(tree):
        following = node.next_named_sibling
        if node.type not in _CASES or following is None or following.type not in {*_CASES, "switch_default"}:
            continue
        last = node.named_children[-1] if node.named_children else None
        said = text[node.start_byte : following.start_byte].lower()
        if last is not None and last.type in _GOES_ON and b"fall" not in said:
            yield Remark(node.start_point[0] + 1, _FALLS, kind=Kind.BUG)
            return


def _unused(plain: str, language: Language) -> Iterator[Remark]:
    declared = _DECLARED.get(language)
    if declared is None:
        return
    uses = Counter(_WORD.findall(plain))
    for number, line in enumerate(plain.splitlines(), start=1):
        found = declared.match(line[:_LONGEST_LINE])
        if found and uses[found[1]] == 1:
            yield Remark(number, _UNUSED.format(found[1]), kind=Kind.RISK)
            return
