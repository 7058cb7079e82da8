"""A program and the cases that it fails → the line at fault and a repair, as far as running shows them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.coverage import CaseCoverage, suspicion
from learnflow.repair.edits import Edit, edits
from learnflow.repair.grammar import integers
from learnflow.repair.hard_coding import hard_codes
from learnflow.repair.nearby_inputs import nearby_inputs
from learnflow.repair.probes import Probed, probed
from learnflow.repair.variants import Trial, Variants, ran
from learnflow.sandbox import CallingConvention, CaseResult, Sandbox, Verdict, infer_calling_convention

_UNSEEN: Final = 0.1  # of the weight of an edit at a line that is as likely right as wrong
_NEAR: Final = 16  # inputs next to those of the cases
_COMPARED: Final = 24  # candidates whose outputs are compared; more of them agree on little
_AT_ONCE: Final = 2  # cases that all edits of a Java program run on
_CUT: Final = "…"
_NEVER: Final = "\N{WHITE SQUARE} no output is this"


# How many edits are run: each costs a process in Python, and a compilation in Java.
BUDGET: Final = {ExerciseLanguage.PYTHON: 300, ExerciseLanguage.JAVASCRIPT: 400, ExerciseLanguage.JAVA: 120}


@dataclass(frozen=True, slots=True)
class Repair:
    """What a search has shown.

    `line` is where all edits are that meet the cases; `code` is one of them, where they all do the same on other inputs
    too. Without a line or code, `problem` says why. `milliseconds` is what the runs took.
    """

    line: int | None = None
    code: str | None = None
    words: str = ""
    candidates: tuple[Edit, ...] = ()
    problem: str = ""
    milliseconds: int = 0


@dataclass
class _Search:
    language: ExerciseLanguage
    code: str
    cases: Sequence[TestCase]
    calling: CallingConvention
    sandbox: Sandbox
    milliseconds: int = 0

    async def run(self, codes: Sequence[str], trials: Sequence[Trial], probe: Probed | None = None) -> "_Results":
        variants = Variants(self.sandbox, self.language, self.calling, (self.code, *codes), probe)
        results, milliseconds = await variants.run(trials)
        self.milliseconds += milliseconds
        return {(trials[place].variant, id(trials[place].case)): result for place, result in results.items()}


_Results = dict[tuple[int, int], CaseResult]


async def repair(
    language: ExerciseLanguage,
    code: str,
    cases: Sequence[TestCase],
    sandbox: Sandbox,
    calling: CallingConvention | None = None,
) -> Repair:
    """Search for a small edit with which a program meets its cases. Raises SandboxUnavailable.

    Nothing is claimed where the edits that meet them disagree.
    """
    if calling is None:
        calling = await asyncio.to_thread(infer_calling_convention, language, code, cases)
    search = _Search(language, code, cases, calling, sandbox)
    found = await _searched(search)
    return replace(found, milliseconds=search.milliseconds)


async def _searched(search: _Search) -> Repair:
    probe = await asyncio.to_thread(probed, search.language, search.code)
    if probe is None:
        return Repair(problem="the program cannot be read")
    if search.language is ExerciseLanguage.JAVA:
        return await _searched_at_once(search, probe)
    trials = [Trial(number, case) for number in (0, 1) for case in search.cases]
    results = await search.run((), trials, probe)
    failing = [case for case in search.cases if not _passed(results, 0, case)]
    if not failing:
        return Repair(problem="the program passes all cases")
    tried = await asyncio.to_thread(_ordered, search, _scores(search, probe, results, 1))
    first = min(failing, key=lambda case: len(str(case.input)))
    left = await _survivors(search, tried, [first])
    return await _judged(search, left, [case for case in search.cases if case is not first])


async def _searched_at_once(search: _Search, probe: Probed) -> Repair:
    """Run all edits before it is known what fails: a start of Java costs more than they do."""
    tried = await asyncio.to_thread(_ordered, search, {})
    first, rest = search.cases[:_AT_ONCE], search.cases[_AT_ONCE:]
    trials = [Trial(number, case) for number in (0, len(tried) + 1) for case in search.cases]
    trials += [Trial(number, case) for number in range(1, len(tried) + 1) for case in first]
    results = await search.run([edit.code for edit in tried], trials, probe)
    if all(_passed(results, 0, case) for case in search.cases):
        return Repair(problem="the program passes all cases")
    scores = _scores(search, probe, results, len(tried) + 1)
    left = tuple(
        edit
        for number, edit in enumerate(tried, 1)
        if scores.get(edit.line, 1.0) > 0 and all(_passed(results, number, case) for case in first)
    )
    return await _judged(search, left, rest)


def _scores(search: _Search, probe: Probed, results: _Results, number: int) -> dict[int, float]:
    """Return how suspicious each line is, from the runs of the program and of that with probes."""
    ran_cases = [case for case in search.cases if (number, id(case)) in results]
    return suspicion(
        probe.spans, [CaseCoverage(ran(results[number, id(case)]), _passed(results, 0, case)) for case in ran_cases]
    )


def _passed(results: _Results, variant: int, case: TestCase) -> bool:
    result = results.get((variant, id(case)))
    return result is not None and result.verdict is Verdict.PASSED


def _ordered(search: _Search, scores: Mapping[int, float]) -> tuple[Edit, ...]:
    """Return the edits that are worth a run, the likeliest first."""

    def likely(line: int) -> float:
        score = scores.get(line, 0.0) if any(scores.values()) else 1.0
        return _UNSEEN + (1 - _UNSEEN) * score if score > 0 or line not in scores else 0.0

    made = edits(search.language, search.code, likely)
    outputs = [case.output for case in search.cases]
    kept = [edit for edit in made if not hard_codes(search.code, edit.code, outputs)]
    return tuple(kept[: BUDGET[search.language]])


async def _survivors(search: _Search, tried: Sequence[Edit], cases: Sequence[TestCase]) -> tuple[Edit, ...]:
    if not tried or not cases:
        return tuple(tried)
    trials = [Trial(number, case) for number in range(1, len(tried) + 1) for case in cases]
    results = await search.run([edit.code for edit in tried], trials)
    return tuple(edit for number, edit in enumerate(tried, 1) if all(_passed(results, number, case) for case in cases))


async def _judged(search: _Search, left: Sequence[Edit], rest: Sequence[TestCase]) -> Repair:
    """Run what is left on the other cases, and on inputs next to them, where those that pass have to agree."""
    if len(left) > _COMPARED:
        left, rest = await _survivors(search, left, rest), []
    if len(left) > _COMPARED:
        return Repair(_line(left), candidates=tuple(left), problem="many edits meet all cases")
    near = [TestCase(input=value, output=_NEVER) for value in _near(search)] if len(left) > 1 else []
    trials = [Trial(number, case) for number in range(1, len(left) + 1) for case in (*rest, *near)]
    results = await search.run([edit.code for edit in left], trials) if trials else {}
    passing = {
        number: edit for number, edit in enumerate(left, 1) if all(_passed(results, number, case) for case in rest)
    }
    if not passing:
        return Repair(problem="no small edit meets all cases")
    outputs = [tuple(_output(results.get((number, id(case)))) for case in near) for number in passing]
    return _claimed(tuple(passing.values()), agree=len(passing) == 1 or _agree(outputs))


def _claimed(passing: tuple[Edit, ...], *, agree: bool) -> Repair:
    if not agree:
        problem = "edits that meet all cases do different things on other inputs"
        return Repair(_line(passing), candidates=passing, problem=problem)
    return Repair(_line(passing), passing[0].code, passing[0].words, passing)


def _line(passing: Sequence[Edit]) -> int | None:
    lines = {edit.line for edit in passing}
    return lines.pop() if len(lines) == 1 else None


def _agree(outputs: Sequence[Sequence[str | None]]) -> bool:
    """Say whether the outputs of all are the same for each input, as far as they are known, and some are."""
    known = [{output for output in one if output is not None} for one in zip(*outputs, strict=True)]
    return any(known) and all(len(one) <= 1 for one in known)


def _near(search: _Search) -> tuple[JsonValue, ...]:
    inputs = [case.input for case in search.cases]
    found = nearby_inputs(inputs, integers(search.language, search.code), arguments=search.calling.spread != "one")
    return found[:_NEAR]


def _output(result: CaseResult | None) -> str | None:
    """Return what came out, or how it ended; None where that is not known, or not in whole."""
    if result is None or result.verdict is Verdict.NOT_RUN or (result.got or "").endswith(_CUT):
        return None
    return (
        result.got
        if result.verdict is Verdict.WRONG and result.got is not None
        else f"\N{WHITE SQUARE}{result.verdict}"
    )
