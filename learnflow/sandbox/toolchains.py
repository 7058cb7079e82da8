"""The interpreters and compilers for student code: what they need to see of the host, and how each is started."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.accounts import reachable
from learnflow.sandbox.runner import MEBIBYTE, SandboxUnavailable, Toolchain

SYSTEM_PYTHON: Final = Path("/usr/bin/python3")
# What every run sees of the host: the system's programs and libraries, but not what an administrator put beside them.
SYSTEM: Final = tuple(Path("/usr") / name for name in ("bin", "lib", "lib32", "lib64", "libexec", "share"))
_SHALLOWEST: Final = 3  # "/", "etc" and a directory that belongs to one package
_ASK_SECONDS: Final = 10.0
_HEAP: Final = 0.4  # of the memory: the engines need as much again beside their heaps


@cache
def toolchain(language: ExerciseLanguage) -> Toolchain:
    """Return the toolchain of a language; raises SandboxUnavailable when none is installed that a run can reach."""
    tools = _FIND[language]()
    closed = [path for path in (tools.program, *tools.directories) if not reachable(path)]
    if closed:
        raise SandboxUnavailable(
            f"{closed[0]} cannot be read by the account that {language} code runs under: install it system-wide"
        )
    return tools


def _python() -> Toolchain:
    if SYSTEM_PYTHON.exists():
        return _from(ExerciseLanguage.PYTHON, SYSTEM_PYTHON.resolve())
    ours = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    return _from(ExerciseLanguage.PYTHON, ours, Path(sys.base_prefix).resolve())


def _javascript() -> Toolchain:
    node = shutil.which("node")
    if node is None:
        raise SandboxUnavailable("no JavaScript (node) on this machine: install Node.js")
    # What is on the path may be a script of a version manager; node itself knows where it is.
    program = Path(_ask(node, "-p", "process.execPath")).resolve()
    return _from(ExerciseLanguage.JAVASCRIPT, program, program.parents[1])


def _java() -> Toolchain:
    home = os.environ.get("JAVA_HOME", "")
    java = Path(home, "bin", "java") if home else Path(shutil.which("java") or "")
    compiler = java.resolve().with_name("javac")
    if not (java.is_file() and compiler.is_file()):
        raise SandboxUnavailable(
            f"no Java (javac) {f'in JAVA_HOME, {home}' if home else 'on this machine'}: install a JDK, 17 or newer"
        )
    root = compiler.parents[1]
    tools = _from(ExerciseLanguage.JAVA, compiler.with_name("java"), root)
    return Toolchain(tools.language, tools.program, compiler, (*tools.directories, *_configuration(root)))


def _from(language: ExerciseLanguage, program: Path, *homes: Path) -> Toolchain:
    return Toolchain(language, program, directories=tuple(home for home in homes if not _visible(home)))


def _visible(path: Path) -> bool:
    return path == Path("/usr") or any(path.is_relative_to(directory) for directory in SYSTEM)


def _configuration(home: Path) -> tuple[Path, ...]:
    """Return the directories that a JDK's configuration is linked from: Debian keeps it below /etc."""
    links = (path for path in (home / "conf").rglob("*") if path.is_symlink() and path.exists())
    outside = {link.resolve().parent for link in links}
    own = sorted(path for path in outside if len(path.parts) >= _SHALLOWEST and not _visible(path))
    return tuple(path for path in own if reachable(path) and not any(parent in own for parent in path.parents))


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"{command[0]} does not run: {error}") from error
    return done.stdout.strip()


_FIND: Final[dict[ExerciseLanguage, Callable[[], Toolchain]]] = {
    ExerciseLanguage.PYTHON: _python,
    ExerciseLanguage.JAVASCRIPT: _javascript,
    ExerciseLanguage.JAVA: _java,
}


HARNESS: Final = Path(__file__).with_name("harness")


@dataclass(frozen=True, slots=True)
class StartCommand:
    """A command and its files, by their names below /sandbox."""

    command: tuple[str, ...]
    files: Mapping[str, Path]


def start_python(toolchain: Toolchain, harness: Mapping[str, Path]) -> StartCommand:
    """Start Python without its site packages, which a third of a start goes into."""
    return StartCommand((str(toolchain.program), "-I", "-S", "-B", "/sandbox/batch.pyc"), harness)


def start_javascript(toolchain: Toolchain, memory: int) -> StartCommand:
    """Start Node.js with a bound on its heap (`memory` in bytes is for the whole process)."""
    heap = int(memory * _HEAP / MEBIBYTE)
    options = ("--no-warnings", "--experimental-vm-modules", f"--max-old-space-size={heap}")
    files = {name: HARNESS / name for name in ("batch.js", "program.js", "values.js", "world.js")}
    return StartCommand((str(toolchain.program), *options, "/sandbox/batch.js"), files)


def start_java(toolchain: Toolchain, memory: int, jar: Path, archive: Path | None) -> StartCommand:
    """Start a JVM, from an archive of its classes where there is one."""
    options, files = java_options(int(memory * _HEAP / MEBIBYTE)), {"batch.jar": jar}
    if archive is not None:
        files["batch.jsa"] = archive
        options = (*options, "-XX:SharedArchiveFile=/sandbox/batch.jsa")
    return StartCommand(jvm(toolchain, *options), files)


def jvm(toolchain: Toolchain, *options: str, argument: str = "") -> tuple[str, ...]:
    """Return the command of a JVM on the harness.

    An archive fits a jar of the same path and time only, and those in the sandbox are as new as the run.
    """
    java = shlex.join((str(toolchain.program), *options, "-cp", "batch.jar", "learnflow.Batch"))
    prepare = "cp /sandbox/batch.jar batch.jar && touch -t 200001010000 batch.jar"
    return ("/bin/sh", "-c", f"{prepare} && exec {java} {argument}")


def java_options(heap: int) -> tuple[str, ...]:
    """Return the options of a JVM that starts quickly; `heap` in MiB."""
    quick = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto")
    return (*quick, "-Xlog:disable", "-Xlog:all=off", f"-Xmx{heap}m", "-Xss8m")
