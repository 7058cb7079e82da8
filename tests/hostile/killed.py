"""Workers that are killed while their sandboxes start: `python killed.py SECONDS SEED`.

Prints a line for each, the mark of what it has started. Workers are forked, which takes less than a start of Python.
"""

import os
import random
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import bubblewrap_runner
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.orphan_guard import OrphanGuard
from learnflow.sandbox.runner import Limits
from learnflow.sandbox.toolchains import toolchain

AT_ONCE = 4
LATEST = 0.03  # seconds after which a sandbox has started
PYTHON = toolchain(ExerciseLanguage.PYTHON)


def work(isolation: Isolation) -> None:
    """Start sandboxes until the end."""
    while True:
        isolation.execute(["/bin/true"], stdin=b"", limits=Limits(), files={}, toolchain=PYTHON)


def worker(isolation: Isolation) -> None:
    """Be a worker, with a guard of its own."""
    guard = OrphanGuard()
    setattr(bubblewrap_runner, "GUARD", guard)  # noqa: B010 - of the one that it was forked from
    os.write(1, f"{guard.mark}\n".encode())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            pool.submit(work, isolation)


def main(seconds: float, seed: int) -> None:
    """Kill one worker after the other."""
    isolation, draw = Isolation.find("bubblewrap"), random.Random(seed)  # noqa: S311 - a moment
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pid = os.fork()
        if pid == 0:
            worker(isolation)
        time.sleep(draw.uniform(0, LATEST))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
