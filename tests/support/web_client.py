"""The web views, as a program asks for them."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

OPERATOR: Final = "operators-0123456789"
SECRET: Final = "students-0123456789"  # noqa: S105 - of the tests only
TOKENS: Final = {"LEARNFLOW_WEB_OPERATOR_TOKEN": OPERATOR, "LEARNFLOW_WEB_STUDENT_SECRET": SECRET}
SECONDS: Final = 30.0
NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """A status, and the JSON that came with it."""

    status: int
    body: Any


def get(web: str, path: str, token: str | None = OPERATOR, headers: Mapping[str, str] = NONE, **query: object) -> Told:
    """Ask a worker."""
    asked = f"?{urllib.parse.urlencode(query)}" if query else ""
    return _ask(urllib.request.Request(f"{web}{path}{asked}", headers=dict(headers)), token)  # noqa: S310 - our own address


def post(web: str, path: str, body: object, token: str | None = None, headers: Mapping[str, str] = NONE) -> Told:
    """Send JSON to a worker."""
    data, sent = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    return _ask(urllib.request.Request(f"{web}{path}", data, sent), token)  # noqa: S310


def _ask(request: urllib.request.Request, token: str | None) -> Told:
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - our own address
            return Told(response.status, json.load(response))
    except urllib.error.HTTPError as error:
        with error:
            return Told(error.code, json.load(error))
