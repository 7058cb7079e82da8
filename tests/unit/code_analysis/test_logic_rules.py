"""Wrong results without an error: the cause in the student's own code, and no cause where there is none."""

import pytest

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.praise import praised
from learnflow.code_analysis.rule import Kind
from learnflow.models.vocabulary import Language
from learnflow.tutor.answer_text import joined, signed
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, with_question

JS, JAVA, CPP, GO = Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO


@pytest.mark.parametrize(("code", "error", "said"), [
    ("a = [1]\nfor i in range(len(a) + 2):\n    a[i]", "python-index-error", "goes too far"),
    ("a = [1]\nx = a[len(a)]", "python-index-error", "number of items"),
    ("import re\nm = re.fullmatch('a', 'ba')\nm.group()", "python-none-attribute", "re.search"),
])  # fmt: skip
def test_a_fault_counts_where_its_error_was_raised(code: str, error: str, said: str) -> None:
    assert said in analyze(code, Language.PYTHON, error=error)[0].message
    assert not any(finding.kind is Kind.ERROR for finding in analyze(code, Language.PYTHON))


@pytest.mark.parametrize(("language", "code", "error", "said"), [
    (JS, "const a = [{n: 1}];\na[2].n;", "javascript-undefined-property", "index 2"),
    (CPP, "int main() { int* q = nullptr;\n*q = 1; }", "cpp-segmentation-fault", "`q` is `nullptr`"),
    (JAVA, "class A { void f(int[] a) { for (int i = 0; i <= a.length; i++) { g(a[i]); } } }",
     "java-array-index-out-of-bounds", "one too far"),
    (JAVA, "class A { void f() { String s = null;\ns.length(); } }", "java-null-pointer-exception", "`s` is `null`"),
    (GO, "package main\nfunc main() { var p *T\np.x = 1 }", "go-nil-pointer", "`p` is `nil`"),
])  # fmt: skip
def test_the_value_at_fault_is_named(language: Language, code: str, error: str, said: str) -> None:
    assert said in analyze(code, language, error=error)[0].message


@pytest.mark.parametrize(("language", "code", "said"), [
    (Language.PYTHON, "for i in range(len(a)):\n    print(a[i])", "Loop over the items"),
    (Language.PYTHON, "for x in a:\n    if x not in b:\n        b.append(x)", "whole list"),
    (JS, "async function f(a) { for (const u of a) { await g(u); } }", "Promise.all"),
    (JAVA, 'class A { void f(int[] a) { String s = ""; for (int x : a) { s += x; } } }', "StringBuilder"),
    (JAVA, "class A { public int size; }", "private"),
])  # fmt: skip
def test_a_habit_is_remarked_on(language: Language, code: str, said: str) -> None:
    assert any(said in finding.remark for finding in analyze(code, language))


async def test_a_cause_that_nobody_proved_is_a_place_to_look_and_nothing_is_asked_for() -> None:
    draft = honest(
        await OfflineTutor().debug(*with_question(request("all rows change", "g = [[0]] * 3\ng[0][0] = 1\nprint(g)")))
    )
    assert "A place to look is in line 1" in draft.text
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
    assert not any("convert" in finding.remark for finding in analyze(code, JS))
    assert any("convert" in finding.remark for finding in analyze("if (price == 0) { stop(); }", JS))


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
