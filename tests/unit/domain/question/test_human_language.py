"""Which human language a question is in: English, unless it is clear that it is not."""

import json
import os
from pathlib import Path

import pytest

from learnflow.domain.question.human_language import ROMAN_URDU, human_language
from learnflow.domain.question.snippet import split_prose_and_code
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
