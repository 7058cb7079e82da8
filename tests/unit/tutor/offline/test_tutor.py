"""The offline tutor as a whole: whatever is asked, by whomever, gets a valid answer."""

import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import learnflow
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, query_with_question, request, with_question

if TYPE_CHECKING:
    from learnflow.tutor.interface import Tutor

MOST_FILES = 15


@pytest.fixture
def tutor() -> OfflineTutor:
    return OfflineTutor()


def test_it_is_a_tutor(tutor: OfflineTutor) -> None:
    as_tutor: Tutor = tutor
    assert as_tutor is tutor


TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=400).filter(
    lambda text: bool(text.strip())
)
CODE = TEXT | st.lists(
    st.sampled_from(["def f(", "):\n", "    ", "x", " = ", "[", "]", "1", "'", '"', "f(x)", "\n", "if ",
                     "class A", "-", "é", "\x0c"]),
    min_size=1, max_size=60,
).map("".join)  # fmt: skip


METHODS = st.sampled_from(["explain", "debug", "exercise", "progress"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, st.none() | CODE, st.sampled_from(Language), METHODS)
async def test_any_question_gets_a_valid_answer(
    tutor: OfflineTutor, text: str, code: str | None, language: Language, method: str
) -> None:
    asked = request(text, code, language if code else None)
    answer = await getattr(tutor, method)(*with_question(asked))
    honest(answer.draft if isinstance(answer, ExerciseReply) else answer)


KEYS = st.sampled_from([*TOPICS, "general", "juggling", "x" * 100])
SEVERAL = st.lists(KEYS, max_size=40)
STANDING = st.fixed_dictionaries({
    "total_queries": st.integers(0, 10**6),
    "python_mastery_levels": st.dictionaries(KEYS, st.floats(0.0, 1.0), max_size=40),
    **dict.fromkeys(("topics_covered", "topics_mastered", "strengths", "weaknesses", "struggle_topics"), SEVERAL),
    "achievements": SEVERAL,
    "completed_exercises": st.integers(0, 10**6),
    "learning_velocity": st.none() | st.floats(0.0, 10**4),
    "streak_days": st.integers(0, 10**4),
})
PROFILE = st.fixed_dictionaries({
    "name": st.none() | st.just("n" * 255),
    "learning_style": st.sampled_from(LearningStyle),
    "skill_level": st.none() | st.sampled_from(SkillLevel),
})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STANDING, PROFILE, KEYS, METHODS)
async def test_any_student_gets_a_valid_answer(
    tutor: OfflineTutor, standing: dict[str, Any], profile: dict[str, Any], topic: str, method: str
) -> None:
    asked = request("Why?", "x = [1]\nprint(x[3])", standing=standing, profile=profile, topic=topic)
    answer = await getattr(tutor, method)(*with_question(asked))
    honest(answer.draft if isinstance(answer, ExerciseReply) else answer)


@pytest.mark.parametrize(
    "code",
    ["-" * 9_999 + "1", "(" * 5_000, "a" + ".b" * 4_900, "x=" * 4_990 + "1", "not " * 2_499 + "x", "[" * 90 + "]" * 90],
)
async def test_code_nested_without_end_stops_nothing(code: str, tutor: OfflineTutor) -> None:
    honest(await tutor.debug(*with_question(request("why?", code))))
    honest(await tutor.review(*with_question(request("review", code))))


async def test_an_explanation_is_made_in_at_most_fifteen_files(tutor: OfflineTutor) -> None:
    """As triage hands a beginner's question over, and once the prepared points are indexed."""
    asked, question = with_question(request("Explain recursion", topic="recursion"))
    await tutor.explain(asked, question)
    root = str(Path(learnflow.__file__).parent)
    entered = set[str]()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(root):
            entered.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        await tutor.explain(asked, question)
    finally:
        sys.setprofile(None)
    assert len(entered) <= MOST_FILES, sorted(entered)


@pytest.mark.parametrize(("text", "code", "language"), [
    (
        "panic: assignment to entry in nil map",
        'package main\n\nfunc main() {\n\tvar m map[string]int\n\tm["a"] = 1\n}',
        "go",
    ),
    (
        "error[E0382]: borrow of moved value: `s`",
        "fn main() {\n    let s = String::new();\n    f(s);\n    g(&s);\n}",
        "rust",
    ),
])  # fmt: skip
async def test_a_fault_without_a_topic_of_its_own_leaves_that_of_the_error(text: str, code: str, language: str) -> None:
    triage = await OfflineTutor().triage(*query_with_question(request(text, code, Language(language)).query))
    assert triage.topic in TOPICS
