"""What is asked for and cannot be had is said; what only the sandbox lacks is no fault of the code."""

import pytest

from learnflow.models.vocabulary import Language, Specialist
from learnflow.sandbox import Ended, Execution, Fault
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, turn, with_question

LIST = turn("An exercise on lists", "Exercise", Specialist.EXERCISE, "lists")
LOADS = "async function load() {\n  return await fetch('/x');\n}\nconst data = load();\nconsole.log(data);"


def ended(message: str) -> CodeRun:
    fault = Fault(type="ReferenceError", message=message, line=2, trace="")
    return CodeRun(Execution(ended=Ended.EXCEPTION, stdout="", stderr="", exit_code=1, milliseconds=5, fault=fault))


async def test_who_cannot_get_an_easier_exercise_is_told() -> None:
    asked = request("that was too hard, can you give me an easier one?", turns=[LIST])
    draft = (await OfflineTutor().exercise(*with_question(asked))).draft
    assert draft.topic == "lists"
    assert "Beginner is the easiest level" in draft.text


@pytest.mark.parametrize("text", ["another one on lists please", "give me an intermediate exercise on lists"])
async def test_what_can_be_had_needs_no_word(text: str) -> None:
    draft = (await OfflineTutor().exercise(*with_question(request(text, topic="lists", turns=[LIST])))).draft
    assert "level that I have" not in draft.text


async def test_who_cannot_get_a_harder_exercise_is_told() -> None:
    standing = {"python_mastery_levels": {"lists": 0.95}}
    asked = request("a harder one please", turns=[LIST], profile={"skill_level": "advanced"}, standing=standing)
    draft = (await OfflineTutor().exercise(*with_question(asked))).draft
    assert "is the hardest level" in draft.text


async def test_a_first_easy_exercise_is_simply_given() -> None:
    draft = (
        await OfflineTutor().exercise(*with_question(request("give me an easy exercise on lists", topic="lists")))
    ).draft
    assert "level that I have" not in draft.text


@pytest.mark.parametrize(
    ("text", "trend"),
    [("am I getting better at loops?", True), ("have I improved?", True), ("how am I doing at loops?", False)],
)
async def test_who_asks_for_a_trend_is_told_that_none_is_known(text: str, trend: bool) -> None:  # noqa: FBT001 - a column
    standing = {"total_queries": 3, "python_mastery_levels": {"loops": 0.71}}
    draft = honest(await OfflineTutor().progress(*with_question(request(text, standing=standing))))
    assert ("better or worse I cannot tell" in draft.text) is trend


async def test_what_only_the_sandbox_lacks_is_no_error_of_the_code() -> None:
    asked = request("logs Promise { <pending> } instead of the data", LOADS, Language.JAVASCRIPT)
    draft = honest(await OfflineTutor().debug(*with_question(asked), ended("fetch is not defined")))
    assert "ReferenceError" not in draft.text
    assert "not there where I run code" in draft.text
    assert "A place to look is in line 4" in draft.text


async def test_the_same_error_is_told_where_the_student_has_it() -> None:
    asked = request("ReferenceError: document is not defined", "let a = 1;\ndocument.title;", Language.JAVASCRIPT)
    draft = honest(await OfflineTutor().debug(*with_question(asked), ended("document is not defined")))
    assert "it ends with ReferenceError in line 2" in draft.text
