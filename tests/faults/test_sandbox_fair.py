"""Endless programs of others delay a student's by those that have begun, and by no more."""

import asyncio
from collections.abc import Iterator
from typing import Final

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Ended, Sandbox, SandboxSettings
from tests.support.sandboxes import opened

PYTHON: Final = ExerciseLanguage.PYTHON
ENDLESS: Final = "while True:\n    pass"
HONEST: Final = "print(6 * 7)"
HOSTILE: Final = 8


@pytest.fixture(params=[1, 2], ids=["one place", "two places"])
def places(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def sandbox(places: int) -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(at_once=places, case_seconds=0.4))


def hostile_before_honest(sandbox: Sandbox, hostile: list[asyncio.Task[Ended]]) -> asyncio.Task[int]:
    """Run an honest program after all of them have asked, and return how many of them have ended before it."""

    async def honest() -> int:
        assert (await sandbox.of("honest").run(PYTHON, HONEST)).stdout == "42\n"
        return sum(task.done() for task in hostile)

    return asyncio.create_task(honest())


async def endless(sandbox: Sandbox, owner: str) -> Ended:
    return (await sandbox.of(owner).run(PYTHON, ENDLESS)).ended


async def test_many_by_one_student_do_not_delay_another(sandbox: Sandbox, places: int) -> None:
    hostile = [asyncio.create_task(endless(sandbox, "hostile")) for _ in range(HOSTILE)]
    assert await hostile_before_honest(sandbox, hostile) <= places
    assert set(await asyncio.gather(*hostile)) == {Ended.TIMEOUT}


async def test_one_each_by_students_who_have_hit_limits_do_not_delay_another(sandbox: Sandbox, places: int) -> None:
    students = [f"hostile {number}" for number in range(HOSTILE)]
    await asyncio.gather(*(endless(sandbox, student) for student in students))
    hostile = [asyncio.create_task(endless(sandbox, student)) for student in students]
    assert await hostile_before_honest(sandbox, hostile) <= places
    assert set(await asyncio.gather(*hostile)) == {Ended.TIMEOUT}
