"""Causes of wrong results as they are told: sure ones, places to look at, and none."""

import pytest

from learnflow.code_analysis.engine import all_rules
from learnflow.code_analysis.rule import Certainty
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Execution
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.answers.static_diagnosis import bugs
from tests.support.offline_requests import honest, query_with_question, request, with_question


@pytest.mark.parametrize("key", ["compares-identity", "no-return", "not-waited", "not-virtual"])
async def test_what_is_not_proven_is_told_as_a_place_to_look(key: str) -> None:
    rule = next(rule for rule in all_rules() if rule.key == key)
    example = rule.examples[0]
    draft = honest(await OfflineTutor().debug(*with_question(request("it is wrong", example.bad, example.language))))
    assert rule.certainty is Certainty.LIKELY
    assert draft.topic == rule.topic
    assert draft.text.startswith("A place to look")


def test_nothing_is_suspected_of_an_overflow_where_none_can_be_seen() -> None:
    product = "int main() {\n  int p;\n  for (char c : word) { p *= c - 'A' + 1; }\n  std::cout << p;\n}"
    assert [finding.rule.key for finding in bugs(product, Language.CPP)] == ["never-set"]
    assert bugs(product.replace("int p;", "int p = 1;"), Language.CPP) == ()


async def test_the_cause_behind_an_error_gives_its_line() -> None:
    code = "package main\n\nfunc main() {\n\tc := make(chan int)\n\tc <- 1\n\tprintln(<-c)\n}"
    asked = request("fatal error: all goroutines are asleep - deadlock!", code, Language.GO)
    draft = honest(await OfflineTutor().debug(*with_question(asked)))
    assert "line 5 (`c <- 1`)" in draft.text
    assert "unbuffered" in draft.text


async def test_an_inexact_sum_is_explained_without_any_code() -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request("i get 0.30000000000000004, what is wrong"))))
    assert "binary" in draft.text
    assert draft.topic == "data-types"


async def test_two_causes_are_both_told() -> None:
    code = "def f(a, seen=[]):\n    seen.append(a)\n    return seen\n\nfor i in range(5, 0):\n    print(f(i))"
    draft = honest(await OfflineTutor().debug(*with_question(request("nothing comes out", code))))
    assert "line 1" in draft.text
    assert "There is more, in line 5" in draft.text


@pytest.mark.parametrize(("said", "code", "language", "told"), [
    ("it prints 5 instead of 6", "t = 0\nfor x in [2, 3]:\n    t += x\nprint(t)", Language.PYTHON, "`print(x, t)`"),
    ("it prints 5 instead of 6", "let t = 2;\nconsole.log(t + 3);", Language.JAVASCRIPT, "`console.log(...)`"),
])  # fmt: skip
async def test_who_sees_nothing_says_how_to_find_it(said: str, code: str, language: Language, told: str) -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request(said, code, language))))
    assert "By reading alone I cannot see" in draft.text
    assert told in draft.text


async def test_what_code_does_wrong_is_the_topic_of_the_question() -> None:
    asked = request("it prints every word twice", "a = [1]\nb = a\nb.append(2)\nprint(a)").query
    found = await OfflineTutor().triage(*query_with_question(asked))
    assert (found.intent, found.topic) == ("debug", "variables")
    assert found.question_key.startswith("debug-variables")
    assert "line 2 of the code" in found.reasoning


async def test_who_asks_why_gets_the_cause_in_the_code_as_well() -> None:
    asked = request("explain why the first list changes", "a = [1]\nb = a\nb.append(2)\nprint(a)", topic="lists")
    draft = honest(await OfflineTutor().explain(*with_question(asked)))
    assert "in your code, line 2" in draft.text


async def test_a_name_that_another_function_has_is_told_as_such() -> None:
    code = "def load():\n    data = [1]\n\ndef show():\n    print(data)\n\nload()\nshow()"
    draft = honest(await OfflineTutor().debug(*with_question(request("NameError: name 'data' is not defined", code))))
    assert "line 5 (`print(data)`)" in draft.text
    assert "inside of `load`" in draft.text


async def test_the_next_item_of_the_last_one_is_beyond_the_end() -> None:
    code = "a = read()\nfor i in range(len(a)):\n    if a[i] > a[i + 1]:\n        print(i)"
    draft = honest(await OfflineTutor().debug(*with_question(request("IndexError: list index out of range", code))))
    assert draft.code_examples[0].startswith("a = read()\nfor i in range(len(a) - 1):")


async def test_who_is_stuck_without_code_is_told_how_to_begin() -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request("my program is stuck, no error"))))
    assert "Ctrl-C" in draft.text


UNDEFINED = CodeRun(
    Execution.model_validate({
        "ended": "exception", "stdout": "", "stderr": "", "exit_code": 1, "milliseconds": 9,
        "fault": {"type": "NameError", "message": "name 'xs' is not defined", "line": 1, "trace": "..."},
    })
)  # fmt: skip


@pytest.mark.parametrize(("said", "topic"), [("it skips some", "loops"), ("NameError: what is wrong", "variables")])
async def test_a_run_that_lacks_what_was_not_sent_does_not_hide_the_cause(said: str, topic: str) -> None:
    code = "for x in xs:\n    if x:\n        xs.remove(x)"
    draft = honest(await OfflineTutor().debug(*with_question(request(said, code)), UNDEFINED))
    assert draft.topic == topic
    assert "NameError" in draft.text
