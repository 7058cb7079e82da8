"""Debug: the error by its name, its place in the code, and a sentence for this student."""

from itertools import pairwise
from typing import Any

import pytest

from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.rule import Kind
from learnflow.domain.question.errors import ERRORS
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from tests.support.offline_requests import honest, request, run, turn, with_question


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


async def test_the_data_models_question_is_answered_and_asks_concepts_for_list_indexing(tutor: OfflineTutor) -> None:
    asked = request("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])")
    draft = honest(await tutor.debug(*with_question(asked)))
    for said in ("index 5", "3 elements", "0 to 2", "line 2"):
        assert said in draft.text
    assert draft.code_examples == ("arr = [1, 2, 3]\nprint(arr[2])", "arr = [1, 2, 3]\nprint(arr[len(arr) - 1])")
    assert [run(code).stdout for code in draft.code_examples] == ["3\n", "3\n"]
    assert draft.metadata == {
        "error_type": "IndexError",
        "fix_applied": False,
        "suggested_topic": "list-indexing",
        "line": 2,
        "ran": None,
        "proof": {"verdict": "not-provable", "reason": "It was not run: I cannot run this here."},
    }
    assert (draft.topic, draft.missing_concept) == ("list-indexing", "list-indexing")
    assert draft.confidence >= 0.85
    alone = await tutor.debug(*with_question(asked.model_copy(update={"alone": True})))
    assert alone.missing_concept is None


@pytest.mark.parametrize("key", ERRORS)
async def test_each_error_is_known_by_its_name_and_language(key: str, tutor: OfflineTutor) -> None:
    sign, note = ERRORS[key], ERROR_NOTES[key]
    is_visible = sign.language is Language.PYTHON and any(
        finding.kind is Kind.ERROR for finding in analyze(note.broken, Language.PYTHON)
    )
    asked = (
        request("What is wrong here?", note.broken)
        if is_visible
        else request(f"I get {sign.name}", None, sign.language)
    )
    draft = honest(await tutor.debug(*with_question(asked)))
    assert draft.metadata["error_type"] == sign.name
    assert draft.metadata["suggested_topic"] == draft.topic


async def test_a_trace_gives_the_line(tutor: OfflineTutor) -> None:
    trace = 'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\nValueError: bad'
    draft = honest(await tutor.debug(*with_question(request(trace, "x = read()\ny = parse(x)"))))
    assert "line 2: `y = parse(x)`" in draft.text
    assert draft.metadata["fix_applied"] is False


async def test_debug_without_code_asks_for_it(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.debug(*with_question(request("my loop is broken"))))
    assert "code" in draft.text
    assert draft.confidence < 0.5
    assert draft.missing_concept is None


async def test_debug_says_when_it_sees_nothing(tutor: OfflineTutor) -> None:
    draft = honest(
        await tutor.debug(*with_question(request("Why is the result wrong?", "def mean(a):\n    return sum(a) / 2")))
    )
    assert "cannot see" in draft.text


SORTED = "names = [3, 1]\nordered = names.sort()\nprint(ordered[0])"
ARRAY = "arr = [1, 2, 3]\nprint(arr[5])"


async def tell(tutor: OfflineTutor, **known: Any) -> list[str]:
    return honest(await tutor.debug(*with_question(request("Why?", ARRAY, **known)))).text.split("\n\n")


async def test_levels_are_told_differently(tutor: OfflineTutor) -> None:
    beginner, middle, advanced = [
        await tell(tutor, profile={"skill_level": level}) for level in ("beginner", "intermediate", "advanced")
    ]
    note = ERROR_NOTES["python-index-error"]
    assert f"What it means: {note.meaning}" in beginner
    assert f"Your next step: {note.fix}" in beginner
    assert f"What to do: {note.fix}" in middle
    assert f"What lies beneath: {note.beneath}" in advanced
    assert note.meaning not in "".join(advanced)
    assert len("".join(advanced)) < len("".join(beginner))


