"""How each language is started on a job: the command, and the files that it needs inside of the sandbox."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from learnflow.sandbox.runner import MEBIBYTE, Toolchain

HARNESS: Final = Path(__file__).with_name("harness")
_HEAP: Final = 0.4  # of the memory: the engines need as much again beside their heaps


@dataclass(frozen=True, slots=True)
class StartCommand:
    """A command and its files, by their names below /sandbox."""

    command: tuple[str, ...]
    files: Mapping[str, Path]


def python(toolchain: Toolchain, harness: Mapping[str, Path]) -> StartCommand:
    """Start Python without its site packages, which a third of a start goes into."""
    return StartCommand((str(toolchain.program), "-I", "-S", "-B", "/sandbox/batch.pyc"), harness)


def javascript(toolchain: Toolchain, memory: int) -> StartCommand:
    """Start Node.js with a bound on its heap (`memory` in bytes is for the whole process)."""
    heap = int(memory * _HEAP / MEBIBYTE)
    options = ("--no-warnings", "--experimental-vm-modules", f"--max-old-space-size={heap}")
    files = _files("batch.js", "program.js", "values.js", "world.js")
    return StartCommand((str(toolchain.program), *options, "/sandbox/batch.js"), files)


def java(toolchain: Toolchain, memory: int, jar: Path, archive: Path | None) -> StartCommand:
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


def _files(*names: str) -> Mapping[str, Path]:
    return {name: HARNESS / name for name in names}
