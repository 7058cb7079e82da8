"""Exercises out of the bank: as hard as the student knows the topic, new to them, and without what is to be found."""

import json
from typing import Any

import pytest

from learnflow.models.draft import Draft
from learnflow.models.events.students import ExerciseAssigned
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import short_id
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import ExerciseLanguage, LearningStyle, SkillLevel
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, with_question
from tests.unit.domain.test_student_exercises import NOON


async def given(text: str, **more: Any) -> tuple[Draft, Exercise]:
    """Ask for an exercise, and return the answer and the exercise that is assigned with it."""
    reply = await OfflineTutor().exercise(*with_question(request(text, **more)))
    (told,) = reply.events
    assert isinstance(told, ExerciseAssigned)
    return honest(reply.draft), told.exercise


@pytest.mark.parametrize("one", BANK.exercises, ids=lambda one: f"{one.language}-{one.title}")
async def test_an_exercise_hides_what_is_to_be_found(one: Exercise) -> None:
    asked = f"Give me an exercise on {TOPICS[one.topic].title} in {one.language}"
    draft, task = await given(asked, topic=one.topic, profile={"skill_level": one.difficulty})
    assert (task.topic, task.language) == (one.topic, one.language)
    shown = "\n".join((draft.text, *draft.code_examples, json.dumps(draft.metadata)))
    assert task.solution_code.strip() not in shown
    assert all(hint not in shown for hint in task.hints)
    assert draft.text.count("\n- ") == 2, "two test cases are shown, and no more"
    assert str(task.exercise_id) in draft.text
    assert draft.metadata["exercise_id"] == str(task.exercise_id)
    assert (draft, task) == await given(asked, topic=one.topic, profile={"skill_level": one.difficulty})


@pytest.mark.parametrize(
    ("text", "standing", "skill", "difficulty"),
    [
        ("An exercise", {}, "beginner", "beginner"),
        ("An exercise", {}, "intermediate", "intermediate"),
        ("An exercise", {"python_mastery_levels": {"recursion": 0.2}}, "intermediate", "beginner"),
        ("An exercise", {"python_mastery_levels": {"recursion": 0.6}}, "beginner", "intermediate"),
        ("An exercise", {"python_mastery_levels": {"recursion": 0.9}}, "beginner", "advanced"),
        (
            "An exercise",
            {"python_mastery_levels": {"recursion": 0.6}, "struggle_topics": ["recursion"]},
            "intermediate",
            "beginner",
        ),
        ("A harder exercise", {"python_mastery_levels": {"recursion": 0.6}}, "beginner", "advanced"),
        ("An easier exercise", {"python_mastery_levels": {"recursion": 0.6}}, "beginner", "beginner"),
        ("An easy exercise", {}, "beginner", "beginner"),
        ("Something of medium difficulty", {}, "beginner", "intermediate"),
        ("Nothing too hard please", {"python_mastery_levels": {"recursion": 0.9}}, "beginner", "intermediate"),
    ],
)
async def test_an_exercise_is_as_hard_as_the_topic_is_known_and_as_is_wished(
    text: str, standing: dict[str, Any], skill: str, difficulty: str
) -> None:
    _, task = await given(text, topic="recursion", standing=standing, profile={"skill_level": skill})
    assert task.difficulty == difficulty


async def test_a_student_gets_everything_once_before_anything_twice() -> None:
    all_of_them = {one.exercise_id for one in BANK.on("loops", ExerciseLanguage.PYTHON)}
    done: list[str] = []
    found = set()
    for _ in all_of_them:
        draft, task = await given("An exercise on loops", topic="loops", done=done)
        assert "You have had all" not in draft.text
        found.add(task.exercise_id)
        done.append(short_id(task.exercise_id))
    assert found == all_of_them
    draft, _ = await given("An exercise on loops", topic="loops", done=done)
    assert "You have had all that I have on this" in draft.text


async def test_what_is_open_is_not_given_again() -> None:
    _, first = await given("An exercise on loops", topic="loops")
    _, second = await given("Another one", topic="loops", exercises=[Assigned(exercise=first, assigned_at=NOON)])
    assert first != second


async def test_without_a_topic_what_goes_wrong_comes_first() -> None:
    levels = dict.fromkeys(("variables", "data-types", "loops", "lists"), 0.9)
    standing = {"struggle_topics": ["sets"], "python_mastery_levels": levels}
    _, task = await given("Give me an exercise", topic="general", standing=standing)
    assert task.topic == "sets"


@pytest.mark.parametrize(
    ("text", "topic", "said"),
    [
        ("An exercise on version control", "version-control", "no exercise on version control"),
        ("An exercise on loops in Rust", "loops", "no exercises in Rust"),
        ("An exercise on decorators in Java", "decorators", "none on this in Java"),
        ("An exercise on loops in C#", "loops", "no exercises in C#"),
        ("A coding task for threads", "concurrency", "on exceptions and error handling, which it builds on"),
        ("An exercise on closures, beginner level", "closures", "none of that at the beginner level"),
    ],
)
async def test_what_is_not_to_be_had_is_said(text: str, topic: str, said: str) -> None:
    draft, _ = await given(text, topic=topic)
    assert said in draft.text


async def test_each_learning_style_has_a_way_to_begin() -> None:
    texts = set()
    for style in LearningStyle:
        draft, _ = await given("An exercise", topic="loops", profile={"learning_style": style})
        texts.add(draft.text)
    assert len(texts) == len(LearningStyle)


async def test_a_question_goes_on_in_the_language_of_the_last_exercise() -> None:
    (java, *_) = BANK.on("loops", ExerciseLanguage.JAVA)
    _, task = await given("Another one", topic="loops", exercises=[Assigned(exercise=java, assigned_at=NOON)])
    assert task.language is ExerciseLanguage.JAVA


def test_the_bank_reaches_every_difficulty() -> None:
    assert {one.difficulty for one in BANK.exercises} == set(SkillLevel)


@pytest.mark.parametrize("text", ["another one", "a harder one please", "next"])
async def test_one_more_is_on_the_topic_of_the_last_exercise(text: str) -> None:
    turn = {
        "query_id": "550e8400-e29b-41d4-a716-446655440001",
        "at": NOON,
        "agent": "exercise",
        "topic": "dictionaries",
        "question": "an exercise on dictionaries",
        "answer": "Exercise: ...",
    }
    _, task = await given(text, topic="general", turns=[turn])
    assert task.topic == "dictionaries"
