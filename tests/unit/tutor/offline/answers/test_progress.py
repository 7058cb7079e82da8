"""Progress in words: figures, what they mean, and what to learn next."""

import re
from typing import Any

import pytest

from learnflow.models.draft import Draft
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import LearningStyle, Specialist
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, turn, with_question

JANE = {
    "total_queries": 47,
    "queries_by_type": {"concepts": 20, "debug": 15, "code_review": 8, "exercise": 4},
    "topics_covered": ["variables", "loops", "functions", "lists", "recursion", "closures"],
    "last_activity": "2026-01-02T14:23:45Z",
    "python_mastery_levels": {"variables": 0.952, "loops": 0.88, "conditionals": 0.9, "operators": 0.86,
                              "functions": 0.6249, "lists": 0.8499, "recursion": 0.31, "closures": 0.0},
    "topics_mastered": ["variables", "loops", "conditionals", "operators"],
    "strengths": ["variables", "conditionals", "loops"],
    "weaknesses": ["recursion", "closures"],
    "struggle_topics": ["recursion"],
    "achievements": ["mastered-loops", "completed-10-exercises", "7-day-streak"],
    "completed_exercises": 23,
    "learning_velocity": 4.14,
    "streak_days": 7,
}  # fmt: skip


async def told(standing: dict[str, Any], **more: Any) -> Draft:
    return honest(await OfflineTutor().progress(*with_question(request("How am I doing?", standing=standing, **more))))


@pytest.mark.parametrize(
    "said",
    [
        "Jane, this is where you stand.",
        "You have mastered 4 topics: variables (95%, expert), conditionals (90%), loops (88%) and operators and",
        "Your strengths: variables, conditionals and loops.",
        "You are learning lists and arrays (84%) and functions (62%).",
        "You have begun recursion (31%).",
        "You have met closures, and I have not seen you solve anything there yet.",
        "You struggle with recursion (31%) at the moment.",
        "You have also asked a lot about closures (0%), and are still below 60% there.",
        "You have completed 23 exercises.",
        "In the last seven days you asked 29 questions, 4.1 a day.",
        "You have asked something on 7 days in a row.",
        "You have earned 3 badges: mastered loops, completed 10 exercises and 7-day streak.",
        "You have asked 47 questions: 20\N{MULTIPLICATION SIGN} to understand something, 15\N{MULTIPLICATION SIGN} to",
        "The last was on 2 January 2026.",
        "Learn next: functions. You struggle with recursion, and that builds on this: you are at 62% (learning).",
        'Just ask: "Explain functions" or "Give me an exercise on functions".',
        "After that: recursion. You struggle with it, and it will be easier once you know functions better.",
    ],
)
async def test_it_says(said: str) -> None:
    assert said in (await told(JANE, profile={"name": "Jane"})).text


@pytest.mark.parametrize("style", LearningStyle)
async def test_how_to_go_on_is_told_in_the_students_style(style: LearningStyle) -> None:
    texts = {one: (await told(JANE, profile={"learning_style": one})).text for one in LearningStyle}
    assert texts.pop(style) not in texts.values()


async def test_it_says_at_which_level_the_next_topic_is_explained() -> None:
    assert "I explain it to you at the intermediate level." in (await told(JANE)).text
    new = {"total_queries": 3, "topics_covered": ["loops"]}
    for level in ("beginner", "advanced"):
        text = (await told(new, profile={"skill_level": level})).text
        assert f"I explain it to you at the {level} level." in text


async def test_the_last_questions_are_remembered() -> None:
    asked = [turn("Explain loops", "…", Specialist.CONCEPTS, topic) for topic in ("loops", "general", "sets")]
    assert "Your last questions here were about sets and loops." in (await told(JANE, turns=asked)).text
    assert "Your last questions" not in (await told(JANE)).text


