"""ruff as a bounded process: a student's Python in, diagnostics out. It reads the code and never runs it.

Nothing configures it but this module: no file, no variable (an environment of its own), and no comment in the code,
so that what a student copied with its `# noqa` is looked at as well. It has a limit of time and of memory, a few run
at once, and what it says of a code is kept.
"""

import json
import resource
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from subprocess import PIPE, Popen, TimeoutExpired
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Final

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rule import Check, Match

_SECONDS: Final = 10.0
_MEMORY: Final = 2 * 1024**3  # bytes of address space; ruff uses 20 MB of it
_AT_ONCE: Final = BoundedSemaphore(2)
_LONGEST: Final = 50_000  # characters; what ruff says of them can be a hundred times as long
_KEPT: Final = 64  # codes
_ENVIRONMENT: Final = MappingProxyType({"RAYON_NUM_THREADS": "1"})  # else each takes all cores
_RULES: Final = "F,E7,E9,B,SIM,C4,PERF,UP,N,PLR,RET,S608,RUF024,RUF027"  # what is worth telling a learner
_IGNORED: Final = "N999,PLR6301,F401"  # the file's name is ours; an import in a snippet may be used elsewhere
_OPTIONS: Final = (
    "check", "--isolated", "--no-cache", "--quiet", "--ignore-noqa", "--target-version", "py311", "--preview",
    "--config", "lint.explicit-preview-rules = true", "--select", _RULES, "--ignore", _IGNORED,
    "--output-format", "json", "--stdin-filename", "student.py", "-",
)  # fmt: skip


class LinterUnavailableError(Exception):
    """The linter could not be run."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What ruff says: its rule ("" for a syntax error), the line, and its own words."""

    code: str
    line: int
    message: str

    @property
    def name(self) -> str:
        """The name in the message."""
        return self.message.split("`")[1] if self.message.count("`") > 1 else ""


@lru_cache(maxsize=_KEPT)
def ruff_diagnostics(code: str) -> tuple[Diagnostic, ...]:
    """Return what ruff says of Python code. Raises LinterUnavailableError when it cannot be asked."""
    if len(code) > _LONGEST:
        raise LinterUnavailableError(f"the code has more than {_LONGEST:,} characters")
    with _AT_ONCE:
        output = run_bounded([find_ruff_bin(), *_OPTIONS], code.encode(errors="replace"))
    found = ((item["code"] or "", item["location"]["row"], item["message"]) for item in json.loads(output))
    return tuple(Diagnostic(code if code != "invalid-syntax" else "", line, message) for code, line, message in found)


def ruff(*codes: str) -> Check:
    """Return a check that matches where ruff has some of its codes. The check raises LinterUnavailableError."""

    def check(tree: PythonTree) -> Iterator[Match]:
        for diagnostic in ruff_diagnostics(tree.code):
            if diagnostic.code in codes:
                yield Match(diagnostic.line, {"name": diagnostic.name})

    return check


def run_bounded(command: Sequence[str], text: bytes) -> bytes:
    """Return what a linter writes on a text. Raises LinterUnavailableError when it cannot be run or takes too much."""
    try:
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(_ENVIRONMENT))
    except OSError as error:
        raise LinterUnavailableError(f"the linter cannot be started: {error}") from error
    with process:
        try:
            with suppress(ProcessLookupError):  # it has ended
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (int(_SECONDS) + 1, int(_SECONDS) + 1))
            output, _ = process.communicate(text, timeout=_SECONDS)
        except TimeoutExpired as error:
            raise LinterUnavailableError(f"the linter took longer than {_SECONDS} s") from error
        finally:
            process.kill()
    if process.returncode not in (0, 1):  # 1: it has found something
        raise LinterUnavailableError(f"the linter ended with {process.returncode}")
    return output
