"""The one thing that was asked is answered: a name by the student's code or by documentation, and no lesson."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.question.intent import Triage
from learnflow.models.draft import Draft
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent, Language, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.content.library import EXPLANATIONS
from tests.support.offline_requests import honest, query_with_question, request, turn, with_question

RANDOM = "import random\n\ndef guess(lb, ub):\n    n = random.randint(lb, ub)\n    return n\n"
COUNTER = (
    "class Counter:\n    def __init__(self, num):\n        self.num = num\n\n    def add(self, other):\n"
    "        self.num += other\n        return self.num\n"
)
RANDINT = "`random.randint(a, b)`: Return random integer in range [a, b], including both end points."


async def asked(text: str, code: str | None = None, language: Language | None = None) -> tuple[Triage, Draft]:
    """Ask as a student does: triage decides what it is, and for concepts the tutor explains."""
    tutor = OfflineTutor()
    found = await tutor.triage(*query_with_question(request(text, code, language).query))
    whole = request(text, code, language, topic=found.topic, low_confidence=found.confidence < 0.5)
    return found, honest(await tutor.explain(*with_question(whole)))


def has_lesson(draft: Draft) -> bool:
    return bool(draft.code_examples) or any(
        part.text in draft.text
        for explanation in EXPLANATIONS.values()
        for part in (explanation.beginner, explanation.intermediate, explanation.picture)
    )


@pytest.mark.parametrize("code", [None, RANDOM])
@pytest.mark.parametrize(
    "text",
    ["what goes into randint(lb, ub)?", "which parameters does randint take?", "what do I put in random.randint()?",
     "does randint include the last number?", "explain the randint function"],
)  # fmt: skip
async def test_what_a_function_takes_is_told_by_its_documentation(text: str, code: str | None) -> None:
    found, draft = await asked(text, code)
    assert found.intent is Intent.CONCEPTS
    assert RANDINT in draft.text
    assert "Python's own documentation says:" in draft.text
    assert not has_lesson(draft)


async def test_the_arguments_in_the_question_are_matched_with_the_parameters() -> None:
    _, draft = await asked("what goes into randint(lb, ub)?")
    assert draft.text.startswith("In `randint(lb, ub)`, `lb` is its `a` and `ub` is its `b`.")
    _, other = await asked("what does sorted(key=len) do?")
    assert "is its" not in other.text


@pytest.mark.parametrize(
    "text", ["what is `num` in this class?", "where does num come from?", "what is num", "what is the variable num for"]
)
async def test_a_name_of_the_students_code_is_found_there(text: str) -> None:
    found, draft = await asked(text, COUNTER)
    assert found.intent is Intent.CONCEPTS
    assert draft.text.startswith(
        "In your code, `num` is a parameter of `__init__` (line 2), set in line 3 (`self.num = num`) and set in line 6 "
        "(`self.num += other`). It is used in lines 3 and 7."
    )
    assert not has_lesson(draft)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what does strip() do?", "`str.strip(chars=None)`: Return a copy of the string with leading and trailing"),
        ("what does the strip method do", "`str.strip(chars=None)`: "),
        ("does sort return a new list?", "Sort the list in ascending order and return None."),
        ("how does Math.max work", "`Math.max(...values)`: Returns the larger of a set of supplied"),
        ("what is Array.prototype.map", "`Array.prototype.map(callbackfn, thisArg?)`: Calls a defined callback"),
        ("what does nextInt do", "`Scanner.nextInt()`: Returns the next token as an `int`."),
        ("what does zip do in python", "until an input is exhausted"),
        ("what does print return?", "Prints the values to a stream"),
        ("what is the difference between strip and lstrip?", "Return a copy of the string with leading whitespace"),
        ("what does parseInt do?", "TypeScript's documentation of JavaScript says:\n`parseInt(string, radix?)`"),
    ],
)
async def test_a_built_in_is_told_by_its_documentation(text: str, said: str) -> None:
    _, draft = await asked(text)
    assert said in draft.text
    assert not has_lesson(draft)
    assert "asks_back" not in draft.metadata


async def test_what_is_prepared_on_exactly_that_comes_first() -> None:
    _, both = await asked("what does enumerate return?")
    assert both.text.startswith("To the point first: `enumerate(items)` gives the place and the item together")
    assert "`enumerate(iterable, start=0)`: " in both.text
    _, compared = await asked("what is the difference between append and extend?")
    assert compared.text.startswith("To the point first: `append(x)` adds one item, `extend(items)` adds all items")


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("what does frobnicate do?", None, "it is not among the built-ins"),
        ("what is `frob`?", COUNTER, "neither set in your code, as far as I can read it, nor among the built-ins"),
        ("what does my_function(x) return", None, "it is not among the built-ins"),
    ],
)
async def test_a_name_that_is_nowhere_is_said_to_be(text: str, code: str | None, where: str) -> None:
    _, draft = await asked(text, code)
    assert draft.text.startswith("I cannot say what `")
    assert where in draft.text
    assert "Send me the code in which it is defined" in draft.text
    assert draft.metadata == {"answered": False}


@pytest.mark.parametrize("text", ["Explain lists", "what is a string?", "what is list in python?", "What is a loop?"])
async def test_who_asks_for_a_topic_gets_its_lesson(text: str) -> None:
    _, draft = await asked(text)
    assert has_lesson(draft)
    assert "documentation" not in draft.text


async def test_the_same_documentation_is_not_told_twice() -> None:
    text = "what does strip() do?"
    _, first = await asked(text)
    turns = [turn(text, first.text, Specialist.CONCEPTS, GENERAL)]
    second = honest(await OfflineTutor().explain(*with_question(request(text, topic="strings", turns=turns))))
    assert "Return a copy of the string" not in second.text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
async def test_no_name_raises(name: str) -> None:
    _, draft = await asked(f"what does `{name}` do?")
    assert draft.text
