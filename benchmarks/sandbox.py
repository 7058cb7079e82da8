"""Grading 20 tests against one start of the language, both in the sandbox: `python -m benchmarks.sandbox [--json]`.

A start runs an empty program as its user would (`python3 main.py`, `node main.js`, `java Main.java`), under the same
isolation. Both are run in turns. The 20 tests one by one are what it would cost without putting them into one start.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Limits, Sandbox, SandboxSettings, Verdict
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.toolchains import java_options, toolchain

CASES: Final = 20
ROUNDS: Final = 15
LIMITS: Final = Limits(wall_seconds=60.0, cpu_seconds=60)
HEAP: Final = 200  # MiB, of the plain JVM


@dataclass(frozen=True, slots=True)
class Language:
    """A program to grade, and an empty one with the command that starts it."""

    language: ExerciseLanguage
    code: str
    name: str
    empty: str
    options: tuple[str, ...] = ()


LANGUAGES: Final = (
    Language(ExerciseLanguage.PYTHON, "def double(n):\n    return 2 * n\n", "main.py", ""),
    Language(ExerciseLanguage.JAVASCRIPT, "function double(n) {\n  return 2 * n;\n}\n", "main.js", ""),
    Language(
        ExerciseLanguage.JAVA,
        "public class Main {\n    static int doubled(int n) {\n        return 2 * n;\n    }\n}\n",
        "Main.java",
        "public class Main {\n    public static void main(String[] arguments) {}\n}\n",
        java_options(HEAP),
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds, medians over the rounds; the ratio is that of 20 tests to one start."""

    start_ms: float
    graded_ms: float
    one_by_one_ms: float
    ratio: float


async def measure(language: Language, isolation: Isolation, sandbox: Sandbox, directory: Path) -> Result:
    """Run a start and a grading in turns, and then the tests one by one."""
    program = directory / language.name
    program.write_text(language.empty)
    tests = [TestCase(input=number, output=2 * number) for number in range(CASES)]
    await _grade(language, sandbox, tests)  # the first has to prepare what later ones find
    starts, gradings = list[float](), list[float]()
    for _ in range(ROUNDS):
        starts.append(await asyncio.to_thread(_start, language, isolation, program))
        gradings.append(await _grade(language, sandbox, tests))
    single = sum([await _grade(language, sandbox, [test]) for test in tests])
    start, graded = statistics.median(starts), statistics.median(gradings)
    return Result(round(start, 1), round(graded, 1), round(single, 1), round(graded / start, 2))


def _start(language: Language, isolation: Isolation, program: Path) -> float:
    tools = toolchain(language.language)
    started = time.perf_counter()
    command, files = [str(tools.program), *language.options, f"/sandbox/{language.name}"], {language.name: program}
    finished = isolation.execute(command, stdin=b"", limits=LIMITS, files=files, toolchain=tools)
    took = time.perf_counter() - started
    if finished.exit_code != 0:
        raise RuntimeError(finished.stderr.decode())
    return took * 1000


async def _grade(language: Language, sandbox: Sandbox, tests: list[TestCase]) -> float:
    started = time.perf_counter()
    grading = await sandbox.grade(language.language, language.code, tests)
    took = time.perf_counter() - started
    if grading.verdict is not Verdict.PASSED:
        raise RuntimeError(grading.model_dump_json())
    return took * 1000


async def _measure_all() -> dict[str, Result]:
    settings = SandboxSettings()
    isolation = await asyncio.to_thread(Isolation.find, settings.isolation)
    with tempfile.TemporaryDirectory() as directory:
        async with Sandbox(settings) as sandbox:
            return {
                language.language.value: await measure(language, isolation, sandbox, Path(directory))
                for language in LANGUAGES
            }


def main() -> None:
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    results = asyncio.run(_measure_all())
    if arguments.json:
        print(json.dumps({name: asdict(result) for name, result in results.items()}))
        return
    print(f"{CASES} tests, medians of {ROUNDS} rounds, in ms")
    print(f"{'':12}{'one start':>10}{'graded':>10}{'ratio':>8}{'one by one':>12}")
    for name, result in results.items():
        print(f"{name:12}{result.start_ms:>10}{result.graded_ms:>10}{result.ratio:>8}{result.one_by_one_ms:>12}")


if __name__ == "__main__":
    main()
