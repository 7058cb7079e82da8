"""What is tried out before anything is said: the student's code, really run."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Final

from learnflow.bounded_cache import BoundedCache
from learnflow.code_analysis.syntax import check
from learnflow.domain.question.errors import has_trace
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import ExerciseLanguage, Language, Stage
from learnflow.sandbox import Ended, Execution, Sandbox, SandboxUnavailable
from learnflow.tutor.answer_progress import enter
from learnflow.tutor.made_input import MadeInput, made_inputs

_REMEMBERED: Final = 512  # runs
_FOR_GOOD: Final = frozenset({Ended.FINISHED, Ended.EXCEPTION, Ended.SYNTAX_ERROR})
_RUNNABLE: Final = {Language(language): language for language in ExerciseLanguage}


@dataclass(frozen=True, slots=True)
class CodeRun:
    """What running the student's code showed, or why it was not run; neither where there is nothing to run.

    `made_input` is what it was given, where it reads input.
    """

    execution: Execution | None = None
    problem: str | None = None
    made_input: MadeInput | None = None


NOT_RUN: Final = CodeRun()


class CodeRunner:
    """Runs the code of questions, the same code once: a class sends the same again and again."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._runs: BoundedCache[tuple[ExerciseLanguage, str, str], asyncio.Task[Execution]] = BoundedCache(_REMEMBERED)
        self._waiting: Counter[asyncio.Task[Execution]] = Counter()

    async def run_question(self, request: AgentRequest, question: ParsedQuestion) -> CodeRun:
        """Run the code of a question, where it is in a language that can be run here."""
        language = await asyncio.to_thread(runnable_language, question)
        code = question.code
        if language is None or code is None:
            return NOT_RUN
        inputs = await asyncio.to_thread(made_inputs, language, code, request.query.query_text)
        given = inputs[0] if inputs else None
        enter(Stage.RUNNING_CODE)
        try:
            execution = await self.run(language, code, request.query.student_id, given.stdin if given else "")
        except SandboxUnavailable as error:
            return CodeRun(problem=str(error))
        return CodeRun(execution, made_input=given)

    async def run(self, language: ExerciseLanguage, code: str, student_id: str, stdin: str = "") -> Execution:
        """Run code, or wait for the run of it that belongs to who asked first. Raises SandboxUnavailable.

        A run that nobody waits for any more is given up.
        """
        key = (language, code, stdin)
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = asyncio.create_task(self._sandbox.of(student_id).run(language, code, stdin))
            run.add_done_callback(lambda done: self._runs.pop(key, None) if _passes(done) else None)
        self._waiting[run] += 1
        try:
            return await asyncio.shield(run)
        finally:
            self._waiting -= Counter([run])
            if run not in self._waiting:
                run.cancel()  # which changes nothing for one that is done


def runnable_language(question: ParsedQuestion) -> ExerciseLanguage | None:
    """Return the language in which a question's code can be run here; None without one, and for a trace."""
    if not question.code or has_trace(question.code):  # a trace is no program
        return None
    language = question.language
    if language is None and check(Language.PYTHON, question.code) is None:
        language = Language.PYTHON
    return _RUNNABLE.get(language) if language else None


def _passes(run: asyncio.Task[Execution]) -> bool:
    """Say whether the same run may end in another way the next time: what hit a limit may have met a busy machine."""
    return run.cancelled() or run.exception() is not None or run.result().ended not in _FOR_GOOD
