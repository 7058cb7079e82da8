"""Wrong results without an error: the cause in the student's own code, and no cause where there is none."""

import pytest

from learnflow.code_analysis.habits import habits
from learnflow.code_analysis.legacy import find_brace_fault
from learnflow.code_analysis.pitfalls import pitfalls
from learnflow.code_analysis.remarks import praised
from learnflow.code_analysis.rules.python import loops
from learnflow.code_analysis.rules.python.errors import find_fault
from learnflow.models.vocabulary import Language
from learnflow.tutor.answer_text import joined, signed
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, with_question

JS, JAVA, CPP, GO = Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO

LOCKED = "from threading import {0}\nm = {0}()\ndef g():\n    with m:\n        pass\ndef f():\n    with m:\n        g()"
SWAPPED = "for k in r:\n    for m in {}:\n        if a[m] > a[m + 1]:\n            a[m], a[m + 1] = a[m + 1], a[m]"

PYTHON = {
    "loop-never-changes": ("n = 5\nwhile n > 0:\n    print(n)", "n = 5\nwhile n > 0:\n    n -= 1"),
    "mutable-default": ("def f(a, seen={}):\n    seen[a] = 1", "def f(a, seen=None):\n    seen = {}"),
    "used-up": ("e = map(int, '12')\nprint(list(e))\nprint(max(e))", "e = [1]\nprint(list(e))\nprint(max(e))"),
    "lock-taken-twice": (LOCKED.format("Lock"), LOCKED.format("RLock")),
    "inner-range": (SWAPPED.format("range(k, 8)"), SWAPPED.format("range(8 - k)")),
    "not-awaited": ("async def go():\n    pass\ngo()", "import asyncio\nasync def go():\n    pass\nasyncio.run(go())"),
    "lost-result": ("s = 'a'\ns.upper()", "s = 'a'\ns = s.upper()"),
    "gives-nothing": ("def f(x):\n    print(x)\ny = f(1)", "def f(x):\n    return x\ny = f(1)"),
    "returns-early": (
        "def f(a):\n    for x in a:\n        if x:\n            return True\n        else:\n            return False",
        "def f(a):\n    for x in a:\n        if x:\n            return True\n    return False",
    ),
    "starts-anew": (
        "for x in a:\n    t = 0\n    t += x\nprint(t)", "t = 0\nfor x in a:\n    t += x\nprint(t)",
    ),
    "same-row": ("g = [[0] * 3] * 2", "g = [[0] * 3 for _ in range(2)]"),
    "late-binding": ("f = [lambda: k for k in range(3)]", "f = [lambda k=k: k for k in range(3)]"),
    "text-and-number": ("n = input()\nif n == 5:\n    pass", "n = int(input())\nif n == 5:\n    pass"),
}  # fmt: skip


@pytest.mark.parametrize("key", PYTHON)
def test_a_cause_is_seen_in_python_and_not_in_the_mended_code(key: str) -> None:
    wrong, right = PYTHON[key]
    assert key in {one.key for one in loops.silent_causes(wrong)}
    assert loops.silent_causes(right) == ()


@pytest.mark.parametrize(("code", "error", "said"), [
    ("a = [1]\nfor i in range(len(a) + 2):\n    a[i]", "python-index-error", "goes too far"),
    ("a = [1]\nx = a[len(a)]", "python-index-error", "number of items"),
    ("import re\nm = re.fullmatch('a', 'ba')\nm.group()", "python-none-attribute", "re.search"),
])  # fmt: skip
def test_a_fault_counts_where_its_error_was_raised(code: str, error: str, said: str) -> None:
    fault = find_fault(code, error)
    assert fault is not None
    assert said in fault.says
    assert find_fault(code, None) is None


