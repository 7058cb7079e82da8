"""Review: what matters first, and honest about what was not looked at."""

from typing import Any

import pytest

from learnflow.code_analysis import linters
from learnflow.code_analysis.engine import analyze
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, turn, with_question

STARTS = {Language.JAVASCRIPT: "const x = 0 == '';", Language.JAVA: 'if (a == "yes") {}',
          Language.CPP: "int* p = new int;",
          Language.GO: "v, _ := strconv.Atoi(s)", Language.RUST: "let x = f().unwrap();"}  # fmt: skip

BROKEN = {
    Language.JAVASCRIPT: "const x = 1;\nif (x {}",
    Language.JAVA: "int y = 1;\nint x 5;",
    Language.CPP: "int y = 1;\nint x 5;",
    Language.GO: "y := 1\nx := := 5",
    Language.RUST: "let y = 1;\nlet x 5;",
}


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


async def test_review_names_what_matters_first(tutor: OfflineTutor) -> None:
    code = (
        "def Add(item, items=[]):\n    try:\n        items.append(item)\n    except:\n        x = 1\n    return items"
    )
    draft = honest(await tutor.review(*with_question(request("Please review", code))))
    remarks = draft.metadata["remarks"]
    assert isinstance(remarks, list)
    rules = [remark["rule"] for remark in remarks if isinstance(remark, dict)]
    assert rules[:3] == ["", "E722", "F841"]
    assert "Line 1 (`def Add(item, items=[]):`)" in draft.text
    assert len(rules) <= 6


async def test_review_of_good_code_says_that_it_was_not_run(tutor: OfflineTutor) -> None:
    draft = honest(
        await tutor.review(
            *with_question(request("Is this good?", "def add(first, second):\n    return first + second"))
        )
    )
    assert draft.metadata["remarks"] == []
    assert "I have not run your code" in draft.text
    assert "By rule I found nothing to complain about" in draft.text
    assert "Well done" not in draft.text


async def test_review_of_what_is_no_python_says_where(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(*with_question(request("Is this good?", "x = 1\nif x > 0\n    print(x)"))))
    assert "Line 2" in draft.text


@pytest.mark.parametrize("language", STARTS)
async def test_review_of_other_languages_finds_pitfalls_and_says_that_it_has_no_linter(
    language: Language, tutor: OfflineTutor
) -> None:
    draft = honest(await tutor.review(*with_question(request("review this", STARTS[language], language))))
    assert "no linter" in draft.text
    assert "Line 1" in draft.text
    assert draft.confidence <= 0.5


async def test_review_without_code_asks_for_it(tutor: OfflineTutor) -> None:
    assert "there is no code" in honest(await tutor.review(*with_question(request("Review my code please")))).text


async def test_a_linter_that_does_not_answer_is_said_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linters, "find_ruff_bin", lambda: "/nowhere/ruff")
    draft = honest(await OfflineTutor().review(*with_question(request("review", "not_linted_yet = 1"))))
    assert "could not be run" in draft.text
    assert draft.confidence <= 0.3


async def test_remarks_on_what_is_mastered_are_to_be_explained_by_the_student(tutor: OfflineTutor) -> None:
    standing = {"python_mastery_levels": {"functions": 0.9}}
    code = "def add(item, items=[]):\n    return items + [item]"
    draft = honest(
        await tutor.review(*with_question(request("Please review", code, topic="functions", standing=standing)))
    )
    assert "You know functions well (90%), so try to say why" in draft.text
    hard = {"struggle_topics": ["functions"]}
    draft = honest(await tutor.review(*with_question(request("Please review", code, topic="functions", standing=hard))))
    assert '"Explain functions"' in draft.text


async def test_code_without_remarks_needs_no_advice(tutor: OfflineTutor) -> None:
    asked = request("Is this good?", "def add(first, second):\n    return first + second", topic="functions",
                    standing={"python_mastery_levels": {"functions": 0.9}})  # fmt: skip
    assert "You know functions well" not in honest(await tutor.review(*with_question(asked))).text


@pytest.mark.parametrize("language", BROKEN)
async def test_review_of_code_that_cannot_be_read_begins_with_that(language: Language, tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(*with_question(request("review this", BROKEN[language], language))))
    first = draft.metadata["remarks"][0]
    assert first["line"] == 2
    assert "cannot read this" in first["text"]


MANY = """def Add(item, items=[]):
    try:
        items.append(item)
    except:
        x = 1
    if len(items) == True:
        print(f"full")
    return items
"""


