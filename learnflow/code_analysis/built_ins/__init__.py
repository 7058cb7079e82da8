"""What the functions, methods and classes that a language brings do: its own documentation, looked up by name.

Python's is that of the running interpreter, of a closed list of modules: no name that somebody types is imported. That
of JavaScript and Java is in the files beside this one, which say where it is from.
"""

import builtins
import inspect
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from io import TextIOBase
from types import MappingProxyType, ModuleType
from typing import Final

from learnflow.models.vocabulary import Language

SOURCES: Final = MappingProxyType({  # whose documentation it is, in the order in which a name is looked up
    Language.PYTHON: "Python's own documentation",
    Language.JAVASCRIPT: "TypeScript's documentation of JavaScript",
    Language.JAVA: "Apache Harmony's documentation of Java",
})
_TYPES: Final = (list, str, dict, set, tuple, int, float)  # whose methods are called on values
_MODULES: Final = (
    "random", "math", "statistics", "string", "itertools", "functools", "collections", "datetime", "time", "os.path",
    "json", "re", "sys", "csv", "copy", "os", "heapq", "bisect", "decimal", "fractions", "pathlib",
)  # fmt: skip
_STATIC: Final = frozenset({  # classes of Java whose functions are called on no value
    "Math", "System", "Arrays", "Collections", "Integer", "Double", "Boolean", "Character",
})  # fmt: skip
_MOST: Final = 4  # things of one name that are told
_LONGEST: Final = 500  # characters that are told of one
_LONGEST_NAME: Final = 100  # characters of a name that is looked up, and of a parameter
_OWN_SIGNATURE: Final = re.compile(r"[\w.]+\(.*\)$|.* -+> ")
_PARAMETER: Final = re.compile(r"[A-Za-z_]\w*")
_SPOKEN: Final = MappingProxyType({"str": "string", "dict": "dictionary"})


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One thing that a language brings: its name, how it is called (None: not known), and what is said of it."""

    name: str
    language: Language
    signature: str | None
    says: str
    is_kind: bool = False  # a class or a module, whose name can also be that of a topic

    @property
    def form(self) -> str:
        """The name with what it is called with, where that is known."""
        return f"{self.name.rpartition('.')[0]}.{self.signature or self.name.rpartition('.')[2]}".lstrip(".")

    @property
    def summary(self) -> str:
        """The first line of what is said; after lines that say only how it is called, one more."""
        lines = self.says.split("\n")
        end = next((place for place, line in enumerate(lines) if not _OWN_SIGNATURE.match(line)), 0)
        return "\n".join(lines[: end + 1])

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what it is called with, in their order; nothing from where the order does not tell."""
        inside = (self.signature or "").partition("(")[2].partition("*")[0].partition("...")[0]
        return tuple(match[0] for part in inside.split(",") if (match := _PARAMETER.match(part.strip())))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name, and what describes it: a signature and a documentation are read when they are asked for."""

    name: str
    is_method: bool  # called on a value, whatever the name of the variable
    describe: Callable[[], BuiltIn]

    @property
    def owners(self) -> frozenset[str]:
        """What it belongs to, in the words by which that is called."""
        parts = self.name.casefold().split(".")[:-1]
        return frozenset((*parts, *(_SPOKEN.get(part, part) for part in parts)))


def look_up(name: str, language: Language | None = None, near: Collection[str] = ()) -> tuple[BuiltIn, ...]:
    """Return what a language brings under a name, with or without what it belongs to: `randint`, `Math.max`.

    Where no language is given, the first that has the name counts. Of a variable's method only the last part tells:
    `scores.append`. `near` are words, in lower case, that may tell which of several is meant. Never raises.
    """
    key = name.strip(".").replace(".prototype.", ".").casefold()
    indexes = [_index(candidate) for candidate in SOURCES if language in (None, candidate)]
    if len(name) > _LONGEST_NAME:
        return ()
    owner, _, last = key.rpartition(".")
    whole = [entries for index in indexes if (entries := index.get(key))]
    methods = (
        [entry for entry in index.get(last, ()) if entry.is_method] for index in indexes if owner and owner not in index
    )
    hits = whole or [entries for entries in methods if entries]
    exact = [entries for entries in hits if any(entry.name.endswith(name) for entry in entries)]
    return _meant((exact or hits)[0], name, near) if hits else ()


def _meant(entries: Sequence[_Entry], name: str, near: Collection[str]) -> tuple[BuiltIn, ...]:
    """Return those of several of one name that are meant: in this case, by the words around it, or all."""
    exact = [entry for entry in entries if name in (entry.name, entry.name.replace(".prototype.", "."))]
    same = exact or [entry for entry in entries if entry.name.endswith(name)] or entries
    close = [entry for entry in same if not entry.owners.isdisjoint(near)]
    chosen = [entry.describe() for entry in (close or same)[:_MOST]]
    return tuple({built_in.says: built_in for built_in in reversed(chosen)}.values())[::-1]


@cache
def _index(language: Language) -> Mapping[str, Sequence[_Entry]]:
    """Return what a language brings by each name that it can be called by, in lower case."""
    index: defaultdict[str, list[_Entry]] = defaultdict(list)
    for tier in _python() if language is Language.PYTHON else (_of_file(language),):
        taken = frozenset(index)  # of one name, what is always there comes before what is imported
        for entry in tier:
            parts = entry.name.replace(".prototype.", ".").casefold().split(".")
            for key in {".".join(parts[start:]) for start in range(len(parts))} - taken:
                index[key].append(entry)
    return index


def _of_file(language: Language) -> Iterator[_Entry]:
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    for name, ways in tomllib.loads(text).items():
        is_method = ".prototype." in name if language is Language.JAVASCRIPT else name.split(".")[0] not in _STATIC
        for signature, says in ways:
            yield _Entry(name, is_method, partial(BuiltIn, name, language, signature, says))


def _python() -> Iterator[Iterator[_Entry]]:
    """Yield the functions that are always there, the methods of values, and what modules have."""
    yield _members(builtins, "")
    yield (method for kind in _TYPES for method in _members(kind, f"{kind.__name__}."))
    yield _members(TextIOBase, "file.")
    yield (member for name in _MODULES for member in _of_module(name, import_module(name)))


def _of_module(name: str, module: ModuleType) -> Iterator[_Entry]:
    yield _Entry(name, False, partial(_described, name, module))  # noqa: FBT003 - a module is no method
    yield from _members(module, f"{name}.")
    for kind in (value for value in vars(module).values() if inspect.isclass(value)):
        if kind.__module__ == name and not issubclass(kind, BaseException) and not kind.__name__.startswith("_"):
            yield from _members(kind, f"{name}.{kind.__name__}.")


def _members(owner: type | ModuleType, prefix: str) -> Iterator[_Entry]:
    for name in getattr(owner, "__all__", None) or dir(owner):
        value = getattr(owner, name)
        is_error = isinstance(value, type) and issubclass(value, BaseException)
        if callable(value) and value.__doc__ and not is_error and not name.startswith("_"):
            yield _Entry(f"{prefix}{name}", inspect.isclass(owner), partial(_described, f"{prefix}{name}", value))


def _described(name: str, value: object) -> BuiltIn:
    if isinstance(value, ModuleType):
        return BuiltIn(name, Language.PYTHON, None, _told(value).partition("\n")[0], is_kind=True)
    signature = _signature(name.rpartition(".")[2], value)
    return BuiltIn(name, Language.PYTHON, signature, _told(value), inspect.isclass(value))


def _signature(name: str, value: object) -> str | None:
    """Return how something is called, without what hardly anybody who learns needs: `self`, `/` and types."""
    try:
        signature = inspect.signature(value)  # type: ignore[arg-type] # it says itself whether it has one
    except (ValueError, TypeError):
        return None
    kept = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
        if parameter.name != "self" and not parameter.name.startswith("_")
    ]
    text = str(signature.replace(parameters=kept, return_annotation=inspect.Signature.empty))
    return name + re.sub(r"=(?:\d{10,}|<[^>]*>)", "=...", text.replace(", /", "").replace("(/, ", "("))


def _told(value: object) -> str:
    """Return the first paragraphs of a documentation, as far as there is room; each on one line where it is prose."""
    kept: list[str] = []
    for paragraph in (inspect.getdoc(value) or "").replace("``", "`").split("\n\n"):
        lines = paragraph.strip("\n").splitlines()
        is_prose = not any(line.startswith((" ", ">>>")) or _OWN_SIGNATURE.match(line) for line in lines)
        kept.append((" " if is_prose else "\n").join(lines))
        if len("\n".join(kept)) > _LONGEST:
            kept.pop()
            break
    return "\n".join(paragraph for paragraph in kept if paragraph.strip())
