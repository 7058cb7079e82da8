"""Review: what matters first, and honest about what was not looked at."""

import asyncio
import os
from pathlib import Path

import pytest

from learnflow.models.vocabulary import Language
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.linting import Linter, LinterUnavailableError
from tests.offline import honest, request

STARTS = {Language.JAVASCRIPT: "const x = 0 == '';", Language.JAVA: 'if (a == "yes") {}',
          Language.CPP: "int* p = new int;",
          Language.GO: "v, _ := strconv.Atoi(s)", Language.RUST: "let x = f().unwrap();"}  # fmt: skip

BROKEN = {
    Language.JAVASCRIPT: "const x = 1;\nif (x {}",
    Language.JAVA: "int y = 1;\nint x 5;",
    Language.CPP: "int y = 1;\nint x 5;",
    Language.GO: "y := 1\nx := := 5",
    Language.RUST: "let y = 1;\nlet x 5;",
}


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


async def test_review_names_what_matters_first(tutor: OfflineTutor) -> None:
    code = (
        "def Add(item, items=[]):\n    try:\n        items.append(item)\n    except:\n        x = 1\n    return items"
    )
    draft = honest(await tutor.review(request("Please review", code)))
    remarks = draft.metadata["remarks"]
    assert isinstance(remarks, list)
    rules = [remark["rule"] for remark in remarks if isinstance(remark, dict)]
    assert rules[:3] == ["B006", "E722", "F841"]
    assert "Line 1 (`def Add(item, items=[]):`)" in draft.text
    assert len(rules) <= 6


async def test_review_of_good_code_is_glad(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(request("Is this good?", "def add(first, second):\n    return first + second")))
    assert draft.metadata["remarks"] == []
    assert "Well done" in draft.text


async def test_review_of_what_is_no_python_says_where(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(request("Is this good?", "x = 1\nif x > 0\n    print(x)")))
    assert "Line 2" in draft.text


@pytest.mark.parametrize("language", STARTS)
async def test_review_of_other_languages_finds_pitfalls_and_says_that_it_has_no_linter(
    language: Language, tutor: OfflineTutor
) -> None:
    draft = honest(await tutor.review(request("review this", STARTS[language], language)))
    assert "no linter" in draft.text
    assert "Line 1" in draft.text
    assert draft.confidence <= 0.5


async def test_review_without_code_asks_for_it(tutor: OfflineTutor) -> None:
    assert "there is no code" in honest(await tutor.review(request("Review my code please"))).text


async def test_a_linter_that_does_not_answer_is_said_not_hidden() -> None:
    draft = honest(await OfflineTutor(Linter(seconds=0.0)).review(request("review", "x = 1")))
    assert "could not be run" in draft.text
    assert draft.confidence <= 0.3


async def test_remarks_on_what_is_mastered_are_to_be_explained_by_the_student(tutor: OfflineTutor) -> None:
    standing = {"python_mastery_levels": {"functions": 0.9}}
    code = "def add(item, items=[]):\n    return items + [item]"
    draft = honest(await tutor.review(request("Please review", code, topic="functions", standing=standing)))
    assert "You know functions well (90%), so try to say why" in draft.text
    hard = {"struggle_topics": ["functions"]}
    draft = honest(await tutor.review(request("Please review", code, topic="functions", standing=hard)))
    assert '"Explain functions"' in draft.text


async def test_code_without_remarks_needs_no_advice(tutor: OfflineTutor) -> None:
    asked = request("Is this good?", "def add(first, second):\n    return first + second", topic="functions",
                    standing={"python_mastery_levels": {"functions": 0.9}})  # fmt: skip
    assert "You know functions well" not in honest(await tutor.review(asked)).text


@pytest.mark.parametrize("language", BROKEN)
async def test_review_of_code_that_cannot_be_read_begins_with_that(language: Language, tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(request("review this", BROKEN[language], language)))
    first = draft.metadata["remarks"][0]
    assert first["line"] == 2
    assert "cannot read this" in first["text"]


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: F841", "# ruff: noqa", "# flake8: noqa", "# ruff: disable[F841]"]
)
async def test_a_comment_in_the_code_silences_nothing(comment: str) -> None:
    code = f"{comment}\ndef f():\n    unused = 1  {comment}\n"
    assert [finding.rule for finding in await Linter().findings(code)] == ["F841"]


async def test_no_file_and_no_variable_configures_the_linter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruff.toml").write_text('exclude = ["*"]\n[lint]\nselect = []\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "ruff.toml"))
    assert [finding.rule for finding in await Linter().findings("def f():\n    unused = 1\n")] == ["F841"]


async def test_what_is_too_long_for_the_linter_is_refused() -> None:
    with pytest.raises(LinterUnavailableError, match="more than"):
        await Linter().findings("x = 1\n" * 20_000)


async def test_a_review_that_is_cancelled_leaves_no_process_and_holds_no_place() -> None:
    linter = Linter(at_once=1)
    before = children()
    for steps in range(1, 12):
        task = asyncio.create_task(linter.findings("x = 1\n" * 5_000))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert children() <= before
    assert await linter.findings("x = 1\n") == ()


def children() -> set[str]:
    return set(Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text().split())
