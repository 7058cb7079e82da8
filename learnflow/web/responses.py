"""What a view returns: a model as JSON, or an error as a sentence."""

from aiohttp import web
from pydantic import BaseModel

from learnflow.models.fields import Model


class Refused(Exception):  # noqa: N818 - what is refused is the request; the server is well
    """A request that is not answered; the text says why, to whoever asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Error(Model):
    """Why a request was not answered."""

    error: str


def answer(body: BaseModel, status: int = 200) -> web.Response:
    """Return a model as JSON, which nobody keeps."""
    return web.Response(
        body=body.model_dump_json().encode(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def refusal(status: int, sentence: str) -> web.Response:
    """Return an error as JSON."""
    response = answer(Error(error=sentence), status)
    if status == web.HTTPUnauthorized.status_code:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
