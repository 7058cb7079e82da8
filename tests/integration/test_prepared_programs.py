"""The offline tutor's prepared programs, run: examples print what they say, errors are raised and mended."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learnflow.domain.question.errors import ERRORS, find_error
from learnflow.domain.question.lexicon import words
from learnflow.models.vocabulary import Language, SkillLevel
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS, Part
from tests.support.error_programs import printed, said

POINTS = [(topic, point) for topic, explanation in EXPLANATIONS.items() for point in explanation.points if point.code]
RUNNER = Path(__file__).parents[1] / "support" / "run_python.py"
PYTHON = {
    f"{topic}-{name}": part
    for topic, explanation in EXPLANATIONS.items()
    for name, part in (*((str(level), explanation.at(level)) for level in SkillLevel), ("picture", explanation.picture))
}


def in_language(language: Language) -> dict[str, Part]:
    return {
        topic: explanation.languages[language]
        for topic, explanation in EXPLANATIONS.items()
        if language in explanation.languages
    }


def run(folder: Path, *command: str, text: str = "") -> str:
    result = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert result.stderr == ""
    return result.stdout.strip("\n")


@pytest.fixture(scope="module")
def python_outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Give what each Python example writes to its output and to its error output."""
    programs = json.dumps({name: part.code for name, part in PYTHON.items()})
    outputs = run(tmp_path_factory.mktemp("python"), sys.executable, "-I", str(RUNNER), text=programs)
    return dict(json.loads(outputs))


@pytest.mark.parametrize("name", PYTHON)
def test_each_example_prints_what_it_says(name: str, python_outputs: dict[str, list[str]]) -> None:
    output, errors = python_outputs[name]
    assert errors == ""
    assert output.strip("\n") == PYTHON[name].output


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
@pytest.mark.parametrize("topic", in_language(Language.JAVASCRIPT))
def test_each_javascript_example_prints_what_it_says(topic: str, tmp_path: Path) -> None:
    part = in_language(Language.JAVASCRIPT)[topic]
    assert run(tmp_path, shutil.which("node") or "", "-e", part.code) == part.output


@pytest.mark.parametrize("language", [Language.JAVA, Language.CPP, Language.GO, Language.RUST])
def test_each_compiled_example_prints_what_it_says(language: Language, tmp_path: Path) -> None:
    parts = in_language(language)
    outputs = printed(language, {topic: part.code for topic, part in parts.items()}, tmp_path)
    assert outputs == {topic: part.output for topic, part in parts.items()}


@pytest.mark.parametrize("language", Language)
def test_each_error_is_really_raised_is_known_by_its_message_and_is_really_mended(
    language: Language, tmp_path: Path
) -> None:
    keys = [key for key, sign in ERRORS.items() if sign.language is language]
    programs = {f"{way}-{key}": getattr(ERROR_NOTES[key], way) for key in keys for way in ("broken", "mended")}
    outputs = said(language, programs, tmp_path)
    wrong = {
        key: outputs[f"broken-{key}"]
        for key in keys
        for known_language in (language, None)
        if (found := find_error(_ends(outputs[f"broken-{key}"]), known_language)) is None or found.key != key
    }
    assert wrong == {}
    assert {key: outputs[f"mended-{key}"] for key in keys if outputs[f"mended-{key}"]} == {}
    without_values = [
        key for key in keys if ERROR_NOTES[key].message and not ERROR_NOTES[key].says(outputs[f"broken-{key}"])
    ]
    assert without_values == []


def _ends(text: str) -> list[str]:
    """Return the words that triage reads of a long trace."""
    found = words(text)
    return found if len(found) <= 240 else found[:120] + found[-120:]


@pytest.mark.parametrize("language", Language)
def test_the_examples_of_points_run(language: Language, tmp_path: Path) -> None:
    programs = {
        f"{topic}-{place}": point.code or ""
        for place, (topic, point) in enumerate(POINTS)
        if (point.language or Language.PYTHON) is language
    }
    assert said(language, programs, tmp_path) == dict.fromkeys(programs, "")
