"""What events show of a student."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from learnflow.domain.learner.learner_state import observation_of
from learnflow.domain.struggle.observations import Attempt, End, Question, observed, question
from learnflow.models.envelope import Event
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.responses import ResponseFailed
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ExerciseGraded, StruggleResolved
from learnflow.models.examples import EXAMPLES
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery

AT = datetime(2026, 1, 2, 14, 0, tzinfo=UTC)


def query(text: str, **more: Any) -> StudentQuery:
    content: dict[str, Any] = {"topic": "loops", "question_key": "explain-loops", "detected_intent": "concepts"}
    given = {"query_id": uuid4(), "student_id": "ann", "query_text": text, "timestamp": AT, **content, **more}
    return StudentQuery.model_validate(given)


def event(payload: Model) -> Event[Any]:
    return Event[Any](
        message_id=uuid4(), timestamp=AT, student_id="ann", trace_id=uuid4(), event_type=EVENT_TYPES[type(payload)],
        payload=payload,
    )  # fmt: skip


def test_a_routed_query_is_a_question() -> None:
    asked = query("How do I break out of a nested loop?")
    routing = RoutingDecision(
        query_id=asked.query_id, target_agent="concepts", confidence=0.9, reasoning="It asks how", query=asked
    )
    assert observed(event(routing)) == Question(
        at=AT, id=asked.query_id, topic="loops", key="explain-loops", text="break nested loop"
    )


@pytest.mark.parametrize(
    "more",
    [{"topic": None}, {"question_key": "off-topic"}, {"question_key": "distress"}, {"question_key": "submission"}],
)
def test_what_is_about_nothing_is_not_observed(more: dict[str, Any]) -> None:
    assert question(query("Hello there", **more)) is None


def test_practising_is_a_turn_that_does_not_count() -> None:
    seen = question(query("Give me an exercise on loops", detected_intent="exercise"))
    assert seen is not None
    assert not seen.counts


@pytest.mark.parametrize(
    "text", ["I still don't get it", "That error again", "That makes no sense", "What do you mean?"]
)
def test_what_says_nothing_of_its_own_follows(text: str) -> None:
    seen = question(query(text, topic="exceptions"))
    assert seen is not None
    assert (seen.follows, seen.topic) == (True, "general")


@pytest.mark.parametrize("text", ["I still don't get loops", "Ok, I get it now", "Thanks", "Why does it print twice?"])
def test_what_names_something_or_is_content_does_not_follow(text: str) -> None:
    seen = question(query(text))
    assert seen is not None
    assert not seen.follows


@pytest.mark.parametrize(
    "text",
    [
        "Just give me the answer", "give me the solution please", "Can you just write the code?", "do it for me",
        "Solve this for me", "I only want the answer", "I give up", "Don't explain, just send me the full code",
    ],
)  # fmt: skip
def test_it_is_seen_when_a_question_wants_just_the_answer(text: str) -> None:
    seen = question(query(text, detected_intent="exercise"))
    assert seen is not None
    assert seen.wants_answer


@pytest.mark.parametrize(
    "text", ["Explain loops", "Show me an example", "What does return do?", "Why does my solution fail?"]
)
def test_a_question_that_wants_to_understand_is_none_of_them(text: str) -> None:
    seen = question(query(text))
    assert seen is not None
    assert not seen.wants_answer


def test_a_debug_question_names_its_error_and_a_concepts_question_none() -> None:
    text = "Why do I get IndexError: list index out of range?"
    of_debug, of_concepts = (question(query(text, detected_intent=intent)) for intent in ("debug", "concepts"))
    assert of_debug is not None
    assert of_concepts is not None
    assert (of_debug.error, of_concepts.error) == ("IndexError", None)


def test_a_graded_submission_is_an_attempt() -> None:
    graded = event(ExerciseGraded(exercise_id=uuid4(), topic="loops", score=0.5, passed=False, error="KeyError"))
    assert observed(graded) == Attempt(
        at=AT, id=graded.message_id, topic="loops", passed=False, error="KeyError", exercise=graded.payload.exercise_id
    )
    assert observed(event(ExerciseGraded(exercise_id=uuid4(), topic="general", score=1.0, passed=True))) is None


@pytest.mark.parametrize("how", [{"score": 1.0, "passed": True}, {"score": 0.0, "passed": False, "gave_up": True}])
def test_passing_and_giving_up_end_an_exercise(how: dict[str, Any]) -> None:
    attempt = observed(event(ExerciseGraded(exercise_id=uuid4(), topic="loops", **how)))
    assert isinstance(attempt, Attempt)
    assert attempt.closes


@pytest.mark.parametrize(("by", "clears"), [("success", True), ("time", False)])
def test_a_resolution_is_an_end(by: Any, clears: bool) -> None:  # noqa: FBT001
    resolved = event(StruggleResolved(topic="loops", resolved_by=by, query_count=3, reason="so it is"))
    assert observed(resolved) == End(at=AT, id=resolved.message_id, topic="loops", clears=clears)


def test_other_events_show_nothing() -> None:
    failed = ResponseFailed(query_id=uuid4(), agent_name="router", failure="overdue", reason="too late")
    assert observed(event(failed)) is None


@pytest.mark.parametrize("name", ["response.rated", "teacher.answered"])
def test_what_is_said_of_an_answer_shows_nothing_of_what_a_student_knows(name: str) -> None:
    assert observed(EXAMPLES[name]) is None
    assert observation_of(EXAMPLES[name]) is None
