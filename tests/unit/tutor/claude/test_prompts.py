"""The prompts: what agents share, and that a version names exactly one text."""

import re
from importlib.resources import files

import pytest

from learnflow.models.fields import Model
from learnflow.models.vocabulary import Specialist
from learnflow.tutor.claude import prompts
from learnflow.tutor.claude.answers.schemas import Diagnosis, Explanation, Report, Review, Sorted
from learnflow.tutor.claude.prompts import COMMON, agent_prompt, prompt

LONGEST = 60  # lines
FILES = sorted(one.name.removesuffix(".md") for one in files(prompts).iterdir() if one.name.endswith(".md"))
ANSWERING = [one for one in Specialist if one is not Specialist.EXERCISE]


def test_every_prompt_is_known() -> None:
    assert FILES == [
        "code_review", "concepts", "debug", "exercise", "hard_conversations", "ladder", "progress", "triage", "tutor",
    ]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_prompt_is_short(name: str) -> None:
    assert len(prompt(name).text.splitlines()) <= LONGEST


@pytest.mark.parametrize("agent", ANSWERING)
def test_an_agent_is_told_the_common_ground_first(agent: Specialist) -> None:
    told, own = agent_prompt(agent), prompt(agent.replace("-", "_")).text
    common = "\n".join(prompt(name).text for name in COMMON)
    assert (told.text, told.own, told.common) == (f"{common}\n{own}", own, f"{common}\n")


def test_the_common_ground_is_long_enough_for_the_cache() -> None:
    """Of the Sonnet models the newest keep what has 2,048 tokens at least; a token is 4.5 bytes of English at most."""
    assert len(agent_prompt(Specialist.DEBUG).common.encode()) / 4.5 >= 2_048


def test_each_text_has_a_version_of_its_own() -> None:
    versions = {prompt(name).version for name in FILES} | {agent_prompt(agent).version for agent in ANSWERING}
    assert len(versions) == len(FILES) + len(ANSWERING)
    assert all(re.fullmatch(r"[a-z_]+-[0-9a-f]{12}", one) for one in versions)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (agent_prompt(Specialist.CONCEPTS).text, Explanation),
        (agent_prompt(Specialist.DEBUG).text, Diagnosis),
        (agent_prompt(Specialist.CODE_REVIEW).text, Review),
        (agent_prompt(Specialist.PROGRESS).text, Report),
        (prompt("triage").text, Sorted),
    ],
)
def test_a_prompt_says_what_each_field_means(text: str, shape: type[Model]) -> None:
    assert [field for field in shape.model_fields if f"`{field}`" not in text and field != "intent"] == []
