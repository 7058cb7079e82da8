"""Explanations: as deep as the student is, and another way to see what is hard."""

from typing import Any

import pytest

from learnflow.domain.triage import OFF_TOPIC
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import LearningStyle, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.library import EXPLANATIONS
from tests.offline import honest, request, turn


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


@pytest.mark.parametrize("topic", EXPLANATIONS)
async def test_each_topic_is_explained(topic: str, tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request(f"Explain {TOPICS[topic].title}", topic=topic)))
    assert draft.topic == topic
    assert draft.code_examples == (EXPLANATIONS[topic].example,)
    assert EXPLANATIONS[topic].idea in draft.text
    part = honest(await tutor.explain_concept(request("IndexError?"), topic))
    assert EXPLANATIONS[topic].idea in part.text


async def test_levels_and_repeats_get_different_answers(tutor: OfflineTutor) -> None:
    beginner, advanced = [
        await tutor.explain(request("Explain recursion", context={"skill_level": level}))
        for level in ("beginner", "advanced")
    ]
    again = await tutor.explain(
        request("Explain recursion", turns=[turn("Explain recursion", "…", Specialist.CONCEPTS, "recursion")])
    )
    assert len({beginner.text, advanced.text, again.text}) == 3
    assert "about this before" in again.text


async def test_an_error_is_explained_as_one(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("What is a KeyError?")))
    assert (draft.topic, draft.metadata["error_type"]) == ("dictionaries", "KeyError")


async def test_two_topics_are_compared(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("What is the difference between a list and a tuple?")))
    assert EXPLANATIONS["lists"].idea in draft.text
    assert EXPLANATIONS["tuples"].idea in draft.text


async def test_the_unknown_is_not_pretended_to_be_known(tutor: OfflineTutor) -> None:
    for text in ("Explain decorators", "Explain blockchain consensus"):
        draft = honest(await tutor.explain(request(text)))
        assert "cannot explain" in draft.text
        assert draft.confidence < 0.4
    assert "cannot explain" in honest(await tutor.explain_concept(request("x"), GENERAL)).text


async def test_low_confidence_asks_back_with_two_options(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("loop thing", low_confidence=True)))
    assert "1. " in draft.text
    assert "2. " in draft.text
    assert draft.text.count("?") >= 2


async def test_off_topic_is_answered_kindly(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("hi", question_key=OFF_TOPIC)))
    assert "programming" in draft.text
    assert len(draft.text) < 600


@pytest.mark.parametrize(
    ("standing", "skill", "level"),
    [
        ({}, "intermediate", "intermediate"),
        ({"python_mastery_levels": {"recursion": 0.0}}, "advanced", "advanced"),
        ({"python_mastery_levels": {"recursion": 0.3}}, "advanced", "beginner"),
        ({"python_mastery_levels": {"recursion": 0.5}}, "beginner", "intermediate"),
        ({"python_mastery_levels": {"recursion": 0.85}}, "beginner", "advanced"),
        ({"python_mastery_levels": {"recursion": 0.6}, "struggle_topics": ["recursion"]}, "advanced", "beginner"),
        ({"python_mastery_levels": {"recursion": 0.55}, "weaknesses": ["recursion"]}, "advanced", "beginner"),
    ],
)
async def test_an_explanation_goes_as_deep_as_the_topic_is_known(
    standing: dict[str, Any], skill: str, level: str, tutor: OfflineTutor
) -> None:
    asked = request("Explain recursion", standing=standing, profile={"skill_level": skill})
    draft = honest(await tutor.explain(asked))
    assert draft.metadata["level"] == level
    assert ("One step further" in draft.text) == (level != "beginner")


async def test_what_is_hard_is_shown_in_another_way_and_its_weakest_ground_named(tutor: OfflineTutor) -> None:
    standing = {
        "topics_covered": ["functions", "conditionals", "recursion"],
        "python_mastery_levels": {"functions": 0.42, "conditionals": 0.9},
        "struggle_topics": ["recursion"],
    }
    text = honest(await tutor.explain(request("Explain recursion", standing=standing))).text
    assert "hard for you" in text
    assert text.index(EXPLANATIONS["recursion"].picture) < text.index(EXPLANATIONS["recursion"].idea)
    assert "It builds on functions, and there you are at 42% (new): strengthen that first." in text
    firm = standing | {"python_mastery_levels": {"functions": 0.9, "conditionals": 0.9}}
    assert "builds on" not in honest(await tutor.explain(request("Explain recursion", standing=firm))).text


@pytest.mark.parametrize("style", LearningStyle)
async def test_each_learning_style_gets_the_idea(style: LearningStyle, tutor: OfflineTutor) -> None:
    text = honest(await tutor.explain(request("Explain loops", profile={"learning_style": style}))).text
    assert EXPLANATIONS["loops"].idea in text
    assert ("say it aloud" in text) == (style is LearningStyle.AUDITORY)
