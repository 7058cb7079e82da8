"""Exercises: as hard as the student knows the topic, with hints and without solutions."""

import json
from typing import Any

import pytest

from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import LearningStyle, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.library import EXERCISES, Prepared
from tests.offline import honest, request, turn


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


@pytest.mark.parametrize("one", EXERCISES, ids=lambda one: one.title)
async def test_an_exercise_fits_and_hides_its_solution(one: Prepared, tutor: OfflineTutor) -> None:
    task = one.exercise
    asked = request(f"Give me an exercise on {TOPICS[task.topic].title} in {task.language}", topic=task.topic,
                    profile={"skill_level": task.difficulty})  # fmt: skip
    draft = honest(await tutor.exercise(asked))
    assert draft.topic == task.topic
    assert draft.metadata["language"] == task.language
    assert "Hint 1 of 3" in draft.text
    given = "\n".join((draft.text, *draft.code_examples, json.dumps(draft.metadata)))
    for other in EXERCISES:
        assert other.exercise.solution_code.strip() not in given
        assert all(hint not in draft.text for hint in other.exercise.hints)
    assert draft == await tutor.exercise(asked)


async def test_a_hint_follows_the_exercise_and_the_next_one_follows_the_hint(tutor: OfflineTutor) -> None:
    task = await tutor.exercise(request("exercise on recursion", topic="recursion"))
    turns = [turn("exercise on recursion", task.text, Specialist.EXERCISE)]
    first = honest(await tutor.exercise(request("a hint please", turns=turns)))
    turns.append(turn("a hint please", first.text, Specialist.EXERCISE))
    second = honest(await tutor.exercise(request("another hint", turns=turns)))
    assert first.text.startswith("Hint 1 of 3")
    assert second.text.startswith("Hint 2 of 3")
    given_up = honest(await tutor.exercise(request("I give up", turns=turns)))
    assert all(one.exercise.solution_code.strip() not in given_up.text for one in EXERCISES)


async def test_a_topic_without_exercise_is_said(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.exercise(request("exercise on decorators", topic="decorators")))
    assert "no exercise on decorators" in draft.text


@pytest.mark.parametrize(
    ("standing", "skill", "difficulty"),
    [
        ({}, "beginner", "beginner"),
        ({}, "intermediate", "intermediate"),
        ({"python_mastery_levels": {"recursion": 0.2}}, "intermediate", "beginner"),
        ({"python_mastery_levels": {"recursion": 0.6}}, "beginner", "intermediate"),
        ({"python_mastery_levels": {"recursion": 0.9}}, "beginner", "intermediate"),  # the hardest that there is
        ({"python_mastery_levels": {"recursion": 0.6}, "struggle_topics": ["recursion"]}, "intermediate", "beginner"),
    ],
)
async def test_an_exercise_is_as_hard_as_the_topic_is_known(
    standing: dict[str, Any], skill: str, difficulty: str, tutor: OfflineTutor
) -> None:
    asked = request("An exercise", topic="recursion", standing=standing, profile={"skill_level": skill})
    assert honest(await tutor.exercise(asked)).metadata["difficulty"] == difficulty


async def test_each_learning_style_has_a_way_to_begin(tutor: OfflineTutor) -> None:
    texts = {
        honest(await tutor.exercise(request("An exercise", topic="loops", profile={"learning_style": style}))).text
        for style in LearningStyle
    }
    assert len(texts) == len(LearningStyle)
