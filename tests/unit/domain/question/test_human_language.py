"""Which human language a question is in: English, unless it is clear that it is not."""

import json
import os
from pathlib import Path

import pytest

from learnflow.domain.question.human_language import (
    ROMAN_URDU,
    clear_language,
    human_language,
    is_in_another,
    names_language,
)
from learnflow.domain.question.lexicon import data
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.models.vocabulary import SkillLevel
from learnflow.tutor.offline.content.library import EXPLANATIONS
from tests.support.offline_requests import request

DATA = Path(os.environ.get("LEARNFLOW_DATA", Path(__file__).parents[5] / "shared" / "data"))
OTHER = {
    "¿Qué es un bucle for?": "es",
    "mi programa no funciona, da un error en la linea 3": "es",
    "por que imprime None mi funcion?": "es",
    "¿dónde está el error?\n```python\nfor i in range(3)\n    print(i)\n```": "es",
    "meu programa não funciona e dá erro": "pt",
    "je ne comprends pas les listes": "fr",
    "warum gibt meine Funktion None aus?": "de",
    "loop kya hota hai?": ROMAN_URDU,
    "mera code kaam nahi kar raha": ROMAN_URDU,
    "yeh error kyun aa raha hai": ROMAN_URDU,
    "Что такое цикл for?": "ru",
    "我的程序报错了": "zh",
    "برنامجي لا يعمل": "ar",
    "फॉर लूप क्या है?": "hi",
    "میرا کوڈ کام نہیں کر رہا": "ur",
}
ENGLISH = (
    "loop?",
    "and why?",
    "it still fails",
    "KeyError: 'x'",
    "what is num",
    "s = s + 'x'",
    "NullPointerException in main",
    "pls help",
    "y does my code dont work",
    "me no understand loop",
    'print("hola mundo, como estas amigo mio")',
    "why does `¿qué tal estás hoy?` print a question mark?",
    "for loop java",
    "cin >> n; cout << n",
    "fibonacci memo",
    "None",
    "",
    "1 2 3 ???",
)


def language(text: str) -> str | None:
    return human_language(split_prose_and_code(request(text or ".").query).prose)


@pytest.mark.parametrize(("text", "code"), OTHER.items())
def test_another_language_is_known(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_taken_unless_it_is_clear_that_it_is_not(text: str) -> None:
    assert language(text) is None


def test_who_asks_in_two_languages_can_be_answered() -> None:
    assert language("ما هي القائمة في بايثون؟ What is a list in Python?") is None
    assert language("ما هي القائمة في بايثون؟") == "ar"


def test_of_questions_in_english_hardly_one_is_taken_for_another_language() -> None:
    files = [DATA / "topic" / "topic_so_titles.jsonl", DATA / "intent" / "intent_so_android.jsonl"]
    if not all(file.exists() for file in files):
        pytest.skip("the questions are not here; LEARNFLOW_DATA names the folder that has them")
    texts = [json.loads(line)["query_text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert sum(language(text) is not None for text in texts) < len(texts) / 500


SENTENCES = data("spoken_languages.toml", "learnflow.tutor.offline.content")
SAYS = {code: entry["says"] for code, entry in SENTENCES.items() if code != "other"}


@pytest.mark.parametrize(("code", "text"), SAYS.items())
def test_an_answer_in_the_language_that_was_written_is_in_no_other(code: str, text: str) -> None:
    assert is_in_another(text, code) is None


@pytest.mark.parametrize(("code", "text"), SAYS.items())
def test_an_answer_to_a_student_who_writes_english_is_known_to_be_in_another(code: str, text: str) -> None:
    assert is_in_another(text, "en") == code


def test_no_prepared_explanation_is_taken_for_another_language_than_english() -> None:
    texts = [part.text for topic in EXPLANATIONS.values() for part in (*map(topic.at, SkillLevel), topic.picture)]
    assert len(texts) > 150
    assert [text for text in texts if is_in_another(text, "en")] == []


@pytest.mark.parametrize("text", ["Use a loop.", "`arr[5]` asks for `arr`", "", "print(x) for y", "1 2 3 4 5 6 7 8 9"])
def test_of_a_short_answer_nothing_is_claimed(text: str) -> None:
    assert is_in_another(text, "es") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Why does my program stop in the second line?", "en"), ("it still fails", None), ("x = 1", None),
        ("KeyError: 'x'", None), ("warum gibt meine Funktion None aus?", "de"), ("loop kya hota hai?", ROMAN_URDU),
    ],
)  # fmt: skip
def test_a_language_is_clear_also_where_it_is_english(text: str, code: str | None) -> None:
    assert clear_language(text) == code


@pytest.mark.parametrize(
    ("text", "names"),
    [("Explain it in German, please", True), ("antworte auf Deutsch", True), ("What is a list?", False)],
)
def test_who_names_a_language_may_want_it(text: str, names: bool) -> None:  # noqa: FBT001
    assert names_language(text) is names
