"""Debug: the error by its name, its place in the code, and a sentence for this student."""

from typing import Any

import pytest

from learnflow.domain.errors import ERRORS
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.faults import find_fault
from learnflow.tutor.offline.library import ERROR_NOTES
from tests.offline import honest, request, run, turn


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


async def test_the_data_models_question_is_answered_and_asks_concepts_for_list_indexing(tutor: OfflineTutor) -> None:
    asked = request("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])")
    draft = honest(await tutor.debug(asked))
    for said in ("index 5", "3 elements", "0 to 2", "line 2"):
        assert said in draft.text
    assert draft.code_examples == ("arr = [1, 2, 3]\nprint(arr[2])", "arr = [1, 2, 3]\nprint(arr[len(arr) - 1])")
    assert [run(code).stdout for code in draft.code_examples] == ["3\n", "3\n"]
    assert draft.metadata == {
        "error_type": "IndexError",
        "fix_applied": True,
        "suggested_topic": "list-indexing",
        "line": 2,
        "ran": None,
    }
    assert (draft.topic, draft.missing_concept) == ("list-indexing", "list-indexing")
    assert draft.confidence >= 0.85
    alone = await tutor.debug(asked.model_copy(update={"alone": True}))
    assert alone.missing_concept is None


@pytest.mark.parametrize("key", ERRORS)
async def test_each_error_is_known_by_its_name_and_language(key: str, tutor: OfflineTutor) -> None:
    sign, note = ERRORS[key], ERROR_NOTES[key]
    seen = sign.language is Language.PYTHON and find_fault(note.broken, None)
    asked = request("What is wrong here?", note.broken) if seen else request(f"I get {sign.name}", None, sign.language)
    draft = honest(await tutor.debug(asked))
    assert draft.metadata["error_type"] == sign.name
    assert draft.metadata["suggested_topic"] == draft.topic


async def test_a_trace_gives_the_line(tutor: OfflineTutor) -> None:
    trace = 'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\nValueError: bad'
    draft = honest(await tutor.debug(request(trace, "x = read()\ny = parse(x)")))
    assert "line 2: `y = parse(x)`" in draft.text
    assert draft.metadata["fix_applied"] is False


async def test_debug_without_code_asks_for_it(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.debug(request("my loop is broken")))
    assert "code" in draft.text
    assert draft.confidence < 0.5
    assert draft.missing_concept is None


async def test_debug_says_when_it_sees_nothing(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.debug(request("Why is the result wrong?", "def mean(a):\n    return sum(a) / 2")))
    assert "cannot see" in draft.text


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"standing": {"struggle_topics": ["list-indexing"]}}, '"Explain list indexing"'),
        ({"standing": {"python_mastery_levels": {"list-indexing": 0.9}}}, "You know list indexing well (90%)"),
        ({"turns": [turn("IndexError", "…", Specialist.DEBUG, "list-indexing")]}, "list indexing again"),
        ({"standing": {"python_mastery_levels": {"list-indexing": 0.7}}}, None),
    ],
)
async def test_one_sentence_is_for_this_student(known: dict[str, Any], said: str | None, tutor: OfflineTutor) -> None:
    code = "arr = [1, 2, 3]\nprint(arr[5])"
    plain = honest(await tutor.debug(request("Why?", code))).text.split("\n\n")
    tuned = honest(await tutor.debug(request("Why?", code, **known))).text.split("\n\n")
    added = [paragraph for paragraph in tuned if paragraph not in plain]
    assert len(added) == (said is not None)
    assert (said or "") in "".join(added)
