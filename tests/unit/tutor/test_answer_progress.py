"""Only words that were checked are shown, in whole sentences, however the text comes."""

import asyncio
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.models.draft import Usage
from learnflow.models.vocabulary import Agent, Stage
from learnflow.tutor.answer_progress import AnswerProgress, WordGate, check_words_by, enter, followed_by, spend
from learnflow.tutor.proof.output_claims import output_claims

TEXT: Final = (
    "A loop repeats. It has a body, e.g. `print(n)`, and a condition!\n\n"
    "```python\nfor n in range(3):\n    print(n). # no end. Really.\n```\n\n"
    "- first it looks\n- then it runs\n\n"
    "So `sum([1, 2])` gives `3`. That is all. \u6700\u540e\u3002 And `a. b` is code."
)
SPLITS: Final = st.lists(st.integers(0, len(TEXT)), max_size=12)


class Watched:
    """A progress with what it told, and a check that notes what it has seen."""

    def __init__(self, *, refuses: str = "\0") -> None:
        self.told: list[tuple[Stage, str | None]] = []
        self.seen: list[str] = []
        self._refuses = refuses
        self.progress = AnswerProgress(lambda stage, text: self.told.append((stage, text)))
        self.progress.check = self.check

    async def check(self, text: str) -> bool:
        await asyncio.sleep(0)
        self.seen.append(text)
        return self._refuses not in text

    @property
    def shown(self) -> list[str]:
        return [text for _, text in self.told if text]


async def written(watched: Watched, texts: Sequence[str], *, claims: bool = True) -> None:
    with followed_by(watched.progress):
        gate = WordGate(lambda text: claims or not output_claims(text))
        for text in texts:
            gate.write(text)
            for _ in range(3):
                await asyncio.sleep(0)
        await gate.close()


@given(SPLITS)
def test_for_every_split_what_is_shown_is_a_prefix_that_was_checked(places: list[int]) -> None:
    watched = Watched()
    asyncio.run(written(watched, [TEXT[:place] for place in (*sorted(places), len(TEXT))]))
    assert set(watched.shown) <= set(watched.seen)
    assert watched.shown == sorted(watched.shown, key=len)
    for shown in watched.shown:
        assert TEXT.startswith(shown)
        assert shown.count("```") % 2 == 0, "in the middle of code"
        assert not shown.endswith(("e", "`a.", "no end.")), shown


@given(SPLITS)
def test_nothing_behind_a_claim_of_an_output_is_shown(places: list[int]) -> None:
    watched = Watched()
    asyncio.run(written(watched, [TEXT[:place] for place in (*sorted(places), len(TEXT))], claims=False))
    assert all("gives" not in shown for shown in watched.shown)


async def test_all_whole_sentences_come_in_the_end() -> None:
    watched = Watched()
    await written(watched, [TEXT[:place] for place in range(len(TEXT) + 1)])
    assert watched.shown[0] == "A loop repeats."
    assert watched.shown[-1] == TEXT.removesuffix(" And `a. b` is code.")
    assert "A loop repeats. It has a body, e.g. `print(n)`, and a condition!" in watched.shown


async def test_after_what_is_refused_nothing_more_is_shown() -> None:
    watched = Watched(refuses="range")
    await written(watched, [TEXT[:place] for place in range(len(TEXT) + 1)])
    assert watched.shown
    assert not any("range" in shown for shown in watched.shown)
    assert sum("range" in seen for seen in watched.seen) == 1, "it is asked again"


async def test_what_is_written_anew_replaces_what_was_shown() -> None:
    watched = Watched(refuses="bad")
    await written(watched, ["One. Two. bad. ", "Three. ", "Three. Four. "])
    assert watched.shown == ["Three.", "Three. Four."]


async def test_without_a_check_nothing_is_shown() -> None:
    watched = Watched()
    watched.progress.check = None
    await written(watched, ["One. Two. "])
    assert watched.told == []


async def test_words_with_what_cannot_be_stored_are_not_shown() -> None:
    watched = Watched()
    await written(watched, ["One. T\0wo. Three. "])
    assert watched.shown == ["One."]


async def test_a_check_that_fails_shows_nothing_and_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched()

    async def broken(_: str) -> bool:
        raise LookupError("no guard")

    watched.progress.check = broken
    await written(watched, ["One. ", "One. Two. "])
    assert watched.shown == []
    assert "could not be checked" in caplog.text


def test_each_stage_keeps_the_words_until_others_are_written() -> None:
    watched = Watched()
    with followed_by(watched.progress):
        enter(Stage.WRITING)
        watched.progress.show("One.")
        enter(Stage.CHECKING)
        enter(Stage.ASKING)
    assert watched.told == [
        (Stage.WRITING, None), (Stage.WRITING, "One."), (Stage.CHECKING, "One."), (Stage.ASKING, None),
    ]  # fmt: skip


def test_the_words_follow_on_what_the_answer_begins_with() -> None:
    told: list[str | None] = []
    progress = AnswerProgress(lambda _, text: told.append(text), "Line 2 fails.")
    progress.enter(Stage.ASKING)
    progress.show("A list begins at 0.")
    assert told == ["Line 2 fails.", "Line 2 fails.\n\nA list begins at 0."]


def test_what_is_spent_adds_up_and_nobody_needs_to_hear_of_anything() -> None:
    paid = Usage(agent=Agent.CONCEPTS, model="m", calls=1, input_tokens=5, output_tokens=2, price_usd=0.5)
    progress = AnswerProgress(lambda *_: None)
    with followed_by(progress):
        spend(paid)
        spend(paid)
    spend(paid)
    enter(Stage.ASKING)
    check_words_by(Watched().check)
    assert [(usage.calls, usage.input_tokens, usage.price_usd) for usage in progress.usage] == [(2, 10, 1.0)]
    assert progress.check is None
