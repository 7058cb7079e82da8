"""The harnesses of Python and Java, each compiled once for a machine, and where the files are kept."""

import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.runner import MEBIBYTE, Limits, SandboxUnavailable, Toolchain
from learnflow.sandbox.toolchains import HARNESS, java_options, jvm

_ROOT_CACHE: Final = Path("/var/cache/learnflow")  # the account of a run has to read it, and may not enter root's home
_OTHERS_WRITE: Final = 0o022
_PYTHON_FILES: Final = ("batch", "student")
_COMPILE: Final = """\
import py_compile, sys
unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
py_compile.compile(sys.argv[1], sys.argv[2], sys.argv[3], doraise=True, invalidation_mode=unchecked)
"""


def python_harness(toolchain: Toolchain, directory: Path) -> Mapping[str, Path]:
    """Return the harness's files in the directory, made if need be; SandboxUnavailable when they cannot be compiled."""
    sources = [HARNESS / f"{name}.py" for name in _PYTHON_FILES]
    version = _cache_key(toolchain.program, sources)
    made = {f"{name}.pyc": directory / f"{name}-{version}.pyc" for name in _PYTHON_FILES}
    for source, path in zip(sources, made.values(), strict=True):
        if not path.is_file():
            _compile(toolchain.program, source, path)
    return made


def _compile(program: Path, source: Path, path: Path) -> None:
    command = [str(program), "-I", "-c", _COMPILE, str(source), str(path), f"/sandbox/{source.name}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxUnavailable(f"{program} cannot compile the Python harness: {' '.join(done.stderr.split())[-300:]}")


_TRAINING_HEAP: Final = 256  # MiB
_ARCHIVE_BYTES: Final = 96 * MEBIBYTE
_ARCHIVE_LIMITS: Final = Limits(
    wall_seconds=60.0,
    cpu_seconds=60,
    memory_bytes=1024 * MEBIBYTE,
    output_bytes=_ARCHIVE_BYTES,
    file_bytes=_ARCHIVE_BYTES,
    tmp_bytes=128 * MEBIBYTE,
)
_SAMPLE: Final = HARNESS / "archived_sample.java"  # whose classes are in the archive, and the library's that it uses


@dataclass(frozen=True, slots=True)
class JavaHarness:
    """The harness as a jar, and the archive of its classes, or None where it could not be made."""

    jar: Path
    archive: Path | None


def java_harness(isolation: Isolation, toolchain: Toolchain, directory: Path) -> JavaHarness:
    """Return the harness in the directory; making it takes seconds. SandboxUnavailable when it cannot be compiled."""
    name = f"java-{_cache_key(toolchain.program, [*_sources(), _SAMPLE], *java_options(0))}"
    jar, archive = directory / f"{name}.jar", directory / f"{name}.jsa"
    if not jar.is_file():
        _publish(jar, _compiled(toolchain))
    if not archive.is_file():
        content = _archived(isolation, toolchain, jar)
        if not content:
            return JavaHarness(jar, None)
        _publish(archive, content)
    return JavaHarness(jar, archive)


def _sources() -> list[Path]:
    return sorted((HARNESS / "java").glob("*.java"))


def _compiled(toolchain: Toolchain) -> bytes:
    with tempfile.TemporaryDirectory(prefix="learnflow-java-") as made:
        classes, jar = Path(made, "classes"), Path(made, "batch.jar")
        command = [str(toolchain.compiler), "-nowarn", "-d", str(classes), *map(str, _sources())]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxUnavailable(
                f"{toolchain.compiler} cannot compile the Java harness: {' '.join(done.stderr.split())[:300]}"
            )
        with zipfile.ZipFile(jar, "w") as files:
            for path in sorted(classes.rglob("*.class")):
                files.writestr(zipfile.ZipInfo(str(path.relative_to(classes))), path.read_bytes())
        return jar.read_bytes()


def _archived(isolation: Isolation, toolchain: Toolchain, jar: Path) -> bytes:
    """Let a JVM archive what it loads for a sample, at the same place where it runs later; nothing if it cannot."""
    options = (*java_options(_TRAINING_HEAP), "-XX:ArchiveClassesAtExit=batch.jsa")
    *shell, line = jvm(toolchain, *options, argument="train")
    line = f"({line}) >/dev/null 2>&1; cat batch.jsa"
    job = {"code": _SAMPLE.read_text(), "entry": None, "cases": [{"stdin": "1 2 3"}] * 2}
    stdin, files = json.dumps({**job, "seconds": 10.0, "output": 65536}).encode(), {"batch.jar": jar}
    command = [*shell, line]
    finished = isolation.execute(command, stdin=stdin, limits=_ARCHIVE_LIMITS, files=files, toolchain=toolchain)
    return finished.stdout if finished.exit_code == 0 and finished.limit is None else b""


def cache_directory() -> Path | None:
    """Return a directory of ours that nobody else can write; None where there is none."""
    for path in _candidates():
        with suppress(OSError):
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
            status = path.stat()
            if status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE and os.access(path, os.W_OK):
                return path
    return None


def _candidates() -> Iterator[Path]:
    if os.geteuid() == 0:
        yield _ROOT_CACHE
    with suppress(RuntimeError):  # an account may have no home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "learnflow"


def _publish(path: Path, content: bytes) -> None:
    """Write a file so that others see it whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def _cache_key(program: Path, sources: Iterable[Path], *more: str) -> str:
    """Return a name for what is made of sources with a program; another version of either gives another name."""
    status = program.stat()
    parts = [f"{program} {status.st_size} {status.st_mtime_ns}".encode(), *(path.read_bytes() for path in sources)]
    return hashlib.sha256(b"\0".join((*parts, *(text.encode() for text in more)))).hexdigest()[:16]
