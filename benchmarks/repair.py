"""How often the search for repairs finds the line at fault, and mends it, within how much time on the processor.

    python -m benchmarks.repair --programs DIR [--json]
    python -m benchmarks.repair [--mutants 40] [--language python]

DIR holds NAME.py, .js or .java, each with a NAME.json: {"cases": [{"input": ..., "output": ...}], "line": 3}. Without
it, the programs are those in data/faulty_programs.toml, and mutants of the bank's solutions. Half of a program's cases,
and at least four, are given to the search. A repair that it claims is then run on all: it is false where one fails.
"""

import argparse
import asyncio
import ctypes
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.repair_programs import FaultyProgram, from_directory, of_bank, of_learners
from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.claims import Repair
from learnflow.repair.search import FailingProgram, repair
from learnflow.sandbox import CallingConvention, Grading, Sandbox, SandboxSettings, Verdict, infer_calling_convention

FEWEST: Final = 4  # cases that are given
_SET_CHILD_SUBREAPER: Final = 36  # of prctl(2)
_ENDING_SECONDS: Final = 0.05  # in which the last process of a sandbox ends


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search claimed of a program, and whether that is so."""

    name: str
    language: ExerciseLanguage
    line: int
    claimed_line: int | None
    repaired: bool
    false: bool
    cpu: float
    problem: str


async def outcomes(programs: Sequence[FaultyProgram], sandbox: Sandbox, progress: bool) -> list[Outcome]:  # noqa: FBT001
    """Search for a repair of each program, one at a time. Those that pass all of their cases are left out."""
    done = []
    for program in programs:
        calling, grading = await _called(program, sandbox)
        if grading.verdict is Verdict.PASSED:
            continue
        outcome = await _outcome(program, calling, grading, sandbox)
        done.append(outcome)
        if progress:
            print(_shown(outcome), file=sys.stderr)
    return done


def _shown(outcome: Outcome) -> str:
    claim = "false" if outcome.false else "repaired" if outcome.repaired else outcome.problem
    line = f"line {outcome.line:3} {outcome.claimed_line or '-':>3}"
    return f"{outcome.name[:60]:60} {line} {outcome.cpu:5.2f} {claim}"


async def _outcome(program: FaultyProgram, calling: CallingConvention, grading: Grading, sandbox: Sandbox) -> Outcome:
    given = given_cases(program.cases, grading)
    before = _cpu()
    found = await repair(FailingProgram(program.language, program.code, given, calling), sandbox)
    cpu = _cpu() - before
    right = found.code is not None and await _passes(program, found, calling, sandbox)
    return Outcome(
        program.name, program.language, program.line, found.line, right, found.code is not None and not right, cpu,
        found.problem,
    )  # fmt: skip


async def _called(program: FaultyProgram, sandbox: Sandbox) -> tuple[CallingConvention, Grading]:
    """Return how a program is called, and what comes of it; a single argument may stand in a list, or not."""
    calling = infer_calling_convention(program.language, program.code, program.cases)
    grading = await sandbox.grade(program.language, program.code, program.cases, calling)
    if calling.spread == "one" and all(isinstance(case.input, list) and len(case.input) == 1 for case in program.cases):
        listed = replace(calling, spread="list")
        other = await sandbox.grade(program.language, program.code, program.cases, listed)
        if other.passed > grading.passed:
            return listed, other
    return calling, grading


def given_cases(cases: Sequence[TestCase], grading: Grading) -> tuple[TestCase, ...]:
    """Return the cases that a search gets: the first that fails, and every other one of the rest."""
    failed = grading.first_failure
    first = failed.number - 1 if failed else 0
    rest = [case for number, case in enumerate(cases) if number != first]
    taken = [cases[first], *rest[1::2], *rest[::2]]
    return tuple(taken[: max(FEWEST, (len(cases) + 1) // 2)])


async def _passes(program: FaultyProgram, found: Repair, calling: CallingConvention, sandbox: Sandbox) -> bool:
    for _ in range(3):
        grading = await sandbox.grade(program.language, found.code or "", program.cases, calling)
        if grading.verdict is not Verdict.TIMEOUT:  # which a busy machine can be the cause of
            break
    return grading.verdict is Verdict.PASSED


def _adopt_orphans() -> None:
    """Become the parent of what a sandbox leaves at its end, whose time on the processor nobody else would count."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _cpu() -> float:
    """Return the seconds on the processor of this process and of its children, while no sandbox runs."""
    time.sleep(_ENDING_SECONDS)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def summary(done: Sequence[Outcome]) -> dict[str, float]:
    """Return the counts, and the mean of the time on the processor in seconds."""
    return {
        "n": len(done),
        "located": sum(one.claimed_line == one.line for one in done),
        "repaired": sum(one.repaired for one in done),
        "false": sum(one.false for one in done),
        "cpu_s": round(sum(one.cpu for one in done) / max(1, len(done)), 2),
    }


def _groups(arguments: argparse.Namespace) -> dict[str, tuple[FaultyProgram, ...]]:
    if arguments.programs:
        return {"programs": from_directory(arguments.programs)}
    languages = [ExerciseLanguage(arguments.language)] if arguments.language else list(ExerciseLanguage)
    groups = {
        f"learners' {language}": tuple(one for one in of_learners() if one.language is language)
        for language in languages
    }
    return groups | {f"mutants {language}": of_bank(language, arguments.mutants) for language in languages}


async def _main(arguments: argparse.Namespace) -> None:
    everything: list[Outcome] = []
    async with Sandbox(SandboxSettings(at_once=1)) as sandbox:
        for name, programs in _groups(arguments).items():
            if programs:
                await sandbox.prepare(programs[0].language)
            done = await outcomes(programs, sandbox, progress=not arguments.json)
            misplaced = sum(one.claimed_line not in (None, one.line) for one in done)
            print(json.dumps({"group": name, **summary(done), "other_line": misplaced}))
            everything += done
    if arguments.details:
        arguments.details.write_text(json.dumps([asdict(one) for one in everything], indent=1), encoding="utf-8")
    print(json.dumps(summary(everything)))


def main() -> None:
    """Measure, and print a line of JSON for each group of programs and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, help="a directory of programs, each with its cases")
    parser.add_argument("--mutants", type=int, default=40, help="mutants of the bank in each language")
    parser.add_argument("--language", choices=[*ExerciseLanguage], help="only programs of the repository in this one")
    parser.add_argument("--details", type=Path, help="a file for what came of each program")
    parser.add_argument("--json", action="store_true", help="print the lines of JSON only")
    _adopt_orphans()
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
