"""The offline tutor: honest, correct, and helpful without a key."""

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnflow.domain.errors import ERRORS
from learnflow.domain.triage import OFF_TOPIC
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.offline.faults import find_fault
from learnflow.tutor.offline.library import ERROR_NOTES, EXERCISES, EXPLANATIONS, Prepared
from learnflow.tutor.offline.linting import Linter
from learnflow.tutor.offline.wording import LONGEST

SYNTAX = ("python-syntax-error", "python-indentation-error")
if TYPE_CHECKING:
    from learnflow.tutor.interface import Tutor

PYTHON_NOTES = [key for key, sign in ERRORS.items() if sign.language is Language.PYTHON]
STARTS = {Language.JAVASCRIPT: "const x = 0 == '';", Language.JAVA: 'if (a == "yes") {}',
          Language.CPP: "int* p = new int;",
          Language.GO: "v, _ := strconv.Atoi(s)", Language.RUST: "let x = f().unwrap();"}  # fmt: skip


def request(text: str, code: str | None = None, language: Language | None = None, **more: Any) -> AgentRequest:
    query = {key: more.pop(key) for key in ("question_key", "topic", "context") if key in more}
    return AgentRequest.model_validate({
        "query": {
            "query_id": "550e8400-e29b-41d4-a716-446655440000", "student_id": "student-123",
            "timestamp": "2026-01-02T14:23:45Z", "query_text": text, "code_snippet": code,
            "language": language or (Language.PYTHON if code else None), **query,
        },
        **more,
    })  # fmt: skip


def turn(question: str, answer: str, agent: Specialist, topic: str | None = None) -> dict[str, Any]:
    return {"query_id": "650e8400-e29b-41d4-a716-446655440001", "at": "2026-01-02T14:00:00Z", "agent": agent,
            "topic": topic, "question": question, "answer": answer}  # fmt: skip


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=False)


def honest(draft: Draft) -> Draft:
    assert "offline tutor" in draft.text
    assert (draft.model, draft.token_count) == ("offline", None)
    assert len(draft.text) <= LONGEST
    return draft


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


def test_it_is_a_tutor(tutor: OfflineTutor) -> None:
    as_tutor: Tutor = tutor
    assert as_tutor is tutor


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


async def test_review_names_what_matters_first(tutor: OfflineTutor) -> None:
    code = (
        "def Add(item, items=[]):\n    try:\n        items.append(item)\n    except:\n        x = 1\n    return items"
    )
    draft = honest(await tutor.review(request("Please review", code)))
    remarks = draft.metadata["remarks"]
    assert isinstance(remarks, list)
    rules = [remark["rule"] for remark in remarks if isinstance(remark, dict)]
    assert rules[:3] == ["B006", "E722", "F841"]
    assert "Line 1 (`def Add(item, items=[]):`)" in draft.text
    assert len(rules) <= 6


async def test_review_of_good_code_is_glad(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(request("Is this good?", "def add(first, second):\n    return first + second")))
    assert draft.metadata["remarks"] == []
    assert "Well done" in draft.text


async def test_review_of_what_is_no_python_says_where(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.review(request("Is this good?", "x = 1\nif x > 0\n    print(x)")))
    assert "Line 2" in draft.text


@pytest.mark.parametrize("language", STARTS)
async def test_review_of_other_languages_finds_pitfalls_and_says_that_it_has_no_linter(
    language: Language, tutor: OfflineTutor
) -> None:
    draft = honest(await tutor.review(request("review this", STARTS[language], language)))
    assert "no linter" in draft.text
    assert "Line 1" in draft.text
    assert draft.confidence <= 0.5


async def test_review_without_code_asks_for_it(tutor: OfflineTutor) -> None:
    assert "there is no code" in honest(await tutor.review(request("Review my code please"))).text


async def test_a_linter_that_does_not_answer_is_said_not_hidden() -> None:
    draft = honest(await OfflineTutor(Linter(seconds=0.0)).review(request("review", "x = 1")))
    assert "could not be run" in draft.text
    assert draft.confidence <= 0.3


@pytest.mark.parametrize("topic", EXPLANATIONS)
async def test_each_topic_is_explained(topic: str, tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request(f"Explain {TOPICS[topic].title}", topic=topic)))
    assert draft.topic == topic
    assert draft.code_examples == (EXPLANATIONS[topic].example,)
    assert EXPLANATIONS[topic].idea in draft.text
    part = honest(await tutor.explain_concept(request("IndexError?"), topic))
    assert EXPLANATIONS[topic].idea in part.text


async def test_levels_and_repeats_get_different_answers(tutor: OfflineTutor) -> None:
    beginner, advanced = [
        await tutor.explain(request("Explain recursion", context={"skill_level": level}))
        for level in ("beginner", "advanced")
    ]
    again = await tutor.explain(
        request("Explain recursion", turns=[turn("Explain recursion", "…", Specialist.CONCEPTS, "recursion")])
    )
    assert len({beginner.text, advanced.text, again.text}) == 3
    assert "about this before" in again.text


