"""ruff as a bounded subprocess: a student's Python in, findings out. It reads the code and never runs it.

Nothing configures it but this module: no file (--isolated), no variable (an environment of its own), and no comment in
the code, so that what a student copied with its `# noqa` is reviewed as well.
"""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ruff import find_ruff_bin  # type: ignore[import-untyped]

RULES: Final = "F,E7,E9,B,SIM,C4,PERF,UP,N,PLR,RET,S608"  # what is worth telling a learner
_IGNORED: Final = "N999,PLR6301,F401"  # the file's name is ours; an import in a snippet may be used elsewhere
_SECONDS: Final = 10.0
_AT_ONCE: Final = 2
_LONGEST: Final = 50_000  # characters; what ruff says of them can be a hundred times as long
_ENVIRONMENT: Final = MappingProxyType({"RAYON_NUM_THREADS": "1"})  # else each takes all cores
_FOUND_SOMETHING: Final = 1


class LinterUnavailableError(Exception):
    """The linter could not be run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its rule ("" for a syntax error), its line, and ruff's own words."""

    rule: str
    line: int
    message: str


class Linter:
    """Runs ruff, a few at a time."""

    def __init__(self, *, seconds: float = _SECONDS, at_once: int = _AT_ONCE) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(at_once)

    async def findings(self, code: str) -> tuple[Finding, ...]:
        """Return what ruff finds in Python code. Raises LinterUnavailableError when it cannot be asked."""
        if len(code) > _LONGEST:
            msg = f"the code has more than {_LONGEST:,} characters"
            raise LinterUnavailableError(msg)
        async with self._free:
            return _read(await self._run(code))

    async def _run(self, code: str) -> bytes:
        process = await _start()
        try:
            async with asyncio.timeout(self._seconds):
                output, _ = await process.communicate(code.encode(errors="replace"))
        except TimeoutError as error:
            msg = f"ruff took longer than {self._seconds} s"
            raise LinterUnavailableError(msg) from error
        finally:
            await _end(process)
        if process.returncode not in (0, _FOUND_SOMETHING):
            msg = f"ruff ended with {process.returncode}"
            raise LinterUnavailableError(msg)
        return output


async def _start() -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            find_ruff_bin(), "check", "--isolated", "--no-cache", "--quiet", "--ignore-noqa", "--target-version",
            "py311", "--select", RULES, "--ignore", _IGNORED, "--output-format", "json", "--stdin-filename",
            "student.py", "-", stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(_ENVIRONMENT),  # uvloop takes no other
        )  # fmt: skip
    except OSError as error:
        msg = f"ruff cannot be started: {error}"
        raise LinterUnavailableError(msg) from error


async def _end(process: Process) -> None:
    """Leave no process behind, also when the caller was cancelled."""
    if process.returncode is None:
        with suppress(ProcessLookupError):  # it ended in between
            process.kill()
        await process.wait()


def _read(output: bytes) -> tuple[Finding, ...]:
    return tuple(
        Finding(_rule(item.get("code")), int(item["location"]["row"]), str(item["message"]))
        for item in json.loads(output)
    )


def _rule(code: str | None) -> str:
    return "" if code in (None, "invalid-syntax") else str(code)
