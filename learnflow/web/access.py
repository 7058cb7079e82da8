"""Who may see what: the one place that every request passes, before any view.

Routes are matched by their patterns, never by the text of a path, so that no spelling of a path gets around them. A
student may do what is listed here; what is not listed is the operators' and teachers'.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from faust.web import View
from multidict import CIMultiDictProxy
from pydantic import Field, ValidationError
from yarl import URL

from learnflow.models.fields import Model, StudentId
from learnflow.settings import SettingsError, Web
from learnflow.streams.stream_app import StreamApp
from learnflow.web.json_http import Refused, answer, json_body, refusal

_PURPOSE: Final = b"learnflow student\n"  # so that the secret's use here is no other's
LARGEST: Final = 4_096  # bytes of a body with a token
COOKIE: Final = "learnflow_token"
OPEN: Final = frozenset({"/live", "/ready", "/", "/static", "/api/session"})  # what holds nothing of anybody
STUDENTS_OWN: Final = "/api/students/{student_id}/"  # what begins with it belongs to the student who is named
STUDENTS: Final = frozenset({  # these ask `visitor_of`
    "/api/queries/{query_id}", "/api/questions", "/api/questions/{query_id}/stop", "/api/events",
})  # fmt: skip
_LOCAL: Final = "localhost"
_NOTHING_SHOWN: Final = "A token is needed: send it as Authorization: Bearer …, or enter it on the page."
NOT_VALID: Final = "This token is not valid."
_NOT_YOURS: Final = "This token does not allow that."
_ELSEWHERE: Final = (
    "Without a token, only pages and programs on this machine are answered, at 127.0.0.1 or localhost: "
    "set LEARNFLOW_WEB_OPERATOR_TOKEN for others."
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks: an operator or a teacher, who sees all, or a student, who sees what is their own."""

    student_id: str | None = None

    @property
    def operator(self) -> bool:
        """Whether this is an operator or a teacher."""
        return self.student_id is None

    def may_see(self, student_id: str) -> bool:
        """Return whether what belongs to a student may be shown."""
        return self.operator or self.student_id == student_id


OPERATOR: Final = Visitor()


def student_token(student_id: str, secret: str) -> str:
    """Return the token of a student: the id, and the HMAC that only who has the secret can make."""
    return f"{_encoded(student_id.encode())}.{_signature(student_id, secret)}"


def visitor(token: str, operator_token: str, student_secret: str) -> Visitor | None:
    """Return whom a token speaks for, or None. An empty secret lets no student in."""
    if not token.isascii():
        return None
    if operator_token and hmac.compare_digest(token.encode(), operator_token.encode()):
        return OPERATOR
    name, dot, signature = token.partition(".")
    if not (dot and student_secret):
        return None
    try:
        student_id = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(signature.encode(), _signature(student_id, student_secret).encode()):
        return None
    return Visitor(student_id)


def _signature(student_id: str, secret: str) -> str:
    return _encoded(hmac.digest(secret.encode(), _PURPOSE + student_id.encode(), hashlib.sha256))


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


_VISITOR: Final = web.RequestKey("learnflow_visitor", Visitor)


def visitor_of(request: web.Request) -> Visitor:
    """Return who asks, for views that show a student no more than their own."""
    return request[_VISITOR]


def token_of(request: web.Request) -> str | None:
    """Return the token that came with a request, from its header or else its cookie."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE)


@dataclass(frozen=True, slots=True)
class Access:
    """The tokens that are let in. Without an operator's token this machine is, and nobody else."""

    operator_token: str = field(repr=False)
    student_secret: str = field(repr=False)

    @classmethod
    def of(cls, settings: Web) -> "Access":
        """Return what the settings say. Raises SettingsError where others could come in without a token."""
        if not settings.operator_token and not is_local(settings.host):
            raise SettingsError(f"LEARNFLOW_WEB_OPERATOR_TOKEN: must be set when LEARNFLOW_WEB_HOST is {settings.host}")
        if not settings.operator_token and settings.student_secret:
            raise SettingsError("LEARNFLOW_WEB_OPERATOR_TOKEN: must be set when LEARNFLOW_WEB_STUDENT_SECRET is")
        return cls(settings.operator_token, settings.student_secret)

    def visitor_of_token(self, token: str | None) -> Visitor | None:
        """Return whom a token speaks for; without an operator's token everybody is one."""
        if not self.operator_token:
            return OPERATOR
        return visitor(token, self.operator_token, self.student_secret) if token else None

    def admit(self, request: web.Request) -> Visitor:
        """Return who asks for what they may see. Raises Refused with 401 or 403."""
        if not self.operator_token and _from_elsewhere(request.headers):
            raise Refused(HTTPStatus.FORBIDDEN, _ELSEWHERE)
        token = token_of(request)
        asking = self.visitor_of_token(token)
        resource = request.match_info.route.resource
        pattern = resource.canonical if resource else ""  # of the route that matched, where one did
        if pattern in OPEN:
            return asking or Visitor("")  # nobody's id
        if asking is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, NOT_VALID if token else _NOTHING_SHOWN)
        own = pattern.startswith(STUDENTS_OWN) and asking.may_see(request.match_info["student_id"])
        if not (asking.operator or own or pattern in STUDENTS):
            raise Refused(HTTPStatus.FORBIDDEN, _NOT_YOURS)
        return asking

    def middleware(self) -> Middleware:
        """Return the middleware that admits or refuses, and says every error as JSON."""

        @web.middleware
        async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                request[_VISITOR] = self.admit(request)
                return await handler(request)
            except Refused as error:
                return refusal(error.status, str(error))
            except web.HTTPNotFound:
                return refusal(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
            except web.HTTPMethodNotAllowed as error:
                return refusal(error.status, f"{error.method} is not possible at this address.")
            except web.HTTPRequestEntityTooLarge as error:
                return refusal(error.status, "This is too large.")

        return admitted


def is_local(host: str) -> bool:
    """Return whether only this machine reaches a host."""
    try:
        return host == _LOCAL or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _from_elsewhere(headers: CIMultiDictProxy[str]) -> bool:
    """Say whether another site's page asks: its name may point to this machine, and a browser may post for it."""
    authorities = (f"//{headers.get('Host', '')}", headers.get("Origin", f"//{_LOCAL}"))
    try:
        return not all(is_local(URL(authority).host or "") for authority in authorities)
    except ValueError:
        return True


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
            secure = request.scheme == "https"
            response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="Strict", secure=secure)
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