async def test_an_error_is_explained_as_one(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("What is a KeyError?")))
    assert (draft.topic, draft.metadata["error_type"]) == ("dictionaries", "KeyError")


async def test_two_topics_are_compared(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("What is the difference between a list and a tuple?")))
    assert EXPLANATIONS["lists"].idea in draft.text
    assert EXPLANATIONS["tuples"].idea in draft.text


async def test_the_unknown_is_not_pretended_to_be_known(tutor: OfflineTutor) -> None:
    for text in ("Explain decorators", "Explain blockchain consensus"):
        draft = honest(await tutor.explain(request(text)))
        assert "cannot explain" in draft.text
        assert draft.confidence < 0.4
    assert "cannot explain" in honest(await tutor.explain_concept(request("x"), GENERAL)).text


async def test_low_confidence_asks_back_with_two_options(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("loop thing", low_confidence=True)))
    assert "1. " in draft.text
    assert "2. " in draft.text
    assert draft.text.count("?") >= 2


async def test_off_topic_is_answered_kindly(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.explain(request("hi", question_key=OFF_TOPIC)))
    assert "programming" in draft.text
    assert len(draft.text) < 600


@pytest.mark.parametrize("one", EXERCISES, ids=lambda one: one.title)
async def test_an_exercise_fits_and_hides_its_solution(one: Prepared, tutor: OfflineTutor) -> None:
    task = one.exercise
    asked = request(f"Give me an exercise on {TOPICS[task.topic].title} in {task.language}", topic=task.topic,
                    profile={"skill_level": task.difficulty})  # fmt: skip
    draft = honest(await tutor.exercise(asked))
    assert draft.topic == task.topic
    assert draft.metadata["language"] == task.language
    assert "Hint 1 of 3" in draft.text
    given = "\n".join((draft.text, *draft.code_examples, json.dumps(draft.metadata)))
    for other in EXERCISES:
        assert other.exercise.solution_code.strip() not in given
        assert all(hint not in draft.text for hint in other.exercise.hints)
    assert draft == await tutor.exercise(asked)


async def test_a_hint_follows_the_exercise_and_the_next_one_follows_the_hint(tutor: OfflineTutor) -> None:
    task = await tutor.exercise(request("exercise on recursion", topic="recursion"))
    turns = [turn("exercise on recursion", task.text, Specialist.EXERCISE)]
    first = honest(await tutor.exercise(request("a hint please", turns=turns)))
    turns.append(turn("a hint please", first.text, Specialist.EXERCISE))
    second = honest(await tutor.exercise(request("another hint", turns=turns)))
    assert first.text.startswith("Hint 1 of 3")
    assert second.text.startswith("Hint 2 of 3")
    given_up = honest(await tutor.exercise(request("I give up", turns=turns)))
    assert all(one.exercise.solution_code.strip() not in given_up.text for one in EXERCISES)


async def test_a_topic_without_exercise_is_said(tutor: OfflineTutor) -> None:
    draft = honest(await tutor.exercise(request("exercise on decorators", topic="decorators")))
    assert "no exercise on decorators" in draft.text


async def test_progress_says_where_the_student_stands(tutor: OfflineTutor) -> None:
    standing = {"total_queries": 3, "queries_by_type": {"concepts": 2, "debug": 1},
                "topics_covered": ["variables", "loops"],
                "last_activity": "2026-01-02T14:23:45Z"}  # fmt: skip
    draft = honest(await tutor.progress(request("How am I doing?", standing=standing)))
    for said in ("3 questions", "2\N{MULTIPLICATION SIGN} to understand", "loops", "02 January 2026"):
        assert said in draft.text
    nothing = honest(await tutor.progress(request("How am I doing?")))
    assert "nothing to report yet" in nothing.text


TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=400).filter(
    lambda text: bool(text.strip())
)
CODE = TEXT | st.lists(
    st.sampled_from(["def f(", "):\n", "    ", "x", " = ", "[", "]", "1", "'", '"', "f(x)", "\n", "if ",
                     "class A", "-", "é", "\x0c"]),
    min_size=1, max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, st.none() | CODE, st.sampled_from(Language), st.sampled_from(["explain", "debug", "exercise", "progress"]))
async def test_any_question_gets_a_valid_answer(
    tutor: OfflineTutor, text: str, code: str | None, language: Language, method: str
) -> None:
    asked = request(text, code, language if code else None)
    honest(await getattr(tutor, method)(asked))


@pytest.mark.parametrize(
    "code",
    ["-" * 9_999 + "1", "(" * 5_000, "a" + ".b" * 4_900, "x=" * 4_990 + "1", "not " * 2_499 + "x", "[" * 90 + "]" * 90],
)
async def test_code_nested_without_end_stops_nothing(code: str, tutor: OfflineTutor) -> None:
    honest(await tutor.debug(request("why?", code)))
    honest(await tutor.review(request("review", code)))
