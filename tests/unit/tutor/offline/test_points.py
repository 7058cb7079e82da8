"""Points: what is asked of a part of a topic is found in any topic, in other words, and in the question's language."""

import pytest

from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.vocabulary import Language, SkillLevel, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.points import find_point
from tests.support.offline_requests import honest, request, turn, with_question


def found(question: str, topic: str = "general") -> tuple[str, str] | None:
    point = find_point(parse_question(request(question).query), topic)
    return (point.topic, point.point.about[0]) if point else None


@pytest.mark.parametrize(
    ("question", "topic", "about"),
    [
        ("In which way is a generator's yield different from return?", "functions", "yield and return"),
        ("Should I take a stack or a queue?", "loops", "stack and queue"),
        ("Merge or rebase, what is better?", "general", "merge and rebase"),
        ("What is the difference between arrays and linked lists?", "lists", "list and array and linked list"),
        ("Why do all functions of my loop use the last value? Is that late binding?", "loops", "late binding"),
        ("What about merge conflicts?", "general", "merge conflict + what"),
    ],
)
def test_a_point_of_another_topic_is_found(question: str, topic: str, about: str) -> None:
    named = found(question, topic)
    assert named is not None
    assert named[1] == about


@pytest.mark.parametrize(
    "question",
    [
        "Explain the while loop for beginners",  # both words, and nothing is set against anything
        "How do I get the next step?",  # single words of other topics
        "What is a stack. Is there a queue?",
        "Why is it so?",
    ],
)
def test_words_that_only_occur_are_no_point(question: str) -> None:
    assert found(question) is None


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("is === in js just a better ==?", "double equals and triple equals"),
        ("i do a == b and a is b, whats the difference?", "double equals and is operator"),
        ("why does 0.1 + 0.2 give 0.30000000000000004", "0.1 + 0.2"),
        ("what does ? do in Rust", "question mark"),
        ("how come a set is quicker than a list", "why + set + fast"),
        ("getting rid of repeated items in a list", "duplicate"),
        ("what does the colon mean in items[1:3]", "slice"),
        ("what is garbage collection", "garbage"),
        ("In Go two slices share memory when I append?", "slice + append"),
    ],
)
def test_a_point_is_named_by_signs_and_by_words_of_the_same_meaning(question: str, about: str) -> None:
    named = found(question)
    assert named is not None
    assert named[1] == about


def test_the_nearest_point_has_most_of_what_is_told() -> None:
    assert found("python string splitting", "strings") == ("strings", "split")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Explain iterators and generators", "iterators-generators"),  # the topic as a whole
        ("how do I draw a circle with a turtle", "general"),
        ("why are loops slow in python", "loops"),
        ("are integers limited in size", "data-types"),
        ("how do databases store rows in memory", "memory-management"),
        ("how do I write a for loop in Go?", "loops"),  # what is near is prepared for Python only
    ],
)
def test_no_point_is_better_than_a_wrong_one(question: str, topic: str) -> None:
    assert found(question, topic) is None


async def test_the_nearest_point_is_not_told_as_if_it_were_asked_for() -> None:
    text = honest(
        await OfflineTutor().explain(*with_question(request("Python string splitting?", topic="strings")))
    ).text
    assert text.startswith("The nearest that I have prepared: ")


async def test_a_point_without_a_language_says_so_to_who_asks_for_another() -> None:
    text = honest(
        await OfflineTutor().explain(*with_question(request("What is a deadlock in Rust?", topic="concurrency")))
    ).text
    assert text.startswith("I have this in general only, not for Rust")


def test_a_single_word_counts_where_it_is_all_that_is_told_or_of_the_language() -> None:
    assert found("in golang what does defer do and when does it run") == ("exceptions", "defer")
    assert found("what is an api?") == ("modules", "api")
    assert found("what is an api of a weather station in the mountains?") is None


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Java using regex to verify an input string with a number", "regular-expressions"),
        ("Show all rows of a grid, with regex matches for each row and the sum", "regular-expressions"),
        ("OpenMP matrix multiplication in nested loops", "concurrency"),
    ],
)
def test_what_another_topic_names_by_the_way_is_no_point(question: str, topic: str) -> None:
    named = found(question, topic)
    assert named is None or named[0] == topic


