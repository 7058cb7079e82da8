"""A program and the cases that it fails → the line at fault and a repair, as far as running shows them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.claims import NONE_HELPS, STOPPED, Outputs, Repair, claimed, common_line, hard_codes, output
from learnflow.repair.edits import Edit, edits
from learnflow.repair.grammar import integers
from learnflow.repair.nearby_inputs import nearby_inputs
from learnflow.repair.nearby_programs import nearby_programs, without_other_input
from learnflow.repair.probes import CaseCoverage, Probed, probed, suspicion
from learnflow.repair.variants import Trial, Variants, ran
from learnflow.sandbox import CallingConvention, CaseResult, Sandbox, Verdict
from learnflow.sandbox.grading import as_text

_UNSEEN: Final = 0.1  # of the weight of an edit at a line that is as likely right as wrong
_NEAR: Final = 16  # inputs next to those of the cases
_COMPARED: Final = 24  # candidates whose outputs are compared; more of them agree on little
SECONDS: Final = 20.0  # that a search takes at most, with the turns of others
_LONGEST: Final = 8_000  # characters of a program that is searched
_AT_ONCE: Final = 4  # cases that all edits of a Java program run on
_NEVER: Final = "\N{WHITE SQUARE} no output is this"
# How many edits are run: each costs a process in Python, and a compilation in Java.
BUDGET: Final = {ExerciseLanguage.PYTHON: 300, ExerciseLanguage.JAVASCRIPT: 400, ExerciseLanguage.JAVA: 60}


_Results: TypeAlias = dict[tuple[int, int], CaseResult]


def _passed(result: CaseResult, case: TestCase) -> bool:
    del case
    return result.verdict is Verdict.PASSED


@dataclass(frozen=True, slots=True)
class FailingProgram:
    """A program and what it fails.

    `accepts` says whether a result is what its case wants; `suffix` is the end of the code, which stays as it is.
    """

    language: ExerciseLanguage
    code: str
    cases: Sequence[TestCase]
    calling: CallingConvention
    accepts: Callable[[CaseResult, TestCase], bool] = _passed
    suffix: str = ""


@dataclass
class _Search:
    program: FailingProgram
    sandbox: Sandbox
    milliseconds: int = 0
    ran_all: bool = True

    def passes(self, results: _Results, variant: int, case: TestCase) -> bool:
        """Say whether a variant gives what is expected of a case."""
        result = results.get((variant, id(case)))
        return result is not None and self.program.accepts(result, case)

    def passes_all(self, results: _Results, variant: int, cases: Sequence[TestCase]) -> bool:
        """Say whether a variant gives what is expected of all cases."""
        return all(self.passes(results, variant, case) for case in cases)

    async def run(self, codes: Sequence[str], trials: Sequence[Trial], probe: Probed | None = None) -> _Results:
        """Run variants: number 0 is the program as it is, then come the codes, then the program with its probes."""
        program = self.program
        variants = Variants(self.sandbox, program.language, program.calling, (program.code, *codes), probe)
        results, milliseconds = await variants.run(trials)
        self.milliseconds += milliseconds
        self.ran_all = self.ran_all and len(results) == len(trials)
        return {(trials[place].variant, id(trials[place].case)): result for place, result in results.items()}


async def repair(program: FailingProgram, sandbox: Sandbox) -> Repair:
    """Search for a small edit with which a program meets its cases. Raises SandboxUnavailable.

    Nothing is claimed where the edits that meet them disagree.
    """
    if len(program.code) > _LONGEST:
        return Repair(problem="the program is too long")
    search, found = _Search(program, sandbox), Repair(problem="it took too long")
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            found = await _searched(search)
    if found.problem == NONE_HELPS and not search.ran_all:
        found = Repair(problem="not all small edits could be run")
    return replace(found, milliseconds=search.milliseconds)


async def _searched(search: _Search) -> Repair:
    probe = await asyncio.to_thread(probed, search.program.language, search.program.code)
    if probe is None:
        return Repair(problem="the program cannot be read")
    if search.program.language is ExerciseLanguage.JAVA:
        return await _searched_at_once(search, probe)
    trials = [Trial(number, case) for number in (0, 1) for case in search.program.cases]
    results = await search.run((), trials, probe)
    failing = [case for case in search.program.cases if not search.passes(results, 0, case)]
    if not failing:
        return Repair(problem="the program passes all cases")
    if any((result.got or "").startswith(STOPPED) for (variant, _), result in results.items() if variant == 0):
        return Repair(problem="the program takes too long")
    tried = await asyncio.to_thread(_ordered, search, _scores(search, probe, results, 1))
    first = min(failing, key=lambda case: len(str(case.input)))
    left = await _survivors(search, tried, [first])
    return await _judged(search, left, [case for case in search.program.cases if case is not first])


async def _searched_at_once(search: _Search, probe: Probed) -> Repair:
    """Run all edits before it is known what fails: a start of Java costs more than they do."""
    tried = await asyncio.to_thread(_ordered, search, {})
    first, rest = search.program.cases[:_AT_ONCE], search.program.cases[_AT_ONCE:]
    trials = [Trial(0, case) for case in search.program.cases]
    trials += [Trial(number, case) for number in range(1, len(tried) + 1) for case in first]
    trials += [Trial(len(tried) + 1, case) for case in search.program.cases]
    results = await search.run([edit.code for edit in tried], trials, probe)
    if search.passes_all(results, 0, search.program.cases):
        return Repair(problem="the program passes all cases")
    scores = _scores(search, probe, results, len(tried) + 1)
    left = tuple(
        edit
        for number, edit in enumerate(tried, 1)
        if _likelihood(scores, edit.line) > 0 and search.passes_all(results, number, first)
    )
    return await _judged(search, left, rest)


def _scores(search: _Search, probe: Probed, results: _Results, number: int) -> dict[int, float]:
    """Return how suspicious each line is, from the runs of the program and of that with probes."""
    ran_cases = [case for case in search.program.cases if (number, id(case)) in results]
    return suspicion(
        probe.spans,
        [CaseCoverage(ran(results[number, id(case)]), search.passes(results, 0, case)) for case in ran_cases],
    )


def _likelihood(scores: Mapping[int, float], line: int) -> float:
    """Return how likely a line is at fault, from 0 to 1, by how suspicious lines are; 1 where none is."""
    score = scores.get(line, 0.0) if any(scores.values()) else 1.0
    return _UNSEEN + (1 - _UNSEEN) * score if score > 0 or line not in scores else 0.0


def _ordered(search: _Search, scores: Mapping[int, float]) -> tuple[Edit, ...]:
    """Return the edits that are worth a run, the likeliest first."""
    made = edits(search.program.language, search.program.code, partial(_likelihood, scores))
    if search.program.calling.entry is None:
        made = without_other_input(search.program.language, search.program.code, made)
    outputs = [case.output for case in search.program.cases]
    outputs += [line for text in outputs if isinstance(text, str) for line in text.splitlines()]
    suffix = search.program.suffix
    kept = [
        edit for edit in made
        if edit.code.endswith(suffix) and edit.line <= search.program.code.removesuffix(suffix).count("\n") + 1
        if not hard_codes(search.program.code, edit.code, outputs)
    ]  # fmt: skip
    return tuple(kept[: BUDGET[search.program.language]])


async def _survivors(search: _Search, tried: Sequence[Edit], cases: Sequence[TestCase]) -> tuple[Edit, ...]:
    if not tried or not cases:
        return tuple(tried)
    trials = [Trial(number, case) for number in range(1, len(tried) + 1) for case in cases]
    results = await search.run([edit.code for edit in tried], trials)
    return tuple(edit for number, edit in enumerate(tried, 1) if search.passes_all(results, number, cases))


async def _judged(search: _Search, left: Sequence[Edit], rest: Sequence[TestCase]) -> Repair:
    """Run what is left on the other cases, and on what is next to them, where those that pass have to agree."""
    if len(left) > _COMPARED:
        left, rest = await _survivors(search, left, rest), []
    if len(left) > _COMPARED:
        return Repair(common_line(left), candidates=tuple(left), problem="many edits meet all cases")
    near = [TestCase(input=value, output=_NEVER) for value in _near(search)] if len(left) > 1 else []
    reads = search.program.calling.entry is not None or any(as_text(case.input) for case in search.program.cases)
    edited = () if reads or len(left) == 1 else tuple(edit.code for edit in left)
    programs = await asyncio.to_thread(nearby_programs, search.program.language, search.program.code, edited)
    others = dict.fromkeys(filter(None, chain(*programs)))
    numbers = {code: number for number, code in enumerate(others, len(left) + 1)}
    trials = [Trial(number, case) for number in range(1, len(left) + 1) for case in (*rest, *near)]
    trials += [Trial(number, search.program.cases[0]) for number in numbers.values()]
    results = await search.run([*(edit.code for edit in left), *numbers], trials) if trials else {}
    outputs: dict[Edit, Outputs] = {}
    for number, edit in enumerate(left, 1):
        if search.passes_all(results, number, rest):
            compared = [(number, case) for case in near]
            compared += [(numbers.get(codes[number - 1] or "", -1), search.program.cases[0]) for codes in programs]
            outputs[edit] = tuple(output(results.get((which, id(case)))) for which, case in compared)
    return claimed(outputs)


def _near(search: _Search) -> tuple[JsonValue, ...]:
    inputs = [case.input for case in search.program.cases]
    found = nearby_inputs(
        inputs, integers(search.program.language, search.program.code), arguments=search.program.calling.spread != "one"
    )
    return found[:_NEAR]
