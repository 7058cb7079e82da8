"""Which names of code a question asks about, and which only stand in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.question.asked_names import AskedName, asked_names
from learnflow.domain.question.intent import triage
from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.vocabulary import Intent
from tests.support.offline_requests import request


def asked(text: str, code: str | None = None) -> tuple[AskedName, ...]:
    return asked_names(parse_question(request(text, code).query))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("what goes into randint(lb, ub)?", ["randint"]),
        ("What do I put in randint()?", ["randint"]),
        ("what are the two numbers in random.randint(1, 6)", ["random.randint"]),
        ("which parameters does randint take?", ["randint"]),
        ("does randint include the last number?", ["randint"]),
        ("what is `num` in this class?", ["num"]),
        ("where does num come from?", ["num"]),
        ("what is the variable i for", ["i"]),
        ("what does strip() do?", ["strip"]),
        ("what does the strip method do?", ["strip"]),
        ("explain the strip function", ["strip"]),
        ("what does enumerate return?", ["enumerate"]),
        ("does sort return a new list?", ["sort"]),
        ("how does Math.max work", ["Math.max"]),
        ("what is Array.prototype.map", ["Array.prototype.map"]),
        ("what does nextInt do", ["nextInt"]),
        ("nextInt()?", ["nextInt"]),
        ("what is the difference between append and extend?", ["append", "extend"]),
        ("append vs extend", ["append", "extend"]),
        ("difference between strip() and lstrip()", ["strip", "lstrip"]),
        ("how is sort different from sorted", ["sort", "sorted"]),
    ],
)
def test_the_name_that_is_asked_about_is_read(text: str, names: list[str]) -> None:
    assert [name.name for name in asked(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "I use len(items) in my loop. How do loops work?",
        "How do I sort a list without sort()?",
        "Explain recursion to me please",
        "My program uses random.randint(1, 6) and prints nothing",
        "ValueError: invalid literal for int() with base 10",
        "what does it do?",
        "is there a way to do this?",
        "Is main.py a module?",
    ],
)
def test_a_name_that_only_stands_in_a_question_is_not_asked_about(text: str) -> None:
    assert not {name.name for name in asked(text)} & {"len", "sort", "random.randint", "int", "it", "there", "main.py"}


def test_what_stands_in_parentheses_is_kept_where_it_can_be_told_apart() -> None:
    assert asked("what goes into randint(lb, ub)?") == (AskedName("randint", is_code=True, arguments=("lb", "ub")),)
    assert asked("what does print('a, b', [1, 2]) do")[0].arguments == ()
    assert asked("what does strip do")[0] == AskedName("strip", is_code=False)


def test_a_value_is_asked_of_a_name_only_where_code_has_it() -> None:
    text = "what is the value of count after the loop?"
    assert "count" not in {name.name for name in asked(text)}
    assert "count" in {name.name for name in asked(text, "count = 1")}


@pytest.mark.parametrize("text", ["what goes into randint(lb, ub)?", "what is lb here?", "where does `n` get set"])
def test_who_asks_about_a_name_in_code_has_it_explained(text: str) -> None:
    code = "import random\n\ndef guess(lb, ub):\n    n = random.randint(lb, ub)\n    return n"
    assert triage(request(text, code).query).intent is Intent.CONCEPTS


def test_who_asks_why_a_name_does_something_has_a_fault_looked_for() -> None:
    asked_why = request("why does sort() give None?", "a = [2, 1].sort()\nprint(a)").query
    assert triage(asked_why).intent is Intent.DEBUG


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
    | st.lists(st.sampled_from(["what", "does", "`", "(", ")", "x.y", "strip", "?", "é", "$"])).map(" ".join)
)
def test_any_text_can_be_read(text: str) -> None:
    assert all(name.name for name in asked(f"what {text}"))
