"""Linters as bounded processes: a student's code in, diagnostics out. They read the code and never run it.

Nothing configures them but this module: no file, no variable (an environment of its own), and no comment in the code,
so that what a student copied with its `# noqa` is looked at as well. Each has a limit of time and of memory, a few run
at once, and what they say of a code is kept.
"""

import json
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from learnflow.code_analysis.rule import Check, Match
from learnflow.models.vocabulary import Language

_SECONDS: Final = 10.0
_MEMORY: Final = 2 * 1024**3  # bytes of address space; a linter uses 20 MB of it
_AT_ONCE: Final = BoundedSemaphore(2)
_LONGEST: Final = 50_000  # characters; what a linter says of them can be a hundred times as long
_KEPT: Final = 64  # codes
_FOUND_SOMETHING: Final = 1  # the exit code
_ENVIRONMENT: Final = MappingProxyType({"RAYON_NUM_THREADS": "1"})  # else each takes all cores

RUFF_RULES: Final = "F,E7,E9,B,SIM,C4,PERF,UP,N,PLR,RET,S608,RUF024,RUF027"  # what is worth telling a learner
_RUFF_IGNORED: Final = "N999,PLR6301,F401"  # the file's name is ours; an import in a snippet may be used elsewhere
_RUFF: Final = (
    "check", "--isolated", "--no-cache", "--quiet", "--ignore-noqa", "--target-version", "py311", "--preview",
    "--config", "lint.explicit-preview-rules = true", "--select", RUFF_RULES, "--ignore", _RUFF_IGNORED,
    "--output-format", "json", "--stdin-filename", "student.py", "-",
)  # fmt: skip


class LinterUnavailableError(Exception):
    """The linter could not be run."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a linter says: its rule ("" for a syntax error), the line, and its own words."""

    code: str
    line: int
    message: str

    @property
    def name(self) -> str:
        """The name in the message."""
        return self.message.split("`")[1] if self.message.count("`") > 1 else ""


Diagnose: TypeAlias = Callable[[str], tuple[Diagnostic, ...]]


@lru_cache(maxsize=_KEPT)
def ruff_diagnostics(code: str) -> tuple[Diagnostic, ...]:
    """Return what ruff says of Python code. Raises LinterUnavailableError when it cannot be asked."""
    output = run_linter([find_ruff_bin(), *_RUFF], code)
    return tuple(
        Diagnostic(_ruff_code(item.get("code")), int(item["location"]["row"]), str(item["message"]))
        for item in json.loads(output)
    )


def _ruff_code(code: str | None) -> str:
    return "" if code in (None, "invalid-syntax") else str(code)


def linter_check(diagnose: Diagnose, *codes: str) -> Check:
    """Return a check that matches where a linter has some of its codes; without the linter it matches nothing."""

    def check(tree: Any) -> Iterator[Match]:  # noqa: ANN401 - either tree
        try:
            diagnostics = diagnose(tree.code)
        except LinterUnavailableError:
            return
        for diagnostic in diagnostics:
            if diagnostic.code in codes:
                yield Match(diagnostic.line, {"name": diagnostic.name})

    return check


def ruff(*codes: str) -> Check:
    """Return a check that matches where ruff has some of its codes."""
    return linter_check(ruff_diagnostics, *codes)


def run_linter(command: Sequence[str], code: str) -> bytes:
    """Return what a linter writes on code, which it reads from standard input in an empty folder.

    Raises LinterUnavailableError when it cannot be run, takes too long, or ends with an error.
    """
    if len(code) > _LONGEST:
        msg = f"the code has more than {_LONGEST:,} characters"
        raise LinterUnavailableError(msg)
    with _AT_ONCE, TemporaryDirectory(prefix="linted-") as folder:
        return _bounded(command, code.encode(errors="replace"), folder)


def _bounded(command: Sequence[str], text: bytes, folder: str) -> bytes:
    name = Path(command[0]).name
    try:
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(_ENVIRONMENT), cwd=folder)
    except OSError as error:
        msg = f"{name} cannot be started: {error}"
        raise LinterUnavailableError(msg) from error
    with process:
        try:
            _limit(process.pid)
            output, _ = process.communicate(text, timeout=_SECONDS)
        except TimeoutExpired as error:
            msg = f"{name} took longer than {_SECONDS} s"
            raise LinterUnavailableError(msg) from error
        finally:
            process.kill()
    if process.returncode not in (0, _FOUND_SOMETHING):
        msg = f"{name} ended with {process.returncode}"
        raise LinterUnavailableError(msg)
    return output


def _limit(pid: int) -> None:
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, int(_SECONDS))):
        try:
            resource.prlimit(pid, what, (most, most))
        except ProcessLookupError:  # it has ended
            return


LINTERS: Final[Mapping[str, tuple[Language, Diagnose]]] = MappingProxyType({
    "ruff": (Language.PYTHON, ruff_diagnostics)
})
