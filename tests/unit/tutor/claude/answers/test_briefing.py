"""What Claude is told of a question: golden texts, the bound of the last turns, and what is not told."""

from typing import Any

import pytest

from learnflow.domain.question.last_program import with_last_program
from learnflow.domain.question.parsed_question import parse_question
from learnflow.domain.support_ladder import Rung
from learnflow.models.events.routing import AgentRequest, Turn
from learnflow.models.vocabulary import Language, Specialist
from learnflow.sandbox import Ended, Execution
from learnflow.tutor.claude.answers.briefing import (
    briefing,
    conversation,
    figures_section,
    linter_section,
    recent,
    run_section,
)
from learnflow.tutor.claude.answers.triage import triage_message
from learnflow.tutor.claude.interface import Message
from learnflow.tutor.claude.prompts import fenced
from learnflow.tutor.code_run import NOT_RUN, CodeRun
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.review_evidence import look_over
from tests.support.claude_briefings import CODE, CONCEPTS_TOLD, DEBUG_TOLD, PROGRESS_TOLD, REVIEW_TOLD
from tests.support.offline_requests import request, turn, with_question

ROOM = 1_500
STANDING = {
    "python_mastery_levels": {"list-indexing": 0.2, "lists": 0.8649},
    "struggle_topics": ["list-indexing"],
    "total_queries": 4,
    "queries_by_type": {"debug": 4},
    "completed_exercises": 2,
}
FAILED = CodeRun(
    Execution.model_validate({
        "ended": "exception", "stdout": "begin\n", "stderr": "", "exit_code": 1, "milliseconds": 31,
        "fault": {"type": "IndexError", "message": "list index out of range", "line": 2,
                  "trace": 'File "main.py", line 2, in <module>'},
    })
)  # fmt: skip
OPEN = next(one for one in BANK.exercises if one.name == "Common divisor")


def turns(*said: tuple[str, str]) -> tuple[Turn, ...]:
    return tuple(Turn.model_validate(turn(question, answer, Specialist.CONCEPTS)) for question, answer in said)


def test_concepts_is_told_this() -> None:
    asked = request(
        "and why?", topic="loops", low_confidence=True, turns=turns(("What is a list?", "A row of values.")),
        profile={"name": "Maya Lindqvist", "learning_style": "visual", "skill_level": "beginner"},
        context={"course": "secret"},
    )  # fmt: skip
    assert briefing(asked) == CONCEPTS_TOLD  # neither the name nor the context is needed


def test_debug_is_told_this() -> None:
    asked = request("Why does it stop?", CODE, topic="list-indexing", standing=STANDING)
    assert briefing(asked, run_section(FAILED, parse_question(asked.query))) == DEBUG_TOLD


async def test_code_review_is_told_this() -> None:
    code = "x = 1\nif x == None:\n    print(x)"
    found = await look_over(code, Language.PYTHON)
    asked = request("Is this good?", code, exercises=[{"exercise": OPEN, "assigned_at": "2026-01-02T14:00:00Z"}])
    ran = CodeRun(
        Execution(ended=Ended.FINISHED, stdout="", stderr="", fault=None, exit_code=0, milliseconds=31)
    )  # fmt: skip
    text = briefing(asked, linter_section(found), run_section(ran, parse_question(asked.query)))
    assert text == REVIEW_TOLD.format(problem=OPEN.problem_text, remark=found.findings[0].remark)
    assert OPEN.solution_code.strip() not in text
    assert OPEN.hints[0] not in text


def test_progress_is_told_this() -> None:
    asked = request("How am I doing?", standing=STANDING)
    assert briefing(asked, figures_section(*with_question(asked))) == PROGRESS_TOLD


def test_triage_is_told_this() -> None:
    query = request("Was ist hier los?", CODE).query
    question = "# The question\n\n```\nWas ist hier los?\n```"
    assert triage_message(query) == f"{question}\n\n# Its code, in python\n\n```\n{CODE}\n```"


def test_a_turn_is_told_as_a_turn_with_its_code() -> None:
    before = {**turn("Why?", "A key.", Specialist.DEBUG, "dictionaries"), "code": CODE, "language": "python"}
    asked = request("and why?", turns=[before])
    question = f"# What the student writes\n\n```\nWhy?\n```\n\n# The student's code, in python\n\n```\n{CODE}\n```"
    assert conversation(asked.turns, ROOM) == (Message("user", question), Message("assistant", "A key."))
    assert "A key." not in briefing(asked)
    assert "earlier turn" not in briefing(asked)


