"""Which questions are answered from what was explained before, and which are not."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import pytest

from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.vocabulary import Agent, Language, Specialist
from learnflow.tutor.interface import ClaudeAway
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.remembering import CachedTutor, Explanations
from learnflow.tutor.remembering.explanations import AT_HAND
from learnflow.tutor.remembering.question import Question, stands_alone
from learnflow.tutor.remembering.wording import LONGEST, same_words
from tests.asking import Time
from tests.offline import request, turn
from tests.sink_messages import exercise, usage

PAID: Final = usage(Agent.CONCEPTS)
RECURSION: Final = "What is recursion?"


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

    async def explain(self, request: AgentRequest) -> Draft:
        return await self._say(request, "Answer")

    async def explain_concept(self, request: AgentRequest, concept: str) -> Draft:
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
    explanations = Explanations(None, version, days, (time or Time()).now)
    return CachedTutor(claude, explanations, lambda text: "@" in text)


def asked(text: str = RECURSION, topic: str = "recursion", **more: Any) -> AgentRequest:
    return request(text, topic=topic, **more)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is recursion?", "what is recursion"),
        ("  what   IS\nrecursion ", "what is recursion"),
        ("Hi! Can you please explain recursion? Thanks!", "explain recursion"),
        ("Explain recursion, thank you.", "explain recursion"),
        ("What\u2019s \u201crecursion\u201d?", "what's recursion"),
        ("What is == in Python?", "what is == in python"),
        ("What is = in Python?", "what is = in python"),
        ("What does !x mean?", "what does !x mean"),
        ("print() or print", "print() or print"),
        ("Что такое рекурсия?", "что такое рекурсия"),
        ("What is C++?", "what is c++"),
        ("Please", "please"),
        ("x" * (LONGEST + 1), ""),
    ],
)
def test_the_words_of_a_question(text: str, words: str) -> None:
    assert same_words(text) == words


BEFORE: Final = turn("x", "y", Specialist.DEBUG)
OPEN: Final = {"exercise": exercise(), "assigned_at": "2026-01-02T14:00:00Z"}
STANDS: Final = [
    pytest.param(asked(), True, id="a plain question"),
    pytest.param(asked("What does IndexError mean?", "list-indexing"), True, id="one about an error"),
    pytest.param(asked(turns=[turn("Hello", "Hello!", Specialist.CONCEPTS)]), True, id="after another"),
    pytest.param(asked("Why does it need recursion?"), True, id="it, with nothing before"),
    pytest.param(asked("Why does it need recursion?", turns=[BEFORE]), False, id="a follow-up"),
    pytest.param(asked("And recursion?", turns=[BEFORE]), False, id="a short follow-up"),
    pytest.param(asked("And why?"), False, id="its topic is from before"),
    pytest.param(asked("Explain recursion", code="f()", language=Language.PYTHON), False, id="with code"),
    pytest.param(asked("Explain recursion:\n```python\ndef f():\n    return f()\n```"), False, id="with pasted code"),
    pytest.param(asked("Is my recursion fine?"), False, id="about the student's own"),
    pytest.param(asked(topic="general"), False, id="no topic"),
    pytest.param(asked(low_confidence=True), False, id="unclear"),
    pytest.param(asked(question_key="off-topic"), False, id="off topic"),
    pytest.param(asked("Recursion? Mail to me@example.com"), False, id="personal"),
    pytest.param(asked(context={"exercise_id": "750e8400-e29b-41d4-a716-446655440002"}), False, id="on an exercise"),
    pytest.param(asked("What is a for loop?", "loops", exercises=[OPEN]), False, id="an open exercise on the topic"),
    pytest.param(asked(exercises=[OPEN]), True, id="an open exercise on another"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "stands"), STANDS)
async def test_only_what_stands_for_itself_is_remembered(given: AgentRequest, stands: bool) -> None:  # noqa: FBT001
    assert (stands_alone(given, lambda text: "@" in text) is not None) == stands
    claude = Claude()
    tutor = cached(claude)
    first, second = await tutor.explain(given), await tutor.explain(given)
    assert len(claude.asked) == (1 if stands else 2)
    assert (first.text == second.text) == stands
    if not stands:
        assert claude.asked == [given, given]


async def test_what_is_remembered_costs_nothing_and_says_so() -> None:
    tutor = cached(Claude())
    first, second = await tutor.explain(asked()), await tutor.explain(asked("Please explain: what is recursion"))
    assert (first.usage, first.token_count, "cached" in first.metadata) == ((PAID,), 1_500, False)
    assert second.text != first.text
    again = await tutor.explain(asked("what is  RECURSION"))
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
    await tutor.explain(asked())
    await tutor.explain(asked(**other))
    assert len(claude.asked) == 2


async def test_the_question_is_asked_without_its_student() -> None:
    claude = Claude()
    await cached(claude).explain(
        asked(
            profile={"name": "Ann", "skill_level": "advanced", "learning_style": "visual"},
            turns=[turn("My secret", "I see", Specialist.DEBUG)],
            standing={"python_mastery_levels": {"recursion": 0.6}, "topics_covered": ["loops"]},
            context={"class": "7b"},
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
        await tutor.explain_concept(request(text, code, topic="lists"), "recursion")
    (seen,) = claude.asked
    assert (seen.query.code_snippet, seen.query.query_text) == (None, "Explain recursion.")
    await tutor.explain_concept(request("x", profile={"skill_level": "advanced"}), "recursion")
    await tutor.explain_concept(request("x"), "loops")
    await tutor.explain_concept(request("x"), "no-topic")
    await tutor.explain_concept(request("x"), "no-topic")
    assert len(claude.asked) == 5


async def test_after_its_days_an_explanation_is_forgotten() -> None:
    claude, time = Claude(), Time()
    tutor = cached(claude, time)
    await tutor.explain(asked())
    time.passes(timedelta(days=7, seconds=-1))
    await tutor.explain(asked())
    assert len(claude.asked) == 1
    time.passes(timedelta(seconds=1))
    await tutor.explain(asked())
    assert len(claude.asked) == 2
    assert await tutor.remembered(asked()) is not None


@pytest.mark.parametrize(
    ("confidence", "sign"), [(0.4, None), (0.9, "asks_back"), (0.9, "off_topic"), (0.9, "distress")]
)
async def test_what_answers_nobody_else_is_not_remembered(confidence: float, sign: str | None) -> None:
    claude = Claude()
    claude.confidence = confidence
    claude.metadata = {sign: True} if sign else {}
    tutor = cached(claude)
    await tutor.explain(asked())
    await tutor.explain(asked())
    assert len(claude.asked) == 2


async def test_the_same_question_of_many_at_once_is_asked_once() -> None:
    claude = Claude()
    claude.go_on.clear()
    tutor = cached(claude)
    answers = [asyncio.create_task(tutor.explain(asked())) for _ in range(50)]
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
    answers = [asyncio.create_task(tutor.explain(asked())) for _ in range(3)]
    await asyncio.sleep(0)
    claude.go_on.set()
    first, *others = await asyncio.gather(*answers, return_exceptions=True)
    assert isinstance(first, ClaudeAway)
    assert [type(one) for one in others] == [Draft, Draft]


async def test_who_is_cancelled_leaves_nobody_waiting() -> None:
    claude = Claude()
    claude.go_on.clear()
    tutor = cached(claude)
    first, second = (asyncio.create_task(tutor.explain(asked())) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    claude.go_on.set()
    assert (await second).text == "Answer number 2"


async def test_only_so_many_are_at_hand() -> None:
    claude = Claude()
    tutor = cached(claude)
    for number in range(AT_HAND + 1):
        await tutor.explain(asked(f"What is recursion {number}?"))
    await tutor.explain(asked(f"What is recursion {AT_HAND}?"))
    assert len(claude.asked) == AT_HAND + 1
    await tutor.explain(asked("What is recursion 0?"))
    assert len(claude.asked) == AT_HAND + 2


async def test_at_whatever_level_it_was_explained_it_is_remembered_while_claude_is_away() -> None:
    tutor = cached(Claude())
    assert await tutor.remembered(asked()) is None
    draft = await tutor.explain(asked(profile={"skill_level": "advanced"}))
    found = await tutor.remembered(asked(turns=[turn("x", "y", Specialist.CONCEPTS, "recursion")]))
    assert found is not None
    assert (found.text, found.metadata["cached"]) == (draft.text, True)
    assert await tutor.remembered(asked("What is recursion in Java?")) is None
    assert await tutor.remembered(asked("Explain recursion", code="f()", language=Language.PYTHON)) is None
    await tutor.explain_concept(asked(), "loops")
    assert (await tutor.remembered_concept(asked(profile={"skill_level": "advanced"}), "loops")) is not None


def test_each_part_of_a_question_is_in_its_key() -> None:
    question = stands_alone(asked(), lambda _: False)
    assert question is not None
    others = [
        Question(**{**{name: getattr(question, name) for name in Question.__slots__}, **other})
        for other in ({"words": "x"}, {"level": "advanced"}, {"style": "visual"}, {"language": "java"})
    ]
    keys = {question.key("1"), question.key("2"), *(other.key("1") for other in others)}
    assert len(keys) == 6
    assert all(key.startswith("concepts:cache:") and len(key) == 15 + 64 for key in keys)
