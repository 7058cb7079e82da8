"""Runs jobs in the sandbox as the account that it is told, several at once: a process that a test can kill.

    python driver.py UID     "" for no change of account

Prints a line "ready", then reads one JSON job a line and prints one JSON result a line, in the order of their ends.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.isolation import Isolation
from learnflow.sandbox.runner import Limits
from learnflow.sandbox.toolchains import toolchain

AT_ONCE = 4
printing = Lock()


def say(line: str) -> None:
    """Print a line at once, whole."""
    with printing:
        os.write(1, f"{line}\n".encode())


def run(isolation: Isolation, job: dict[str, Any]) -> None:
    """Run a job, and print how it ended."""
    finished = isolation.execute(
        job["command"],
        stdin=job["stdin"].encode(),
        limits=Limits(**job["limits"]),
        files={name: Path(path) for name, path in job["files"].items()},
        toolchain=toolchain(ExerciseLanguage(job["language"])),
    )
    printed = {"stdout": finished.stdout.decode(errors="replace"), "stderr": finished.stderr.decode(errors="replace")}
    end = {"exit_code": finished.exit_code, "limit": finished.limit, "seconds": finished.seconds}
    say(json.dumps({"id": job["id"], **printed, **end}))


def main(uid: str) -> None:
    """Serve until standard input ends."""
    isolation = Isolation.find("bubblewrap")  # as root first: loads what the account may be unable to read
    with ThreadPoolExecutor(AT_ONCE) as pool:
        if uid:
            os.setgroups([])
            os.setgid(int(uid))
            os.setuid(int(uid))
            toolchain.cache_clear()
            isolation = Isolation.find("bubblewrap")
        say("ready")
        for line in sys.stdin:
            pool.submit(run, isolation, json.loads(line)).add_done_callback(lambda done: done.result())


if __name__ == "__main__":
    main(sys.argv[1])
