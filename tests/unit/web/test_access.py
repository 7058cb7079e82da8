"""Who may see what: every role at every kind of address."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from learnflow.settings import Settings, SettingsError, Web
from learnflow.web.access import COOKIE, OPERATOR, Access, Visitor, student_token, visitor, visitor_of
from learnflow.web.json_http import Refused
from learnflow.web.routes import ROUTES

TOKEN = "operators-0123456789"  # noqa: S105 - of this test only
SECRET = "students-0123456789"  # noqa: S105 - as above
ANN = student_token("ann", SECRET)

Browser = TestClient[web.Request, web.Application]
Browsing = Callable[[Access], Awaitable[Browser]]


async def view(request: web.Request) -> web.Response:
    return web.Response(text=str(visitor_of(request).student_id))


async def refused(_request: web.Request) -> web.Response:
    raise Refused(503, "Not now.")


@pytest.fixture
async def browsing(tmp_path: Path) -> AsyncIterator[Browsing]:
    started: list[Browser] = []
    (tmp_path / "page.css").write_text("")

    async def start(access: Access) -> Browser:
        app = web.Application(middlewares=[access.middleware()])
        for method, path in {(route.method, route.path) for route in ROUTES} | {("get", "/metrics")}:
            if not path.startswith("/static"):
                app.router.add_route(method, path, view)
        app.router.add_get("/refused", refused)
        app.router.add_static("/static", tmp_path)
        started.append(TestClient(TestServer(app)))
        await started[-1].start_server()
        return started[-1]

    yield start
    for client in started:
        await client.close()


FREE = ("/live", "/ready", "/", "/static/page.css", "/api/session")
OWN = ("/api/students/ann/progress", "/api/students/ann/mastery", "/api/students/ann/struggle",
       "/api/students/ann/questions", "/api/students/ann/conversation", "/api/students/ann/feedback",
       "/api/queries/1", "/api/events")  # fmt: skip
WRITTEN = ("/api/students/ann/ratings", "/api/students/bob/ratings", "/api/teacher-answers")
OTHERS = ("/api/students/bob/progress", "/api/students/bob/questions", "/api/students/ANN/progress",
          "/api/students/bob/feedback", "/api/waiting", "/api/ratings",
          "/api/students/ann%2F..%2Fbob/progress", "/api/search", "/api/class", "/api/figures", "/health",
          "/health/debug", "/metrics")  # fmt: skip
NOWHERE = ("/api/students/ann", "/api/nothing", "/api//search")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (None, (200, 401, 401, 401)),
        ("wrong", (200, 401, 401, 401)),
        (TOKEN[:-1], (200, 401, 401, 401)),
        (f"{ANN}x", (200, 401, 401, 401)),
        (student_token("ann", TOKEN), (200, 401, 401, 401)),
        ("ä", (200, 401, 401, 401)),
        (ANN, (200, 200, 403, 403)),
        (TOKEN, (200, 200, 200, 404)),
    ],
)
async def test_every_role_at_every_address(
    browsing: Browsing, token: str | None, expected: tuple[int, int, int, int]
) -> None:
    client = await browsing(Access(TOKEN, SECRET))
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    for paths, status in zip((FREE, OWN, OTHERS, NOWHERE), expected, strict=True):
        for path in paths:
            response = await client.get(URL(path, encoded=True), headers=bearer)
            assert response.status == status, path
            if status != 200:
                assert list(await response.json()) == ["error"]
    if token and token.isascii():
        with_cookie = await client.get("/api/events", headers={"Cookie": f"{COOKIE}={token}"})
        assert with_cookie.status == expected[1]
    for path, status in zip(WRITTEN, (*expected[1:3], expected[2]), strict=True):
        assert (await client.post(path, headers=bearer)).status == (200 if token == TOKEN else status), path
    assert (await client.post("/api/questions", headers=bearer)).status == expected[1]


async def test_views_are_told_who_asks(browsing: Browsing) -> None:
    client = await browsing(Access(TOKEN, SECRET))
    said = await client.get("/api/events", headers={"Authorization": f"Bearer {ANN}"})
    assert await said.text() == "ann"
    said = await client.get("/api/events", headers={"Authorization": f"bearer {TOKEN}"})
    assert await said.text() == "None"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:6066"}, 200),
        ({"Host": "[::1]:6066"}, 200),
        ({"Origin": "http://127.0.0.1:6066"}, 200),
        ({"Host": "evil.example"}, 403),  # a name that a page has turned to this machine
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_without_tokens_this_machine_is_an_operator(
    browsing: Browsing, headers: Mapping[str, str], status: int
) -> None:
    client = await browsing(Access("", ""))
    for path in (*FREE, *OWN, *OTHERS):
        if path != "/static/page.css":
            assert (await client.get(path, headers=headers)).status == status, path
    assert (await client.post("/api/questions", headers=headers)).status == status


async def test_what_a_view_refuses_is_json(browsing: Browsing) -> None:
    client = await browsing(Access("", ""))
    response = await client.get("/refused")
    assert (response.status, await response.json()) == (503, {"error": "Not now."})
    response = await client.post("/api/search")
    assert (response.status, await response.json()) == (405, {"error": "POST is not possible at this address."})


@pytest.mark.parametrize("student", ["ann", "änn/ö ü", "a.b", "x" * 255])
def test_a_token_speaks_for_one_student(student: str) -> None:
    token = student_token(student, SECRET)
    assert visitor(token, TOKEN, SECRET) == Visitor(student)
    assert visitor(token, TOKEN, f"{SECRET}!") is None
    assert visitor(token, TOKEN, "") is None
    name, _, _ = token.partition(".")
    assert visitor(f"{name}.{ANN.partition('.')[2]}", TOKEN, SECRET) in (None, Visitor("ann"))
    assert visitor(TOKEN, TOKEN, SECRET) == OPERATOR


@pytest.mark.parametrize(
    ("host", "operator_token", "student_secret", "named"),
    [
        ("127.0.0.1", "", "", None),
        ("localhost", "", "", None),
        ("::1", "", "", None),
        ("0.0.0.0", TOKEN, "", None),  # noqa: S104 - a value, nothing listens
        ("0.0.0.0", TOKEN, SECRET, None),  # noqa: S104 - as above
        ("0.0.0.0", "", "", "LEARNFLOW_WEB_OPERATOR_TOKEN"),  # noqa: S104 - as above
        ("::", "", SECRET, "LEARNFLOW_WEB_OPERATOR_TOKEN"),
        ("10.0.0.7", "", "", "LEARNFLOW_WEB_OPERATOR_TOKEN"),
        ("worker-1", "", "", "LEARNFLOW_WEB_OPERATOR_TOKEN"),
        ("127.0.0.1", "", SECRET, "LEARNFLOW_WEB_OPERATOR_TOKEN"),
    ],
)
def test_nobody_else_is_let_in_without_a_token(
    host: str, operator_token: str, student_secret: str, named: str | None
) -> None:
    settings = Web(host=host, operator_token=operator_token, student_secret=student_secret)
    if named is None:
        assert Access.of(settings) == Access(operator_token, student_secret)
        return
    with pytest.raises(SettingsError) as error:
        Access.of(settings)
    assert str(error.value).startswith(named)
    assert "\n" not in str(error.value)


def test_tokens_are_not_printed_with_the_settings() -> None:
    settings = Settings(web=Web(operator_token=TOKEN, student_secret=SECRET))
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
    assert TOKEN not in repr(Access.of(settings.web))
    assert settings.as_environment()["LEARNFLOW_WEB_OPERATOR_TOKEN"] == TOKEN


@pytest.mark.parametrize(
    ("web_settings", "address"),
    [
        (Web(), "http://127.0.0.1:6066"),
        (Web(host="10.0.0.7", port=80), "http://10.0.0.7:80"),
        (Web(host="::1"), "http://[::1]:6066"),
        (Web(host="0.0.0.0", address="https://worker-1:7000"), "https://worker-1:7000"),  # noqa: S104 - as above
    ],
)
def test_workers_reach_each_other_at(web_settings: Web, address: str) -> None:
    assert web_settings.reached_at == address


def test_a_worker_that_listens_everywhere_is_reached_by_its_name() -> None:
    host = Web(host="0.0.0.0").reached_at.removeprefix("http://").removesuffix(":6066")  # noqa: S104 - as above
    assert host
    assert host != "0.0.0.0"  # noqa: S104 - as above
