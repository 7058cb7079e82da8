"""Runs a program on many inputs in one start of its language. Blocks, and may be called from many threads."""

import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import JsonValue

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import file_cache, languages
from learnflow.sandbox.calling_convention import Calling
from learnflow.sandbox.java_archive import java_harness
from learnflow.sandbox.languages import Start
from learnflow.sandbox.limits import MEBIBYTE, Finished, Limits
from learnflow.sandbox.outline import compilation_unit
from learnflow.sandbox.output_comparison import as_text
from learnflow.sandbox.process import Isolation, SandboxUnavailable, Toolchain, toolchain
from learnflow.sandbox.python_harness import python_harness
from learnflow.settings.sections import SandboxSettings

_START_SECONDS: Final = 10.0  # for the language to start, however busy the machine is
_MARGIN_SECONDS: Final = 1.5  # for what a case takes beside the program
_COMPILE_SECONDS: Final = 4.0  # of Java
_AGAIN_SECONDS: Final = 60.0  # after which isolation that was not to be had is looked for again
_OVERHEAD: Final = 4 * 1024  # bytes of a case's line beside what was printed
_ESCAPED: Final = 6  # bytes that a character may take in JSON
_LARGEST_OUTPUT: Final = 16 * MEBIBYTE


class Batches:
    """Finds the isolation once and what the languages need, and starts them."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.problem: str | None = None
        self._looked = 0.0
        self._settings = settings
        self._isolation: Isolation | None = None
        self._finding = Lock()
        self._making = {language: Lock() for language in ExerciseLanguage}
        self._starts: dict[ExerciseLanguage, Start] = {}
        self._kept = ExitStack()

    def isolation(self) -> Isolation:
        """Return the isolation, which is looked for until it is found. Raises SandboxUnavailable."""
        with self._finding:
            if self.problem is not None and time.monotonic() - self._looked < _AGAIN_SECONDS:
                raise SandboxUnavailable(self.problem)
            if self._isolation is None:
                self._looked = time.monotonic()
                try:
                    self._isolation = Isolation.find(self._settings.isolation)
                except SandboxUnavailable as error:
                    self.problem = str(error)
                    raise
                self.problem = None
            return self._isolation

    def run(self, language: ExerciseLanguage, code: str, calling: Calling, inputs: Sequence[JsonValue]) -> Finished:
        """Run a program on its inputs, until one hits a limit. Raises SandboxUnavailable."""
        isolation, tools, bound = self.isolation(), toolchain(language), self._settings.output_kb * 1024
        job = {
            "code": compilation_unit(language, code),
            "entry": calling.entry,
            "cases": [_case(calling, given) for given in inputs],
            "seconds": self._settings.case_seconds,
            "output": bound,
            "memory": self._memory,
        }
        start = self._start(language, tools)
        output = min(_LARGEST_OUTPUT, len(inputs) * (_ESCAPED * bound + _OVERHEAD) + MEBIBYTE)
        return isolation.execute(
            start.command, stdin=json.dumps(job).encode(), limits=self._limits(language, output), files=start.files,
            toolchain=tools,
        )  # fmt: skip

    def prepare(self, language: ExerciseLanguage) -> None:
        """Make what a language needs before its first run. Raises SandboxUnavailable."""
        self.isolation()
        self._start(language, toolchain(language))

    def close(self) -> None:
        """Remove what was made for this process alone."""
        self._kept.close()

    @property
    def _memory(self) -> int:
        return self._settings.memory_mb * MEBIBYTE

    def _limits(self, language: ExerciseLanguage, output: int) -> Limits:
        total = self._settings.total_seconds
        margin = _COMPILE_SECONDS if language is ExerciseLanguage.JAVA else _MARGIN_SECONDS
        return Limits(
            wall_seconds=_START_SECONDS + total,
            quiet_seconds=self._settings.case_seconds + margin,  # a program may have stopped what limits it
            cpu_seconds=int(_START_SECONDS + total),
            memory_bytes=self._memory,
            output_bytes=output,
        )

    def _start(self, language: ExerciseLanguage, tools: Toolchain) -> Start:
        with self._making[language]:  # the first makes what the others find
            found = self._starts.get(language)
            if found is None or not all(path.is_file() for path in found.files.values()):
                found = self._starts[language] = self._made(language, tools)
            return found

    def _made(self, language: ExerciseLanguage, tools: Toolchain) -> Start:
        match language:
            case ExerciseLanguage.PYTHON:
                return languages.python(tools, python_harness(tools, self._directory()))
            case ExerciseLanguage.JAVASCRIPT:
                return languages.javascript(tools, self._memory)
            case ExerciseLanguage.JAVA:
                made = java_harness(self.isolation(), tools, self._directory())
                return languages.java(tools, self._memory, made.jar, made.archive)

    def _directory(self) -> Path:
        """Return the cache, or a directory that goes when we do."""
        kept = file_cache.directory()
        return kept or Path(self._kept.enter_context(tempfile.TemporaryDirectory(prefix="learnflow-sandbox-")))


def _case(calling: Calling, given: JsonValue) -> dict[str, JsonValue]:
    return {"stdin": as_text(given)} if calling.entry is None else {"arguments": calling.arguments(given)}
