"""Every address that workers answer at: what it takes, what it gives, and who may ask."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal

from learnflow.models.fields import Model
from learnflow.web import session
from learnflow.web.answers import Error
from learnflow.web.models import (
    ClassAsked,
    ClassMastery,
    QueryTold,
    QuestionsAsked,
    Searched,
    SearchResult,
    StudentConversation,
    StudentMastery,
    StudentProgress,
    StudentQuestions,
    StudentStruggle,
)

Who = Literal["everybody", "operator", "student"]  # a student: of what is their own


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address. `gives` is the body's model, or its media type where it is no JSON."""

    path: str
    summary: str
    gives: type[Model] | str
    who: Who = "operator"
    method: Literal["get", "post", "delete"] = "get"
    asks: type[Model] | None = None
    takes: type[Model] | None = None
    status: HTTPStatus = HTTPStatus.OK
    errors: tuple[HTTPStatus, ...] = ()
    others: dict[HTTPStatus, type[Model]] = field(default_factory=dict)

    @property
    def failures(self) -> dict[HTTPStatus, type[Model]]:
        """What else is answered: 401 and 403 wherever a token is asked for."""
        refused = () if self.who == "everybody" else (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        return dict.fromkeys(sorted({*refused, *self.errors}), Error) | self.others


_BAD: Final = HTTPStatus.BAD_REQUEST
_NONE: Final = HTTPStatus.NOT_FOUND
_AWAY: Final = HTTPStatus.SERVICE_UNAVAILABLE
_STUDENT: Final = "/api/students/{student_id}"

ROUTES: Final = (
    Route("/api/session", "Who asks, by the token that came with the request.", session.Session, "everybody"),
    Route("/api/session", "Keep a token in a cookie.", session.Session, "everybody", "post", takes=session.Login,
          errors=(_BAD, HTTPStatus.UNAUTHORIZED)),
    Route("/api/session", "Forget the token.", session.Session, "everybody", "delete"),
    Route(f"{_STUDENT}/progress", "Where a student stands.", StudentProgress, "student", errors=(_BAD, _NONE, _AWAY)),
    Route(f"{_STUDENT}/mastery", "What a student can do, what happened on the last days, and each change of a level.",
          StudentMastery, "student", errors=(_BAD, _NONE, _AWAY)),
    Route(f"{_STUDENT}/struggle", "What a student did in the last 24 hours, and struggles with.",
          StudentStruggle, "student", errors=(_BAD, _NONE, _AWAY)),
    Route(f"{_STUDENT}/conversation", "The last turns with a student.", StudentConversation, "student",
          errors=(_BAD, _NONE, _AWAY)),
    Route(f"{_STUDENT}/questions", "A student's questions, the newest first.", StudentQuestions, "student",
          asks=QuestionsAsked, errors=(_BAD, _AWAY)),
    Route("/api/queries/{query_id}", "A question, its outcome and its way through the agents.", QueryTold, "student",
          errors=(_BAD, _NONE, _AWAY)),
    Route("/api/search", "Questions whose words fit.", SearchResult, asks=Searched, errors=(_BAD, _AWAY)),
    Route("/api/class", "The levels of a class.", ClassMastery, asks=ClassAsked, errors=(_BAD, _AWAY)),
)  # fmt: skip
