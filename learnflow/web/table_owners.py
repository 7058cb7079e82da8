"""Which worker of core has which partition of the tables, and how the others ask it."""

from http import HTTPStatus
from typing import Any, Final

import aiohttp
from aiohttp import web
from faust.types import TP
from yarl import URL

from learnflow.streams.stream_app import StreamApp
from learnflow.streams.topic_reader import partition_of
from learnflow.tables import CORE
from learnflow.tables.model_tables import PARTITIONS
from learnflow.topics import changelog
from learnflow.web.access import token_of
from learnflow.web.json_http import Refused

FORWARDED: Final = "X-LearnFlow-Forwarded"
SECONDS: Final = 5.0  # that another worker has for its answer
MOVING: Final = "Nobody has this student's tables just now: workers are starting or stopping. Try again in a moment."
UNREACHABLE: Final = "The worker that has this student's tables does not answer. Try again in a moment."
_TABLE: Final = "progress"  # all of a student's tables lie together
_CHANGELOG: Final = changelog(CORE, _TABLE).name


class TableOwners:
    """Which worker has a student in its tables: ours, another that we ask, or for a moment none.

    It goes by what core's group agreed on when partitions were last given out.
    """

    def __init__(self, core: StreamApp) -> None:
        self._core = core

    @property
    def here(self) -> URL:
        """Where this worker is reached."""
        return self._core.conf.canonical_url

    @property
    def caught_up(self) -> bool:
        """Whether this worker has read its tables in."""
        return self._core.caught_up

    def workers(self) -> dict[int, URL]:
        """Return which worker has which partition; one that nobody has just now is absent."""
        metadata = self._core.router.table_metadata(_TABLE)
        given = {number: URL(url) for url, topics in metadata.items() for number in topics.get(_CHANGELOG, ())}
        return {number: url for number, url in given.items() if url != self.here} | dict.fromkeys(self.own(), self.here)

    def own(self) -> list[int]:
        """Return the partitions that are this worker's."""
        return [tp.partition for tp in self._core.assignor.assigned_actives() if tp.topic == _CHANGELOG]

    def url_of(self, student_id: str) -> URL | None:
        """Return where a student's tables are; None where they are ours. Raises Refused with 503 when nobody's."""
        partition = partition_of(student_id.encode(), PARTITIONS)
        if TP(_CHANGELOG, partition) in self._core.assignor.assigned_actives():
            if self.caught_up:
                return None
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        url = self.workers().get(partition)
        if url is None:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        return url

    async def forward(self, request: web.Request, url: URL) -> web.Response:
        """Ask another worker, as whoever asked us, and give its answer. A request goes from one to one other only."""
        if FORWARDED in request.headers:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        token = token_of(request)
        headers = {FORWARDED: "1"} | ({"Authorization": f"Bearer {token}"} if token else {})
        there = URL(f"{str(url).rstrip('/')}{request.raw_path}", encoded=True)
        client: Any = self._core.http_client
        try:
            async with client.get(there, headers=headers, timeout=aiohttp.ClientTimeout(SECONDS)) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, UNREACHABLE) from error
        return web.Response(
            body=body, status=response.status, content_type=response.content_type, headers={"Cache-Control": "no-store"}
        )
