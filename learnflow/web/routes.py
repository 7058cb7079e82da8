"""Every address that workers answer at: what it takes, what it gives, and who may ask."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal

from pydantic import BaseModel, RootModel

from learnflow.models.agent_health import AgentHealth, Figures, HealthReport
from learnflow.models.events.students import ResponseRated
from learnflow.models.fields import Model
from learnflow.web import feedback, models
from learnflow.web.access import Login, Session
from learnflow.web.database_views import Answers
from learnflow.web.json_http import Error
from learnflow.web.page import Accepted, Question, Stop
from learnflow.web.table_views import TableEntry, TableList, TableSizes
from learnflow.web.views import Struggles


class Live(Model):
    """Whether the roles of a process get on; False for one that stands still although messages wait."""

    live: bool
    roles: dict[str, bool]


class Ready(Model):
    """Whether the roles of a process have their partitions and their tables."""

    ready: bool
    roles: dict[str, bool]


class AgentInError(RootModel[AgentHealth | Error]):
    """An agent that is in error, or, where it runs nowhere, that."""


Who = Literal["everybody", "operator", "student"]  # a student: of what is their own


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address. `gives` is the body's model, or its media type where it is no JSON."""

    path: str
    summary: str
    gives: type[BaseModel] | str
    who: Who = "operator"
    method: Literal["get", "post", "delete"] = "get"
    asks: type[Model] | None = None
    takes: type[Model] | None = None
    status: HTTPStatus = HTTPStatus.OK
    errors: tuple[HTTPStatus, ...] = ()
    others: dict[HTTPStatus, type[BaseModel]] = field(default_factory=dict)

    @property
    def failures(self) -> dict[HTTPStatus, type[BaseModel]]:
        """What else is answered: 401 and 403 wherever a token is asked for."""
        refused = () if self.who == "everybody" else (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        errors: dict[HTTPStatus, type[BaseModel]] = dict.fromkeys(sorted({*refused, *self.errors}), Error)
        return errors | self.others


_BAD: Final = HTTPStatus.BAD_REQUEST
_NONE: Final = HTTPStatus.NOT_FOUND
_AWAY: Final = HTTPStatus.SERVICE_UNAVAILABLE
_NO_JSON: Final = (_BAD, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_OF_ONE: Final = (_BAD, _NONE, _AWAY)  # student or question
_SAID: Final = (*_NO_JSON, _NONE, HTTPStatus.UNPROCESSABLE_ENTITY, _AWAY)
_STUDENT: Final = "/api/students/{student_id}"

ROUTES: Final = (
    Route("/", "The live page.", "text/html", "everybody"),
    Route("/static/{file}", "What the page consists of.", "*/*", "everybody", errors=(_NONE,)),
    Route("/live", "Does this process get on?", Live, "everybody", others={_AWAY: Live}),
    Route("/ready", "Has it its partitions and tables?", Ready, "everybody", others={_AWAY: Ready}),
    Route("/health", "How all agents are doing.", HealthReport, others={_AWAY: HealthReport}),
    Route("/health/{agent}", "How one agent is doing.", AgentHealth, errors=(_NONE,), others={_AWAY: AgentInError}),
    Route("/api/figures", "The questions of the last hour.", Figures),
    Route("/metrics", "What this process measures, for Prometheus.", "text/plain"),
    Route("/api/struggles", "The struggles that were told last.", Struggles, errors=(_AWAY,)),
    Route("/api/events", "What happens, as server-sent events: health, figures, struggle, mastery, progress, answer, "
          "feedback; a student gets their own, an operator those of one student where one is named.",
          "text/event-stream", "student", asks=models.EventsAsked, errors=(_BAD,)),
    Route("/api/answers", "What was asked and answered last.", Answers, asks=models.AnswersAsked, errors=(_BAD, _AWAY)),
    Route("/api/questions", "Ask a question; the answer comes as an event, and to the query's own address.", Accepted,
          "student", "post", takes=Question, status=HTTPStatus.ACCEPTED,
          errors=(*_NO_JSON, HTTPStatus.UNPROCESSABLE_ENTITY, _AWAY)),
    Route("/api/questions/{query_id}/stop", "Stop the answer to a question; one that is there already stays.", Accepted,
          "student", "post", takes=Stop, status=HTTPStatus.ACCEPTED,
          errors=(*_NO_JSON, HTTPStatus.UNPROCESSABLE_ENTITY, _AWAY)),
    Route("/api/session", "Who asks, by the token that came with the request.", Session, "everybody"),
    Route("/api/session", "Keep a token in a cookie.", Session, "everybody", "post", takes=Login,
          errors=(*_NO_JSON, HTTPStatus.UNAUTHORIZED)),
    Route("/api/session", "Forget the token.", Session, "everybody", "delete"),
    Route(f"{_STUDENT}/progress", "Where a student stands.", models.StudentProgress, "student", errors=_OF_ONE),
    Route(f"{_STUDENT}/mastery", "What a student can do, what happened on the last days, and each change of a level.",
          models.StudentMastery, "student", errors=_OF_ONE),
    Route(f"{_STUDENT}/struggle", "What a student did in the last 24 hours, and struggles with.",
          models.StudentStruggle, "student", errors=_OF_ONE),
    Route(f"{_STUDENT}/conversation", "The last turns with a student.", models.StudentConversation, "student",
          errors=_OF_ONE),
    Route(f"{_STUDENT}/answers", "What a student asked last, with its code, and was answered.", Answers, "student",
          asks=models.AnswersAsked, errors=(_BAD, _AWAY)),
    Route(f"{_STUDENT}/questions", "A student's questions, the newest first.", models.StudentQuestions, "student",
          asks=models.QuestionsAsked, errors=(_BAD, _AWAY)),
    Route(f"{_STUDENT}/feedback", "How a student rates their last answers, and what teachers have added to them.",
          feedback.StudentFeedback, "student", asks=models.AnswersAsked, errors=(_BAD, _AWAY)),
    Route(f"{_STUDENT}/ratings", "Rate an answer as the student who asked for it; the newest rating counts.",
          feedback.Sent, "student", "post", takes=ResponseRated, status=HTTPStatus.ACCEPTED, errors=_SAID),
    Route("/api/waiting", "Who waits for a teacher.", feedback.WaitingStudents, errors=(_AWAY,)),
    Route("/api/teacher-answers", "Add something to an answer, as a teacher.", feedback.Sent, "operator", "post",
          takes=feedback.TeacherWords, status=HTTPStatus.ACCEPTED, errors=_SAID),
    Route("/api/ratings", "How answers are rated, by agent, tutor, model, version of the prompts and proof.",
          feedback.RatingSummary, errors=(_AWAY,)),
    Route("/api/queries/{query_id}", "A question, its outcome and its way through the agents.", models.QueryTold,
          "student", errors=_OF_ONE),
    Route("/api/search", "Questions whose words fit.", models.SearchResult, asks=models.Searched, errors=(_BAD, _AWAY)),
    Route("/tables/", "Core's tables, of all workers: what they are for, their partitions and sizes.", TableList,
          errors=(_AWAY,)),
    Route("/tables/{name}/", "One table: its partitions, who has them, and their sizes.", TableSizes,
          errors=(_NONE, _AWAY)),
    Route("/tables/{name}/{key}/", "What a table holds for a key: of a student, or of an open query.", TableEntry,
          errors=(_NONE, _AWAY)),
    Route("/api/class", "The levels of a class.", models.ClassMastery, asks=models.ClassAsked, errors=(_BAD, _AWAY)),
)  # fmt: skip
