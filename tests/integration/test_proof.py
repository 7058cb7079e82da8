"""What the tutors call mended was run: Claude is shown what happened and asked once more; then the code is dropped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import Language, ProofVerdict
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Claude as ClaudeSettings
from learnflow.settings import Settings
from learnflow.tutor import checked
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.factory import tutor
from learnflow.tutor.interface import Tutor
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION, REVIEW, told
from tests.support.messages_api import KEY, MessagesApi, fails, says
from tests.support.offline_requests import request, with_question

AVERAGE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\n"
AVERAGE += "print(total / len(numbers))"
RIGHT = AVERAGE.replace("range(1, ", "range(")
WRONG = AVERAGE.replace("len(numbers)):", "len(numbers) + 1):")
TABLE = "n = input()\nfor i in range(1, 4):\n    print(n * i)"
CALLBACKS = "for (var i = 0; i < 3; i++) {\n  setTimeout(() => console.log(i), 0);\n}"
ASKED = request("My average is 3.33 but should be 4", AVERAGE)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as opened:
        assert await opened.check() is None
        yield opened


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


@pytest.fixture
async def claude(api: MessagesApi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tutor]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    opened = tutor(Settings(claude=ClaudeSettings(attempts=1)), sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    yield opened
    await opened.close()


def mends(code: str, language: Language = Language.PYTHON, **more: Any) -> dict[str, Any]:
    example = {"language": language, "code": code}
    return {**DIAGNOSIS, "text": "The bounds are not right.", "code_examples": [example], **more}


async def debugged(asked: AgentRequest, asking: Tutor, sandbox: Sandbox) -> Draft:
    both = with_question(asked)
    return await asking.debug(*both, await CodeRunner(sandbox).run_question(*both))


def proof_of(draft: Draft) -> Proof:
    return Proof.model_validate(draft.metadata["proof"])


async def test_what_claude_mends_is_proven_in_a_sentence(api: MessagesApi, claude: Tutor, sandbox: Sandbox) -> None:
    api.will(says(mends(RIGHT)))
    draft = await debugged(ASKED, claude, sandbox)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((RIGHT,), True)
    assert proof_of(draft).verdict is ProofVerdict.PROVEN
    assert draft.text == "The bounds are not right.\n\nI ran the changed code: it prints `4.0`, as it should."
    assert len(api.asked) == 1


async def test_claude_is_shown_which_small_changes_help(api: MessagesApi, claude: Tutor, sandbox: Sandbox) -> None:
    api.will(says(mends(RIGHT)))
    await debugged(ASKED, claude, sandbox)
    assert "What running small changes of the code showed" in told(api, 0)
    assert "line 3: `1` becomes `0`" in told(api, 0)


async def test_claude_is_shown_what_its_change_does_and_asked_once_more(
    api: MessagesApi, claude: Tutor, sandbox: Sandbox
) -> None:
    api.will(says(mends(WRONG)), says(mends(RIGHT)))
    draft = await debugged(ASKED, claude, sandbox)
    assert "ends with IndexError in line 4: list index out of range" in told(api)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((RIGHT,), True)


@pytest.mark.parametrize("second", [says(mends(WRONG)), says("no JSON"), fails(500, "api_error")])
async def test_a_change_that_does_not_help_is_dropped(
    second: Any, api: MessagesApi, claude: Tutor, sandbox: Sandbox
) -> None:
    api.will(says(mends(WRONG)), second)
    draft = await debugged(ASKED, claude, sandbox)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((), False)
    assert proof_of(draft).verdict is ProofVerdict.DISPROVED
    assert "I leave out the changed code" in draft.text
    assert "IndexError in line 4" in draft.text


async def test_without_proofs_a_false_change_would_be_given(
    api: MessagesApi, claude: Tutor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unproven(draft: Draft, *_: object) -> Draft:
        return draft

    monkeypatch.setattr(checked, "proven_draft", unproven)
    api.will(says(mends(WRONG)), says(mends(WRONG)))
    draft = await debugged(ASKED, claude, sandbox)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((WRONG,), True)


@pytest.mark.parametrize(
    ("text", "code", "language", "false", "true"),
    [
        ("3 gives 3, 33, 333 instead of 3, 6, 9", TABLE, Language.PYTHON, ("range(1, 4)", "range(1, 5)"),
         ("input()", "int(input())")),
        ("prints 3 three times, I want 0, 1, 2", CALLBACKS, Language.JAVASCRIPT, ("i < 3", "i < 4"),
         ("var i", "let i")),
    ],
    ids=["text times a number", "one variable for all callbacks"],
)  # fmt: skip
async def test_the_faults_of_the_others_are_told_from_what_looks_like_them(  # noqa: PLR0913, PLR0917 - what a case consists of
    text: str, code: str, language: Language, false: tuple[str, str], true: tuple[str, str], api: MessagesApi,
    claude: Tutor, sandbox: Sandbox,
) -> None:  # fmt: skip
    api.will(says(mends(code.replace(*false), language)), says(mends(code.replace(*true), language)))
    draft = await debugged(request(text, code, language), claude, sandbox)
    assert "and should give" in told(api)
    assert (draft.code_examples, proof_of(draft).verdict) == ((code.replace(*true),), ProofVerdict.PROVEN)


async def test_a_change_whose_worth_is_not_known_is_not_called_mended(
    api: MessagesApi, claude: Tutor, sandbox: Sandbox
) -> None:
    api.will(says(mends(RIGHT)))
    draft = await debugged(request("My average is wrong", AVERAGE), claude, sandbox)
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((RIGHT,), False)
    assert "is for you to try. I ran the changed code: it prints `4.0`" in draft.text
    assert len(api.asked) == 1


async def test_a_review_knows_what_the_code_does_with_the_input_that_is_named(api: MessagesApi, claude: Tutor) -> None:
    api.will(says({**REVIEW, "code_examples": []}))
    await claude.review(*with_question(request("Is this good? When I enter 5, it gives 5, 55, 555", TABLE)))
    assert "# What running the code showed" in told(api)
    assert "with the input 5 and without files" in told(api)
    assert "5\n55\n555" in told(api)


async def test_a_review_knows_that_the_result_is_wrong(api: MessagesApi, claude: Tutor) -> None:
    api.will(says({**REVIEW, "code_examples": []}))
    await claude.review(*with_question(request("Is this good? It should print 4", AVERAGE)))
    assert "# What was tried with the code" in told(api)
    assert "it prints `3.3333333333333335`, and you want `4`" in told(api)


async def test_a_false_sentence_on_an_output_is_asked_for_once_more_and_then_left_out(
    api: MessagesApi, claude: Tutor
) -> None:
    false = {**EXPLANATION, "text": "Powers. `print(2 ** 3)` prints `6`. That is all.", "code_examples": []}
    api.will(says(false), says(false))
    draft = await claude.explain(*with_question(request("What is a power?")))
    assert 'you say "`print(2 ** 3)` prints `6`.", but running it gives 8' in told(api)
    assert "prints" not in draft.text
    assert draft.text.startswith("Powers.")


@pytest.mark.parametrize(
    ("text", "code", "is_mended"),
    [
        ("My average is 3.33 but should be 4", AVERAGE, False),
        ("3 gives 3, 33, 333 instead of 3, 6, 9", TABLE, True),
        ("I get an error", "a = [1, 2, 3]\nfor i in range(len(a) + 1):\n    print(a[i])", True),
        ("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])", True),
        ("It should print 7 but prints 34", "a = input()\nb = input()\nprint(a + b)", True),
        ("Why does this fail?", "age = input('Age: ')\nprint(age + 1)", True),
    ],
)  # fmt: skip
async def test_whatever_the_offline_tutor_calls_mended_is_proven(
    text: str, code: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, is_mended: bool
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    offline = tutor(Settings(), sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    draft = await debugged(request(text, code), offline, sandbox)
    assert draft.metadata["fix_applied"] is is_mended
    if is_mended:
        assert proof_of(draft).verdict is ProofVerdict.PROVEN
        assert proof_of(draft).reason in draft.text