async def lines_of(tutor: OfflineTutor, code: str, language: Language | None = None, **known: Any) -> list[str]:
    draft = honest(await tutor.review(*with_question(request("Please review", code, language, **known))))
    return [line for line in draft.text.splitlines() if line.startswith("- ")]


async def test_a_learner_gets_as_many_remarks_as_the_level_can_take(tutor: OfflineTutor) -> None:
    counts = [
        len(await lines_of(tutor, MANY, profile={"skill_level": level}))
        for level in ("beginner", "intermediate", "advanced")
    ]
    assert counts == [3, 5, 6]
    beginner = honest(await tutor.review(*with_question(request("Please review", MANY)))).text
    assert "can wait" in beginner
    assert "[E722]" not in beginner
    assert "[E722]" in "".join(await lines_of(tutor, MANY, profile={"skill_level": "advanced"}))


async def test_remarks_are_sorted_by_what_they_are_about(tutor: OfflineTutor) -> None:
    kinds = ["a bug", "a risk", "clearer", "style"]
    code = "var a = 1;\nif (a = 2) { f(); }\nconst b = a == 3;\n"
    for found in (
        await lines_of(tutor, MANY, profile={"skill_level": "advanced"}),
        await lines_of(tutor, code, Language.JAVASCRIPT),
    ):
        order = [next(number for number, kind in enumerate(kinds) if f": {kind}. " in line) for line in found]
        assert order == sorted(order)
        assert len(set(order)) > 1


async def test_a_remark_that_was_made_before_is_not_made_again(tutor: OfflineTutor) -> None:
    first = honest(await tutor.review(*with_question(request("Please review", MANY))))
    again = await lines_of(tutor, MANY, turns=[turn("Please review", first.text, Specialist.CODE_REVIEW, "functions")])
    assert all("still there" in line for line in again)
    assert len(again) == 3


async def test_praise_is_given_where_it_is_earned(tutor: OfflineTutor) -> None:
    good = "with open('a.txt') as file:\n    print(file.read())\n"
    assert "closed whatever happens" in honest(await tutor.review(*with_question(request("Is this good?", good)))).text
    assert "What is good" not in honest(await tutor.review(*with_question(request("Is this good?", MANY)))).text


FALLS = "switch (day) {\ncase 1:\n  f();\ncase 2:\n  g();\n  break;\n}"


@pytest.mark.parametrize(
    ("language", "code", "line", "said"),
    [
        (Language.JAVASCRIPT, "if (x = 5) { f(); }", 1, "one `=`"),
        (Language.JAVASCRIPT, FALLS, 2, "no `break`"),
        (Language.JAVASCRIPT, "function f() {\n  const unused = 1;\n  return 2;\n}", 2, "`unused`"),
        (Language.JAVASCRIPT, "var x = 1;\nf(x);", 1, "`var`"),
        (Language.JAVA, FALLS, 2, "no `break`"),
        (Language.JAVA, "try { f(); } catch (Exception e) { g(); }", 1, "catches everything"),
        (Language.CPP, FALLS, 2, "no `break`"),
        (Language.GO, "n, _ := strconv.Atoi(s)", 1, "thrown away"),
        (Language.RUST, "let n = s.parse::<i32>().unwrap();", 1, "`unwrap()`"),
    ],
)
def test_a_few_sound_checks_find_what_learners_do(language: Language, code: str, line: int, said: str) -> None:
    findings = analyze(code, language)
    assert any(finding.line == line and said in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (Language.JAVASCRIPT, 'const text = "a == b"; // var x == y\nf(text);'),
        (Language.JAVASCRIPT, "function f() {\n  const name = 1;\n  return `${name}`;\n}"),
        (Language.JAVASCRIPT, "switch (x) {\ncase 1:\ncase 2:\n  f();\n  break;\n}"),
        (Language.JAVASCRIPT, "switch (x) {\ncase 1:\n  f(); // falls through\ncase 2:\n  g();\n}"),
        (Language.JAVASCRIPT, "const twice = (x) => x * 2;\nif (x === 5 && y <= 3) { f(twice); }"),
        (Language.JAVA, "/* List x = 1; */ int y = 2;\nf(y);"),
        (Language.CPP, "// new int\nif (x == 5) { f(); }"),
        (Language.GO, "// panic(\nn, err := strconv.Atoi(s)"),
        (Language.RUST, '// x.unwrap()\nprintln!("unsafe");'),
    ],
)
def test_no_remark_on_what_is_right_or_is_no_code(language: Language, code: str) -> None:
    assert analyze(code, language) == ()
