"""A Messages API with a latency, a limit of requests a minute, and faults: `python -m benchmarks.messages_server`.

It prints its address, and tells on /stats what it has seen. The limit counts every request of the last 60 seconds; one
too many is answered with 429. The faults are the same in every run.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final

from aiohttp import web

WINDOW: Final = 60.0
INPUT_TOKENS: Final = 1_200
OUTPUT_TOKENS: Final = 300


@dataclass
class Stats:
    """What came: requests, those over the limit, the most within 60 s, and which questions were answered how often."""

    requests: int = 0
    over_limit: int = 0
    most_in_a_minute: int = 0
    faults: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    answered: dict[str, int] = field(default_factory=dict)


class Server:
    """Answers with the text of the question, as structured output."""

    def __init__(self, latency: float, limit: int, faults: float) -> None:
        self._latency = latency
        self._limit = limit
        self._faults = faults
        self._random = random.Random(6)  # noqa: S311 - which call fails is no secret
        self._recent: deque[float] = deque()
        self.stats = Stats()

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Answer a question, or fail."""
        body = await request.json()
        self.stats.requests += 1
        admitted, headers = self._admit()
        if not admitted:
            self.stats.over_limit += 1
            return _failed(429, "rate_limit_error", headers)
        self.stats.in_flight += 1
        self.stats.most_in_flight = max(self.stats.most_in_flight, self.stats.in_flight)
        try:
            return await self._answer(request, body, headers)
        finally:
            self.stats.in_flight -= 1

    async def told(self, _: web.Request) -> web.Response:
        """Tell what was seen."""
        return web.json_response(asdict(self.stats))

    def _admit(self) -> tuple[bool, dict[str, str]]:
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - WINDOW:
            self._recent.popleft()
        self.stats.most_in_a_minute = max(self.stats.most_in_a_minute, len(self._recent) + 1)
        admitted = len(self._recent) < self._limit
        if admitted:
            self._recent.append(now)
        left = self._limit - len(self._recent)
        reset = datetime.now(UTC) + timedelta(seconds=self._recent[-1] + WINDOW - now)
        headers = {
            "anthropic-ratelimit-requests-limit": str(self._limit),
            "anthropic-ratelimit-requests-remaining": str(left),
            "anthropic-ratelimit-requests-reset": f"{reset:%Y-%m-%dT%H:%M:%SZ}",
        }
        after = {} if admitted else {"retry-after": str(ceil(self._recent[0] + WINDOW - now))}
        return admitted, headers | after

    async def _answer(self, request: web.Request, body: dict[str, Any], headers: dict[str, str]) -> web.StreamResponse:
        if self._random.random() >= self._faults:
            await asyncio.sleep(self._latency)
            question = str(body["messages"][-1]["content"])
            self.stats.answered[question] = self.stats.answered.get(question, 0) + 1
            return web.json_response(_message(body["model"], question), headers=headers)
        self.stats.faults += 1
        match self._random.randrange(3):
            case 0:
                return _failed(529, "overloaded_error", headers)
            case 1:
                await asyncio.sleep(self._latency / 2)
                return _failed(500, "api_error", headers)
        await asyncio.sleep(self._latency / 2)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def _failed(status: int, kind: str, headers: dict[str, str]) -> web.Response:
    error = {"type": "error", "error": {"type": kind, "message": "as asked for"}}
    return web.json_response(error, status=status, headers=headers)


def _message(model: str, question: str) -> dict[str, Any]:
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
        "content": [{"type": "text", "text": f'{{"text": "{question}"}}'}],
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }  # fmt: skip


async def serve(server: Server) -> None:
    """Serve on a free port, and print the address."""
    app = web.Application()
    app.add_routes([web.post("/v1/messages", server.messages), web.get("/stats", server.told)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=5.0, help="seconds of an answer")
    parser.add_argument("--limit", type=int, default=1_000, help="requests a minute")
    parser.add_argument("--faults", type=float, default=0.05, help="share of requests that fail")
    arguments = parser.parse_args()
    asyncio.run(serve(Server(arguments.latency, arguments.limit, arguments.faults)))


if __name__ == "__main__":
    main()
