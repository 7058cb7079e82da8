"""The prepared programs of errors, run by their languages' own compilers: what each says of them."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from learnflow.models.vocabulary import Language

DRIVER = Path(__file__).with_name("RunPrograms.java")
SECONDS = 120
TOOLS = {Language.JAVASCRIPT: "node", Language.JAVA: "javac", Language.CPP: "g++", Language.GO: "go",
         Language.RUST: "rustc"}  # fmt: skip


def said(language: Language, programs: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return what each program's compiler or run says on its error output, "" for one that ends well."""
    tool = TOOLS.get(language)
    if tool and shutil.which(tool) is None:
        pytest.skip(f"needs {tool}")
    for name in programs:
        (folder / name).mkdir()
    return RUNS[language](programs, folder)


def printed(language: Language, programs: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return what each program of a compiled language prints. None may say anything on its error output."""
    assert set(said(language, programs, folder).values()) == {""}
    return {name: PRINTED[language](folder, name).strip("\n") for name in programs}


def _script(*command: str) -> Callable[[Mapping[str, str], Path], dict[str, str]]:
    def run(programs: Mapping[str, str], folder: Path) -> dict[str, str]:
        return _each(lambda name: _end(_run([*command, programs[name]], folder)), programs)

    return run


def _java(programs: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Compile and run all in one JVM, since a start of javac takes a second."""
    for name, code in programs.items():
        (folder / name / "Main.java").write_text(code)
    driver = _run(["java", str(DRIVER), *(str(folder / name) for name in programs)], folder)
    assert driver.returncode == 0, driver.stderr
    return {name: (folder / name / "said").read_text() for name in programs}


def _go(programs: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Compile all in one call, since each links the whole run-time."""
    (folder / "go.mod").write_text("module programs\n\ngo 1.21\n")
    for name, code in programs.items():
        (folder / name / "main.go").write_text(code)
    built = _run(["go", "build", "-o", "bin/", "./..."], folder).stderr.split("# programs/")
    failed = {part.split("\n")[0]: part for part in built if "\n" in part}
    return {name: failed.get(name) or _binary(folder / "bin" / name) for name in programs}


def _compiled(file: str, *command: str) -> Callable[[Mapping[str, str], Path], dict[str, str]]:
    def run(programs: Mapping[str, str], folder: Path) -> dict[str, str]:
        return _each(lambda name: one(programs[name], folder / name), programs)

    def one(code: str, folder: Path) -> str:
        (folder / file).write_text(code)
        built = _run([*command, "-o", "main", file], folder)
        return built.stderr if built.returncode else _binary(folder / "main")

    return run


def _each(run: Callable[[str], str], names: Iterable[str]) -> dict[str, str]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


def _binary(path: Path) -> str:
    """Run a program as a shell does, which says by name which signal ended it."""
    return _end(_run(["bash", "-c", f"'{path}'; exit $?"], path.parent))


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
    )  # fmt: skip


def _end(run: subprocess.CompletedProcess[str]) -> str:
    return run.stderr if run.returncode else ""


RUNS = {
    Language.PYTHON: _script(sys.executable, "-I", "-c"),
    Language.JAVASCRIPT: _script("node", "--input-type=commonjs", "-e"),
    Language.JAVA: _java,
    Language.CPP: _compiled("main.cpp", "g++", "-std=c++17", "-w"),
    Language.GO: _go,
    Language.RUST: _compiled("main.rs", "rustc", "--edition", "2021", "-A", "warnings"),
}
PRINTED: Mapping[Language, Callable[[Path, str], str]] = {
    Language.JAVA: lambda folder, name: (folder / name / "printed").read_text(),
    Language.CPP: lambda folder, name: _run([str(folder / name / "main")], folder).stdout,
    Language.GO: lambda folder, name: _run([str(folder / "bin" / name)], folder).stdout,
    Language.RUST: lambda folder, name: _run([str(folder / name / "main")], folder).stdout,
}
