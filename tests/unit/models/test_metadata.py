"""Every answer of the offline tutor has the metadata of its agent, whatever was asked."""

from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import METADATA
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.exercises.reply import hint, solution
from learnflow.tutor.offline import OfflineTutor
from tests.support.metadata_checks import shaped
from tests.support.offline_requests import honest, request, with_question

QUESTIONS = [
    ("What is a loop?", None, None), ("Explain quantum knitting", None, None), ("What is an IndexError?", None, None),
    ("Lists or tuples?", None, None), ("KeyError: 'a'", None, None), ("It does not work", "x = [1]\nx[3]", None),
    ("It does not work", "let x 5;", Language.RUST), ("Is this good?", "def f(a=[]):\n    return a", None),
    ("Is this good?", "const x = 0 == '';", Language.JAVASCRIPT), ("WeirdError: no", "x = 1", None),
    ("How am I doing?", None, None), ("An exercise on loops, please", None, None), ("My code is slow", "x = 1", None),
]  # fmt: skip
STANDING = {"total_queries": 3, "python_mastery_levels": {"loops": 0.9, "no-such-topic": 0.2},
            "struggle_topics": ["loops"]}  # fmt: skip


async def _exercise(asked: AgentRequest, question: ParsedQuestion) -> Draft:
    return (await OfflineTutor().exercise(asked, question)).draft


ASK: dict[Specialist, Callable[[AgentRequest, ParsedQuestion], Awaitable[Draft]]] = {
    Specialist.CONCEPTS: OfflineTutor().explain,
    Specialist.CODE_REVIEW: OfflineTutor().review,
    Specialist.DEBUG: OfflineTutor().debug,
    Specialist.EXERCISE: _exercise,
    Specialist.PROGRESS: OfflineTutor().progress,
}


@pytest.mark.parametrize("agent", Specialist)
@pytest.mark.parametrize(("text", "code", "language"), QUESTIONS)
async def test_every_answer_has_the_metadata_of_its_agent(
    agent: Specialist, text: str, code: str | None, language: Language | None
) -> None:
    for more in ({}, {"standing": STANDING, "low_confidence": True}, {"topic": "loops", "question_key": "off-topic"}):
        draft = shaped(agent, await ASK[agent](*with_question(request(text, code, language, **more))))
        if agent is not Specialist.EXERCISE:
            honest(draft)


def test_there_is_a_shape_for_each_agent() -> None:
    assert set(METADATA) == set(Specialist)


@pytest.mark.parametrize("agent", Specialist)
def test_what_no_shape_has_is_refused(agent: Specialist) -> None:
    with pytest.raises(ValidationError, match="invented"):
        METADATA[agent].model_validate({"invented": 1})


def test_answers_without_an_exercise_fit_too() -> None:
    query_id = request("hint").query.query_id
    for reply in (hint(None, query_id), solution(None, query_id)):
        shaped(Specialist.EXERCISE, reply.draft)
