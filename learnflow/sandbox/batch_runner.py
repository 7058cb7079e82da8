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
from learnflow.sandbox.calling_convention import CallingConvention
from learnflow.sandbox.grading import as_text
from learnflow.sandbox.harness_cache import cache_directory, java_harness, python_harness
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.outline import compilation_unit
from learnflow.sandbox.runner import MEBIBYTE, FinishedRun, Limits, SandboxUnavailable, Toolchain
from learnflow.sandbox.toolchains import StartCommand, start_java, start_javascript, start_python, toolchain
from learnflow.settings.sections import SandboxSettings

_START_SECONDS: Final = 10.0  # for the language to start, however busy the machine is
_MARGIN_SECONDS: Final = 1.5  # for what a case takes beside the program
_COMPILE_SECONDS: Final = 4.0  # of Java
_RETRY_SECONDS: Final = 60.0  # after which isolation that was not to be had is looked for again
_OVERHEAD: Final = 4 * 1024  # bytes of a case's line beside what was printed
_ESCAPED: Final = 6  # bytes that a character may take in JSON
_LARGEST_OUTPUT: Final = 16 * MEBIBYTE


class BatchRunner:
    """Finds the isolation once and what the languages need, and starts them."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.problem: str | None = None
        self._probed_at = 0.0
        self._settings = settings
        self._isolation: Isolation | None = None
        self._probe_lock = Lock()
        self._start_locks = {language: Lock() for language in ExerciseLanguage}
        self._starts: dict[ExerciseLanguage, StartCommand] = {}
        self._temporary = ExitStack()

    def isolation(self) -> Isolation:
        """Return the isolation, which is looked for until it is found. Raises SandboxUnavailable."""
        with self._probe_lock:
            if self.problem is not None and time.monotonic() - self._probed_at < _RETRY_SECONDS:
                raise SandboxUnavailable(self.problem)
            if self._isolation is None:
                self._probed_at = time.monotonic()
                try:
                    self._isolation = Isolation.find(self._settings.isolation)
                except SandboxUnavailable as error:
                    self.problem = str(error)
                    raise
                self.problem = None
            return self._isolation

    def run(
        self, language: ExerciseLanguage, code: str, calling: CallingConvention, inputs: Sequence[JsonValue]
    ) -> FinishedRun:
        """Run a program on its inputs, until one hits a limit. Raises SandboxUnavailable."""
        isolation, tools, bound = self.isolation(), toolchain(language), self._settings.output_kb * 1024
        job = {
            "code": compilation_unit(language, code),
            "entry": calling.entry,
            "cases": [_case(calling, test_input) for test_input in inputs],
            "seconds": self._settings.case_seconds,
            "output": bound,
            "memory": self._memory,
        }
        start = self._start(language, tools)
        output = min(_LARGEST_OUTPUT, len(inputs) * (_ESCAPED * bound + _OVERHEAD) + MEBIBYTE)
        stdin, limits = json.dumps(job).encode(), self._limits(language, output)
        return isolation.execute(start.command, stdin=stdin, limits=limits, files=start.files, toolchain=tools)

    def prepare(self, language: ExerciseLanguage) -> None:
        """Make what a language needs before its first run. Raises SandboxUnavailable."""
        self.isolation()
        self._start(language, toolchain(language))

    def close(self) -> None:
        """Remove what was made for this process alone."""
        self._temporary.close()

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

    def _start(self, language: ExerciseLanguage, tools: Toolchain) -> StartCommand:
        with self._start_locks[language]:  # the first makes what the others find
            start = self._starts.get(language)
            if start is None or not all(path.is_file() for path in start.files.values()):
                start = self._starts[language] = self._prepared(language, tools)
            return start

    def _prepared(self, language: ExerciseLanguage, tools: Toolchain) -> StartCommand:
        match language:
            case ExerciseLanguage.PYTHON:
                return start_python(tools, python_harness(tools, self._directory()))
            case ExerciseLanguage.JAVASCRIPT:
                return start_javascript(tools, self._memory)
            case ExerciseLanguage.JAVA:
                made = java_harness(self.isolation(), tools, self._directory())
                return start_java(tools, self._memory, made.jar, made.archive)

    def _directory(self) -> Path:
        """Return the cache, or a directory that goes when we do."""
        cached = cache_directory()
        return cached or Path(self._temporary.enter_context(tempfile.TemporaryDirectory(prefix="learnflow-sandbox-")))


def _case(calling: CallingConvention, test_input: JsonValue) -> dict[str, JsonValue]:
    return {"stdin": as_text(test_input)} if calling.entry is None else {"arguments": calling.arguments(test_input)}
