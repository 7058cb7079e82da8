"""What an answer says of outputs is tried; a sentence that is not so is taken out."""

from collections.abc import Iterator

import pytest

from learnflow.models.draft import Draft
from learnflow.sandbox import Sandbox
from learnflow.tutor.proof import Prover
from learnflow.tutor.proof.answer import true_draft
from learnflow.tutor.proof.output_claims import output_claims
from tests.support.offline_requests import request, with_question
from tests.support.sandboxes import opened

ADD = "def add(a, b):\n    return a + b"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened()


def claude(text: str, *examples: str) -> Draft:
    return Draft(text=text, code_examples=examples, confidence=0.9, topic="loops", model="claude")


async def checked(draft: Draft, sandbox: Sandbox, code: str | None = None) -> Draft:
    return await true_draft(draft, *with_question(request("Why?", code)), Prover(sandbox))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (claude("A power. `print(2 ** 3)` prints `6`. Good."), None),
        (claude("A power. `add(1, 2)` returns `4`. Good."), ADD),
        (claude("A power. This prints `6`. Good.", "print(2 + 3)"), None),
        (claude("A power. `'a' + 1` gives `'a1'`. Good."), None),
    ],
)
async def test_a_false_sentence_is_left_out(draft: Draft, code: str | None, sandbox: Sandbox) -> None:
    text = (await checked(draft, sandbox, code)).text
    assert text.startswith("A power.")
    assert "Good." in text
    assert draft.text[9:].split(" Good.", maxsplit=1)[0] not in text
    assert "running it showed something else" in text


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (claude("`print(2 ** 3)` prints `8`, as you see."), None),
        (claude("`add(1, 2)` returns `3`."), ADD),
        (claude("This prints `5`.", "print(2 + 3)"), None),
        (claude("`unknown(3)` returns `4`."), None),
        (claude("You may think `'a' + 1` gives `'a1'`."), None),
        (claude("`random.random()` returns `0.5`."), None),
        (claude("`print(1)` prints `2`.").model_copy(update={"model": "offline"}), None),
    ],
    ids=["right", "with the student's code", "of the example", "not known", "supposed", "by chance", "prepared"],
)
async def test_all_else_stays_as_it_is(draft: Draft, code: str | None, sandbox: Sandbox) -> None:
    assert await checked(draft, sandbox, code) == draft


def test_only_values_are_claims() -> None:
    assert output_claims("`sorted(x)` returns `list`. `f` is `3`.") == ()
    (claim,) = output_claims("`len('abc')` returns `3`.")
    assert (claim.code, claim.output, claim.prints) == ("len('abc')", "3", False)
