"""What the offline tutor says to who asks in a language that it does not speak."""

import tomllib
from importlib.resources import files

import pytest

from learnflow.models.metadata import DebugMetadata, ReviewMetadata
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Execution
from learnflow.tutor.code_run import NOT_RUN, CodeRun
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, with_question

SENTENCES = tomllib.loads(
    files("learnflow.tutor.offline.content").joinpath("spoken_languages.toml").read_text(encoding="utf-8")
)
RAN = CodeRun(
    Execution.model_validate({
        "ended": "exception", "stdout": "", "stderr": "", "exit_code": 1, "milliseconds": 31,
        "fault": {"type": "IndexError", "message": "list index out of range", "line": 2, "trace": ""},
    })
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Qué es un bucle for?", "es"),
        ("recursion kya hoti hai? mujhe samajh nahi aa raha", "ur-Latn"),
        ("warum gibt meine Funktion None aus?", "de"),
    ],
)
async def test_it_says_so_in_that_language_and_gives_no_lesson(text: str, language: str) -> None:
    answer = honest(await OfflineTutor().explain(*with_question(request(text))))
    assert answer.text.startswith(SENTENCES[language]["says"])
    assert "Explain loops" in answer.text
    assert (answer.topic, answer.code_examples, answer.metadata) == ("general", (), {"asks_back": True})


async def test_code_that_came_with_it_is_run_all_the_same() -> None:
    asked = with_question(request("mi programa no funciona, ¿por qué?", "x = []\nprint(x[0])"))
    answer = honest(await OfflineTutor().debug(*asked, RAN))
    assert SENTENCES["es"]["ran"] in answer.text
    assert "IndexError in line 2: list index out of range" in answer.text
    assert DebugMetadata.model_validate(answer.metadata).ran == "exception"


async def test_what_was_not_run_is_not_told() -> None:
    answer = await OfflineTutor().debug(*with_question(request("mi programa no funciona, ¿por qué?")), NOT_RUN)
    assert SENTENCES["es"]["ran"] not in answer.text


async def test_a_review_says_it_too() -> None:
    asked = with_question(request("por favor, revisa mi código", "x = 1", Language.PYTHON))
    answer = honest(await OfflineTutor().review(*asked))
    assert answer.text.startswith(SENTENCES["es"]["says"])
    assert ReviewMetadata.model_validate(answer.metadata).remarks == ()


async def test_a_language_without_prepared_sentences_gets_one_in_english() -> None:
    answer = await OfflineTutor().explain(*with_question(request("Vad är en slinga? Jag förstår ingenting av det")))
    assert answer.text.startswith(SENTENCES["other"]["says"])


@pytest.mark.parametrize("entry", SENTENCES.values(), ids=SENTENCES.keys())
def test_all_of_it_is_there_in_each_language(entry: dict[str, str]) -> None:
    assert set(entry) == {"says", "ran"}
    assert all(entry.values())
