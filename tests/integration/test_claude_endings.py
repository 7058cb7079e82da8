"""How a question to Claude can end, other than with its answer: the real SDK against a local Messages API."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.vocabulary import Specialist
from learnflow.tutor.claude.answers.usable_reply import REFUSED, SPEECHLESS
from learnflow.tutor.claude.prompts import agent_prompt
from learnflow.tutor.interface import ClaudeAway, Misrouted, TutorUnavailable
from tests.support.claude_tutor import ANSWERS, EVERYONE, EXPLANATION, QUESTION, answered, now, told
from tests.support.messages_api import INPUT_TOKENS, KEY, MODEL, OUTPUT_TOKENS, Answer, MessagesApi, fails, says
from tests.support.offline_requests import request

TOKENS = INPUT_TOKENS + OUTPUT_TOKENS


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


@pytest.mark.parametrize(
    "answer", [says("{}"), says(EXPLANATION | {"text": "Hm."}), says(EXPLANATION, "max_tokens"), says("no JSON")],
    ids=["nothing", "too short", "cut off", "no JSON"],
)  # fmt: skip
async def test_an_answer_of_no_use_is_asked_for_once_more(answer: Answer, api: MessagesApi) -> None:
    api.will(answer, says(EXPLANATION))
    draft = await answered(api, Specialist.CONCEPTS)
    assert draft.text == EXPLANATION["text"]
    assert (draft.usage[0].calls, draft.token_count) == (2, 2 * TOKENS)
    first, second = api.asked
    assert second["messages"][0]["content"].startswith(first["messages"][0]["content"])
    assert second["system"] == first["system"]
    assert any(words in told(api) for words in ("It was of no use: ", "This cannot be sent: its text says nothing"))


async def test_a_second_one_ends_in_words_that_a_student_can_read(api: MessagesApi) -> None:
    api.will(says("{}"), says(EXPLANATION | {"text": ""}))
    with pytest.raises(TutorUnavailable, match="Please ask it again") as failed:
        await answered(api, Specialist.CONCEPTS)
    assert not isinstance(failed.value, ClaudeAway)
    assert (str(failed.value), failed.value.usage[0].calls) == (SPEECHLESS, 2)


@EVERYONE
async def test_a_refusal_is_not_asked_again(api: MessagesApi, agent: Specialist) -> None:
    api.will(says("No.", "refusal"))
    with pytest.raises(TutorUnavailable) as failed:
        await answered(api, agent)
    assert not isinstance(failed.value, ClaudeAway)
    assert (str(failed.value), failed.value.usage[0].calls) == (REFUSED, 1)
    assert len(api.asked) == 1


@EVERYONE
async def test_whom_core_is_about_to_give_up_claude_is_not_asked_for(api: MessagesApi, agent: Specialist) -> None:
    """Of a student with many questions the last ones wait long; each has one outcome, and none is paid in vain."""
    last = QUESTION.model_copy(update={"due": now() + timedelta(seconds=7)})
    with pytest.raises(ClaudeAway) as failed:
        await answered(api, agent, last)
    assert (failed.value.usage, api.asked) == ((), [])
    api.will(says(ANSWERS[agent]))
    earlier = QUESTION.model_copy(update={"due": now() + timedelta(seconds=30)})
    assert (await answered(api, agent, earlier)).model == MODEL


@EVERYONE
async def test_that_claude_is_away_is_told_apart(api: MessagesApi, agent: Specialist) -> None:
    api.will(says("{}"), fails(401, "authentication_error"))
    with pytest.raises(ClaudeAway) as failed:
        await answered(api, agent)
    assert KEY not in str(failed.value)
    assert failed.value.usage[0].calls == 1


@EVERYONE
async def test_another_agents_question_is_handed_over_once(api: MessagesApi, agent: Specialist) -> None:
    answer = ANSWERS[agent]
    target = Specialist.EXERCISE
    elsewhere = answer | {"text": "", "belongs_to": {"agent": target, "because": "wants to practise"}}
    api.will(says(elsewhere), says(elsewhere | {"text": "Then let me try."}))
    with pytest.raises(Misrouted, match="wants to practise") as found:
        await answered(api, agent)
    assert (found.value.target, found.value.usage[0].calls) == (target, 1)
    again = QUESTION.model_copy(update={"handed_over_from": Specialist.PROGRESS})
    assert (await answered(api, agent, again)).text == "Then let me try."


async def test_why_a_question_goes_elsewhere_can_be_stored_whatever_claude_writes(api: MessagesApi) -> None:
    """It travels in the request, which its reader would refuse."""
    api.will(says(EXPLANATION | {"belongs_to": {"agent": "debug", "because": "it\x00\n fails " + "on " * 500}}))
    with pytest.raises(Misrouted) as found:
        await answered(api, Specialist.CONCEPTS)
    assert str(found.value).startswith("it fails on on")
    assert len(str(found.value)) <= 200


@pytest.mark.parametrize("more", [{"low_confidence": True}, {"alone": True}, {"question_key": "off-topic"}])
async def test_what_stays_here_is_answered_whatever_claude_says(more: dict[str, Any], api: MessagesApi) -> None:
    api.will(says(EXPLANATION | {"belongs_to": {"agent": "debug", "because": "fails"}}))
    asked = request("Hm?", **more)
    assert (await answered(api, Specialist.CONCEPTS, asked)).text == EXPLANATION["text"]


@EVERYONE
async def test_nobody_hands_over_to_themselves(api: MessagesApi, agent: Specialist) -> None:
    api.will(says(ANSWERS[agent] | {"belongs_to": {"agent": agent, "because": "mine"}}))
    assert (await answered(api, agent)).text == ANSWERS[agent]["text"]


@EVERYONE
async def test_a_student_in_distress_gets_the_words_of_the_settings(api: MessagesApi, agent: Specialist) -> None:
    words = "Please talk to Ms Okafor in room 12."
    api.will(says(ANSWERS[agent] | {"distress": True, "text": "", "missing_concept": "lists",
                                     "belongs_to": {"agent": "exercise", "because": "no"}}))  # fmt: skip
    draft = await answered(api, agent, safety={"supportive_answer": words})
    assert (draft.text, draft.code_examples, draft.missing_concept) == (words, (), None)
    assert draft.metadata == {"distress": True, "prompt": agent_prompt(agent).version}
    assert (draft.model, draft.token_count) == (MODEL, TOKENS)
