"""Many slow calls at once, each student's in order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class KeyedExecutor:
    """One chain a key. At most `in_flight` pieces run and `accepted` run or wait; beyond, `submit` waits.

    Work must not raise: what does is given to `crashed`, and what is not done stays unacknowledged.
    """

    def __init__(self, in_flight: int, accepted: int, crashed: Callable[[BaseException], None]) -> None:
        self._running = asyncio.Semaphore(in_flight)
        self._accepted = asyncio.Semaphore(accepted)
        self._crashed = crashed
        self._chains: dict[str, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self.pending = 0  # accepted and not done
        self.running = 0

    async def submit(self, key: str, work: Work) -> None:
        """Accept a piece of work; return as soon as it is in its chain. Once draining, it never returns."""
        await self._accepted.acquire()
        if self._draining:
            await asyncio.get_running_loop().create_future()
        self.pending += 1
        chain = self._chains.get(key)
        if chain is not None:
            chain.append(work)
            return
        self._chains[key] = deque([work])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> bool:
        """Take no more work; wait for all of it, at most so long, then cancel the rest. Return whether all was done."""
        self._draining = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        rest = list(self._tasks)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        return not rest

    async def _run(self, key: str) -> None:
        chain = self._chains[key]
        try:
            while chain:
                async with self._running:
                    self.running += 1
                    try:
                        await chain[0]()
                    finally:
                        self.running -= 1
                chain.popleft()
                self._release(1)
        finally:
            self._release(len(chain))
            del self._chains[key]

    def _release(self, count: int) -> None:
        self.pending -= count
        for _ in range(count):
            self._accepted.release()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._crashed(error)
