"""What is tried out before anything is said: the student's code, really run."""

import asyncio
from dataclasses import dataclass
from typing import Final

from learnflow.bounded_cache import BoundedCache
from learnflow.code_analysis.syntax import check
from learnflow.domain.question.errors import has_trace
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import ExerciseLanguage, Language
from learnflow.sandbox import Ended, Execution, Sandbox, SandboxUnavailable

_REMEMBERED: Final = 512  # runs
_FOR_GOOD: Final = frozenset({Ended.FINISHED, Ended.EXCEPTION, Ended.SYNTAX_ERROR})
_RUNNABLE: Final = {Language(language): language for language in ExerciseLanguage}


@dataclass(frozen=True, slots=True)
class CodeRun:
    """What running the student's code showed, or why it was not run; neither where there is nothing to run."""

    execution: Execution | None = None
    problem: str | None = None


NOT_RUN: Final = CodeRun()


class CodeRunner:
    """Runs the code of questions, the same code once: a class sends the same again and again."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._runs: BoundedCache[tuple[ExerciseLanguage, str], asyncio.Task[Execution]] = BoundedCache(_REMEMBERED)

    async def run_question(self, request: AgentRequest, question: ParsedQuestion) -> CodeRun:
        """Run the code of a question, where it is in a language that can be run here."""
        if not question.code or has_trace(question.code):  # a trace is no program
            return NOT_RUN
        language = question.language
        if language is None and await asyncio.to_thread(check, Language.PYTHON, question.code) is None:
            language = Language.PYTHON
        if language not in _RUNNABLE:
            return NOT_RUN
        try:
            return CodeRun(await self._run(_RUNNABLE[language], question.code, request.query.student_id))
        except SandboxUnavailable as error:
            return CodeRun(problem=str(error))

    async def _run(self, language: ExerciseLanguage, code: str, student_id: str) -> Execution:
        """Run code, or wait for the run of it that belongs to who asked first."""
        key = (language, code)
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = asyncio.create_task(self._sandbox.of(student_id).run(language, code))
            run.add_done_callback(lambda done: self._runs.pop(key, None) if _passes(done) else None)
        return await asyncio.shield(run)


def _passes(run: asyncio.Task[Execution]) -> bool:
    """Say whether the same run may end in another way the next time: what hit a limit may have met a busy machine."""
    return run.cancelled() or run.exception() is not None or run.result().ended not in _FOR_GOOD
