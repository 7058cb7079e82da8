"""The offline tutor keeps to the ladder: below the fix no mended code, below the place no line."""

from collections.abc import AsyncIterator

import pytest

from learnflow.domain.support_ladder import LADDER, Rung
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings.sections import Support
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.proof import Prover
from tests.support.offline_requests import honest, request, turn, with_question

QUESTION, HINT, PLACE, FIX = LADDER
AVERAGE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\n"
AVERAGE += "print(total / len(numbers))"
WISH = "3 gives 3, 33, 333 instead of 3, 6, 9"
LOST = "n = input()\nfor i in range(1, 4):\n    print(n * i)\nstr(n)"
PROBLEMS = {
    "an error": request("Why does my code throw IndexError?", "numbers = [1, 2, 3]\nprint(numbers[5])"),
    "a wrong result, repaired": request(WISH, LOST),
    "a wrong result, by its cause": request("It prints 34 but should be 7", "a = '3'\nb = '4'\nprint(a + b)"),
}
EACH = pytest.mark.parametrize("asked", PROBLEMS.values(), ids=PROBLEMS)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as opened:
        assert await opened.check() is None
        yield opened


async def debugged(sandbox: Sandbox, asked: AgentRequest, support: Support) -> Draft:
    both = with_question(asked)
    ran = await CodeRunner(sandbox).run_question(*both)
    return honest(await OfflineTutor(Prover(sandbox), support).debug(*both, ran))


def gives(draft: Draft, asked: AgentRequest) -> Rung:
    """Return the rung of an answer, by what is in it."""
    own = set((asked.query.code_snippet or "").splitlines())
    if any(own & set(example.splitlines()) for example in draft.code_examples) or draft.metadata["fix_applied"]:
        return FIX
    return PLACE if draft.metadata["line"] is not None else HINT


@EACH
@pytest.mark.parametrize(("support", "most"), [("low", HINT), ("moderate", HINT), ("high", FIX)])
async def test_no_answer_gives_more_than_is_allowed(
    sandbox: Sandbox, asked: AgentRequest, support: Support, most: Rung
) -> None:
    draft = await debugged(sandbox, asked, support)
    assert gives(draft, asked) is most
    if most is not FIX:
        assert "mended, is among" not in draft.text
        assert "proof" not in draft.metadata


@EACH
async def test_who_has_tried_is_shown_the_place_and_then_the_fix(sandbox: Sandbox, asked: AgentRequest) -> None:
    code = asked.query.code_snippet
    said = [{**turn(text, "Look.", Specialist.DEBUG), "code": code, "language": "python"}
            for text in (asked.query.query_text, "it still fails")]  # fmt: skip
    again = f"it still fails: {asked.query.query_text}"
    once = await debugged(sandbox, request(again, code, turns=said[:1]), "moderate")
    assert (gives(once, asked), "line" in once.text) == (PLACE, True)
    twice = await debugged(sandbox, request(again, code, turns=said), "moderate")
    assert gives(twice, asked) is FIX


async def test_homework_is_given_no_further_than_to_the_place(sandbox: Sandbox) -> None:
    asked = request(f"For my homework: {WISH}", LOST)
    draft = await debugged(sandbox, asked, "high")
    assert (gives(draft, asked), "line 1" in draft.text) == (PLACE, True)


@pytest.mark.parametrize(("support", "listed"), [("low", False), ("moderate", False), ("high", True)])
async def test_changes_of_which_one_may_help_are_listed_on_the_fix_alone(
    sandbox: Sandbox, support: Support, listed: bool  # noqa: FBT001
) -> None:  # fmt: skip
    draft = await debugged(sandbox, request("My average is 3.33 but should be 4", AVERAGE), support)
    assert ("becomes" in draft.text) is listed
