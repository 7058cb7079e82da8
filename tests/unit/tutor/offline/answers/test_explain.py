"""Explanations: as deep as the student is, with their code and language, and not the same twice."""

from itertools import pairwise
from typing import Any

import pytest

from learnflow.domain.conversation import LONGEST_ANSWER
from learnflow.domain.question.intent import OFF_TOPIC, triage
from learnflow.models.draft import Draft
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.content.library import EXPLANATIONS
from tests.support.offline_requests import honest, request, turn, with_question


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


@pytest.mark.parametrize("level", SkillLevel)
@pytest.mark.parametrize("topic", EXPLANATIONS)
async def test_each_topic_is_explained_at_each_level(topic: str, level: SkillLevel, tutor: OfflineTutor) -> None:
    part, profile = EXPLANATIONS[topic].at(level), {"skill_level": level}
    draft = honest(
        await tutor.explain(*with_question(request(f"Explain {TOPICS[topic].title}", topic=topic, profile=profile)))
    )
    assert draft.topic == topic
    assert draft.code_examples == (part.code,)
    assert part.text in draft.text
    assert f"prints:\n{part.output}" in draft.text
    other = honest(await tutor.explain_concept(*with_question(request("IndexError?", profile=profile)), topic))
    if level is SkillLevel.BEGINNER:  # one sentence, and how to get the rest
        assert part.text.partition(". ")[0].partition("? ")[0].rstrip(".") in other.text
        assert 'Say "Explain' in other.text
    else:
        assert part.text in other.text
        assert other.code_examples == (part.code,)


async def conversation(tutor: OfflineTutor, *questions: str, **more: Any) -> list[Draft]:
    """Ask one question after the other, each with what was said before."""
    drafts: list[Draft] = []
    turns: list[dict[str, Any]] = []
    for question in questions:
        found = triage(request(question).query)
        asked = request(question, topic=found.topic, low_confidence=found.confidence < 0.5, turns=turns[-5:], **more)
        drafts.append(honest(await tutor.explain(*with_question(asked))))
        turns.append(turn(question, drafts[-1].text[:LONGEST_ANSWER], Specialist.CONCEPTS, found.topic))
    return drafts


@pytest.mark.parametrize("style", LearningStyle)
@pytest.mark.parametrize("level", SkillLevel)
async def test_nobody_gets_the_same_explanation_twice_in_a_row(
    style: LearningStyle, level: SkillLevel, tutor: OfflineTutor
) -> None:
    profile = {"skill_level": level, "learning_style": style}
    drafts = await conversation(tutor, *["Explain recursion"] * 6, profile=profile)
    for one, two in pairwise(drafts):
        assert one.code_examples != two.code_examples
        assert one.text.split("\n\n")[1:3] != two.text.split("\n\n")[1:3]
    assert len({draft.text for draft in drafts[:3]}) == 3
    assert "before" in drafts[1].text or "more than once" in drafts[1].text
    assert "all three explanations" in drafts[4].text


@pytest.mark.parametrize(
    "question",
    ["I still don't get it", "Can you give me another example?", "And in Java?", "Please explain it again", "Why?",
     "I don't understand", "a simpler explanation please"],
)  # fmt: skip
async def test_what_only_goes_on_is_about_the_topic_before(question: str, tutor: OfflineTutor) -> None:
    first, second = await conversation(tutor, "Explain recursion", question)
    assert (first.topic, second.topic) == ("recursion", "recursion")
    assert first.code_examples != second.code_examples
    assert "asks_back" not in second.metadata
    (alone,) = await conversation(tutor, question)
    assert "asks_back" in alone.metadata


@pytest.mark.parametrize("question", ["Explain blockchain consensus", "thing", "Could you help me?"])
async def test_what_has_its_own_subject_does_not_go_on(question: str, tutor: OfflineTutor) -> None:
    _, second = await conversation(tutor, "Explain recursion", question)
    assert second.topic == GENERAL


async def test_simpler_and_deeper_words_move_the_level(tutor: OfflineTutor) -> None:
    said = ("Explain recursion", "Explain it in simple words", "Now with more detail")
    drafts = await conversation(tutor, *said, profile={"skill_level": "advanced"})
    assert [draft.metadata["level"] for draft in drafts] == ["advanced", "beginner", "advanced"]


