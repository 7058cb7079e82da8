"""Code in use on this machine: the standard libraries of its languages, and npm for JavaScript. It is taken as right.

Python's functions and classes are taken one by one, of the other languages whole files. A sample of them is tried, the
same each time; with LEARNFLOW_ALL_PROGRAMS=1 all of them, to be read: a few mistakes are really there.
"""

import ast
import os
import sysconfig
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from shutil import which
from typing import Final, TypeVar
from zipfile import ZipFile

from learnflow.models.vocabulary import Language

Name = TypeVar("Name", str, Path)
ALL: Final = "LEARNFLOW_ALL_PROGRAMS"
MOST: Final = {Language.PYTHON: 1_000}
MOST_FILES: Final = 60
LONGEST: Final = 20_000  # characters of a file
LONGEST_FUNCTION: Final = 1_500
STEP: Final = 3  # every so many files are read, for a sample of all parts of a library


def installed_programs(language: Language) -> list[str]:
    """Return programs in a language that are installed here; none where there are none."""
    programs = {
        Language.PYTHON: _python_functions, Language.JAVASCRIPT: _npm, Language.GO: _go_library,
        Language.JAVA: _java_library, Language.CPP: _cpp_headers,
    }.get(language, lambda: iter(()))()  # fmt: skip
    if os.environ.get(ALL):
        return list(programs)
    return list(islice(programs, MOST.get(language, MOST_FILES)))


def _sample(names: Iterable[Name]) -> list[Name]:
    return sorted(names)[:: 1 if os.environ.get(ALL) else STEP]


def _python_functions() -> Iterator[str]:
    library = Path(sysconfig.get_path("stdlib"))
    for file in _sample(library.rglob("*.py")):
        if {"test", "tests", "idlelib", "site-packages", "lib2to3"}.isdisjoint(file.parts):
            yield from _definitions(file.read_text(encoding="utf-8", errors="replace"))


def _definitions(text: str) -> Iterator[str]:
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.splitlines(keepends=True)
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            code = "".join(lines[first - 1 : node.end_lineno])
            if len(code) < LONGEST_FUNCTION or os.environ.get(ALL):
                yield code


def _npm() -> Iterator[str]:
    npm = which("npm")
    yield from _files(Path(npm).resolve().parents[1] / "lib", ".js") if npm else ()


def _go_library() -> Iterator[str]:
    go = which("go")
    yield from _files(Path(go).resolve().parents[1] / "src", ".go") if go else ()


def _cpp_headers() -> Iterator[str]:
    versions = sorted(Path("/usr/include/c++").glob("*/bits"))
    yield from _files(versions[-1], ".h") if versions else ()


def _java_library() -> Iterator[str]:
    java = which("java")
    sources = sorted(Path(java).resolve().parents[2].glob("*/lib/src.zip")) if java else []
    for source in [path for path in sources if path.is_file()][-1:]:
        with ZipFile(source) as library:
            names = (name for name in library.namelist() if name.startswith("java.base/java/"))
            for name in _sample(names):
                if library.getinfo(name).file_size < LONGEST:
                    yield library.read(name).decode(errors="replace")


def _files(folder: Path, suffix: str) -> Iterator[str]:
    for file in _sample(folder.rglob(f"*{suffix}")):
        tests = file.name.endswith(f"_test{suffix}") or "testdata" in file.parts
        if not tests and file.stat().st_size < LONGEST:
            yield file.read_text(encoding="utf-8", errors="replace")
