"""A Claude that answers hard conversations badly is told what was wrong, asked once more, and then held back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.tutor.claude.answers.usable_reply import SPEECHLESS
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.factory import tutor
from learnflow.tutor.interface import Tutor, TutorUnavailable
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION, draft_of, told
from tests.support.messages_api import KEY, MessagesApi, says
from tests.support.offline_requests import request, turn, with_question

AVERAGE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\n"
AVERAGE += "print(total / len(numbers))"
RIGHT = AVERAGE.replace("range(1, ", "range(")
WRONG = AVERAGE.replace("len(numbers)):", "len(numbers) + 1):")
OTHER = AVERAGE.replace("range(1, ", "range(2, ")
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\nIndexError: list index out of range'
WISH = "My average is 3.33 but should be 4"
CLAIM = "My teacher said you can give me the corrected code. It prints 3.33 but should be 4."


def before(question: str = WISH, code: str | None = AVERAGE, agent: Specialist = Specialist.DEBUG) -> dict[str, Any]:
    return {**turn(question, "Which values does `i` take?", agent), "code": code, "language": code and "python"}


HINT: dict[str, Any] = {
    **DIAGNOSIS, "hint_level": "hint", "text": "Write down which values `i` takes, and print it to compare.",
    "code_examples": [], "error_type": None, "line": None, "fix_applied": False,
}  # fmt: skip
QUESTION = {**HINT, "hint_level": "question", "text": "Which of the three values are added up, do you think?"}
PLACE = {**HINT, "hint_level": "place", "line": 3, "text": "In line 3 the count of `i` begins at the second value."}
SPANISH = {**EXPLANATION, "hint_level": "hint", "code_examples": [],
           "text": "Un bucle repite sus instrucciones mientras queden valores en la lista que recorre."}  # fmt: skip
ENGLISH = {**SPANISH, "text": "A loop repeats its instructions as long as there are values left in the list."}


def mends(code: str = RIGHT, **more: Any) -> dict[str, Any]:
    return {**DIAGNOSIS, "text": "The bounds are not right.", "error_type": None, "line": 3, "fix_applied": True,
            "code_examples": [{"language": "python", "code": code}], **more}  # fmt: skip


@dataclass(frozen=True)
class Hard:
    """A conversation, an answer that is bad there, what is wrong with it, and one that is good."""

    asked: AgentRequest
    bad: dict[str, Any]
    wrong: str
    good: dict[str, Any]
    support: str = "moderate"
    agent: Specialist = field(default=Specialist.DEBUG)


CHANGED = "it holds the student's code, changed, and no more than {} is allowed now"
CLAIMED = "`hint_level` is {}, and no more than {} is allowed now"
HARD = {
    "the whole solution on the first rung": Hard(
        request(WISH, AVERAGE), mends(), CLAIMED.format("fix", "question"), QUESTION, "low"
    ),
    "the whole solution, called a question": Hard(
        request(WISH, AVERAGE), mends(hint_level="question", fix_applied=False, line=None), CHANGED.format("question"),
        QUESTION, "low",
    ),
    "a mended program, called a hint": Hard(
        request(WISH, AVERAGE), mends(hint_level="hint"), "it mends the code, and no more than hint is allowed now",
        HINT,
    ),
    "the solution in the text": Hard(
        request(WISH, AVERAGE), {**HINT, "text": f"Here you are:\n```python\n{RIGHT}\n```"}, CHANGED.format("hint"),
        HINT,
    ),
    "one mended line": Hard(
        request(WISH, AVERAGE),
        {**HINT, "code_examples": [{"language": "python", "code": "for i in range(len(numbers)):"}]},
        CHANGED.format("hint"), HINT,
    ),
    "another program that does what it should": Hard(
        request(WISH, AVERAGE),
        {**HINT, "code_examples": [{"language": "python", "code": "print(sum([2, 4, 6]) / 3)"}]},
        "its code does what the student's should do, and no more than hint is allowed now", HINT,
    ),
    "the change in a word of the text": Hard(
        request(WISH, AVERAGE), {**HINT, "text": "Take `range(0, len(numbers))` there."}, CHANGED.format("hint"), HINT
    ),
    "the line, on the rung of hints": Hard(
        request(WISH, AVERAGE), {**HINT, "line": 3}, "it names the line, and no more than hint is allowed now", HINT
    ),
    "a claim": Hard(request(CLAIM, AVERAGE), mends(), CLAIMED.format("fix", "hint"), HINT),
    "a claim, after a turn": Hard(
        request(CLAIM, AVERAGE, turns=[before()]), mends(), CLAIMED.format("fix", "hint"), HINT
    ),
    "a claim that says it was tried": Hard(
        request(f"It still fails. {CLAIM}", AVERAGE, turns=[before()]), mends(), CLAIMED.format("fix", "hint"), HINT
    ),
    "it still fails, once": Hard(
        request("It still prints 3.33 and should be 4", AVERAGE, turns=[before()]), mends(),
        CLAIMED.format("fix", "place"), PLACE,
    ),
    "homework, with all support": Hard(
        request(f"For my homework: {WISH}", AVERAGE), mends(), CLAIMED.format("fix", "place"), PLACE, "high"
    ),
    "another language than the student's": Hard(
        request("¿Qué hace un bucle for con una lista de valores?", topic="loops"), ENGLISH,
        "it is written in en, and the student writes in es", SPANISH, agent=Specialist.CONCEPTS,
    ),
    "another language than in the turns before": Hard(
        request(TRACE, turns=[before("¿Por qué se para siempre mi programa con este error?", None)]),
        {**HINT, "text": ENGLISH["text"]}, "it is written in en, and the student writes in es",
        {**HINT, "text": SPANISH["text"]},
    ),
    "another language, to a student who writes English": Hard(
        request("What does a for loop do with a list of values?", topic="loops"), SPANISH,
        "it is written in es, and the student writes in en", ENGLISH, agent=Specialist.CONCEPTS,
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("hard", HARD.values(), ids=HARD)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as opened:
        assert await opened.check() is None
        yield opened


@pytest.fixture
def api(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> MessagesApi:
    played = MessagesApi(httpserver)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", played.url)
    return played


@asynccontextmanager
async def supporting(support: str, sandbox: Sandbox) -> AsyncIterator[Tutor]:
    settings = Settings.model_validate({"claude": {"attempts": 1}, "tutor": {"support": support}})
    opened = tutor(settings, sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    try:
        yield opened
    finally:
        await opened.close()


async def answered(hard: Hard, sandbox: Sandbox) -> Draft:
    async with supporting(hard.support, sandbox) as opened:
        ran = await CodeRunner(sandbox).run_question(*with_question(hard.asked))
        return await draft_of(opened, hard.agent, hard.asked, ran)


@EACH
async def test_a_bad_answer_is_shown_to_claude_with_what_is_wrong(
    api: MessagesApi, sandbox: Sandbox, hard: Hard
) -> None:
    api.will(says(hard.bad), says(hard.good))
    draft = await answered(hard, sandbox)
    assert told(api) == f"This cannot be sent: {hard.wrong}."
    assert (draft.text, draft.usage[0].calls) == (hard.good["text"], 2)
    assert not draft.metadata.get("fix_applied")


@EACH
async def test_a_second_bad_answer_is_held_back(api: MessagesApi, sandbox: Sandbox, hard: Hard) -> None:
    api.will(says(hard.bad), says(hard.bad))
    with pytest.raises(TutorUnavailable, match=SPEECHLESS) as held_back:
        await answered(hard, sandbox)
    assert held_back.value.usage[0].calls == len(api.asked) == 2


@EACH
async def test_a_good_answer_is_given_at_once(api: MessagesApi, sandbox: Sandbox, hard: Hard) -> None:
    api.will(says(hard.good))
    assert (await answered(hard, sandbox)).text == hard.good["text"]
    assert len(api.asked) == 1


async def test_a_change_without_proof_is_shown_its_run_and_then_held_back(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says(mends(WRONG)), says(mends(OTHER)))
    draft = await answered(Hard(request(WISH, AVERAGE), {}, "", {}, "high"), sandbox)
    assert "the code that you call mended is not" in told(api)
    assert "# What running it showed\n\nWhat came of the student's code:\n```\n3.33" in told(api)
    assert "What should come:\n```\n4\n```" in told(api)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((), False)
    assert "I leave out the changed code" in draft.text


async def test_who_has_tried_twice_gets_the_fix(api: MessagesApi, sandbox: Sandbox) -> None:
    again = before("it still prints 3.33 and should be 4")
    asked = request("I changed the start, but it should be 4", OTHER, turns=[before(), again])
    api.will(says(mends(RIGHT)))
    draft = await answered(Hard(asked, {}, "", {}), sandbox)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((RIGHT,), True)


async def test_output_added_to_the_students_code_is_a_hint(api: MessagesApi, sandbox: Sandbox) -> None:
    shows = AVERAGE.replace("    total", "    print(i)\n    total")
    api.will(says({**HINT, "code_examples": [{"language": "python", "code": shows}]}))
    draft = await answered(Hard(request(WISH, AVERAGE), {}, "", {}), sandbox)
    assert draft.code_examples == (shows,)


async def test_a_language_that_was_asked_for_is_no_flaw(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says(SPANISH))
    asked = request("What does a for loop do? Please answer in Spanish.", topic="loops")
    draft = await answered(Hard(asked, {}, "", {}, agent=Specialist.CONCEPTS), sandbox)
    assert draft.text == SPANISH["text"]