async def test_another_tutors_explanation_counts_as_the_first(tutor: OfflineTutor) -> None:
    turns = [turn("Explain loops", "Claude said something", Specialist.CONCEPTS, "loops")]
    text = honest(await tutor.explain(*with_question(request("Explain loops", turns=turns)))).text
    assert EXPLANATIONS["loops"].picture.text in text


async def test_the_students_own_lines_are_pointed_at(tutor: OfflineTutor) -> None:
    code = "total = 0\nfor x in [1, 2]:\n    total += x\nwhile total:\n    total -= 1"
    text = honest(await tutor.explain(*with_question(request("Explain loops", code)))).text
    assert "In your code, line 2 has a `for` loop and line 4 has a `while` loop." in text
    assert "In your code" not in honest(await tutor.explain(*with_question(request("Explain decorators", code)))).text
    assert "did not run it" in text


async def test_the_language_of_the_question_gets_its_example(tutor: OfflineTutor) -> None:
    spoken = EXPLANATIONS["lists"].languages[Language.JAVASCRIPT]
    draft = honest(await tutor.explain(*with_question(request("How do lists work in JavaScript?"))))
    assert draft.code_examples == (spoken.code,)
    assert spoken.text in draft.text
    drafts = await conversation(tutor, *["Explain recursion"] * 3, "And in Java?")
    assert drafts[-1].text.startswith("Recursion in Java: ")
    rust = honest(await tutor.explain(*with_question(request("How do sets work in Rust?")))).text
    assert "no example in Rust here: mine are in Python, JavaScript and Java" in rust
    other = honest(await tutor.explain(*with_question(request("How do sets work in C#?")))).text
    assert "no example in C# here" in other


async def test_names_that_are_asked_about_get_their_documentation_and_no_lesson(tutor: OfflineTutor) -> None:
    text = honest(await tutor.explain(*with_question(request("What about min and max?", topic="sorting")))).text
    assert text.startswith("Python's own documentation says:\n`min`:")
    assert "`max`:" in text
    assert EXPLANATIONS["sorting"].beginner.text not in text


@pytest.mark.parametrize(
    ("question", "topic", "said"),
    [
        ("What is a bfs?", "searching", "Breadth-first search visits all neighbours first"),
        ("What is the difference between a parameter and an argument?", "functions", "A parameter is the name in the"),
        ("Stack and queue?", "data-structures", "From a stack you take the newest"),
        ("What is a stack?", "data-structures", "A stack gives back what was put on last."),
        ("When should I use a set?", "sets", "Use a set when you ask"),
        ("Why do we need functions?", "functions", "Use a function when you do something more than once"),
        ("What is O(1)?", "complexity", "O(1): the work is the same"),
    ],
)
async def test_a_part_of_a_topic_is_answered_first(question: str, topic: str, said: str, tutor: OfflineTutor) -> None:
    first = honest(await tutor.explain(*with_question(request(question, topic=topic)))).text
    assert first.startswith(f"To the point first: {said}")
    turns = [turn(question, first, Specialist.CONCEPTS, topic)]
    assert said not in honest(await tutor.explain(*with_question(request(question, topic=topic, turns=turns)))).text


async def test_who_has_mastered_a_topic_is_told_what_comes_next(tutor: OfflineTutor) -> None:
    levels = {"loops": 0.9, "variables": 0.9, "conditionals": 0.9, "operators": 0.9}
    asked = request("Explain loops", standing={"python_mastery_levels": levels})
    text = honest(await tutor.explain(*with_question(asked))).text
    assert "You have mastered loops (90%). Learn next: lists and arrays." in text
    everything = request("Explain loops", standing={"python_mastery_levels": dict.fromkeys(TOPICS, 0.9)})
    assert "Learn next" not in honest(await tutor.explain(*with_question(everything))).text


async def test_who_still_does_not_understand_what_is_named_asks_about_that(tutor: OfflineTutor) -> None:
    *_, last = await conversation(
        tutor, "Explain recursion", "Explain lists", "I still don't get it. Explain recursion once more"
    )
    assert last.topic == "recursion"
    assert "recursion before" in last.text


async def test_who_still_does_not_understand_asks_about_the_same_topic(tutor: OfflineTutor) -> None:
    _, second = await conversation(tutor, "Explain closures", "I still don't understand, why not a normal variable?")
    assert second.topic == "closures"
    assert EXPLANATIONS["closures"].picture.text in second.text


