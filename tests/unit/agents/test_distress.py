"""Somebody in distress gets the school's answer, whoever the tutor is, and those who watch hear of it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from learnflow.agents.concepts import ConceptsAgent
from learnflow.agents.context import Context
from learnflow.agents.debug import DebugAgent
from learnflow.agents.specialist_request import supportive
from learnflow.agents.triage import TriageAgent
from learnflow.domain.mastery.model import shipped
from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, RoutingDecision
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.settings.sections import Safety
from learnflow.streams.codec import Clock
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES
from learnflow.tutor.code_run import NOT_RUN, CodeRun
from learnflow.tutor.interface import TutorUnavailable
from learnflow.tutor.offline import OfflineTutor

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
WORDS = "My loop never ends, and I want to kill myself. Traceback (most recent call last): KeyError: 'age'"
ANSWER = "Please talk to Ms Smith in room 12 now, at any hour: she listens."


class Silent(OfflineTutor):
    """A tutor that must not be asked."""

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:  # noqa: ARG002 - as every tutor is called
        raise AssertionError(query.query_id)

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:  # noqa: ARG002 - as every tutor is called
        raise TutorUnavailable(str(request.query.query_id))


class Attentive(OfflineTutor):
    """A tutor that has noticed what the lexicon has not."""

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun = NOT_RUN) -> Draft:
        draft = await super().debug(request, question, ran)
        return draft.model_copy(
            update={"text": ANSWER, "topic": "general", "metadata": {"distress": True}, "missing_concept": None}
        )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as found:
        yield found


def context(sandbox: Sandbox, tutor: OfflineTutor) -> Context:
    clock = Clock(lambda: NOON + timedelta(seconds=1), timedelta(minutes=5))
    settings = Settings(safety=Safety(supportive_answer=ANSWER))
    return Context(settings, tutor, sandbox, shipped(), clock, "worker-1")


def delivery(payload: Model) -> Delivery:
    event = Event[Any](
        message_id=uuid4(), timestamp=NOON, student_id="student-123", trace_id=uuid4(),
        event_type=EVENT_TYPES[type(payload)], payload=payload, metadata=version_metadata(sequence=1),
    )  # fmt: skip
    return Delivery(event=event, partition=0, offset=0)


async def routed(given: Context, text: str, code: str | None = None) -> RoutingDecision:
    submitted = QuerySubmitted.model_validate({
        "query_text": text, "code_snippet": code, "language": "python" if code else None,
    })  # fmt: skip
    (decision,) = await TriageAgent(given)(delivery(submitted))
    payload = decision.event.payload
    assert isinstance(payload, RoutingDecision)
    return payload


def outcome(sent: Sequence[Outgoing]) -> tuple[ResponseCompleted, ActivityLogged]:
    answer, told = sent
    assert (answer.topic, told.topic) == (AGENT_RESPONSES, AGENT_LOGS)
    assert isinstance(answer.event.payload, ResponseCompleted)
    assert isinstance(told.event.payload, ActivityLogged)
    return answer.event.payload, told.event.payload


@pytest.mark.parametrize("code", [None, "while True:\n    print(1)"])
async def test_distress_gets_the_supportive_answer_and_no_tutor_is_asked(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, code: str | None
) -> None:
    given = context(sandbox, Silent())
    decision = await routed(given, WORDS, code)
    assert (decision.target_agent, decision.topic, decision.confidence) == (Specialist.CONCEPTS, "general", 1.0)
    asked = delivery(AgentRequest(query=decision.query))  # a traceback in it, and still nobody hands it over
    sent = await ConceptsAgent(given)(asked)
    answer, told = outcome(sent)
    assert (answer.response_text, answer.confidence, answer.claude_model) == (ANSWER, 1.0, "offline")
    assert answer.metadata == {"distress": True, "topic": "general"}
    assert answer.token_count is None
    assert (told.action, told.agent_name, told.query_id) == (
        "safety.distress.noticed", "concepts", decision.query_id,
    )  # fmt: skip
    assert sent[1].event.student_id == "student-123", "the key of the message, as for all logs"
    for text in (decision.reasoning, sent[1].event.encode().decode(), caplog.text):
        assert "kill" not in text
        assert "loop" not in text
    assert str(decision.query_id) in caplog.text
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_the_same_request_again_is_told_with_the_same_id(sandbox: Sandbox) -> None:
    given = context(sandbox, Silent())
    asked = delivery(AgentRequest(query=(await routed(given, WORDS)).query))
    first, second = await ConceptsAgent(given)(asked), await ConceptsAgent(given)(asked)
    assert [one.event.message_id for one in first] == [one.event.message_id for one in second]


async def test_distress_that_a_tutor_notices_is_told_as_well(sandbox: Sandbox) -> None:
    given = context(sandbox, Attentive())
    decision = await routed(given, "Why does this throw an IndexError?", "x = [1]\nprint(x[1])")
    assert decision.target_agent is Specialist.DEBUG
    answer, told = outcome(await DebugAgent(given)(delivery(AgentRequest(query=decision.query))))
    assert answer.response_text == ANSWER
    assert (told.action, told.agent_name) == ("safety.distress.noticed", "debug")


async def test_distress_that_is_noticed_while_a_concept_is_explained_is_told_as_well(sandbox: Sandbox) -> None:
    given = context(sandbox, OfflineTutor())
    decision = await routed(given, "Why does this throw an IndexError?", "x = [1]\nprint(x[1])")
    draft = Draft(text="The index is too large.", confidence=0.9, topic="list-indexing", model="offline")
    answered = CollaborationAnswered(
        request=AgentRequest(query=decision.query), source_agent=Specialist.DEBUG, concept="list-indexing", draft=draft,
        explanation=supportive(given), spent_ms=1,
    )  # fmt: skip
    answer, told = outcome(await DebugAgent(given)(delivery(answered)))
    assert answer.response_text == ANSWER
    assert told.agent_name == "debug"


async def test_an_ordinary_question_tells_nothing(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    given = context(sandbox, OfflineTutor())
    decision = await routed(given, "How do I kill a child process?")
    (answer,) = await ConceptsAgent(given)(delivery(AgentRequest(query=decision.query)))
    assert answer.topic is AGENT_RESPONSES
    assert caplog.records == []
