"""Many students ask a slow, limited and faulty Claude: `python -m benchmarks.claude [--json] [--questions N] …`.

The keyed executor, the limits, the retries and the SDK are the real ones; the Messages API is a process of its own. Its
limit is nowhere in the settings: it is learned from the headers. The default takes about 3 minutes.
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import uvloop

from learnflow import metrics
from learnflow.models.fields import Model
from learnflow.settings import Claude as ClaudeSettings
from learnflow.settings import Settings
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.interface import CallResult, ClaudeRequest, ClaudeUnavailable, Message, T

ACCEPTED: Final = 1_024  # as the agents' consumers
EACH: Final = 5  # questions of a student
SYSTEM: Final = "Answer with what was asked. " * 150  # as long as an agent's prompt


class Echo(Model):
    """An answer."""

    text: str


class Bound:
    """How much of the time a bound was kept: from when it was reached until too few students had a question left."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._under_way = 0
        self._began: float | None = None
        self._ended: float | None = None
        self._changed = 0.0
        self._kept = 0.0
        self._all = 0.0

    def change(self, by: int) -> None:
        """So many more are under way, or fewer."""
        now = time.monotonic()
        if self._began is not None and self._ended is None:
            self._kept += (now - self._changed) * (self._under_way >= self._bound)
            self._all += (now - self._changed) * self._under_way
        self._under_way += by
        self._changed = now
        if self._began is None and self._under_way >= self._bound:
            self._began = now

    def over(self) -> None:
        """From now on it cannot be kept."""
        self.change(0)
        self._ended = self._ended or self._changed

    @property
    def share(self) -> float:
        """The share of the time, 0 to 1."""
        return self._kept / self._seconds

    @property
    def mean(self) -> float:
        """How much was under way on average."""
        return self._all / self._seconds

    @property
    def _seconds(self) -> float:
        return (self._ended or 0.0) - (self._began or 0.0) or 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the questions, and what it took."""

    questions: int
    answered: int
    failed: int
    answered_twice: int
    calls: int
    retries: int
    waits: int
    faults: int
    refused_429: int
    most_in_a_minute: int
    limit: int
    bound: int
    most_in_flight: int
    questions_at_bound: float
    calls_mean: float
    rss_begin_mb: float
    rss_peak_mb: float
    seconds: float


class Counted:
    """The SDK's edge, watched: how many calls are under way."""

    def __init__(self, api: AnthropicApi, bound: Bound) -> None:
        self._api = api
        self._bound = bound

    async def call(self, request: ClaudeRequest[T]) -> CallResult[T]:
        """Make one call."""
        self._bound.change(1)
        try:
            return await self._api.call(request)
        finally:
            self._bound.change(-1)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()


async def measure(address: str, questions: int, limit: int) -> Result:
    """Ask all questions, each once, and look at what the server saw."""
    bound = Settings().agents.in_flight
    pieces, calls = Bound(bound), Bound(bound)
    asked = _asked(questions)
    left = Counter(student for student, _ in asked)
    client = ClaudeClient(Counted(AnthropicApi(api_key="none", base_url=address), calls), ClaudeSettings())
    answers: list[str] = []
    failures: list[str] = []

    def work(student: str, question: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            pieces.change(1)
            ask = ClaudeRequest(ClaudeSettings().model, SYSTEM, (Message("user", question),), Echo, 500)
            deadline = asyncio.get_running_loop().time() + ClaudeSettings().timeout_seconds
            try:
                answers.append((await client.ask(ask, deadline)).value.text)
            except ClaudeUnavailable as error:
                failures.append(str(error))
            left.subtract([student])
            if len(+left) < bound:
                pieces.over()
                calls.over()
            pieces.change(-1)

        return run

    executor = KeyedExecutor(bound, ACCEPTED, _crashed)
    begin, started = _rss_mb(), time.monotonic()
    for student, question in asked:
        await executor.submit(student, work(student, question))
    await executor.drain(3_600)
    took = time.monotonic() - started
    await client.close()
    for failure in failures:
        sys.stderr.write(f"failed: {failure}\n")
    seen = await _stats(address)
    return Result(
        questions=questions, answered=len(set(answers)), failed=len(failures),
        answered_twice=len(answers) - len(set(answers)), calls=seen["requests"], retries=_counted("retries"),
        waits=_counted("waits"), faults=seen["faults"], refused_429=seen["over_limit"],
        most_in_a_minute=seen["most_in_a_minute"], limit=limit, bound=bound, most_in_flight=seen["most_in_flight"],
        questions_at_bound=round(pieces.share, 4), calls_mean=round(calls.mean, 1),
        rss_begin_mb=round(begin, 1), rss_peak_mb=round(_peak_mb(), 1), seconds=round(took, 1),
    )  # fmt: skip


def _counted(name: str) -> int:
    """Return what this process has counted of its calls."""
    return int(metrics.REGISTRY.get_sample_value(f"learnflow_claude_{name}_total") or 0)


def _asked(questions: int) -> Sequence[tuple[str, str]]:
    """Return students and their questions, in no order."""
    asked = [(f"student-{number // EACH}", f"question-{number}") for number in range(questions)]
    random.Random(6).shuffle(asked)  # noqa: S311 - no secret
    return asked


def _crashed(error: BaseException) -> None:
    raise error


async def _stats(address: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/stats") as response:
        found: dict[str, Any] = await response.json()
        return found


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


@contextmanager
def served(latency: float, limit: int, faults: float) -> Iterator[str]:
    """Run the Messages API; gives its address."""
    command = [sys.executable, "-m", "benchmarks.messages_server"]
    options = ["--latency", str(latency), "--limit", str(limit), "--faults", str(faults)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout or sys.stdin).readline().strip()
        finally:
            process.kill()


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--latency", type=float, default=5.0, help="seconds of an answer")
    parser.add_argument("--limit", type=int, default=1_000, help="requests a minute; 64 at once with 5 s need 768")
    parser.add_argument("--faults", type=float, default=0.05, help="share of calls that fail")
    arguments = parser.parse_args()
    with served(arguments.latency, arguments.limit, arguments.faults) as address:
        result = uvloop.run(measure(address, arguments.questions, arguments.limit))
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name.replace('_', ' '):20}{value:>10,}")


if __name__ == "__main__":
    main()
