"""`/` and `/static`: the page. All that it needs comes from here, and it can reach no other host."""

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from aiohttp import web

from learnflow.streams.stream_app import StreamApp
from learnflow.web.json_http import log_no_unreadable_requests

STATIC: Final = Path(__file__).parent / "static"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType({
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
})


def add_page(app: StreamApp) -> None:
    """Serve the page on an app's web server, and protect all that this server answers."""
    server = cast("web.Application", cast("Any", app.web).web_app)  # before Faust's own index
    server.router.add_get("/", _index)
    server.router.add_static("/static", STATIC)
    server.on_response_prepare.append(_protect)
    log_no_unreadable_requests()


async def _index(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")  # files are asked for again, and rarely sent again
