"""Runs student code apart from the host, a few programs at a time and never in the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Final, Self, TypeVar

from pydantic import JsonValue

from learnflow import metrics
from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.batch_runner import BatchRunner
from learnflow.sandbox.calling_convention import PROGRAM, CallingConvention, infer_calling_convention
from learnflow.sandbox.fair_thread_pool import FairThreadPool
from learnflow.sandbox.grading import graded
from learnflow.sandbox.outcome_reader import Outcomes, read_outcomes
from learnflow.sandbox.results import Ended, Execution, Fault, Grading
from learnflow.sandbox.runner import SandboxUnavailable
from learnflow.settings.sections import SandboxSettings

LARGEST: Final = 256 * 1024  # characters of code

Result = TypeVar("Result")


def not_run(fault: Fault, milliseconds: int = 1) -> Execution:
    """Return how a program has ended that could not begin."""
    return Execution(
        ended=Ended.SYNTAX_ERROR, stdout="", stderr="", fault=fault, exit_code=1, milliseconds=milliseconds
    )


class Sandbox:
    """One for a process: a few runs at once, and the next by `fair_queue.py`, which knows whose they are."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._batch_runner = BatchRunner(settings)
        self._threads = FairThreadPool(settings.at_once, settings.case_seconds / 2)  # who hits a limit uses more
        self._owner = ""
        metrics.SANDBOX_RUNNING.set_function(lambda: self._threads.running)
        metrics.SANDBOX_WAITING.set_function(lambda: self._threads.waiting)

    def of(self, owner: str) -> Self:
        """Return this same sandbox for the runs of one owner, a student; the others are the platform's own."""
        theirs = copy(self)
        theirs._owner = owner  # noqa: SLF001 - of its own class
        return theirs

    @property
    def problem(self) -> str | None:
        """Why code cannot be run apart from the host here; None when it can be, or while nothing was run yet."""
        return self._batch_runner.problem

    @property
    def is_busy(self) -> bool:
        """Whether runs wait for their turn, so that what can be left out had better be."""
        return self._threads.waiting > 0

    async def check(self) -> str | None:
        """Find out by running something whether code can be run here, and return the problem or None."""
        try:
            await asyncio.to_thread(self._batch_runner.isolation)  # no run of anybody's, which would have to wait
        except SandboxUnavailable as error:
            return str(error)
        return None

    async def prepare(self, language: ExerciseLanguage) -> None:
        """Make what a language needs, once for this machine; Java's takes seconds. Raises SandboxUnavailable."""
        await self._in_thread(partial(self._batch_runner.prepare, language))

    async def run(self, language: ExerciseLanguage, code: str, stdin: str = "") -> Execution:
        """Run a program once. Raises SandboxUnavailable."""
        return await self._in_thread(partial(self._run, language, code, stdin))

    async def grade(
        self, language: ExerciseLanguage, code: str, tests: Sequence[TestCase], calling: CallingConvention | None = None
    ) -> Grading:
        """Run a program on its tests, of which there is at least one, and compare. Raises SandboxUnavailable."""
        return await self._in_thread(partial(self._grade, language, code, tuple(tests), calling))

    async def close(self) -> None:
        """Let the runs that have begun end, and drop those that wait."""
        await asyncio.to_thread(self._threads.close)
        self._batch_runner.close()

    async def __aenter__(self) -> Self:
        """Return the sandbox, which is closed at the end."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the sandbox."""
        await self.close()

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._threads.submit(self._owner, work))

    def _grade(
        self, language: ExerciseLanguage, code: str, tests: Sequence[TestCase], calling: CallingConvention | None
    ) -> Grading:
        calling = calling or infer_calling_convention(language, code, tests)
        outcomes, milliseconds = self._outcomes(language, code, calling, [test.input for test in tests])
        return graded(tests, calling, outcomes, milliseconds)

    def _run(self, language: ExerciseLanguage, code: str, stdin: str) -> Execution:
        outcomes, milliseconds = self._outcomes(language, code, PROGRAM, [stdin])
        if outcomes.syntax is not None:
            return not_run(outcomes.syntax, milliseconds)
        outcome = outcomes.cases[0]
        return Execution(
            ended=outcome.ended,
            stdout=outcome.stdout,
            stderr=outcome.stderr,
            fault=outcome.fault,
            exit_code=1 if outcome.ended is Ended.EXCEPTION else outcome.exit_code,
            milliseconds=max(1, outcome.milliseconds),
        )

    def _outcomes(
        self, language: ExerciseLanguage, code: str, calling: CallingConvention, inputs: Sequence[JsonValue]
    ) -> tuple[Outcomes, int]:
        if len(code) > LARGEST:
            message = f"the code has more than {LARGEST:,} characters"
            return Outcomes((), Fault(type="SyntaxError", message=message, line=None, trace=message)), 1
        finished = self._batch_runner.run(language, code, calling, inputs)
        outcomes = read_outcomes(finished, len(inputs))
        ended = Ended.SYNTAX_ERROR if outcomes.syntax else outcomes.cases[-1].ended
        metrics.SANDBOX_RUNS.labels(language, ended).inc()
        return outcomes, max(1, round(finished.seconds * 1000))