async def test_the_same_error_again_is_told_in_another_way_each_time(tutor: OfflineTutor) -> None:
    again = turn("IndexError", "…", Specialist.DEBUG, "list-indexing")
    answers = [await tell(tutor, turns=[again] * before) for before in range(6)]
    same = {answers[0][0], answers[0][-1]}  # the place in the code, and that it is offline
    for number, first in enumerate(answers):
        for second in answers[number + 1 :]:
            assert first != second
    for first, second in pairwise(answers[:4]):
        assert set(first) & set(second) == same
    assert "three steps" in "".join(answers[1])
    assert ERROR_NOTES["python-index-error"].broken in "".join(answers[2])
    assert '"Explain list indexing"' in "".join(answers[2])
    smaller = await tutor.debug(*with_question(request("Why?", ARRAY, turns=[again] * 2)))
    assert smaller.code_examples[0] == ERROR_NOTES["python-index-error"].mended


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"standing": {"struggle_topics": ["list-indexing"]}}, '"Explain list indexing"'),
        ({"standing": {"python_mastery_levels": {"list-indexing": 0.9}}}, "You know list indexing well (90%)"),
        ({"profile": {"learning_style": "visual"}}, "draw a box"),
        ({"profile": {"learning_style": "auditory"}}, "read the line aloud"),
        ({"profile": {"learning_style": "kinesthetic"}}, "change one value"),
        ({"profile": {"learning_style": "example-driven"}}, 'names = ["Ada", "Bob"]'),
    ],
)
async def test_what_is_known_of_the_student_tunes_the_answer(
    known: dict[str, Any], said: str, tutor: OfflineTutor
) -> None:
    assert said not in "".join(await tell(tutor))
    assert said in "".join(await tell(tutor, **known))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("KeyError: 'ada'", "The key that is not there is 'ada'."),
        ("NameError: name 'totl' is not defined", "The name is `totl`."),
        ("TypeError: Cannot read properties of undefined (reading 'city')", "before `.city` is `undefined`"),
        ("panic: runtime error: index out of range [5] with length 3", "The index is 5, and the length is 3."),
        ("error[E0382]: borrow of moved value: `s`", "The value is `s`."),
        ("main.cpp:3:5: error: 'totl' was not declared in this scope", "The name is `totl`."),
        ("error: \N{LEFT SINGLE QUOTATION MARK}n\N{RIGHT SINGLE QUOTATION MARK} was not declared in this scope", "`n`"),
        ("Index 5 out of bounds for length 3 java.lang.ArrayIndexOutOfBoundsException", "The index is 5"),
    ],
)  # fmt: skip
async def test_names_and_values_of_the_message_are_told(message: str, said: str, tutor: OfflineTutor) -> None:
    assert said in honest(await tutor.debug(*with_question(request(message)))).text


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        (Language.JAVASCRIPT, "const x = 1;\nif (x {}", 2), (Language.JAVA, "int y = 1;\nint x 5;", 2),
        (Language.CPP, "int y = 1;\nint x 5;", 2), (Language.GO, "y := 1\nx := := 5", 2),
        (Language.RUST, "let y = 1;\nlet x 5;", 2),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_found_in_every_language(
    language: Language, code: str, line: int, tutor: OfflineTutor
) -> None:
    draft = honest(await tutor.debug(*with_question(request("It does not work", code, language))))
    assert draft.metadata["line"] == line
    assert f"line {line} (`{code.splitlines()[line - 1]}`)" in draft.text


async def test_only_a_gap_in_understanding_is_explained_by_concepts(tutor: OfflineTutor) -> None:
    slip = await tutor.debug(*with_question(request("NameError: name 'x' is not defined")))
    mastered = await tutor.debug(
        *with_question(request("Why?", ARRAY, standing={"python_mastery_levels": {"list-indexing": 0.9}}))
    )
    assert (slip.missing_concept, mastered.missing_concept) == (None, None)
    assert (await tutor.debug(*with_question(request("What is wrong?", SORTED)))).missing_concept == "null-values"
