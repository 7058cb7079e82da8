"""Which questions are answered from what was explained before, and which are not."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import pytest

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Agent, Language, Specialist
from learnflow.tutor.claude.cache.explanation_cache import AT_HAND, CachedTutor, ExplanationCache
from learnflow.tutor.interface import ClaudeAway
from learnflow.tutor.offline import OfflineTutor
from tests.support.cached_questions import RECURSION, asked
from tests.support.claude_clients import Time
from tests.support.offline_requests import request, turn, with_question
from tests.support.sink_messages import usage

PAID: Final = usage(Agent.CONCEPTS)


class Claude(OfflineTutor):
    """Explains with a number, counts, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[AgentRequest] = []
        self.confidence = 0.9
        self.metadata: dict[str, bool] = {}
        self.away: list[Exception] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def explain(self, request: AgentRequest, question: ParsedQuestion) -> Draft:  # noqa: ARG002 - as every tutor is called
        return await self._say(request, "Answer")

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:  # noqa: ARG002 - as every tutor is called
        return await self._say(request, concept)

    async def _say(self, request: AgentRequest, what: str) -> Draft:
        self.asked.append(request)
        await self.go_on.wait()
        if self.away:
            raise self.away.pop(0)
        return Draft(
            text=f"{what} number {len(self.asked)}", confidence=self.confidence, topic="recursion", model="claude-x",
            token_count=1_500, usage=(PAID,), metadata=self.metadata,
        )  # fmt: skip


def cached(claude: Claude, time: Time | None = None, version: str = "1", days: int = 7) -> CachedTutor:
    explanations = ExplanationCache(None, version, days, (time or Time()).now)
    return CachedTutor(claude, explanations, lambda text: "@" in text)


@pytest.mark.parametrize(("text", "stands"), [(RECURSION, True), ("Is my recursion fine?", False)])
async def test_only_what_stands_for_itself_is_remembered(text: str, stands: bool) -> None:  # noqa: FBT001
    given = asked(text, profile={"name": "Ann"})
    claude = Claude()
    tutor = cached(claude)
    first, second = await tutor.explain(*with_question(given)), await tutor.explain(*with_question(given))
    assert len(claude.asked) == (1 if stands else 2)
    assert (first.text == second.text) == stands
    if not stands:
        assert claude.asked == [given, given]


async def test_what_is_remembered_costs_nothing_and_says_so() -> None:
    tutor = cached(Claude())
    first, second = (
        await tutor.explain(*with_question(asked())),
        await tutor.explain(*with_question(asked("Please explain: what is recursion"))),
    )
    assert (first.usage, first.token_count, "cached" in first.metadata) == ((PAID,), 1_500, False)
    assert second.text != first.text
    again = await tutor.explain(*with_question(asked("what is  RECURSION")))
    assert (again.text, again.usage, again.token_count, again.model) == (first.text, (), None, "claude-x")
    assert again.metadata == {**first.metadata, "cached": True}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"profile": {"skill_level": "advanced"}}, id="another level"),
        pytest.param({"standing": {"python_mastery_levels": {"recursion": 0.9}}}, id="another mastery"),
        pytest.param({"profile": {"learning_style": "visual"}}, id="another style"),
        pytest.param({"text": "What is recursion in Java?"}, id="another language"),
        pytest.param({"turns": [turn("x", "y", Specialist.CONCEPTS, "recursion")]}, id="asked before"),
        pytest.param({"standing": {"struggle_topics": ("recursion",)}}, id="a struggle"),
        pytest.param({"handed_over_from": "debug"}, id="handed over"),
    ],
)
async def test_another_kind_of_student_gets_another_answer(other: dict[str, Any]) -> None:
    claude = Claude()
    tutor = cached(claude)
    await tutor.explain(*with_question(asked()))
    await tutor.explain(*with_question(asked(**other)))
    assert len(claude.asked) == 2


async def test_the_question_is_asked_without_its_student() -> None:
    claude = Claude()
    await cached(claude).explain(
        *with_question(
            asked(
                profile={"name": "Ann", "skill_level": "advanced", "learning_style": "visual"},
                turns=[turn("My secret", "I see", Specialist.DEBUG)],
                standing={"python_mastery_levels": {"recursion": 0.6}, "topics_covered": ["loops"]},
                context={"class": "7b"},
            )
        )
    )
    (seen,) = claude.asked
    assert (seen.profile.name, seen.profile.skill_level, seen.profile.learning_style) == (
        None,
        "intermediate",
        "visual",
    )
    assert (seen.turns, seen.standing.topics_covered, seen.query.context) == ((), (), None)
    assert (seen.query.student_id, seen.query.query_text) == ("student-123", RECURSION)


