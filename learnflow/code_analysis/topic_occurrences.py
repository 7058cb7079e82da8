"""Where a topic occurs in the student's own code, by line, and what a loop there sets. Nothing is run."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.python_tree import parse
from learnflow.domain.phrasing import together
from learnflow.models.vocabulary import Language

_MOST: Final = 3  # places that are named
_LOOPS: Final = (ast.For, ast.While, ast.AsyncFor)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_KINDS: Final = {
    ast.For: "a `for` loop", ast.While: "a `while` loop", ast.AsyncFor: "an `async for` loop", ast.If: "an `if`",
    ast.IfExp: "a choice in one line", ast.List: "a list", ast.Tuple: "a tuple", ast.Dict: "a dictionary",
    ast.Set: "a set", ast.ListComp: "a list comprehension", ast.SetComp: "a set comprehension",
    ast.DictComp: "a dictionary comprehension", ast.Try: "a `try`", ast.Raise: "a `raise`", ast.Import: "an `import`",
    ast.ImportFrom: "an `import`", ast.Yield: "a `yield`", ast.GeneratorExp: "a generator", ast.With: "a `with` block",
    ast.BinOp: "a calculation", ast.Compare: "a comparison", ast.BoolOp: "conditions joined together",
    ast.JoinedStr: "an f-string", ast.Global: "a `global`", ast.Nonlocal: "a `nonlocal`", ast.Await: "an `await`",
    ast.AsyncFunctionDef: "an `async` function", ast.Assert: "an `assert`", ast.Match: "a `match`",
    ast.AsyncWith: "a `with` block", ast.YieldFrom: "a `yield from`",
}  # fmt: skip

_LONGEST_LINE: Final = 200  # characters looked at
_COMMENT: Final = re.compile(r"\s*(?://|/?\*)")
_MODIFIERS: Final = r"(?:(?:export|default|public|private|protected|static|final|abstract|async|pub|const) )*"

_BEGINS: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = MappingProxyType({
    topic: tuple((re.compile(rf"[\s}}]*{pattern}"), description) for pattern, description in signs)
    for topic, signs in {
        "loops": (
            (r"for\b", "a `for` loop"),
            (r"while\b", "a `while` loop"),
            (r"do\s*\{", "a `do` loop"),
            (r"loop\s*\{", "a `loop`"),
        ),
        "conditionals": (
            (r"if\b", "an `if`"),
            (r"else if\b", "an `else if`"),
            (r"else\b", "an `else`"),
            (r"switch\b", "a `switch`"),
            (r"match\b", "a `match`"),
        ),
        "functions": (
            (rf"{_MODIFIERS}(?:function|func|fn) (\w+)", "the function `{}`"),
            (rf"{_MODIFIERS}(?!else |new |return )[\w<>\[\]]+ (\w+)\([^;]*\{{$", "the function `{}`"),
        ),
        "object-oriented-programming": ((rf"{_MODIFIERS}(?:class|struct|record) (\w+)", "the class `{}`"),),
        "inheritance": (
            (rf"{_MODIFIERS}class (\w+)[^{{]*\b(?:extends|implements)\b", "the class `{}`, which inherits"),
        ),
        "exceptions": ((r"try\b", "a `try`"), (r"catch\b", "a `catch`"), (r"throw\b", "a `throw`")),
        "variables": (
            (r"(?:let|const|var) (?:mut )?(\w+)", "the variable `{}`"),
            (r"(?:int|double|float|boolean|bool|char|String|long|auto) (\w+)\s*[=;]", "the variable `{}`"),
        ),
    }.items()
})

Describer = Callable[[ast.AST], str | None]


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
        for pattern, description in _BEGINS.get(topic, ()):
            if match := pattern.match(start):
                yield number, description.format(*match.groups())
                break


def _in_python(topic: str, code: str) -> Iterator[tuple[int, str]]:
    describe = _DESCRIBERS.get(topic)
    try:
        yield from _in_tree(parse(code), describe) if describe else ()
    except SyntaxError:
        return


def _in_tree(tree: ast.AST, describe: Describer) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        description = describe(node)
        if description:
            yield getattr(node, "lineno", 1), description


def _kind(*kinds: type[ast.AST]) -> Describer:
    return lambda node: _KINDS[type(node)] if isinstance(node, kinds) and not _is_stored(node) else None


def _is_stored(node: ast.AST) -> bool:
    """Say whether something is a target, such as the names on the left of `a, b = b, a`."""
    return isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store)


def _call(**functions: str) -> Describer:
    def describe(node: ast.AST) -> str | None:
        if not isinstance(node, ast.Call):
            return None
        called = node.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        return functions.get(name)

    return describe


def _either(*describers: Describer) -> Describer:
    return lambda node: next((description for describe in describers if (description := describe(node))), None)


def _function(node: ast.AST) -> str | None:
    return f"the function `{node.name}`" if isinstance(node, _FUNCTIONS) else None


def _class(node: ast.AST) -> str | None:
    return f"the class `{node.name}`" if isinstance(node, ast.ClassDef) else None


def _child(node: ast.AST) -> str | None:
    if isinstance(node, ast.ClassDef) and node.bases:
        return f"the class `{node.name}`, which inherits from `{ast.unparse(node.bases[0])[:40]}`"
    return None


def _recursive(node: ast.AST) -> str | None:
    if not isinstance(node, _FUNCTIONS):
        return None
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    line = next((call.lineno for call in calls if ast.unparse(call.func) == node.name), None)
    return f"the function `{node.name}`, which calls itself in line {line}" if line else None


def _inner(node: ast.AST) -> str | None:
    if not isinstance(node, _FUNCTIONS):
        return None
    inner = next((part.name for part in ast.walk(node) if isinstance(part, _FUNCTIONS) and part is not node), None)
    return f"the function `{node.name}` with `{inner}` inside it" if inner else None


def _decorated(node: ast.AST) -> str | None:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and node.decorator_list:
        return f"`{node.name}`, decorated with `@{ast.unparse(node.decorator_list[0])[:40]}`"
    return None


def _assigned(node: ast.AST) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return f"the variable `{node.targets[0].id}`"
    return None


def _indexed(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Subscript):
        return None
    return "a slice" if isinstance(node.slice, ast.Slice) else f"the place `[{ast.unparse(node.slice)[:20]}]`"


def _text(node: ast.AST) -> str | None:
    return "a string" if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _none(node: ast.AST) -> str | None:
    return "a `None`" if isinstance(node, ast.Constant) and node.value is None else None


def _hinted(node: ast.AST) -> str | None:
    if isinstance(node, ast.AnnAssign) or (isinstance(node, ast.arg) and node.annotation):
        return "a type hint"
    return None


_DESCRIBERS: Final[Mapping[str, Describer]] = MappingProxyType({
    "async-programming": _kind(ast.AsyncFunctionDef, ast.Await),
    "closures": _inner,
    "comprehensions": _kind(*_COMPREHENSIONS),
    "conditionals": _kind(ast.If, ast.IfExp, ast.Match),
    "context-managers": _kind(ast.With, ast.AsyncWith),
    "data-types": _call(int="a call of `int`", float="a call of `float`", str="a call of `str`"),
    "decorators": _decorated,
    "dictionaries": _either(_kind(ast.Dict), _call(items="a call of `items`", get="a call of `get`")),
    "exceptions": _kind(ast.Try, ast.Raise),
    "file-io": _call(open="a call of `open`"),
    "functions": _function,
    "inheritance": _child,
    "input-output": _call(print="a `print`", input="an `input`"),
    "iterators-generators": _kind(ast.Yield, ast.YieldFrom, ast.GeneratorExp),
    "list-indexing": _indexed,
    "lists": _either(_kind(ast.List, ast.ListComp), _call(append="an `append`")),
    "loops": _kind(*_LOOPS),
    "modules": _kind(ast.Import, ast.ImportFrom),
    "null-values": _none,
    "object-oriented-programming": _class,
    "operators": _kind(ast.BinOp, ast.Compare, ast.BoolOp),
    "recursion": _recursive,
    "scope": _either(_kind(ast.Global, ast.Nonlocal), _function),
    "sets": _either(_kind(ast.Set), _call(set="a call of `set`")),
    "sorting": _call(sort="a call of `sort`", sorted="a call of `sorted`"),
    "strings": _either(_kind(ast.JoinedStr), _text),
    "testing": _kind(ast.Assert),
    "tuples": _kind(ast.Tuple),
    "type-hints": _hinted,
    "variables": _assigned,
})


def names_set_in_loop(code: str, line: int) -> list[str]:
    """Return the names that get values in the loop which begins on a line, in their order; none without such a loop."""
    try:
        nodes = ast.walk(parse(code))
    except SyntaxError:
        return []
    loop = next((node for node in nodes if isinstance(node, ast.For | ast.While) and node.lineno == line), None)
    names = [node for node in ast.walk(loop) if isinstance(node, ast.Name)] if loop else []
    return list(dict.fromkeys(node.id for node in names if not isinstance(node.ctx, ast.Load)))
