"""What is asked besides: two wishes at once, homework, what an explanation does not reach, and no record yet."""

from typing import Any

import pytest

from learnflow.models.draft import Draft
from learnflow.models.taxonomy import name
from learnflow.models.vocabulary import SkillLevel, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.content.library import EXPLANATIONS
from tests.support.offline_requests import honest, request, turn, with_question


async def practise(text: str, **more: Any) -> Draft:
    return (await OfflineTutor().exercise(*with_question(request(text, **more)))).draft


async def stand(text: str, **more: Any) -> str:
    return honest(await OfflineTutor().progress(*with_question(request(text, **more)))).text


async def test_an_explanation_and_an_exercise_are_both_served() -> None:
    both = await practise("Explain recursion and then give me an exercise on it", topic="recursion")
    assert EXPLANATIONS["recursion"].beginner.text in both.text
    assert "Exercise: " in both.text
    assert EXPLANATIONS["recursion"].beginner.text not in (await practise("An exercise", topic="recursion")).text
    told = await OfflineTutor().explain(
        *with_question(request("Explain recursion, and give me an exercise on it", topic="recursion"))
    )
    assert 'say: "give me an exercise on recursion"' in told.text


async def test_another_one_is_on_the_topic_of_the_last() -> None:
    turns = [
        turn("An exercise on sets", "Exercise", Specialist.EXERCISE, "sets"),
        turn("What is a loop?", "A loop", Specialist.CONCEPTS, "loops"),
    ]
    assert (await practise("another one", turns=turns)).topic == "sets"
    assert (await practise("another one on strings", turns=turns, topic="strings")).topic == "strings"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("My homework: write a function count_words(text). Do it for me", "Go through text one piece at a time"),
        ("This is my assignment, please write sum_all(numbers)", "Make a result and give it its first value"),
        ("homework: write find_longest(words) for me", "Keep the best so far: begin with the first piece of words."),
        ("write averages and minima for me, it is homework", "Write down the steps by which you would do it by hand"),
        ("can you solve this for me?? sum of the digits of a number, 472 -> 13", "Make a result and give it its first"),
        ("Please write my homework", "Write down the steps by which you would do it by hand"),
    ],
)
async def test_homework_gets_steps_and_no_other_task(text: str, said: str) -> None:
    draft = honest(await practise(text))
    assert said in draft.text
    assert "Exercise: " not in draft.text
    assert "INPUT" not in draft.text


async def test_practice_for_homework_is_an_exercise() -> None:
    assert "Exercise: " in (await practise("Give me an exercise, I have no homework", topic="loops")).text


@pytest.mark.parametrize(
    ("question", "topic"),
    [("How do regexes help with sorting?", "sorting"), ("Why are tuples called tuples?", "tuples"),
     ("who invented loops", "loops"), ("what does this program do?", "functions"),
     ("what does this function do?", "functions"), ("explain this loop", "loops")],
)  # fmt: skip
async def test_a_lesson_is_only_for_who_asks_for_its_topic(question: str, topic: str) -> None:
    draft = honest(await OfflineTutor().explain(*with_question(request(question, "def f():\n    pass", topic=topic))))
    assert draft.text.startswith(f'I cannot explain "{question}" offline: nothing is prepared on that')
    assert f'Say "explain {name(topic)}" for that topic as a whole' in draft.text
    assert EXPLANATIONS[topic].beginner.text not in draft.text
    assert draft.metadata["answered"] is False
    lesson = honest(await OfflineTutor().explain(*with_question(request(f"Explain {name(topic)}", topic=topic))))
    assert EXPLANATIONS[topic].beginner.text in lesson.text
    assert "nothing is prepared" not in lesson.text


@pytest.mark.parametrize(
    "wish",
    ["Explain {}", "what are {}?", "how do {} work in Python?", "teach me {} step by step", "I don't understand {}",
     "I need help understanding {}, can you explain them?", "explain {} like i'm five", "give me an overview of {}",
     "tell me everything about {}", "{}?", "Can you explain {} with a simple example?", "what are {} used for"],
)  # fmt: skip
@pytest.mark.parametrize("topic", ["loops", "functions", "dictionaries", "tuples"])
async def test_a_topic_is_asked_for_in_many_words(wish: str, topic: str) -> None:
    draft = honest(await OfflineTutor().explain(*with_question(request(wish.format(topic), topic=topic))))
    assert EXPLANATIONS[topic].beginner.text in draft.text


@pytest.mark.parametrize("style", ["visual", "step-by-step", "kinesthetic"])
@pytest.mark.parametrize("topic", EXPLANATIONS)
async def test_a_beginners_answer_is_short(topic: str, style: str) -> None:
    profile = {"skill_level": "beginner", "learning_style": style}
    text = honest(
        await OfflineTutor().explain(*with_question(request(f"Explain {topic}", topic=topic, profile=profile)))
    ).text
    assert len(text.split()) <= 200


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("How good am I at recursion?", {"topic": "recursion"}, "Nothing is recorded yet on recursion"),
        ("Can I start with closures?", {"topic": "closures"}, "It builds on functions and scope: be sure of that"),
        (
            "What should I learn after loops?",
            {"topic": "loops"},
            "A good next topic: lists and arrays. It builds on loops",
        ),
        ("I know variables and if statements, where do I go from here?", {}, "A good next topic: loops."),
        ("What comes next?", {}, "A good next topic: variables. It needs nothing before it"),
        ("Which level do I have?", {}, "Your questions come with the level beginner"),
        ("I am so stressed, how am I doing?", {}, "That feeling is hard"),
        ("I feel stupid :(", {}, "A small step for now: variables."),
    ],
)
async def test_without_a_record_the_answer_fits_the_question(text: str, more: dict[str, Any], said: str) -> None:
    assert said in await stand(text, **more)


async def test_without_a_record_the_next_topic_fits_the_level() -> None:
    texts = [await stand("What should I learn?", profile={"skill_level": level}) for level in SkillLevel]
    assert len(set(texts)) == len(SkillLevel)
    assert "variables" not in texts[-1]


async def test_a_conversation_is_not_denied() -> None:
    turns = [turn("How am I doing?", "You have asked two questions.", Specialist.PROGRESS)]
    text = await stand("And how am I doing?", turns=turns)
    assert text.startswith("We have talked, but nothing is recorded yet")
