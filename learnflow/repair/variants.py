"""Many variants of a program, run in one start of its language.

The sandbox runs one program on many cases. So the program is ours: it holds the variants as text, and a case's first
argument says which of them to run. What is expected stays outside, as ever.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits.change import difference
from learnflow.repair.probes import Probed, guarded, ran_in
from learnflow.sandbox import CallingConvention, CaseResult, Sandbox, Verdict
from learnflow.sandbox.grading import as_text

_ENTRY: Final = "learnflow_run"
_RAN: Final = re.compile(r"ran ([0-9a-f]+)\.")
_FILES: Final = {
    ExerciseLanguage.PYTHON: "python.py",
    ExerciseLanguage.JAVASCRIPT: "javascript.js",
    ExerciseLanguage.JAVA: "java.java",
}
_ENDS_ALL: Final = frozenset({Verdict.TIMEOUT, Verdict.OUTPUT, Verdict.KILLED, Verdict.MEMORY})
_STARTS: Final = 6  # of the language, where variants end it
_LITERAL: Final = 8_000  # characters of a literal; Java's hold 65,535 bytes


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant, by its number, on one case."""

    variant: int
    case: TestCase


@dataclass(frozen=True, slots=True)
class Variants:
    """Programs that are called in the same way, and where they run."""

    sandbox: Sandbox
    language: ExerciseLanguage
    calling: CallingConvention
    codes: tuple[str, ...]
    probed: Probed | None = None

    async def run(self, trials: Sequence[Trial]) -> tuple[Mapping[int, CaseResult], int]:
        """Return the result of each trial, by its place, and the milliseconds; raises SandboxUnavailable.

        One that hits a limit of the sandbox ends those after it, so these are begun again, without that variant.
        """
        results: dict[int, CaseResult] = {}
        waiting, milliseconds = list(range(len(trials))), 0
        for _ in range(_STARTS):
            if not waiting:
                break
            grading = await self.sandbox.grade(
                self.language, self._program, [self._test(trials[place]) for place in waiting], self._calling
            )
            milliseconds += grading.milliseconds
            done = [case for case in grading.cases if case.verdict is not Verdict.NOT_RUN]
            results.update(zip(waiting, done, strict=False))
            stopped = trials[waiting[len(done) - 1]].variant if done and done[-1].verdict in _ENDS_ALL else None
            waiting = [place for place in waiting[len(done) :] if trials[place].variant != stopped]
            if stopped is None:
                break
        return results, milliseconds

    @property
    def probe(self) -> int:
        """The number of the variant that tells which of its statements ran."""
        return len(self.codes)

    def _test(self, trial: Trial) -> TestCase:
        given: JsonValue = trial.case.input
        expected = trial.case.output
        if self.calling.entry is None:
            given, expected = as_text(given), as_text(expected)
        else:
            given = self.calling.arguments(given)
        return TestCase(input=[trial.variant, given], output=expected)

    @property
    def _calling(self) -> CallingConvention:
        returns = self.calling.returns if self.calling.entry is not None else False
        return CallingConvention("function", _ENTRY, "list", ("number", "given"), returns)

    @property
    def _program(self) -> str:
        base = guarded(self.language, self.codes[0])
        codes = [guarded(self.language, code) for code in self.codes]
        probed = guarded(self.language, self.probed.code) if self.probed else base
        differences = [difference(base, code) for code in (*codes, probed)]
        if self.language is not ExerciseLanguage.PYTHON:
            differences = [_in_utf16(base, *place) for place in differences]
        return _program(self.language, base, differences, self.calling.entry, len(codes))


def ran(result: CaseResult) -> frozenset[int]:
    """Return the statements that ran, which a probed program has printed."""
    match = _RAN.search(result.got or "")
    return ran_in(match[1]) if match else frozenset()


@cache
def _wrapper(language: ExerciseLanguage) -> str:
    return files(__package__).joinpath("programs", _FILES[language]).read_text(encoding="utf-8")


def _program(
    language: ExerciseLanguage, base: str, differences: Sequence[tuple[int, int, str]], entry: str | None, probe: int
) -> str:
    text = _wrapper(language)
    match language:
        case ExerciseLanguage.PYTHON:
            imports = "".join(f"try:\n    import {name}\nexcept ImportError:\n    pass\n" for name in _imported(base))
            names = f"BASE, ENTRY, PROBED = {base!r}, {entry!r}, {probe}\nVARIANTS = {list(differences)!r}\n"
            return f"{text}{imports}{names}"
        case ExerciseLanguage.JAVASCRIPT:
            names = f"const BASE = {json.dumps(base)}, ENTRY = {json.dumps(entry)}, PROBED = {probe};\n"
            return f"{names}const VARIANTS = {json.dumps(differences)};\n{text}"
        case ExerciseLanguage.JAVA:
            return _java(text, base, differences, entry, probe)


def _in_utf16(base: str, start: int, end: int, middle: str) -> tuple[int, int, str]:
    """Count as Java and JavaScript do, to whom what is beyond 16 bits is two characters."""
    before, after = base[:start], base[len(base) - end :]
    return len(before.encode("utf-16-le")) // 2, len(after.encode("utf-16-le")) // 2, middle


def _imported(code: str) -> list[str]:
    return sorted(set(re.findall(r"^\s*(?:import|from)\s+([a-z_]+)\b", code, re.MULTILINE)))


def _java(text: str, base: str, differences: Sequence[tuple[int, int, str]], entry: str | None, probe: int) -> str:
    pieces = [base[place : place + _LITERAL] for place in range(0, len(base), _LITERAL)]
    variants = ", ".join(f'"{start}:{end}:" + {json.dumps(middle)}' for start, end, middle in differences)
    values = {
        "/* BASE */": " + ".join(map(json.dumps, pieces)) or '""',
        "/* VARIANTS */": variants,
        "/* ENTRY */": json.dumps(entry),
        "/* PROBED */": str(probe),
    }
    return re.sub("|".join(map(re.escape, values)), lambda mark: values[mark[0]], text)