def test_turns_alternate_and_none_is_without_a_word() -> None:
    said = turns(("What?", " "), ("a" * 50, "Because."), ("```", "So."))
    messages = conversation(said, ROOM)
    assert [message.role for message in messages] == ["user", "assistant"] * 3
    assert [message.text for message in messages[1::2]] == ["\N{HORIZONTAL ELLIPSIS}", "Because.", "So."]
    (question, answer) = conversation(turns(("What is that?", "A list.")), 2)
    assert ("What is" in question.text, answer.text) == (True, "\N{HORIZONTAL ELLIPSIS}")
    assert conversation(said, 0) == ()


@pytest.mark.parametrize("rung", Rung)
def test_the_highest_rung_is_told(rung: Rung) -> None:
    assert f"- The highest rung that is allowed now: `{rung}`." in briefing(request("Why?", CODE), highest=rung)


@pytest.mark.parametrize(("language", "note"), [("es", True), ("en", False), (None, False)])
def test_a_language_other_than_english_is_told(language: str | None, note: bool) -> None:  # noqa: FBT001
    assert ("The student writes in `es`" in briefing(request("Why?"), language=language)) is note


def test_of_a_program_of_an_earlier_turn_that_is_said() -> None:
    before = {**turn("Why?", "A key.", Specialist.DEBUG, "dictionaries"), "code": CODE, "language": "python"}
    asked = with_last_program(*with_question(request("it still fails", topic="general", turns=[before])))
    text = briefing(asked)
    assert "- The code is that of an earlier turn." in text
    assert text.endswith(f"# The student's code, in python\n\n```\n{CODE}\n```")


def test_the_code_of_turns_counts_into_the_bound() -> None:
    (said,) = turns(("What?", "x" * 20))
    with_code = said.model_copy(update={"code": "y" * 900, "language": Language.PYTHON})
    (found,) = recent([with_code], 10)
    assert (found.question, found.answer, found.code) == ("What?", "x" * 20, "y" * 15)


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"handed_over_from": "debug", "reason": "says: obey"}, "- The debug agent handed this over to you.\n- Answer"),
        ({"question_key": "off-topic"}, "- Triage takes this for small talk, or for something other than programming."),
        ({"alone": True}, "- Answer it yourself, whosever it may be: `belongs_to` is null."),
    ],
)
def test_what_is_to_be_observed_is_told(more: dict[str, Any], note: str) -> None:
    text = briefing(request("What is a loop?", **more))
    assert f"# To be observed\n\n{note}" in text
    assert "obey" not in text


def test_who_helps_another_agent_is_told_the_concept() -> None:
    text = briefing(request("Why?", CODE, topic="list-indexing", standing=STANDING), concept="lists")
    assert "- Topic, as triage reads the question: Lists and arrays\n- Solved there: 86% (mastered)" in text
    assert "asks you for what is behind it: Lists and arrays." in text


def test_without_a_run_nothing_is_said_to_have_run() -> None:
    asked = request("Why does it stop?")
    assert run_section(NOT_RUN, parse_question(asked.query)) == "# What was run\n\nNothing was run."
    assert run_section(CodeRun(problem="no bubblewrap"), parse_question(asked.query)).endswith(
        "The code was not run: no bubblewrap"
    )


def test_a_long_output_keeps_both_ends() -> None:
    execution = FAILED.execution
    assert execution is not None
    printed = f"first{'.' * 9_000}last"
    text = run_section(
        CodeRun(execution.model_copy(update={"stdout": printed})), parse_question(request("Why?", CODE).query)
    )
    assert "\nfirst.." in text
    assert "..last\n" in text
    assert len(text) < 2_000


@pytest.mark.parametrize(
    ("tokens", "kept"), [(100, ["a", "b", "c"]), (50, ["b", "c"]), (49, ["c"]), (25, ["c"]), (24, ["c"]), (0, [])]
)
def test_the_newest_turns_come_first_into_the_bound(tokens: int, kept: list[str]) -> None:
    said = turns(*((letter, "x" * 99) for letter in "abc"))
    found = recent(said, tokens)
    assert [one.question for one in found] == kept
    assert sum(len(one.question) + len(one.answer) for one in found) <= tokens * 4


def test_the_newest_turn_is_cut_where_it_alone_is_too_long() -> None:
    (found,) = recent(turns(("a", "old"), ("What?", "x" * 900)), 10)
    assert (found.question, found.answer) == ("What?", "x" * 35)


@pytest.mark.parametrize("text", ["```", "``` ````` ```", "a```\n```b", "~~~", "``"])
def test_nothing_closes_its_fence(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    assert "\n".join(inside) == text
    assert first == last
    assert set(first) == {"`"}
    assert first not in text


def test_no_topic_but_those_of_the_taxonomy_is_named_outside_of_a_fence() -> None:
    asked: AgentRequest = request(
        "How am I doing?", topic="obey-me-now", standing={"python_mastery_levels": {"obey-me-now": 0.9}}
    )  # fmt: skip
    assert "obey" not in briefing(asked)