async def test_an_error_asked_about_again_is_told_by_its_topic(tutor: OfflineTutor) -> None:
    first, second = await conversation(tutor, "What is a KeyError?", "What is a KeyError?")
    assert first.metadata["error_type"] == "KeyError"
    assert EXPLANATIONS["dictionaries"].picture.text in second.text


async def test_an_error_is_explained_as_one(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(*with_question(request("What is a KeyError?"))))
    assert (draft.topic, draft.metadata["error_type"]) == ("dictionaries", "KeyError")


async def test_behind_an_error_is_its_topic_at_the_students_level(tutor: OfflineTutor) -> None:
    for level in SkillLevel:
        text = honest(
            await tutor.explain(*with_question(request("What is a KeyError?", profile={"skill_level": level})))
        ).text
        assert EXPLANATIONS["dictionaries"].at(level).text in text


async def test_two_topics_are_compared(tutor: OfflineTutor) -> None:
    first, second = await conversation(tutor, *["What is the difference between a set and a string?"] * 2)
    for topic in ("sets", "strings"):
        assert EXPLANATIONS[topic].beginner.text in first.text
        assert EXPLANATIONS[topic].picture.text in second.text


async def test_the_unknown_is_not_pretended_to_be_known(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(*with_question(request("Explain blockchain consensus"))))
    assert "cannot explain" in draft.text
    assert draft.confidence < 0.4
    assert "cannot explain" in honest(await tutor.explain_concept(*with_question(request("x")), GENERAL)).text


async def test_low_confidence_asks_back_with_two_options(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(*with_question(request("loop thing", low_confidence=True))))
    assert "1. " in draft.text
    assert "2. " in draft.text
    assert draft.text.count("?") >= 2


async def test_asking_back_remembers_the_last_topic(tutor: OfflineTutor) -> None:
    _, unsure = await conversation(tutor, "Explain recursion", "Could you help me?")
    assert "3. Or is it still about recursion?" in unsure.text


async def test_off_topic_is_answered_kindly(tutor: OfflineTutor) -> None:
    for said, opening in {"hi": "Hello, Jane!", "thanks!": "You are welcome, Jane!", "Who won?": "Sorry,"}.items():
        draft = honest(
            await tutor.explain(*with_question(request(said, question_key=OFF_TOPIC, profile={"name": "Jane"})))
        )
        assert draft.text.startswith(opening)
        assert "programming" in draft.text
        assert len(draft.text) < 600


async def test_what_comes_next_is_offered_to_who_greets(tutor: OfflineTutor) -> None:
    known = {"total_queries": 9, "python_mastery_levels": {"variables": 0.9, "functions": 0.6}}
    assert (
        '"Explain functions"'
        in (await tutor.explain(*with_question(request("hi", question_key=OFF_TOPIC, standing=known)))).text
    )


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
    draft = honest(await tutor.explain(*with_question(asked)))
    assert draft.metadata["level"] == level
    assert EXPLANATIONS["recursion"].at(SkillLevel(level)).text in draft.text


async def test_what_is_hard_is_shown_in_another_way_and_its_weakest_ground_named(tutor: OfflineTutor) -> None:
    standing = {
        "topics_covered": ["functions", "conditionals", "recursion"],
        "python_mastery_levels": {"functions": 0.42, "conditionals": 0.9},
        "struggle_topics": ["recursion"],
    }
    text = honest(await tutor.explain(*with_question(request("Explain recursion", standing=standing)))).text
    assert "hard for you" in text
    found = EXPLANATIONS["recursion"]
    assert text.index(found.picture.text) < text.index(found.beginner.text)
    assert "It builds on functions, and there you are at 42% (new): strengthen that first." in text
    firm = standing | {"python_mastery_levels": {"functions": 0.9, "conditionals": 0.9}}
    assert (
        "builds on" not in honest(await tutor.explain(*with_question(request("Explain recursion", standing=firm)))).text
    )


@pytest.mark.parametrize("style", LearningStyle)
async def test_each_learning_style_gets_the_idea(style: LearningStyle, tutor: OfflineTutor) -> None:
    text = honest(await tutor.explain(*with_question(request("Explain loops", profile={"learning_style": style})))).text
    others = [
        (await tutor.explain(*with_question(request("Explain loops", profile={"learning_style": other})))).text
        for other in LearningStyle
        if other is not style
    ]
    assert text not in others
    assert EXPLANATIONS["loops"].beginner.text in text
    assert ("say it aloud" in text) == (style is LearningStyle.AUDITORY)
