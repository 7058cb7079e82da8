"""Agents that share a question, with Claude behind each: one answer made of two, and a hand-over that happens once."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer

from learnflow.agents.concepts import ConceptsAgent
from learnflow.agents.context import Context
from learnflow.agents.debug import DebugAgent, combine
from learnflow.agents.exercise import ExerciseAgent
from learnflow.agents.specialist_request import NOTICED
from learnflow.agents.wiring import SPECIALISTS
from learnflow.domain.mastery.model import shipped
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft, Usage
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested
from learnflow.models.events.students import ExerciseVerified
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery, Handler
from learnflow.tutor.claude.answers.usable_reply import REFUSED
from learnflow.tutor.claude.prompts import agent_prompt, prompt
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.interface import Misrouted, Tutor
from learnflow.tutor.offline import OfflineTutor
from tests.integration.proposals import GIVEN_AWAY, RIGHT
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION, QUESTION, REPORT, REVIEW, claude_tutor
from tests.support.messages_api import INPUT_TOKENS, MODEL, OUTPUT_TOKENS, MessagesApi, says
from tests.support.offline_requests import request

NOW = datetime(2026, 1, 2, 14, 24, tzinfo=UTC)
TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
CONCEPT = EXPLANATION | {
    "text": "Behind this stands how lists count: from 0.", "topic": "lists",
    "code_examples": [*EXPLANATION["code_examples"], {"language": "python", "code": "print([7][0])"}],
}  # fmt: skip


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as found:
        yield found


@pytest.fixture
async def context(api: MessagesApi, sandbox: Sandbox) -> AsyncIterator[Context]:
    async with claude_tutor(api) as tutor:
        yield working(tutor, sandbox)


def working(tutor: Tutor, sandbox: Sandbox) -> Context:
    return Context(Settings(), tutor, sandbox, shipped(), Clock(lambda: NOW, timedelta(minutes=5)), "test")


def asked(agent: Specialist, of: AgentRequest = QUESTION, **more: Any) -> Delivery:
    routed = {"routed_to_agent": agent, "triage_confidence": 0.9}
    query = of.query.model_copy(update=routed)
    event = Event[AgentRequest](
        message_id=uuid4(), timestamp=NOW, student_id=query.student_id, trace_id=uuid4(),
        event_type="agent.request.created", payload=of.model_copy(update={"query": query, **more}),
        metadata=version_metadata(sequence=1),
    )  # fmt: skip
    return arrived(event)


def arrived(event: Event[Any]) -> Delivery:
    return Delivery(event=event, partition=0, offset=0)


async def one(handler: Handler, delivery: Delivery) -> Outgoing:
    (sent,) = await handler(delivery)
    return sent


async def test_a_student_gets_one_answer_made_of_both(api: MessagesApi, context: Context) -> None:
    api.will(says(DIAGNOSIS | {"missing_concept": "lists"}), says(CONCEPT))
    debug, concepts = DebugAgent(context), ConceptsAgent(context)
    to_concepts = await one(debug, asked(Specialist.DEBUG))
    assert isinstance(to_concepts.event.payload, CollaborationRequested)
    back = await one(concepts, arrived(to_concepts.event))
    final = (await one(debug, arrived(back.event))).event.payload
    assert isinstance(final, ResponseCompleted)
    assert final.response_text == f"{DIAGNOSIS['text']}\n\n{CONCEPT['text']}"
    assert final.code_examples == ("print(arr[2])", "print([7][0])")  # the first is in both, and is told once
    assert [(str(usage.agent), usage.calls) for usage in final.usage] == [("debug", 1), ("concepts", 1)]
    assert final.token_count == 2 * TOKENS
    assert final.metadata is not None
    assert final.metadata["prompt"] == agent_prompt(Specialist.DEBUG).version
    assert final.metadata["explained"] == {
        "topic": "lists", "model": MODEL, "prompt": agent_prompt(Specialist.CONCEPTS).version,
    }  # fmt: skip
    assert final.metadata["error_type"] == "IndexError"


async def test_what_debug_has_written_is_not_paid_again_where_concepts_is_late(
    api: MessagesApi, context: Context
) -> None:
    """Core wants the answer without concepts; there is one already."""
    api.will(says(DIAGNOSIS | {"missing_concept": "lists"}))
    debug = DebugAgent(context)
    first = await one(debug, asked(Specialist.DEBUG))
    assert isinstance(first.event.payload, CollaborationRequested)
    final = (await one(debug, asked(Specialist.DEBUG, alone=True))).event.payload
    assert isinstance(final, ResponseCompleted)
    assert (final.response_text, final.token_count) == (DIAGNOSIS["text"], TOKENS)
    assert [(str(usage.agent), usage.calls) for usage in final.usage] == [("debug", 1)]
    assert len(api.asked) == 1


async def test_a_students_answers_come_in_order_whether_a_concept_is_missing_or_not(
    api: MessagesApi, context: Context
) -> None:
    api.will(says(DIAGNOSIS | {"missing_concept": "lists"}), says(DIAGNOSIS), says(CONCEPT), says(DIAGNOSIS))
    debug, concepts = DebugAgent(context), ConceptsAgent(context)
    second = QUESTION.model_copy(update={"query": QUESTION.query.model_copy(update={"query_id": uuid4()})})
    asked_first = await one(debug, asked(Specialist.DEBUG))
    asked_second = await one(debug, asked(Specialist.DEBUG, second))
    assert isinstance(asked_second.event.payload, CollaborationRequested)
    assert asked_second.event.payload.concept is None
    for sent in (asked_first, asked_second):
        back = await one(concepts, arrived(sent.event))
        final = (await one(debug, arrived(back.event))).event.payload
    assert isinstance(final, ResponseCompleted)
    assert (final.query_id, final.response_text) == (second.query.query_id, DIAGNOSIS["text"])
    assert len(api.asked) == 3, "an answer that lacks nothing only takes the way"
    third = second.query.model_copy(update={"query_id": uuid4()})
    at_once = await one(debug, asked(Specialist.DEBUG, second.model_copy(update={"query": third})))
    assert isinstance(at_once.event.payload, ResponseCompleted), "nothing of the student's is on its way any more"


@pytest.mark.parametrize("more", [{}, {"belongs_to": {"agent": "concepts", "because": "nothing fails"}}])
async def test_a_question_that_debug_is_done_with_is_not_paid_again(
    more: dict[str, Any], api: MessagesApi, context: Context
) -> None:
    """Claude was slow: core has lost patience before the answer, or before that of whom the question was handed to."""
    api.will(says(DIAGNOSIS | more))
    debug = DebugAgent(context)
    await one(debug, asked(Specialist.DEBUG))
    assert await debug(asked(Specialist.DEBUG, alone=True)) == []
    assert len(api.asked) == 1


async def test_where_concepts_has_nothing_to_say_debug_answers_alone_and_tells_what_it_cost(
    api: MessagesApi, context: Context
) -> None:
    api.will(says(DIAGNOSIS | {"missing_concept": "lists"}), says("No.", "refusal"))
    debug, concepts = DebugAgent(context), ConceptsAgent(context)
    back = await one(concepts, arrived((await one(debug, asked(Specialist.DEBUG))).event))
    assert isinstance(back.event.payload, CollaborationAnswered)
    final = (await one(debug, arrived(back.event))).event.payload
    assert isinstance(final, ResponseCompleted)
    assert (final.response_text, final.token_count) == (DIAGNOSIS["text"], TOKENS)
    assert {(str(usage.agent), usage.calls) for usage in final.usage} == {("debug", 1), ("concepts", 1)}


async def test_distress_that_only_concepts_has_seen_is_answered_alone(api: MessagesApi, context: Context) -> None:
    api.will(says(DIAGNOSIS | {"missing_concept": "lists"}), says(CONCEPT | {"distress": True}))
    debug, concepts = DebugAgent(context), ConceptsAgent(context)
    back = await one(concepts, arrived((await one(debug, asked(Specialist.DEBUG))).event))
    answer, log = await debug(arrived(back.event))
    final = answer.event.payload
    assert isinstance(final, ResponseCompleted)
    assert final.response_text == context.settings.safety.supportive_answer
    assert (final.code_examples, final.token_count) == ((), 2 * TOKENS)
    assert isinstance(log.event.payload, ActivityLogged)
    assert log.event.payload.action == NOTICED


def test_a_paragraph_is_not_said_twice() -> None:
    first = Draft(text="It is past the end.\n\nLists count from 0.", confidence=0.9, topic="lists", model="offline")
    second = first.model_copy(update={"text": "Lists count from 0.\n\nSo the last is at 2.", "confidence": 0.5})
    both = combine(first, second)
    assert both.text == "It is past the end.\n\nLists count from 0.\n\nSo the last is at 2."
    assert (both.confidence, both.token_count) == (0.5, None)
    assert combine(first, None) == first
    in_vain = Usage(agent=Agent.DEBUG, model=MODEL, calls=2, input_tokens=9, output_tokens=9, price_usd=0)
    paid = combine(first.model_copy(update={"usage": (in_vain,)}), second)
    assert (paid.token_count, paid.usage) == (None, (in_vain,)), "no model wrote what is said"


async def test_a_question_goes_to_the_agent_that_claude_names_and_stays_there(
    api: MessagesApi, context: Context
) -> None:
    elsewhere = {"belongs_to": {"agent": "code-review", "because": "nothing fails"}, "text": ""}
    back_again = {"belongs_to": {"agent": "debug", "because": "it fails"}}
    api.will(says(DIAGNOSIS | elsewhere), says(REVIEW | back_again))
    handed = await one(DebugAgent(context), asked(Specialist.DEBUG))
    passed_on = handed.event.payload
    assert isinstance(passed_on, AgentRequest)
    assert (passed_on.handed_over_from, passed_on.reason) == (Specialist.DEBUG, "nothing fails")
    assert passed_on.query.routed_to_agent is Specialist.CODE_REVIEW
    final = (await one(SPECIALISTS[Specialist.CODE_REVIEW](context), arrived(handed.event))).event.payload
    assert isinstance(final, ResponseCompleted)
    assert final.response_text == REVIEW["text"]
    assert [(str(usage.agent), usage.calls) for usage in final.usage] == [("debug", 1), ("code-review", 1)]


@pytest.mark.parametrize("agent", [agent for agent in Specialist if agent is not Specialist.EXERCISE])
async def test_what_was_handed_over_is_never_handed_on(agent: Specialist, api: MessagesApi, context: Context) -> None:
    answers: dict[Specialist, dict[str, Any]] = {
        Specialist.CONCEPTS: EXPLANATION, Specialist.CODE_REVIEW: REVIEW, Specialist.DEBUG: DIAGNOSIS,
        Specialist.PROGRESS: REPORT | {"text": "Nothing is solved yet."},
    }  # fmt: skip
    api.will(says(answers[agent] | {"belongs_to": {"agent": "exercise", "because": "practice"}}))
    delivery = asked(Specialist.CONCEPTS, handed_over_from=Specialist.EXERCISE)
    assert isinstance((await one(SPECIALISTS[agent](context), delivery)).event.payload, ResponseCompleted)


async def test_a_question_that_was_kept_once_is_not_handed_over_when_it_is_asked_alone(
    api: MessagesApi, context: Context
) -> None:
    api.will(says(DIAGNOSIS | {"belongs_to": {"agent": "concepts", "because": "?"}, "missing_concept": "lists"}))
    final = (await one(DebugAgent(context), asked(Specialist.DEBUG, alone=True))).event.payload
    assert isinstance(final, ResponseCompleted)


class NoExercises(OfflineTutor):
    """A tutor for whom nothing is a wish for an exercise."""

    async def exercise(self, request: AgentRequest, question: ParsedQuestion) -> ExerciseReply:  # noqa: ARG002 - as every tutor is called
        raise Misrouted(Specialist.CONCEPTS, f"asks {request.query.query_text}")


async def test_the_exercise_agent_hands_over_too(sandbox: Sandbox) -> None:
    agent = ExerciseAgent(working(NoExercises(), sandbox))
    handed = (await one(agent, asked(Specialist.EXERCISE, request("something on loops")))).event.payload
    assert isinstance(handed, AgentRequest)
    assert (handed.handed_over_from, handed.query.routed_to_agent) == (Specialist.EXERCISE, Specialist.CONCEPTS)


async def test_a_refusal_is_a_failure_that_tells_its_cost(api: MessagesApi, context: Context) -> None:
    api.will(says("No.", "refusal"))
    final = (await one(DebugAgent(context), asked(Specialist.DEBUG))).event.payload
    assert isinstance(final, ResponseFailed)
    assert (final.reason, final.usage[0].calls) == (REFUSED, 1)


def made(reply: Sequence[Outgoing]) -> tuple[ExerciseVerified, ResponseCompleted]:
    told, response = (sent.event.payload for sent in reply)
    assert isinstance(told, ExerciseVerified)
    assert isinstance(response, ResponseCompleted)
    return told, response


async def test_an_exercise_tells_its_prompt_and_all_that_it_cost(api: MessagesApi, context: Context) -> None:
    api.will(says(RIGHT | GIVEN_AWAY), says(RIGHT))
    wish = request("Give me an exercise on loops", topic="loops")
    _, response = made(await ExerciseAgent(context)(asked(Specialist.EXERCISE, wish)))
    assert response.metadata is not None
    assert response.metadata["prompt"] == prompt("exercise").version
    assert (response.claude_model, response.token_count) == (MODEL, 2 * TOKENS)
    assert [(str(usage.agent), usage.calls) for usage in response.usage] == [("exercise", 2)]


async def test_an_exercise_of_the_bank_tells_what_was_paid_in_vain(api: MessagesApi, context: Context) -> None:
    api.will(*[says(RIGHT | GIVEN_AWAY)] * 3)
    wish = request("Give me an exercise on loops", topic="loops")
    told, response = made(await ExerciseAgent(context)(asked(Specialist.EXERCISE, wish)))
    given = {"created_at": told.exercise.created_at}
    assert told.exercise in [exercise.model_copy(update=given) for exercise in BANK.exercises]
    assert (response.claude_model, response.token_count) == ("offline", None)
    assert [(str(usage.agent), usage.calls) for usage in response.usage] == [("exercise", 3)]
