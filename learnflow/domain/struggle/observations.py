"""What is looked at of a student: questions, graded submissions, and ends of struggles. Each has a topic and an id."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from learnflow.domain.question.intent import DISTRESS_TRIAGE, OFF_TOPIC, SUBMISSION_TRIAGE
from learnflow.domain.question.lexicon import Phrases, words
from learnflow.domain.question.parsed_question import parse_question
from learnflow.domain.question.similarity import asks_again, telling_words
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.models.envelope import Event
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ExerciseGraded, StruggleResolved
from learnflow.models.fields import Id, Model, Timestamp
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent


class _Observed(Model):
    at: Timestamp
    id: Id
    topic: str


class Question(_Observed):
    """A question. `id` is the query's; `text` its telling words; `error` the type of error it is about.

    One that `follows` says nothing of its own, as "I still don't get it". A wish for exercises does not count: that is
    practice.
    """

    kind: Literal["question"] = "question"
    key: str | None = None
    text: str = ""
    follows: bool = False
    counts: bool = True
    wants_answer: bool = False
    error: str | None = None


class Attempt(_Observed):
    """A graded submission, which may end its exercise. `id` is the message's; `error` the type of the code's error."""

    kind: Literal["attempt"] = "attempt"
    passed: bool
    error: str | None = None
    exercise: Id | None = None
    closes: bool = False


class End(_Observed):
    """A struggle's end, as it was told. One that `clears` makes the questions before it count no more."""

    kind: Literal["end"] = "end"
    clears: bool


Observation = Annotated[Question | Attempt | End, Field(discriminator="kind")]

# at one instant, what was asked comes before what was achieved
_RANK: Final = {"question": 0, "attempt": 1, "end": 2}

_NO_TURNS: Final = {OFF_TOPIC, DISTRESS_TRIAGE.question_key, SUBMISSION_TRIAGE.question_key}  # a grade shows the last

# Asking for the solution instead of for help: "executive" help-seeking, which does without learning
# (Aleven, McLaren, Roll and Koedinger 2006, Toward meta-cognitive tutoring).
_WANTS_ANSWER: Final = Phrases(
    (phrase, True)
    for phrase in (
        "just|only|simply give|tell|send|show|write|post me|us|_ the|_ full|whole|working|_ code|program",
        "give|tell|send|reveal|show me|us the|_ answer|answers|solution|solutions",
        "i _|just|only need|want the|_ answer|answers|solution|solutions",
        "do|solve|finish|complete|write it|this|that|everything|all|them for me|us",
        "do|solve|finish|write _|the|my|this homework|assignment|exercise|task for me|us",
        "whats|what _|is the answer",
        "i give up",
        "dont|without explain|explaining|explanation|explanations",
        "no explanation|explanations",
    )
)


def observed(event: Event[Any]) -> Question | Attempt | End | None:
    """Return what an event shows of its student on a topic; None where it shows nothing that counts."""
    at, message_id = event.timestamp, event.message_id
    match event.payload:
        case RoutingDecision(query=StudentQuery() as query):
            return question(query)
        case ExerciseGraded(topic=topic) as graded if topic != GENERAL:
            return _attempt(at, message_id, graded)
        case StruggleResolved() as resolved:
            return End(at=at, id=message_id, topic=resolved.topic, clears=resolved.resolved_by == "success")
    return None


def _attempt(at: datetime, message_id: UUID, graded: ExerciseGraded) -> Attempt:
    return Attempt(
        at=at,
        id=message_id,
        topic=graded.topic,
        passed=graded.passed,
        error=graded.error,
        exercise=graded.exercise_id,
        closes=graded.passed or graded.gave_up,
    )


def question(query: StudentQuery) -> Question | None:
    """Return what a routed query shows; None where it is about nothing: small talk, distress, an unknown topic."""
    if query.topic is None or query.question_key in _NO_TURNS:
        return None
    snippet = split_prose_and_code(query)
    follows = snippet.code is None and asks_again(snippet.prose)
    wants_answer = _wants_answer(snippet.prose)
    error = parse_question(query).error if query.detected_intent is Intent.DEBUG else None
    return Question(
        at=query.timestamp,
        id=query.query_id,
        topic=GENERAL if follows else query.topic,
        key=query.question_key,
        text=telling_words(snippet.prose),
        follows=follows,
        counts=query.detected_intent is not Intent.EXERCISE or wants_answer,
        wants_answer=wants_answer,
        error=error.name if error else None,
    )


def in_order(observation: Question | Attempt | End) -> tuple[datetime, int, UUID]:
    """Return what observations are sorted by: their time, and what makes the order of equal times the same always."""
    return observation.at, _RANK[observation.kind], observation.id


def _wants_answer(prose: str) -> bool:
    return any(True for _ in _WANTS_ANSWER.find([word.lower() for word in words(prose)]))
