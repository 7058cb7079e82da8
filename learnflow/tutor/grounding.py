"""What is tried out before anything is said: the student's code, really run."""

import asyncio
from dataclasses import dataclass
from typing import Final

from learnflow.domain.reading import read
from learnflow.models.events.work import AgentRequest
from learnflow.models.vocabulary import ExerciseLanguage, Language
from learnflow.sandbox import Execution, Sandbox, SandboxUnavailable
from learnflow.tutor.syntax import check

_RUNNABLE: Final = {Language(language): language for language in ExerciseLanguage}


@dataclass(frozen=True, slots=True)
class Ran:
    """What running the student's code showed, or why it was not run; neither where there is nothing to run."""

    execution: Execution | None = None
    problem: str | None = None


NOT_RUN: Final = Ran()


async def ran(request: AgentRequest, sandbox: Sandbox) -> Ran:
    """Run the code of a question, where it is in a language that can be run here."""
    reading = read(request.query)
    if not reading.code:
        return NOT_RUN
    language = reading.language
    if language is None and await asyncio.to_thread(check, Language.PYTHON, reading.code) is None:
        language = Language.PYTHON
    if language not in _RUNNABLE:
        return NOT_RUN
    try:
        return Ran(await sandbox.run(_RUNNABLE[language], reading.code))
    except SandboxUnavailable as error:
        return Ran(problem=str(error))
