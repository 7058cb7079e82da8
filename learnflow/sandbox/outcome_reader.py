"""What a run in the sandbox has written → how each case ended. Not even that it is JSON is to be trusted."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from learnflow.sandbox.results import Ended, Fault
from learnflow.sandbox.runner import FinishedRun, Limit, SandboxUnavailable

ABORTED: Final = 128 + 6  # how a JavaScript engine ends when its heap is full
_LONGEST_REASON: Final = 300
_LIMITS: Final[Mapping[Limit, Ended]] = MappingProxyType({
    Limit.WALL: Ended.TIMEOUT,
    Limit.CPU: Ended.TIMEOUT,
    Limit.MEMORY: Ended.MEMORY,
    Limit.OUTPUT: Ended.OUTPUT,
})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case ended. `value` is what a function returned; `shown` stands for what is no JSON."""

    ended: Ended
    stdout: str = ""
    stderr: str = ""
    value: JsonValue = None
    shown: str | None = None
    fault: Fault | None = None
    exit_code: int | None = None
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The cases that were begun, in their order, or the error for which none was."""

    cases: tuple[Outcome, ...]
    syntax: Fault | None = None


def read_outcomes(finished: FinishedRun, count: int) -> Outcomes:
    """Return the outcomes of a run of many cases; raises SandboxUnavailable when the language did not start at all."""
    lines = list(_lines(finished.stdout))
    if not lines:
        if finished.limit is not None:
            return Outcomes((Outcome(_blame(finished)),))
        printed = " ".join((finished.stderr or finished.stdout).decode("utf-8", "replace").split())[-_LONGEST_REASON:]
        raise SandboxUnavailable(f"the interpreter ended at its start with exit code {finished.exit_code}: {printed}")
    for line in lines:
        if "syntax" in line and (fault := _fault(line["syntax"])):
            return Outcomes((), fault)
    return Outcomes(tuple(_in_order([line for line in lines if "case" in line], finished, count)))


def _in_order(lines: list[dict[str, Any]], finished: FinishedRun, count: int) -> Iterator[Outcome]:
    """Yield the outcomes up to the first case that ended otherwise than it should."""
    numbers = [line["case"] for line in lines]
    for number in range(count):
        if number >= len(lines):
            yield Outcome(_blame(finished))
            return
        outcome = _outcome(lines[number]) if numbers.count(number) == 1 and numbers[number] == number else None
        yield outcome or Outcome(Ended.KILLED)
        if outcome is None or lines[number].get("limit"):
            return


def _blame(finished: FinishedRun) -> Ended:
    if finished.limit is not None:
        return _LIMITS.get(finished.limit, Ended.KILLED)
    return Ended.MEMORY if finished.exit_code == ABORTED else Ended.KILLED


def _lines(output: bytes) -> Iterator[dict[str, Any]]:
    for text in output.split(b"\n"):
        line = _json(text.decode("utf-8", "replace"))
        if isinstance(line, dict):
            yield line


def _json(text: str) -> Any:  # noqa: ANN401 - whatever a student's program makes of it
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _outcome(line: dict[str, Any]) -> Outcome | None:
    """Return the outcome that a line tells, or None for a line that is not as it should be."""
    stdout, stderr, report = (line.get(name) for name in ("stdout", "stderr", "report"))
    milliseconds, limit = line.get("milliseconds"), line.get("limit")
    if not (isinstance(stdout, str) and isinstance(stderr, str) and isinstance(report, str)):
        return None
    if not isinstance(milliseconds, int):
        return None
    if limit in ("timeout", "output"):
        return Outcome(Ended(limit), stdout, stderr, milliseconds=milliseconds)
    reported = _json(report)
    if not isinstance(reported, dict):
        return Outcome(Ended.KILLED, stdout, stderr, milliseconds=milliseconds)
    return _reported_outcome(reported, stdout, stderr, milliseconds)


def _reported_outcome(report: dict[str, Any], stdout: str, stderr: str, milliseconds: int) -> Outcome | None:
    fault, shown, code = _fault(report.get("fault")), report.get("shown"), report.get("exit")
    match report.get("ended"):
        case "finished":
            value = _json(report["value"]) if isinstance(report.get("value"), str) else None
            shown, code = shown if isinstance(shown, str) else None, code if isinstance(code, int) else None
            return Outcome(Ended.FINISHED, stdout, stderr, value, shown, exit_code=code, milliseconds=milliseconds)
        case "exception" if fault is not None:
            return Outcome(Ended.EXCEPTION, stdout, stderr, fault=fault, milliseconds=milliseconds)
        case "memory":
            return Outcome(Ended.MEMORY, stdout, stderr, milliseconds=milliseconds)
        case _:
            return None


def _fault(content: object) -> Fault | None:
    try:
        return None if content is None else Fault.model_validate(content)
    except ValidationError:
        return None
