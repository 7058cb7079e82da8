"""The prepared explanations are complete."""

from pathlib import Path

import pytest

from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.content.library import EXPLANATIONS, ContentInvalid, Part, read_explanations

MOST_ASKED = {
    "loops", "functions", "conditionals", "variables", "strings", "lists", "dictionaries", "exceptions",
    "object-oriented-programming",
}  # fmt: skip
FILE = Path("learnflow/tutor/offline/content/concepts/loops.toml")


def in_language(language: Language) -> dict[str, Part]:
    return {topic: found.languages[language] for topic, found in EXPLANATIONS.items() if language in found.languages}


def test_every_topic_is_explained() -> None:
    assert set(EXPLANATIONS) == set(TOPICS)


@pytest.mark.parametrize("language", sorted(set(Language) - {Language.PYTHON}))
def test_what_is_asked_most_has_an_example_in_each_language(language: Language) -> None:
    assert set(in_language(language)) >= MOST_ASKED


@pytest.mark.parametrize("topic", EXPLANATIONS)
def test_no_name_leads_to_two_points(topic: str) -> None:
    names = [(name, point.language) for point in EXPLANATIONS[topic].points for name in point.about]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("topic", EXPLANATIONS)
def test_no_two_tellings_are_alike(topic: str) -> None:
    found = EXPLANATIONS[topic]
    parts = [found.beginner, found.intermediate, found.advanced, found.picture]
    assert len({*(part.text[:80] for part in parts), found.further[:80]}) == 5
    assert len({part.code for part in parts}) == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[advanced]", "[ignored]", "advanced: Field required"),
        ("watch_out", "watch", "watch_out: Field required"),
        ("[advanced]", "[advanced", "is no TOML"),
        ("output", "prints", "beginner.output: Field required"),
        ("belief", "believed", "misconceptions.0.belief: Field required"),
        ("[languages.java]", "[languages.cobol]", "languages.cobol"),
        ("text = ", "text = 'too short' #", "beginner.text: String should have at least 40 characters"),
    ],
)  # fmt: skip
def test_an_incomplete_explanation_is_refused_by_name(old: str, new: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "loops.toml").write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ContentInvalid) as refused:
        read_explanations(tmp_path)
    assert str(refused.value).startswith("loops.toml: ")
    assert said in str(refused.value)


def test_one_misconception_is_not_enough(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    (tmp_path / "loops.toml").write_text(text[: text.rindex("[[misconceptions]]")], encoding="utf-8")
    with pytest.raises(ContentInvalid, match=r"loops\.toml: misconceptions: .* at least 2"):
        read_explanations(tmp_path)


def test_a_file_that_is_no_topic_is_refused(tmp_path: Path) -> None:
    (tmp_path / "juggling.toml").write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not read", encoding="utf-8")
    with pytest.raises(ContentInvalid, match=r"juggling\.toml: is not named after a topic"):
        read_explanations(tmp_path)