async def test_two_things_that_are_compared_are_both_told() -> None:
    text = honest(
        await OfflineTutor().explain(*with_question(request("Difference between break and continue?", topic="loops")))
    ).text
    assert text.startswith("To the point first: `break` leaves the loop at once")
    assert "`continue` skips the rest of this round" in text


async def test_what_about_a_part_is_asked_of_the_topic_before() -> None:
    turns = [turn("What is a dictionary?", "A dictionary keeps pairs", Specialist.CONCEPTS, "dictionaries")]
    draft = honest(
        await OfflineTutor().explain(
            *with_question(request("ok, and what about deletion?", low_confidence=True, turns=turns))
        )
    )
    assert draft.topic == "dictionaries"
    assert "`del ages[key]` removes a pair" in draft.text


def test_a_point_on_a_language_needs_more_where_none_is_named() -> None:
    assert found("is there a way to stop a for loop in the middle", "loops") == ("loops", "break")
    assert found("why does 1 == 1.0 give true", "operators") == ("operators", "double equals")


async def test_what_was_told_last_is_compared_by_a_pronoun() -> None:
    turns = [turn("What is a set?", "A set is a bag", Specialist.CONCEPTS, "sets")]
    asked = request("And how is that different from a list?", topic="lists", turns=turns)
    draft = honest(await OfflineTutor().explain(*with_question(asked)))
    assert draft.topic == "sets"
    assert "A list has an order and may hold a thing twice." in draft.text


async def test_an_answer_that_is_whole_needs_no_topic_around_it() -> None:
    text = honest(
        await OfflineTutor().explain(*with_question(request("What is the difference between a list and a tuple?")))
    ).text
    assert 'For the topic as a whole say "explain tuples"' in text
    assert EXPLANATIONS["tuples"].beginner.text not in text


def test_the_language_of_the_question_has_its_own_point() -> None:
    asked = {
        text: find_point(parse_question(request(f"Does await block{text}?").query), "general")
        for text in ("", " in js")
    }
    assert asked[""] is not None
    assert asked[" in js"] is not None
    assert asked[""].point.language is None
    assert asked[" in js"].point.language is Language.JAVASCRIPT
    assert found("nil map in Java?", "loops") is None  # it is Go's alone


@pytest.mark.parametrize("level", SkillLevel)
async def test_the_point_sets_the_topic_and_comes_before_a_comparison(level: SkillLevel) -> None:
    asked = request("yield vs return", topic="functions", low_confidence=True, profile={"skill_level": level})
    draft = honest(await OfflineTutor().explain(*with_question(asked)))
    assert draft.topic == "iterators-generators"
    assert "side by side" not in draft.text
    assert "`yield` hands out a value and pauses" in draft.text


async def test_another_language_is_answered_without_pythons_words() -> None:
    asked = {"What is a goroutine in Go?": "sync.WaitGroup", "Does await block, in JavaScript?": "=>"}
    for question, code in asked.items():
        draft = honest(await OfflineTutor().explain(*with_question(request(question, topic="concurrency"))))
        assert code in draft.code_examples[0]
        assert not {"GIL", "asyncio", "async def"} & set(draft.text.split())
    rust = honest(
        await OfflineTutor().explain(
            *with_question(request("What does moved mean in Rust?", topic="memory-management"))
        )
    )
    assert "CPython" not in rust.text


async def test_a_point_that_was_told_is_not_told_again() -> None:
    question = "Difference between let and var?"
    first = honest(await OfflineTutor().explain(*with_question(request(question, topic="scope"))))
    turns = [turn(question, first.text, Specialist.CONCEPTS, "scope")]
    second = honest(
        await OfflineTutor().explain(*with_question(request("I still dont get it, can u explain?", turns=turns)))
    )
    assert second.topic == "scope"
    assert "JavaScript" not in question
    assert first.text.split("\n\n")[0] not in second.text
