"""What is sent to the web server and cannot be read is refused, and is not in the log."""

import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from learnflow.web.access import Access
from learnflow.web.json_http import json_body, log_no_unreadable_requests

JSON = {"Content-Type": "application/json"}

Browser = TestClient[web.Request, web.Application]


async def taken(request: web.Request) -> web.Response:
    return web.Response(body=await json_body(request, 10))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    app = web.Application(middlewares=[Access("", "").middleware()])
    app.router.add_post("/", taken)
    log_no_unreadable_requests()
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (JSON, b"[]", 200),
        (JSON, b"0123456789", 200),
        (JSON, b"0123456789x", 413),
        ({}, b"[]", 415),
        ({"Content-Type": "text/plain"}, b"[]", 415),  # what a form on another site's page can send
        (JSON | {"Content-Encoding": "gzip"}, b"not gzip", 400),
        (JSON | {"Content-Encoding": "zstd"}, b"not zstd", 400),
    ],
)
async def test_a_body_is_json_of_some_size_or_refused(
    browser: Browser, caplog: pytest.LogCaptureFixture, headers: dict[str, str], body: bytes, status: int
) -> None:
    assert (await browser.post("/", data=body, headers=headers)).status == status
    assert not caplog.records


async def test_an_address_that_is_too_long_is_in_no_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "aiohttp.server"):
        assert (await browser.get(f"/api/students/ann?{'x' * 10_000}")).status == 400
    assert "ann" not in caplog.text
