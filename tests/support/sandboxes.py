"""The sandbox that tests run in: the real one, or a reason to skip that CI does not accept."""

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.sandbox.sandbox import Result

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage.PYTHON, ExerciseLanguage.JAVASCRIPT, ExerciseLanguage.JAVA


def opened(settings: SandboxSettings | None = None) -> Iterator[Sandbox]:
    sandbox = Sandbox(settings or SandboxSettings())
    problem = asyncio.run(sandbox.check())
    if problem is not None:
        assert os.environ.get("CI") != "true", problem
        pytest.skip(problem)
    yield sandbox
    asyncio.run(sandbox.close())


class Recorded(Sandbox):
    """A sandbox that records whose its runs are."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        super().__init__(settings or SandboxSettings())
        self.owners: list[str] = []

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        self.owners.append(self._owner)
        return await super()._in_thread(work)


def cases(*pairs: tuple[object, object]) -> list[TestCase]:
    return [TestCase.model_validate({"input": given, "output": output}) for given, output in pairs]
