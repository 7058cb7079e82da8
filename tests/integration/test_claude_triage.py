"""Triage with a key: when a model is asked, what it is told, and what is made of its answer."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from learnflow.domain.question.intent import OFF_TOPIC, Triage, triage
from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.vocabulary import Intent
from learnflow.settings import Settings
from learnflow.tutor.claude.answers.triage import CERTAIN, certain
from learnflow.tutor.claude.prompts import prompt
from learnflow.tutor.interface import ClaudeAway
from tests.support.claude_tutor import SORTED, claude_tutor, system
from tests.support.messages_api import MessagesApi, fails, says
from tests.support.offline_requests import query_with_question, request

GERMAN = request("Wozu brauche ich eigentlich eine Schleife, wenn ich alles hinschreiben kann?").query
MODEL = Settings().claude.triage_model


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


async def sorted_out(api: MessagesApi, said: dict[str, Any], text: str = GERMAN.query_text) -> Triage:
    api.will(says(SORTED | said))
    async with claude_tutor(api) as tutor:
        return await tutor.triage(*query_with_question(request(text).query))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How am I doing?", None),
        ("What should I learn next?", None),
        ("Can I have a hint?", None),
        ("I give up, show me the solution", None),
        ("Give me an exercise on loops", None),
        ("Hi", None),
        ("thanks a lot!", None),
        ("Tell me a joke", None),
        ("What is a variable?", None),
        ("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])"),
        ("Please review my code", "def add(a, b):\n    return a + b"),
    ],
)
async def test_where_the_rules_are_certain_nobody_is_asked(text: str, code: str | None, api: MessagesApi) -> None:
    query = request(text, code).query
    async with claude_tutor(api) as tutor:
        found = await tutor.triage(*query_with_question(query))
    assert api.asked == []
    assert (found, found.usage) == (triage(query), ())


@pytest.mark.parametrize(
    ("said", "is_certain"),
    [
        ({}, True),
        ({"confidence": 0.84}, False),
        ({"topic": "general"}, False),
        ({"topic": "general", "intent": Intent.PROGRESS}, True),
        ({"topic": "general", "intent": Intent.EXERCISE}, True),
        ({"topic": "general", "question_key": OFF_TOPIC, "confidence": 0.8}, True),
        ({"intent": Intent.CODE_REVIEW}, True),
        ({"intent": Intent.DEBUG}, False),
    ],
)
def test_certain_is_a_clear_intent_with_its_topic(said: dict[str, Any], is_certain: bool) -> None:  # noqa: FBT001
    by_rules = replace(Triage(Intent.CONCEPTS, "loops", "explain-loops", CERTAIN, "so"), **said)
    assert certain(by_rules, parse_question(request("Loops?").query)) is is_certain


LOOP = "while True:\n    pass"
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\nIndexError: list index out of range'


@pytest.mark.parametrize(
    ("text", "code", "is_certain"),
    [
        ("My loop does not stop, what is wrong?", LOOP, False),
        ("I get an IndexError, what is wrong?", None, False),
        ("I get an IndexError, what is wrong?", "a = [1]\nprint(a[1])", True),
        (TRACE, None, True),
    ],
)
def test_words_of_trouble_alone_are_not_certain(text: str, code: str | None, is_certain: bool) -> None:  # noqa: FBT001
    by_rules = Triage(Intent.DEBUG, "loops", "debug-loops", 0.98, "so")
    assert certain(by_rules, parse_question(request(text, code).query)) is is_certain


async def test_claude_is_not_told_what_the_rules_would_say(api: MessagesApi) -> None:
    await sorted_out(api, {})
    text = api.asked[0]["messages"][0]["content"]
    assert text == f"# The question\n\n```\n{GERMAN.query_text}\n```"


async def test_otherwise_the_cheap_model_decides(api: MessagesApi) -> None:
    said = {"topic": "loops", "telling": ["Repetition"], "confidence": 0.93, "reasoning": "asks what\nloops are for"}
    found = await sorted_out(api, said)
    assert replace(found, usage=()) == Triage(
        Intent.CONCEPTS, "loops", "explain-loops-repetition", 0.93, "asks what loops are for → concepts about loops"
    )
    assert [(str(one.agent), one.model, one.calls) for one in found.usage] == [("triage", MODEL, 1)]
    assert (api.asked[0]["model"], system(api)) == (MODEL, prompt("triage").text)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"intent": "debug", "topic": "loops", "telling": ["range"]}, "debug-loops-range"),
        ({"intent": "code_review", "topic": "functions"}, "review-functions"),
        ({"intent": "exercise", "topic": "loops", "telling": ["x"]}, "exercise-loops"),
        ({"intent": "progress", "topic": "general"}, "progress"),
        ({"intent": "concepts", "topic": "recursion", "telling": ["base case", "recursion"]}, "explain-recursion-base"),
        ({"intent": "concepts", "topic": "recursion", "telling": ["Base Cases"]}, "explain-recursion-base"),
        ({"intent": "concepts", "topic": "general", "telling": ["IDE", "choice"]}, "explain-choice-ide"),
        ({"intent": "concepts", "topic": "loops", "telling": ["Größe", "```", "../x"]}, "explain-loops"),
        ({"intent": "concepts", "topic": "no such topic", "telling": ["pointer"]}, "explain-pointer"),
        ({"off_topic": True, "intent": "progress", "topic": "loops"}, OFF_TOPIC),
    ],
)
async def test_the_question_key_is_made_by_the_rule_of_all_keys(
    said: dict[str, Any], key: str, api: MessagesApi
) -> None:
    assert (await sorted_out(api, said)).question_key == key


async def test_what_both_understand_has_one_key(api: MessagesApi) -> None:
    english = "hmm so about that base case in recursion, could somebody"
    by_rules = triage(request("What is the base case in recursion?").query)
    by_claude = await sorted_out(api, {"topic": "recursion", "telling": ["end"]}, english)
    assert by_claude.question_key == by_rules.question_key


async def test_off_topic_is_for_concepts(api: MessagesApi) -> None:
    found = await sorted_out(api, {"off_topic": True, "intent": "progress", "topic": "loops"})
    assert (found.intent, found.topic, found.question_key) == (Intent.CONCEPTS, "general", OFF_TOPIC)


async def test_the_same_question_is_sorted_once(api: MessagesApi) -> None:
    api.will(says(SORTED))
    async with claude_tutor(api) as tutor:
        first = await tutor.triage(*query_with_question(GERMAN))
        again = GERMAN.model_copy(update={"query_text": f"  {GERMAN.query_text.upper()} ", "student_id": "another"})
        second = await tutor.triage(*query_with_question(again))
    assert len(api.asked) == 1
    assert second == replace(first, usage=())


@pytest.mark.parametrize("answer", [says("{}"), says("No.", "refusal"), says(SORTED, "max_tokens")])
async def test_an_answer_of_no_use_leaves_it_to_the_rules(answer: Any, api: MessagesApi) -> None:
    api.will(answer, says(SORTED))
    async with claude_tutor(api) as tutor:
        found = await tutor.triage(*query_with_question(GERMAN))
        assert replace(found, usage=()) == triage(GERMAN)
        assert found.usage[0].calls == 1
        assert (await tutor.triage(*query_with_question(GERMAN))).topic == "loops"  # it is not remembered


async def test_that_claude_is_away_is_said(api: MessagesApi) -> None:
    api.will(fails(401, "authentication_error"))
    async with claude_tutor(api) as tutor:
        with pytest.raises(ClaudeAway):
            await tutor.triage(*query_with_question(GERMAN))


async def test_a_long_question_is_told_by_its_ends(api: MessagesApi) -> None:
    await sorted_out(api, {}, f"Anfang {'x ' * 2_400}Ende")
    text = api.asked[0]["messages"][0]["content"]
    assert "Anfang" in text
    assert "Ende" in text
    assert len(text) < 3_000
