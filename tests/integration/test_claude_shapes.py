"""The answers of Claude and those of the offline tutor have the same shape."""

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.draft import Draft
from learnflow.models.vocabulary import Specialist
from learnflow.tutor.code_run import NOT_RUN
from learnflow.tutor.offline import OfflineTutor
from tests.support.claude_tutor import ANSWERS, CODE, EVERYONE, QUESTION, RAN, STANDING, answered, draft_of
from tests.support.messages_api import MessagesApi, says
from tests.support.metadata_checks import shaped
from tests.support.offline_requests import request

SAID = ["What is a loop?", "What is an IndexError?", "asdf", "IndexError: list index out of range", "It does not work"]
HELLO = request("Hello!", question_key="off-topic", standing=STANDING)
ALWAYS = {
    Specialist.CONCEPTS: set(),
    Specialist.CODE_REVIEW: {"remarks", "suggested_topic"},
    Specialist.DEBUG: {"error_type", "fix_applied", "suggested_topic", "line", "ran"},
    Specialist.PROGRESS: {"mastery_levels", "total_queries", "suggested_topic", "suggested_topics"},
}
CLAUDES_OWN = {"prompt"}


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


async def offline(agent: Specialist) -> list[Draft]:
    """Return what the offline tutor answers to questions of all kinds."""
    asked = [
        HELLO,
        request("asdf", low_confidence=True),
        *(request(text, code) for text in SAID for code in (None, CODE)),
    ]
    return [await draft_of(OfflineTutor(), agent, one, ran) for one in asked for ran in (RAN, NOT_RUN)]


def kinds(drafts: list[Draft]) -> dict[str, set[type]]:
    """Return the types of the values that metadata has under each key, as it is sent."""
    found: dict[str, set[type]] = {}
    for draft in drafts:
        for key, value in draft.model_dump(mode="json")["metadata"].items():
            found.setdefault(key, set()).add(type(value))
    return found


@EVERYONE
async def test_metadata_means_the_same_whoever_wrote_it(api: MessagesApi, agent: Specialist) -> None:
    variants = [ANSWERS[agent], ANSWERS[agent] | {"asks_back": True, "error_type": "IndexError"}]
    api.will(*[says(one) for one in variants for _ in range(2)])
    drafts = [await answered(api, agent, asked) for asked in (QUESTION, HELLO) for _ in range(2)]
    known, own = kinds(await offline(agent)), kinds(drafts)
    assert set(own) - set(known) == CLAUDES_OWN
    for key in set(own) - CLAUDES_OWN:
        assert own[key] <= known[key] | {type(None)}, key
    for draft in drafts:
        assert ALWAYS[agent] <= set(shaped(agent, draft).metadata)
