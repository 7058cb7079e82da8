"""The bank's promise, kept in the sandbox: each solution passes all of its tests, and no starter does."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from learnflow.models.exercise import Exercise
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Grading, Sandbox, SandboxSettings, Verdict, infer_calling_convention
from learnflow.tutor.exercises.bank import BANK

TOOLS = {ExerciseLanguage.PYTHON: "python3", ExerciseLanguage.JAVASCRIPT: "node", ExerciseLanguage.JAVA: "java"}

each_language = pytest.mark.parametrize(
    "language",
    [
        pytest.param(language, marks=pytest.mark.skipif(not shutil.which(tool), reason=f"needs {tool}"))
        for language, tool in TOOLS.items()
    ],
)


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(SandboxSettings())
    yield sandbox
    await sandbox.close()


async def grade(sandbox: Sandbox, one: Exercise, code: str) -> Grading:
    """Grade code as a student's is: called as the solution is."""
    calling = infer_calling_convention(one.language, one.solution_code, one.test_cases)
    return await sandbox.grade(one.language, code, one.test_cases, calling)


@each_language
async def test_each_solution_passes_all_of_its_tests(language: ExerciseLanguage, sandbox: Sandbox) -> None:
    exercises = [one for one in BANK.exercises if one.language is language]
    gradings = await asyncio.gather(*(grade(sandbox, one, one.solution_code) for one in exercises))
    failed = {one.name: got.first_failure or got.fault for one, got in zip(exercises, gradings, strict=True)
              if got.verdict is not Verdict.PASSED}  # fmt: skip
    assert failed == {}
    assert [len(got.cases) for got in gradings] == [len(one.test_cases) for one in exercises]


@each_language
async def test_each_starter_runs_and_fails(language: ExerciseLanguage, sandbox: Sandbox) -> None:
    exercises = [one for one in BANK.exercises if one.language is language]
    gradings = await asyncio.gather(*(grade(sandbox, one, one.starter_code or "") for one in exercises))
    verdicts = {one.name: got.verdict for one, got in zip(exercises, gradings, strict=True)}
    assert {
        name: verdict for name, verdict in verdicts.items() if verdict not in (Verdict.WRONG, Verdict.EXCEPTION)
    } == {}
