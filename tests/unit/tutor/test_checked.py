"""Code examples of an answer: right ones stay, others are repaired where that is certain, or left out."""

import pytest

from learnflow.models.draft import Draft
from learnflow.models.vocabulary import Language
from learnflow.tutor.checked import check_examples

REPAIRS = [
    ("a fence", Language.PYTHON, "```python\nx = 1\n```", "x = 1\n"),
    ("a fence without its end", Language.JAVA, "```\nint x = 1;\n", "int x = 1;\n"),
    ("the fence's language", Language.PYTHON, "```go\nx := 1\n```", "x := 1\n"),
    ("a fence that could be a string", Language.JAVASCRIPT, "```js\nf(1);\n```", "f(1);\n"),
    ("words around a fence", Language.PYTHON, "Like this:\n```py\nx = 1\n```\nSee?", "x = 1\n"),
    ("prompts", Language.PYTHON, ">>> for n in a:\n...     f(n)\n...\n1\n>>> g()", "for n in a:\n    f(n)\n\ng()"),
    (
        "smart quotes",
        Language.PYTHON,
        "print(“hi”, \N{LEFT SINGLE QUOTATION MARK}you\N{RIGHT SINGLE QUOTATION MARK})",
        "print(\"hi\", 'you')",
    ),
    ("spaces that do not break", Language.JAVA, "int\u00a0x = 1;", "int x = 1;"),
    ("an open bracket", Language.PYTHON, "print(f(1)", "print(f(1))"),
    (
        "open blocks",
        Language.JAVA,
        "class A {\n    void f() {\n        g(1",
        "class A {\n    void f() {\n        g(1);\n}\n}",
    ),
    ("a bracket in a string", Language.GO, 'f("{(", g(1)', 'f("{(", g(1))'),
    (
        "a lifetime",
        Language.RUST,
        "fn f<'a>(x: &'a str) -> char {\n    '{'",
        "fn f<'a>(x: &'a str) -> char {\n    '{'\n}",
    ),
]


def draft(*examples: str) -> Draft:
    return Draft(
        text="A loop repeats.", code_examples=examples, confidence=0.8, topic="loops", metadata={"level": "new"},
        model="offline",
    )  # fmt: skip


def counts(drafted: Draft) -> tuple[int, int, int]:
    said = drafted.metadata["code_examples"]
    return said["checked"], said["repaired"], said["dropped"]


def test_right_examples_stay_as_they_are() -> None:
    given = draft("x = 1", "    return x")
    kept = check_examples(given)
    assert kept.code_examples == given.code_examples
    assert kept.metadata == {"level": "new", "code_examples": {"checked": 2, "repaired": 0, "dropped": 0}}


def test_an_answer_without_examples_says_nothing_of_them() -> None:
    assert check_examples(draft()) == draft()


@pytest.mark.parametrize(("language", "given", "mended"), [one[1:] for one in REPAIRS], ids=[one[0] for one in REPAIRS])
def test_what_can_be_mended_is(language: Language, given: str, mended: str) -> None:
    kept = check_examples(draft(given), language)
    assert [example.strip() for example in kept.code_examples] == [mended.strip()]
    assert counts(kept) == (1, 1, 0)
    assert check_examples(kept, Language.GO if "go" in given else language).code_examples == kept.code_examples


@pytest.mark.parametrize("code", ["for x in", "```\n```", "x = = 1", "if x:\n    …", "def f(:\n    pass", "\ud800"])
def test_what_cannot_be_mended_is_left_out(code: str) -> None:
    given = draft("x = 1").model_copy(update={"code_examples": ("x = 1", code)})
    kept = check_examples(given)
    assert kept.code_examples == ("x = 1",)
    assert counts(kept) == (2, 0, 1)


def test_what_is_in_no_language_of_ours_is_not_checked() -> None:
    shell = "```bash\nfor f in *; do ls; done\n```"
    kept = check_examples(draft(shell, "x = 1"))
    assert kept.code_examples == (shell, "x = 1")
    assert counts(kept) == (1, 0, 0)


@pytest.mark.parametrize(
    "code", ['fmt.Println("a")\nx := 1', "let mut v = vec![1];", "total = 0\nfor n in a:\n    total += n"]
)
def test_what_is_right_in_another_language_stays(code: str) -> None:
    kept = check_examples(draft(code), Language.JAVA)
    assert kept.code_examples == (code,)
    assert counts(kept) == (1, 0, 0)
