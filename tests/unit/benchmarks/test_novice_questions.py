"""The questions of novices: complete, and such that what is true of one is a right answer, and its echo is none."""

import re
from collections import Counter
from typing import Any, Final
from uuid import UUID

import pytest

from benchmarks.novice_questions import Judgement, NoviceQuestion, held_back, judge, read
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Intent, Language, Specialist
from learnflow.sandbox import Sandbox, SandboxSettings

QUESTIONS: Final = read()
BY_NAME: Final = {question.name: question for question in QUESTIONS}


def found(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE | re.DOTALL) for pattern in patterns)


def test_there_are_120_half_of_them_held_back_by_their_names() -> None:
    assert (len(QUESTIONS), len(BY_NAME), len({question.text for question in QUESTIONS})) == (120, 120, 120)
    assert (len(read("first")), len(read("second"))) == (60, 60)
    assert {question.name for question in read("second")} == held_back(list(BY_NAME))


def test_they_are_of_all_kinds_and_of_several_languages() -> None:
    intents = Counter(question.intent for question in QUESTIONS)
    assert intents.keys() == set(Intent)
    assert [intents[Intent.DEBUG] >= 54, intents[Intent.CONCEPTS] >= 30, intents[Intent.CODE_REVIEW] >= 12] == [
        True
    ] * 3
    assert {question.language for question in QUESTIONS} == {None, *Language}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_says_what_is_true_of_it(question: NoviceQuestion) -> None:
    assert question.true
    assert question.false
    assert set(question.topics) <= TOPICS.keys()
    assert question.language or not question.code
    is_faulty = question.intent is Intent.DEBUG and question.code and not question.name.startswith("unclear")
    assert question.cause_lines or not is_faulty


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_its_note_would_be_right_and_its_echo_would_not(question: NoviceQuestion) -> None:
    assert all(found(group, question.note) for group in question.true)
    assert not found(question.false, f"{question.note}\n{question.text}")
    assert not all(found(group, f"{question.text}\n{question.code or ''}") for group in question.true)


def response(text: str, code: str = "", agent: Specialist = Specialist.DEBUG, **metadata: Any) -> ResponseCompleted:
    return ResponseCompleted(
        query_id=UUID(int=1),
        agent_name=agent,
        response_text=text,
        processing_time_ms=1,
        confidence=0.5,
        code_examples=(code,) if code else (),
        metadata=metadata,
    )


SUM: Final = BY_NAME["py-sum-misses-last"]
ZIP: Final = BY_NAME["what-zip-does"]
CAUSE: Final = "The cause is in line 3: range(1, n) stops before n."
MENDED: Final = (SUM.code or "").replace("range(1, n)", "range(1, n + 1)")
STILL_WRONG: Final = (SUM.code or "").replace("range(1, n)", "range(1, n + 2)")
LESSON: Final = "A list keeps several things in a row."


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        pytest.param(SUM, response(CAUSE, line=3), Judgement.RIGHT, id="says what is true"),
        pytest.param(
            SUM, response("I ran your code, and see no cause."), Judgement.HONEST, id="says that it is unknown"
        ),
        pytest.param(SUM, response(CAUSE.replace("3", "4")), Judgement.FALSE, id="names another line"),
        pytest.param(SUM, response("Look here.", line=2), Judgement.FALSE, id="names another line in its metadata"),
        pytest.param(SUM, response("The cause: your indentation."), Judgement.FALSE, id="says what is not so"),
        pytest.param(SUM, response(CAUSE, MENDED, line=3, fix_applied=True), Judgement.RIGHT, id="mends it"),
        pytest.param(
            SUM, response(CAUSE, STILL_WRONG, line=3, fix_applied=True), Judgement.FALSE, id="mends it wrongly"
        ),
        pytest.param(SUM, response(CAUSE, STILL_WRONG, line=3), Judgement.RIGHT, id="gives code to be tried"),
        pytest.param(
            ZIP,
            response(LESSON, agent=Specialist.CONCEPTS, topic="lists"),
            Judgement.FALSE,
            id="teaches something else",
        ),
        pytest.param(
            ZIP, response(ZIP.note, agent=Specialist.CONCEPTS, topic="lists"), Judgement.RIGHT, id="says it elsewhere"
        ),
        pytest.param(
            ZIP,
            response(f"I have nothing on zip. {LESSON}", agent=Specialist.CONCEPTS, topic="lists", answered=False),
            Judgement.HONEST,
            id="says that it teaches something else",
        ),
    ],
)
async def test_an_answer_is_judged_by_what_is_true(
    question: NoviceQuestion, answer: ResponseCompleted, expected: Judgement
) -> None:
    async with Sandbox(SandboxSettings(at_once=1)) as sandbox:
        assert (await judge(question, answer, sandbox)).judgement is expected
