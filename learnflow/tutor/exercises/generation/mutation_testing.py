"""Mutation testing of an exercise: whether a program with a small mistake passes all of its tests.

A mutant that passes them may be a right program: not every change changes what comes out. So it is compared with the
solution on inputs next to those of the tests. Where it differs there, a wrong program passes and the tests are too
weak; where it does not, nobody can say that it is wrong.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.grammar import integers
from learnflow.repair.nearby_inputs import nearby_inputs
from learnflow.sandbox import CallingConvention, Sandbox, Verdict, infer_calling_convention
from learnflow.tutor.exercises.generation.mutants import Mutant, mutants

SECONDS: Final = 10.0  # after which no more mutants are begun: each that hangs takes as long as a test may
_NEVER: Final = "\N{WHITE SQUARE} no output is this"


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that passes all tests and is wrong: on this input it does not do what the solution does."""

    mutant: Mutant
    input: JsonValue
    expected: str
    got: str

    def description(self) -> str:
        """Return it in words for the author of the exercise."""
        return (
            f"Line {self.mutant.line} of the solution: {self.mutant.change}. All tests pass.\n"
            f"Input: {json.dumps(self.input, ensure_ascii=False)}\n"
            f"With the solution: {self.expected}\nWith the mistake: {self.got}"
        )


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of the mutants.

    Some test catches them, they survive, they are like the solution as far as can be seen, or there was no time.
    """

    caught: tuple[Mutant, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    alike: tuple[Mutant, ...] = ()
    not_run: tuple[Mutant, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trial:
    """Where programs are compared: all run in the same way, on the same inputs."""

    sandbox: Sandbox
    language: ExerciseLanguage
    calling: CallingConvention
    ends: float  # by the clock of the event loop

    async def passes(self, mutant: Mutant, tests: Sequence[TestCase]) -> bool | None:
        """Return whether all tests pass, or None when it is too late to run them."""
        if asyncio.get_running_loop().time() > self.ends:
            return None
        grading = await self.sandbox.grade(self.language, mutant.code, tests, self.calling)
        return grading.verdict is Verdict.PASSED

    async def outputs(self, code: str, inputs: Sequence[JsonValue]) -> tuple[str | Verdict, ...]:
        """Return what comes out for each input, as text, or how the program ended there."""
        tests = [TestCase(input=value, output=_NEVER) for value in inputs]
        grading = await self.sandbox.grade(self.language, code, tests, self.calling)
        return tuple(
            case.got if case.verdict is Verdict.WRONG and case.got is not None else case.verdict
            for case in grading.cases
        )


async def run_mutants(
    language: ExerciseLanguage, solution: str, tests: Sequence[TestCase], sandbox: Sandbox, seconds: float = SECONDS
) -> MutationReport:
    """Run the mutants of a solution that passes its tests, as many as there is time for. Raises SandboxUnavailable.

    One that hangs is caught, as is one that does not compile.
    """
    ends = asyncio.get_running_loop().time() + seconds
    trial = _Trial(sandbox, language, infer_calling_convention(language, solution, tests), ends)
    made = mutants(language, solution)
    turns = (*range(0, len(made), 2), *range(1, len(made), 2))  # what there is time for is from all over the code
    done = {turn: await trial.passes(made[turn], tests) for turn in turns}  # one at a time: students are waiting
    passed = [done[turn] for turn in range(len(made))]
    survived, alike = await _compared(trial, solution, tests, _those(made, passed, was=True))
    return MutationReport(_those(made, passed, was=False), survived, alike, _those(made, passed, was=None))


def _those(made: Sequence[Mutant], passed: Sequence[bool | None], *, was: bool | None) -> tuple[Mutant, ...]:
    return tuple(mutant for mutant, passes in zip(made, passed, strict=True) if passes is was)


async def _compared(
    trial: _Trial, solution: str, tests: Sequence[TestCase], passing: Sequence[Mutant]
) -> tuple[tuple[Survivor, ...], tuple[Mutant, ...]]:
    """Tell the wrong ones of the mutants that pass from those that are like the solution."""
    near = nearby_inputs(
        [case.input for case in tests], integers(trial.language, solution), arguments=trial.calling.spread != "one"
    )
    if not passing or not near:
        return (), tuple(passing)
    right, again = await trial.outputs(solution, near), await trial.outputs(solution, near)
    right = tuple(first if first == second else Verdict.NOT_RUN for first, second in zip(right, again, strict=True))
    survivors = [await _difference(trial, mutant, near, right) for mutant in passing]
    alike = tuple(mutant for mutant, survivor in zip(passing, survivors, strict=True) if survivor is None)
    return tuple(survivor for survivor in survivors if survivor is not None), alike


async def _difference(
    trial: _Trial, mutant: Mutant, near: Sequence[JsonValue], right: Sequence[str | Verdict]
) -> Survivor | None:
    """Return where a mutant first differs from what is right. Where the solution itself fails, nothing is right."""
    outputs = await trial.outputs(mutant.code, near)
    for value, expected, got in zip(near, right, outputs, strict=True):
        if not isinstance(expected, Verdict) and got not in (expected, Verdict.NOT_RUN):
            return Survivor(mutant, value, expected, str(got))
    return None
