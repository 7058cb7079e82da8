"""The Java harness, compiled once for each JDK, and an archive of its classes from which a JVM starts quickly."""

import json
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from learnflow.sandbox import file_cache
from learnflow.sandbox.errors import SandboxUnavailable
from learnflow.sandbox.languages import HARNESS, java_options, jvm
from learnflow.sandbox.limits import MEBIBYTE, Limits
from learnflow.sandbox.process import Isolation
from learnflow.sandbox.toolchains import Toolchain

_TRAINING_HEAP: Final = 256  # MiB
_ARCHIVE_LIMITS: Final = Limits(
    wall_seconds=60.0, cpu_seconds=60, memory_bytes=1024 * MEBIBYTE, output_bytes=96 * MEBIBYTE,
    file_bytes=96 * MEBIBYTE, tmp_bytes=128 * MEBIBYTE,
)  # fmt: skip
_SAMPLE: Final = """
import java.util.*;
import java.util.stream.*;

public class Main {
    static int add(int one, int other) { return one + other; }

    public static void main(String[] arguments) {
        Scanner in = new Scanner(System.in);
        Map<String, Integer> counts = new TreeMap<>(new HashMap<>());
        List<Integer> numbers = new ArrayList<>();
        while (in.hasNextInt()) {
            numbers.add(add(in.nextInt(), 1));
            counts.merge("n", 1, Integer::sum);
        }
        String text = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
        System.out.printf("%s %d %.2f%n", text, counts.get("n"), Math.sqrt(2));
        throw new IllegalStateException(new StringBuilder(text).reverse().toString());
    }
}
"""


@dataclass(frozen=True, slots=True)
class JavaHarness:
    """The harness as a jar, and the archive of its classes, or None where it could not be made."""

    jar: Path
    archive: Path | None


def java_harness(isolation: Isolation, toolchain: Toolchain, directory: Path) -> JavaHarness:
    """Return the harness in the directory; making it takes seconds. SandboxUnavailable when it cannot be compiled."""
    name = f"java-{file_cache.key(toolchain.program, _sources(), *java_options(0), _SAMPLE)}"
    jar, archive = directory / f"{name}.jar", directory / f"{name}.jsa"
    if not jar.is_file():
        file_cache.publish(jar, _compiled(toolchain))
    if not archive.is_file():
        content = _archived(isolation, toolchain, jar)
        if not content:
            return JavaHarness(jar, None)
        file_cache.publish(archive, content)
    return JavaHarness(jar, archive)


def _sources() -> list[Path]:
    return sorted((HARNESS / "java").glob("*.java"))


def _compiled(toolchain: Toolchain) -> bytes:
    with tempfile.TemporaryDirectory(prefix="learnflow-java-") as made:
        classes, jar = Path(made, "classes"), Path(made, "batch.jar")
        command = [str(toolchain.compiler), "-nowarn", "-d", str(classes), *map(str, _sources())]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"{toolchain.compiler} cannot compile the Java harness: {' '.join(done.stderr.split())[:300]}"
            raise SandboxUnavailable(message)
        with zipfile.ZipFile(jar, "w") as files:
            for path in sorted(classes.rglob("*.class")):
                files.writestr(zipfile.ZipInfo(str(path.relative_to(classes))), path.read_bytes())
        return jar.read_bytes()


def _archived(isolation: Isolation, toolchain: Toolchain, jar: Path) -> bytes:
    """Let a JVM archive what it loads for a sample, at the same place where it runs later; nothing if it cannot."""
    options = (*java_options(_TRAINING_HEAP), "-XX:ArchiveClassesAtExit=batch.jsa")
    *shell, line = jvm(toolchain, *options, argument="train")
    line = f"({line}) >/dev/null 2>&1; cat batch.jsa"
    job = {"code": _SAMPLE, "entry": None, "cases": [{"stdin": "1 2 3"}] * 2, "seconds": 10.0, "output": 65536}
    finished = isolation.execute(
        [*shell, line], stdin=json.dumps(job).encode(), limits=_ARCHIVE_LIMITS, files={"batch.jar": jar},
        toolchain=toolchain,
    )  # fmt: skip
    return finished.stdout if finished.exit_code == 0 and finished.limit is None else b""