@pytest.mark.parametrize(("language", "code", "error", "said"), [
    (JS, "const a = [{n: 1}];\na[2].n;", "javascript-undefined-property", "index 2"),
    (CPP, "int main() { int* q = nullptr;\n*q = 1; }", "cpp-segmentation-fault", "`q` is `nullptr`"),
    (JAVA, "class A { void f(int[] a) { for (int i = 0; i <= a.length; i++) {} } }",
     "java-array-index-out-of-bounds", "one too far"),
    (JAVA, "class A { void f() { String s = null;\ns.length(); } }", "java-null-pointer-exception", "`s` is `null`"),
    (GO, "package main\nfunc main() { var p *T\np.x = 1 }", "go-nil-pointer", "`p` is `nil`"),
])  # fmt: skip
def test_the_value_at_fault_is_named(language: Language, code: str, error: str, said: str) -> None:
    fault = find_brace_fault(code, language, error)
    assert fault is not None
    assert said in fault.says


@pytest.mark.parametrize(("language", "code", "said"), [
    (Language.PYTHON, "for i in range(len(a)):\n    print(a[i])", "Loop over the items"),
    (Language.PYTHON, "for x in a:\n    if x not in b:\n        b.append(x)", "whole list"),
    (JS, "async function f(a) { for (const u of a) { await g(u); } }", "Promise.all"),
    (JAVA, 'class A { void f(int[] a) { String s = ""; for (int x : a) { s += x; } } }', "StringBuilder"),
    (JAVA, "class A { public int size; }", "private"),
])  # fmt: skip
def test_a_habit_is_remarked_on(language: Language, code: str, said: str) -> None:
    assert any(said in one.text for one in (*habits(code, language), *pitfalls(code, language)))


async def test_a_cause_is_told_as_the_cause_and_nothing_is_asked_for() -> None:
    draft = honest(
        await OfflineTutor().debug(*with_question(request("all rows change", "g = [[0]] * 3\ng[0][0] = 1\nprint(g)")))
    )
    assert "The cause is in line 1" in draft.text
    assert "send me" not in draft.text


async def test_a_call_in_the_words_is_read() -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request("[30, 4].sort() is wrong", None, JS))))
    assert "comparator" in draft.text


async def test_a_review_does_not_praise_what_it_could_not_judge() -> None:
    draft = honest(
        await OfflineTutor().review(*with_question(request("Is it fast?", "def add(a, b):\n    return a + b")))
    )
    assert "speed" in draft.text
    assert "Well done" not in draft.text


async def test_a_review_sees_sql_made_of_text() -> None:
    code = "def f(c, n):\n    c.execute(f\"SELECT * FROM t WHERE n = '{n}'\")"
    assert "injection" in honest(await OfflineTutor().review(*with_question(request("Is it secure?", code)))).text


async def test_a_card_in_another_language_tells_nothing_of_python() -> None:
    asked = request("why?", "items[3]", JAVA, profile={"skill_level": "intermediate"})
    card = honest(await OfflineTutor().explain_concept(*with_question(asked), "list-indexing"))
    assert "items[-1]" not in card.text


def test_two_answers_say_once_that_they_are_offline() -> None:
    both = joined(f"One.\n\n{signed('I ran it.')}", f"Two.\n\n{signed('that is prepared.')}")
    assert both.split("\n\n")[:2] == ["One.", "Two."]
    assert both.count("offline") == 1


def test_a_comparison_with_null_may_convert() -> None:
    code = "if (price == null || name != null) { stop(); }"
    assert not any("convert" in one.text for one in pitfalls(code, JS))
    assert any("convert" in one.text for one in pitfalls("if (price == 0) { stop(); }", JS))


def test_who_throws_an_error_away_does_not_look_at_each() -> None:
    looked = "data, err := read()\nif err != nil { return err }"
    assert praised(looked, Language.GO)
    assert not praised(f"{looked}\nmore, _ := read()", Language.GO)


async def test_code_of_which_nobody_asked_a_review_is_not_praised_for_what_the_rules_do_not_see() -> None:
    draft = honest(
        await OfflineTutor().review(*with_question(request("some of them stay", "def add(a, b):\n    return a + b")))
    )
    assert "Well done" not in draft.text
    assert "say what you expected" in draft.text
