"""What is behind an error: the cause's own topic and step, and the value that the code shows to be at fault."""

import pytest

from learnflow.code_analysis.engine import analyze
from learnflow.domain.question.errors import ERRORS
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.answers.static_diagnosis import fault_behind
from tests.support.offline_requests import honest, query_with_question, request, run, with_question

JS, JAVA, GO, RUST = Language.JAVASCRIPT, Language.JAVA, Language.GO, Language.RUST
SORTED = "scores = [2, 1]\nscores = scores.sort()\nfor s in scores:\n    print(s)"
NOT_ITERABLE = "TypeError: 'NoneType' object is not iterable"
JOINED = 'TypeError: can only concatenate str (not "int") to str'


@pytest.mark.parametrize(
    "code",
    [
        'age = input("Age? ")\nolder = age + 1\nprint(older)',
        "price = input()\nprint(price + 10)",
        'print(input("How many? ") + 1)',
    ],
)
async def test_what_was_typed_in_becomes_a_number_and_input_is_named(code: str) -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request(JOINED, code))))
    assert "it comes from `input()`" in draft.text
    assert "`int(...)`" in draft.text
    assert "str(" not in draft.text
    assert all("int(" in mended for mended in draft.code_examples)


async def test_text_that_was_not_typed_in_is_joined_as_before() -> None:
    draft = honest(await OfflineTutor().debug(*with_question(request(JOINED, 'age = 3\nprint("Age: " + age)'))))
    assert run(draft.code_examples[0]).stdout == "Age: 3\n"
    assert "input()" not in draft.text


async def test_the_topic_and_the_next_step_are_those_of_the_cause() -> None:
    asked = request(NOT_ITERABLE, SORTED)
    draft = honest(await OfflineTutor().debug(*with_question(asked)))
    assert draft.topic == draft.metadata["suggested_topic"] != ERRORS["python-not-iterable"].topic
    assert "Your next step: Call it without `scores =`" in draft.text
    assert "range(" not in draft.text
    assert (await OfflineTutor().triage(*query_with_question(asked.query))).topic == draft.topic


async def test_an_error_without_another_cause_keeps_its_topic() -> None:
    asked = request("TypeError: 'int' object is not iterable", "n = 5\nfor i in n:\n    print(i)")
    assert (await OfflineTutor().triage(*query_with_question(asked.query))).topic == ERRORS["python-not-iterable"].topic


@pytest.mark.parametrize(
    ("language", "code", "error", "word"),
    [
        (JAVA, "class A { List<String> names;\nvoid f() { names.add(1); } }", "java-null-pointer-exception", "null"),
        (JS, "let user;\nuser.name;", "javascript-undefined-property", "undefined"),
        (GO, "package main\nfunc main() { var p *T\np.x = 1 }", "go-nil-pointer", "nil"),
    ],
)
def test_nothing_has_the_name_that_its_language_gives_it(language: Language, code: str, error: str, word: str) -> None:
    fault = analyze(code, language, error=error)[0]
    assert f"is `{word}` (from line 1" in fault.message or f"is `{word}` (from line 2" in fault.message
    assert word == "undefined" or "undefined" not in fault.message


@pytest.mark.parametrize(
    ("language", "code", "error", "line", "said"),
    [
        (JS, "const u = users.find(x => x.id === 3);\nu.name;", "javascript-undefined-property", 2, "no item fits"),
        (JS, "const m = new Map();\nm.get('a').name;", "javascript-undefined-property", 2, "no such key"),
        (JS, "const m = text.match(/x/);\nm[0];", "javascript-null-property", 2, "nothing in the text fits"),
        (GO, 'package main\nfunc main() {\nvar c map[string]int\nc["go"] = 1\n}', "go-nil-map", 4, "never made"),
        (GO, 'package main\nfunc main() {\nvar c map[string]int\nc["go"]++\n}', "go-nil-map", 4, "never made"),
        (RUST, "fn main() {\nlet n = vec![1];\nshow(n);\nn.len();\n}", "rust-moved-value", 4, "call of `show`"),
        (RUST, 'fn f(s: String) {\nlet t = s;\nprintln!("{s}");\n}', "rust-moved-value", 3, "a new name in line 2"),
    ],
)
def test_the_line_is_read_from_the_code(language: Language, code: str, error: str, line: int, said: str) -> None:
    fault = fault_behind(code, language, ERRORS[error])
    assert fault is not None
    assert fault.line == line
    assert said in fault.message
    assert fault.fix


@pytest.mark.parametrize(
    ("language", "code", "error"),
    [
        (JS, "const u = users.find(f);\nif (!u) return;\nu.name;", "javascript-undefined-property"),
        (JS, "const u = users.find(f);\nu?.name;", "javascript-undefined-property"),
        (JS, "const r = axios.get(url);\nr.data.name;", "javascript-undefined-property"),
        (GO, 'package main\nfunc main() {\nvar c map[string]int\nc = make(M)\nc["a"] = 1\n}', "go-nil-map"),
        (GO, 'package main\nfunc main() {\nvar c map[string]int\nprintln(c["a"])\n}', "go-nil-map"),
        (RUST, "fn main() {\nlet n = vec![1];\nshow(&n);\nn.len();\n}", "rust-moved-value"),
        (RUST, "fn main() {\nlet mut n = vec![1];\nshow(n);\nn = vec![2];\n}", "rust-moved-value"),
    ],
)
def test_what_is_checked_or_made_before_is_no_fault(language: Language, code: str, error: str) -> None:
    assert analyze(code, language, error=error) == ()
