"""Where a topic or a name occurs in the student's own code, by line, and what a loop there sets. Nothing is run."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.bounded_parsing import parse_python
from learnflow.code_analysis.python_tree import Function
from learnflow.code_analysis.syntax_tree import FUNCTIONS, around, line, of, part, read, text, walk
from learnflow.domain.phrasing import one_line, together
from learnflow.models.vocabulary import Language

_MOST: Final = 3  # places that are named
_MOST_LINES: Final = 8
_LONGEST_LINE: Final = 200  # characters looked at
_COMMENT: Final = re.compile(r"\s*(?://|/?\*)")
_MODIFIERS: Final = r"(?:(?:export|default|public|private|protected|static|final|abstract|async|pub|const) )*"
_GIVE_VALUE: Final = re.compile(
    r"assign(?!ment_pattern)|(?:variable|init)_declarator|^update_|^(?:inc|dec)_|^let_|_spec$|short_var|^declaration$"
    r"|^as_pattern$|range_clause|named_expression|^for_|for_statement|for_range"
)
_FIELDS_SET: Final = ("left", "name", "declarator", "pattern", "alias", "argument")
_FIELDS_READ: Final = ("value", "right", "type", "size", "object", "operand", "scope", "subscript", "index")
_FIELDS_LAST: Final = ("attribute", "property", "field")  # the last part of `self.num`
_LISTS: Final = re.compile(r"(?:expression|pattern)_list$|tuple|pattern|parenthesized|splat|[erayn]_declarator$")
_CLASSES: Final = ("class_definition", "class_declaration", "class_specifier", "struct_specifier", "struct_item")
_CALLS: Final = ("call", "call_expression", "method_invocation", "object_creation_expression", "new_expression")
_CONSTRUCTORS: Final = frozenset({"__init__", "constructor"})
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
        f"line {number} has {together([what for _, what in on_it])}"
        for number, on_it in groupby(occurrences[:_MOST], key=itemgetter(0))
    ]
    return f"In your code, {together(lines)}.{more}"


def _in_lines(topic: str, code: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the lines with braces on which a topic begins, with what is there."""
    for number, written in enumerate(code.splitlines(), start=1):
        start = written[:_LONGEST_LINE].rstrip()
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


def name_in_code(name: str, code: str, language: Language | None) -> str | None:
    """Return where code gives a name its value, and where it is used; None where the code does not define it.

    Of a dotted name the last part counts: `self.num`. Code in a language that is not known is read as Python.
    """
    tree = read(code, language or Language.PYTHON)
    last = name.rpartition(".")[2]
    nodes = [node for node in walk(tree.root) if "identifier" in node.type and text(node) == last] if tree else []
    if "." in name:
        nodes = [node for node in nodes if node.parent and _is_field(node, node.parent, _FIELDS_LAST)]
    roles = {node.start_byte: _role(node) for node in nodes}
    if tree is None or not any(roles.values()):
        return None
    defined = together(list(dict.fromkeys(filter(None, roles.values()))), most=_MOST + 1)
    lines = sorted({str(line(node)): None for node in nodes if roles[node.start_byte] is None}, key=int)
    used = f"is used in {'line' if len(lines) == 1 else 'lines'} {together(lines, most=_MOST_LINES)}"
    calls = list(dict.fromkeys(call for node in nodes for call in _calls(tree.root, _parameter_of(node))))
    gives = f" The call gives a parameter its value: {together(calls[:_MOST])}." if calls else ""
    return f"In your code, `{name}` is {defined}. It {used if lines else 'is not used'}.{gives}"


def _role(node: Node) -> str | None:
    """Return what a name is where it gets its value: a parameter, a function, set; None where it is used."""
    if (function := _parameter_of(node)) is not None:
        return f"a parameter of `{_name_of(function) or 'a function without a name'}` (line {line(node)})"
    child, above = node, node.parent
    while above is not None and not _is_field(child, above, _FIELDS_READ):
        if (above.type in FUNCTIONS or above.type in _CLASSES) and _is_field(child, above, ("name", "declarator")):
            return f"a {'class' if above.type in _CLASSES else 'function'}, defined in line {line(node)}"
        if _GIVE_VALUE.search(above.type):
            return _set_by(above, node) if _is_field(child, above, _FIELDS_SET) or "_" in above.type[3:7] else None
        if not _is_field(child, above, _FIELDS_LAST) and not _LISTS.search(above.type):
            return None
        child, above = above, above.parent
    return None


def _set_by(statement: Node, node: Node) -> str:
    if "for_" in statement.type or statement.type == "range_clause":
        return f"set by the loop in line {line(node)}, to one item after the other"
    has_value = part(statement, "value") or part(statement, "right") or "declar" not in statement.type
    return f"{'set' if has_value else 'declared'} in line {line(node)} (`{one_line(text(statement))}`)"


def _is_field(child: Node, above: Node, fields: tuple[str, ...]) -> bool:
    return any(part(above, field) == child for field in fields)


def _parameter_of(node: Node) -> Node | None:
    """Return the function of which a name is a parameter."""
    child, above = node, node.parent
    while above is not None and not _is_field(child, above, ("value", "right", "type", "body")):
        if above.type in FUNCTIONS or above.type in ("lambda", "closure_expression"):
            is_listed = "parameter" in child.type or child == part(above, "parameter") or "_declarator" in child.type
            return above if is_listed and child != part(above, "name") and _name_of(above) != text(node) else None
        child, above = above, above.parent
    return None


def _name_of(function: Node) -> str:
    """Return the name of a function, or that of the variable which holds it."""
    named = part(function, "name") or part(part(function, "declarator"), "declarator")
    return text(named or part(function.parent, "name"))


def _calls(root: Node, function: Node | None) -> Iterator[str]:
    """Yield the calls of a function, or those of its class where it is what makes an object."""
    if function is None:
        return
    name = _name_of(function)
    called = text(part(around(function, *_CLASSES), "name")) if name in _CONSTRUCTORS else name
    for call in of(root, *_CALLS):
        callee = next(filter(None, (part(call, field) for field in ("function", "name", "constructor", "type"))), None)
        if called and text(callee).rpartition(".")[2] == called:
            yield f"`{one_line(text(call))}` in line {line(call)}"
