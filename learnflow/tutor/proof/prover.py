"""Runs the student's program and the changed one next to each other, and says what that shows."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeAlias

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Exercise
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ExerciseLanguage, ProofVerdict, Stage
from learnflow.repair.claims import Repair
from learnflow.repair.search import repair
from learnflow.sandbox import Execution, Grading, Sandbox, SandboxUnavailable, infer_calling_convention
from learnflow.sandbox.outline import outline
from learnflow.tutor.answer_progress import enter
from learnflow.tutor.code_run import NOT_RUN, CodeRun, CodeRunner, runnable_language
from learnflow.tutor.made_input import MadeInput, made_inputs
from learnflow.tutor.proof.expectation import Expectation, expectations
from learnflow.tutor.proof.programs import CALLED, calling, failing_program, line_at_fault, whole_program
from learnflow.tutor.proof.trial import Observation, Trial, judged

_MOST_TRIALS: Final = 4
_ORDER: Final = (ProofVerdict.DISPROVED, ProofVerdict.PROVEN, ProofVerdict.NOT_PROVABLE)  # what decides, first


_Case: TypeAlias = tuple[Expectation | None, MadeInput | None]


class Prover:
    """Proves changes of students' code by running them; without a sandbox nothing is provable."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._sandbox = sandbox
        self._runner = CodeRunner(sandbox) if sandbox is not None else None

    async def prove(
        self, request: AgentRequest, question: ParsedQuestion, example: str, error: str | None = None
    ) -> Proof:
        """Return what running an example in place of the question's code shows.

        `error` is the name of the one that the change is for; without it, any that comes counts.
        """
        code = question.code
        language = await asyncio.to_thread(runnable_language, question)
        if self._runner is None or code is None or language is None:
            return _not_provable("It was not run: I cannot run this here.")
        program = await asyncio.to_thread(whole_program, language, code, example)
        if program is None:
            return _not_provable("It was not run: it is only a part of your program.")
        enter(Stage.CHECKING)
        try:
            runs = await _run_cases(self._runner, request, question, language, code, program)
        except SandboxUnavailable as problem:
            return _not_provable(f"It was not run: {problem}")
        return _decisive(judged(Trial(before, after, *case, error)) for case, (before, after) in runs)

    async def run(self, request: AgentRequest, question: ParsedQuestion) -> CodeRun:
        """Return what running a question's code shows."""
        return await self._runner.run_question(request, question) if self._runner else NOT_RUN

    async def run_code(self, language: ExerciseLanguage, code: str, owner: str) -> Execution | None:
        """Return how code of the platform's own making ends, run for a student; None where it cannot be run."""
        try:
            return await self._runner.run(language, code, owner) if self._runner else None
        except SandboxUnavailable:
            return None

    async def observe(self, request: AgentRequest, question: ParsedQuestion) -> tuple[Observation, ...] | str:
        """Return what comes of a question's code as it is: of each call that it writes of, or of all of it.

        Where it cannot be run, return why.
        """
        language = await asyncio.to_thread(runnable_language, question)
        if self._runner is None or question.code is None or language is None:
            return "I cannot run this here"
        enter(Stage.RUNNING_CODE)
        try:
            runs = await _run_cases(self._runner, request, question, language, question.code)
        except SandboxUnavailable as problem:
            return str(problem)
        return tuple(Observation(*case, execution) for case, (execution,) in runs)

    async def repair(self, request: AgentRequest, question: ParsedQuestion) -> Repair | None:
        """Return what a search finds for code that does not print what the question says that it should.

        None where nothing is said, nothing is wrong, or it cannot be run.
        """
        language, code = await asyncio.to_thread(runnable_language, question), question.code
        observed = await self.observe(request, question)
        if self._sandbox is None or language is None or code is None or isinstance(observed, str):
            return None
        found: Repair | None = None
        with suppress(SandboxUnavailable):
            for to_the_letter in (False, True):
                program = failing_program(language, code, observed, to_the_letter=to_the_letter)
                if program is None or (found and (found.code or not found.candidates)):
                    break
                enter(Stage.SEARCHING_FIX)
                ours = await repair(program, self._sandbox.of(request.query.student_id))
                if found is None or ours.candidates:
                    found = replace(ours, code=ours.code.removesuffix(program.suffix) if ours.code else None)
        return found

    async def grade(self, request: AgentRequest, question: ParsedQuestion) -> tuple[Exercise, Grading] | None:
        """Return how code does on the tests of the open exercise whose function it has; None without one."""
        language, code = await asyncio.to_thread(runnable_language, question), question.code
        if self._sandbox is None or code is None or language is None:
            return None
        functions = {function.name for function in (await asyncio.to_thread(outline, language, code)).functions}
        for exercise in (assigned.exercise for assigned in request.exercises):
            asked = infer_calling_convention(exercise.language, exercise.solution_code, exercise.test_cases).entry
            if exercise.language is language and asked in functions:
                sandbox = self._sandbox.of(request.query.student_id)
                enter(Stage.RUNNING_CODE)
                with suppress(SandboxUnavailable):
                    return exercise, await sandbox.grade(language, code, exercise.test_cases)
        return None

    async def line_at_fault(self, request: AgentRequest, question: ParsedQuestion, exercise: Exercise) -> int | None:
        """Return the one line where small changes of a question's code make it pass the tests of an exercise."""
        if self._sandbox is not None and question.code is not None:
            enter(Stage.SEARCHING_FIX)
            with suppress(SandboxUnavailable):
                return await line_at_fault(exercise, question.code, self._sandbox.of(request.query.student_id))
        return None


async def _run_cases(
    runner: CodeRunner, request: AgentRequest, question: ParsedQuestion, language: ExerciseLanguage, *programs: str
) -> list[tuple[_Case, list[Execution]]]:
    """Run programs next to each other on what a question's code is to be tried with. Raises SandboxUnavailable."""
    code, text, owner = question.code or "", request.query.query_text, request.query.student_id
    inputs = await asyncio.to_thread(made_inputs, language, code, text)
    cases = tuple(_cases(language, expectations(text, code), inputs))
    runs = [
        asyncio.gather(
            *(
                runner.run(language, calling(language, program, wanted), owner, given.stdin if given else "")
                for program in programs
            )
        )
        for wanted, given in cases
    ]
    return list(zip(cases, await asyncio.gather(*runs), strict=True))


def _cases(
    language: ExerciseLanguage, wanted: tuple[Expectation, ...], inputs: tuple[MadeInput, ...]
) -> Iterator[_Case]:
    """Yield what to try: each call with its value, or the program with what it should print, then with other input."""
    first, *others = inputs or (None,)
    tried = [each for each in wanted if not each.call or language in CALLED][: _MOST_TRIALS - 1]
    yield from ((each, first) for each in tried)
    if not tried:
        yield None, first
    for other in others:
        yield None, other


def _decisive(proofs: Iterable[Proof]) -> Proof:
    return min(proofs, key=lambda proof: _ORDER.index(proof.verdict))


def _not_provable(reason: str) -> Proof:
    return Proof(verdict=ProofVerdict.NOT_PROVABLE, reason=reason)
