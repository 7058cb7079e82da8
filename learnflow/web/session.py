"""`/api/session`: who one is here; a browser keeps its token in a cookie that no script can read."""

from http import HTTPStatus
from typing import Any, Final, Literal

from aiohttp import web
from faust.web import View
from pydantic import Field, ValidationError

from learnflow.models.fields import Model, StudentId
from learnflow.streams.stream_app import StreamApp
from learnflow.web.access import COOKIE, NOT_VALID, Access, Visitor, token_of
from learnflow.web.json_http import Refused, answer, json_body

LARGEST: Final = 4_096  # bytes of a body with a token


class Login(Model):
    """The token of an operator, a teacher or a student."""

    token: str = Field(min_length=1, max_length=2_000)


class Session(Model):
    """Who asks. Without a role, a token is needed."""

    role: Literal["operator", "student"] | None
    student_id: StudentId | None = None


def add_session(app: StreamApp, access: Access) -> None:
    """Serve GET (who am I?), POST (log in) and DELETE (log out)."""

    @app.page("/api/session")
    class SessionView(View):
        async def get(self, request: Any, **_: Any) -> Any:  # noqa: ANN401 - Faust's request and response
            return answer(_session(access.visitor_of_token(token_of(request))))

        async def post(self, request: Any, **_: Any) -> Any:  # noqa: ANN401 - as above
            token = await _token(request)
            visitor = access.visitor_of_token(token)
            if visitor is None:
                raise Refused(HTTPStatus.UNAUTHORIZED, NOT_VALID)
            response = answer(_session(visitor))
            response.set_cookie(
                COOKIE, token, path="/", httponly=True, samesite="Strict", secure=request.scheme == "https"
            )
            return response

        async def delete(self, _request: Any, **_: Any) -> Any:  # noqa: ANN401 - as above
            response = answer(_session(access.visitor_of_token(None)))
            response.del_cookie(COOKIE, path="/")
            return response


def _session(visitor: Visitor | None) -> Session:
    if visitor is None:
        return Session(role=None)
    return Session(role="operator" if visitor.operator else "student", student_id=visitor.student_id)


async def _token(request: web.Request) -> str:
    body = await json_body(request, LARGEST)
    try:
        return Login.model_validate_json(body).token
    except ValidationError:
        raise Refused(HTTPStatus.BAD_REQUEST, 'Send {"token": "…"} as JSON.') from None