async def test_who_asks_again_gets_a_plan() -> None:
    first = await told(JANE)
    again = await told(JANE, turns=[turn("How am I doing?", first.text[:1000], Specialist.PROGRESS)])
    assert "1. Learn functions. You struggle with recursion" in again.text
    assert "You have mastered 4 topics" in again.text
    assert "You have completed 23 exercises." not in again.text
    assert again.metadata == first.metadata


async def test_one_of_each_is_said_as_one() -> None:
    text = (
        await told({
            "total_queries": 1, "queries_by_type": {"concepts": 1}, "completed_exercises": 1, "streak_days": 1,
            "python_mastery_levels": {"variables": 0.9}, "achievements": ["mastered-variables"],
            "learning_velocity": 0.14,
        })
    ).text  # fmt: skip
    assert "You have mastered 1 topic: variables (90%)." in text
    assert "1 exercise." in text
    assert "1 question, 0.1 a day" in text
    assert "1 badge: mastered variables." in text
    assert "You have asked 1 question: 1\N{MULTIPLICATION SIGN} to understand something." in text
    assert "in a row" not in text
    assert not re.search(r"\b1 \w+s\b", text)


async def test_the_topic_asked_about_comes_first() -> None:
    text = (await told(JANE, topic="recursion")).text
    assert text.split("\n\n")[1] == "On recursion, which you asked about, you are at 31% (new)."
    unknown = (await told(JANE, topic="sets")).text
    assert "On sets, which you asked about, you have not shown me yet what you can do." in unknown


async def test_without_levels_it_says_that_there_are_none() -> None:
    text = (await told({"total_queries": 3, "topics_covered": ["variables", "loops", "general"]})).text
    assert "You have met loops and variables, and I have not seen you solve anything there yet." in text
    assert "no solved exercise to measure a level by" in text
    assert "no solved exercise" not in (await told(JANE)).text


async def test_before_the_first_question_there_is_nothing_to_report() -> None:
    draft = await told({})
    assert draft.text.startswith("Nothing is recorded yet")
    assert draft.metadata["total_queries"] == 0


async def test_when_all_is_mastered_there_is_nothing_left() -> None:
    draft = await told({"total_queries": 900, "python_mastery_levels": dict.fromkeys(TOPICS, 0.96)})
    assert "You have mastered every topic that I know" in draft.text
    assert (draft.metadata["suggested_topic"], draft.metadata["suggested_topics"]) == (None, [])


async def test_the_figures_are_in_the_metadata() -> None:
    metadata = (await told(JANE)).metadata
    same = ("total_queries", "topics_covered", "topics_mastered", "strengths", "weaknesses", "struggle_topics",
            "achievements", "completed_exercises", "learning_velocity", "streak_days")  # fmt: skip
    assert {field: metadata[field] for field in same} == {field: JANE[field] for field in same}
    assert metadata["mastery_levels"] == JANE["python_mastery_levels"]
    assert metadata["suggested_topic"] == "functions"
    suggested = metadata["suggested_topics"]
    assert isinstance(suggested, list)
    assert [one["topic"] for one in suggested if isinstance(one, dict)] == ["functions", "recursion", "scope"]


async def asked(question: str, topic: str) -> str:
    return honest(await OfflineTutor().progress(*with_question(request(question, topic=topic, standing=JANE)))).text


async def test_what_comes_after_a_topic_builds_on_it_and_is_told_first() -> None:
    text = await asked("What should I learn after functions?", "functions")
    assert re.match(r"Learn next: [^.]+\. It builds on functions", text)
    assert text.count("Learn next:") == 1


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("dictionaries", "You are ready for it: it builds on variables and loops, and that is in place."),
        ("inheritance", "Not yet, by your figures: it builds on object-oriented programming."),
    ],
)
async def test_whether_a_topic_can_be_begun_is_told(topic: str, said: str) -> None:
    assert said in await asked(f"Am I ready for {TOPICS[topic].title}?", topic)
    assert said not in await asked(f"How good am I at {TOPICS[topic].title}?", topic)
