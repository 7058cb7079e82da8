"""Where a topic occurs in the student's own code, by line, and what a loop there sets. Nothing is run."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Final

from learnflow.code_analysis.bounded_parsing import parse_python
from learnflow.code_analysis.python_tree import Function
from learnflow.domain.phrasing import together
from learnflow.models.vocabulary import Language

_MOST: Final = 3  # places that are named
_LONGEST_LINE: Final = 200  # characters looked at
_COMMENT: Final = re.compile(r"\s*(?://|/?\*)")
_MODIFIERS: Final = r"(?:(?:export|default|public|private|protected|static|final|abstract|async|pub|const) )*"
_SIGNS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = tomllib.loads(
    files("learnflow.code_analysis").joinpath("topic_occurrences.toml").read_text(encoding="utf-8")
)
_BEGINNINGS: Final[Mapping[str, list[tuple[re.Pattern[str], str]]]] = {
    topic: [
        (re.compile(rf"[\s}}]*{pattern.replace('<modifiers>', _MODIFIERS)}"), description)
        for pattern, description in signs.items()
    ]
    for topic, signs in _SIGNS["braces"].items()
}


def places(topic: str, code: str, language: Language | None) -> str | None:
    """Return a sentence that points at the lines of code where a topic occurs; None where there is none.

    Code in a language that is not known is read as Python.
    """
    in_python = language in (None, Language.PYTHON)
    occurrences = sorted(dict.fromkeys(_in_python(topic, code) if in_python else _in_lines(topic, code)))
    if not occurrences:
        return None
    more = f" There are {len(occurrences) - _MOST} more places." if len(occurrences) > _MOST + 1 else ""
    lines = [
        f"line {line} has {together([what for _, what in on_it])}"
        for line, on_it in groupby(occurrences[:_MOST], key=itemgetter(0))
    ]
    return f"In your code, {together(lines)}.{more}"


def _in_lines(topic: str, code: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the lines with braces on which a topic begins, with what is there."""
    for number, line in enumerate(code.splitlines(), start=1):
        start = line[:_LONGEST_LINE].rstrip()
        if _COMMENT.match(start):
            continue
        for pattern, description in _BEGINNINGS.get(topic, ()):
            if match := pattern.match(start):
                yield number, description.format(*match.groups())
                break


def _in_python(topic: str, code: str) -> Iterator[tuple[int, str]]:
    for node in _nodes(code):
        description = _by_kind(topic, node) or _by_function(topic, node) or _by_content(topic, node)
        if description:
            yield getattr(node, "lineno", 1), description


def _nodes(code: str) -> Iterator[ast.AST]:
    """Yield the nodes of code, none where it is no Python."""
    try:
        return ast.walk(parse_python(code))
    except SyntaxError:
        return iter(())


def _by_kind(topic: str, node: ast.AST) -> str | None:
    match node:
        case ast.Tuple(ctx=ast.Store()):  # a target, such as the names on the left of `a, b = b, a`
            return None
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            sign = f"{name}()"
        case _:
            sign = type(node).__name__
    description = _SIGNS["python"].get(topic, {}).get(sign)
    return description.format_map(vars(node)) if description else None


def _by_function(topic: str, node: ast.AST) -> str | None:
    if topic == "decorators" and isinstance(node, Function | ast.ClassDef) and node.decorator_list:
        return f"`{node.name}`, decorated with `@{ast.unparse(node.decorator_list[0])[:40]}`"
    if not isinstance(node, Function):
        return None
    parts = list(ast.walk(node))
    if topic == "closures":
        inner = next((part.name for part in parts[1:] if isinstance(part, Function)), None)
        return f"the function `{node.name}` with `{inner}` inside it" if inner else None
    if topic == "recursion":
        calls = (part for part in parts if isinstance(part, ast.Call))
        line = next((call.lineno for call in calls if ast.unparse(call.func) == node.name), None)
        return f"the function `{node.name}`, which calls itself in line {line}" if line else None
    return None


def _by_content(topic: str, node: ast.AST) -> str | None:
    description = None
    match topic, node:
        case "inheritance", ast.ClassDef(name=name, bases=[base, *_]):
            description = f"the class `{name}`, which inherits from `{ast.unparse(base)[:40]}`"
        case "variables", ast.Assign(targets=[ast.Name(id=name), *_]):
            description = f"the variable `{name}`"
        case "list-indexing", ast.Subscript(slice=index):
            description = "a slice" if isinstance(index, ast.Slice) else f"the place `[{ast.unparse(index)[:20]}]`"
        case "null-values", ast.Constant(value=None):
            description = "a `None`"
        case "strings", ast.Constant(value=str()):
            description = "a string"
        case "type-hints", ast.arg(annotation=ast.expr()):
            description = "a type hint"
    return description


def names_set_in_loop(code: str, line: int) -> list[str]:
    """Return the names that get values in the loop which begins on a line, in their order; none without such a loop."""
    loop = next((node for node in _nodes(code) if isinstance(node, ast.For | ast.While) and node.lineno == line), None)
    names = [node for node in ast.walk(loop) if isinstance(node, ast.Name)] if loop else []
    return list(dict.fromkeys(node.id for node in names if not isinstance(node.ctx, ast.Load)))