async def test_what_is_explained_for_another_agent_is_remembered_by_concept_and_level() -> None:
    claude = Claude()
    tutor = cached(claude)
    for text, code in (("Why does this fail?", "f(1)"), ("It fails", "g(2)")):
        await tutor.explain_concept(*with_question(request(text, code, topic="lists")), "recursion")
    (seen,) = claude.asked
    assert (seen.query.code_snippet, seen.query.query_text) == (None, "Explain recursion.")
    await tutor.explain_concept(*with_question(request("x", profile={"skill_level": "advanced"})), "recursion")
    await tutor.explain_concept(*with_question(request("x")), "loops")
    await tutor.explain_concept(*with_question(request("x")), "no-topic")
    await tutor.explain_concept(*with_question(request("x")), "no-topic")
    assert len(claude.asked) == 5


async def test_after_its_days_an_explanation_is_forgotten() -> None:
    claude, time = Claude(), Time()
    tutor = cached(claude, time)
    await tutor.explain(*with_question(asked()))
    time.passes(timedelta(days=7, seconds=-1))
    await tutor.explain(*with_question(asked()))
    assert len(claude.asked) == 1
    time.passes(timedelta(seconds=1))
    await tutor.explain(*with_question(asked()))
    assert len(claude.asked) == 2
    assert await tutor.earlier(*with_question(asked()), None) is not None


@pytest.mark.parametrize(
    ("confidence", "sign"), [(0.4, None), (0.9, "asks_back"), (0.9, "off_topic"), (0.9, "distress")]
)
async def test_what_answers_nobody_else_is_not_remembered(confidence: float, sign: str | None) -> None:
    claude = Claude()
    claude.confidence = confidence
    claude.metadata = {sign: True} if sign else {}
    tutor = cached(claude)
    await tutor.explain(*with_question(asked()))
    await tutor.explain(*with_question(asked()))
    assert len(claude.asked) == 2


async def test_the_same_question_of_many_at_once_is_asked_once() -> None:
    claude = Claude()
    claude.go_on.clear()
    tutor = cached(claude)
    answers = [asyncio.create_task(tutor.explain(*with_question(asked()))) for _ in range(50)]
    await asyncio.sleep(0)
    claude.go_on.set()
    drafts = await asyncio.gather(*answers)
    assert len(claude.asked) == 1
    assert len({draft.text for draft in drafts}) == 1
    assert sum(one.calls for draft in drafts for one in draft.usage) == 1


async def test_where_the_first_fails_each_asks_for_itself() -> None:
    claude = Claude()
    claude.away = [ClaudeAway("Your quota is used up.")]
    claude.go_on.clear()
    tutor = cached(claude)
    answers = [asyncio.create_task(tutor.explain(*with_question(asked()))) for _ in range(3)]
    await asyncio.sleep(0)
    claude.go_on.set()
    first, *others = await asyncio.gather(*answers, return_exceptions=True)
    assert isinstance(first, ClaudeAway)
    assert [type(one) for one in others] == [Draft, Draft]


async def test_who_is_cancelled_leaves_nobody_waiting() -> None:
    claude = Claude()
    claude.go_on.clear()
    tutor = cached(claude)
    first, second = (asyncio.create_task(tutor.explain(*with_question(asked()))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    claude.go_on.set()
    assert (await second).text == "Answer number 2"


async def test_only_so_many_are_at_hand() -> None:
    claude = Claude()
    tutor = cached(claude)
    for number in range(AT_HAND + 1):
        await tutor.explain(*with_question(asked(f"What is recursion {number}?")))
    await tutor.explain(*with_question(asked(f"What is recursion {AT_HAND}?")))
    assert len(claude.asked) == AT_HAND + 1
    await tutor.explain(*with_question(asked("What is recursion 0?")))
    assert len(claude.asked) == AT_HAND + 2


async def test_at_whatever_level_it_was_explained_it_is_remembered_while_claude_is_away() -> None:
    tutor = cached(Claude())
    assert await tutor.earlier(*with_question(asked()), None) is None
    draft = await tutor.explain(*with_question(asked(profile={"skill_level": "advanced"})))
    again = with_question(asked(turns=[turn("x", "y", Specialist.CONCEPTS, "recursion")]))
    found = await tutor.earlier(*again, None)
    assert found is not None
    assert (found.text, found.metadata["cached"]) == (draft.text, True)
    assert await tutor.earlier(*with_question(asked("What is recursion in Java?")), None) is None
    assert (
        await tutor.earlier(*with_question(asked("Explain recursion", code="f()", language=Language.PYTHON)), None)
        is None
    )
    await tutor.explain_concept(*with_question(asked()), "loops")
    assert (await tutor.earlier(*with_question(asked(profile={"skill_level": "advanced"})), "loops")) is not None
