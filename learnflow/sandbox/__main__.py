"""Grade or run a program in the sandbox: `python -m learnflow.sandbox grade|run|prepare --help`.

Exit codes: 0 passed (or ran to its end, or prepared), 1 failed, 2 the sandbox or what it was given cannot be used.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from learnflow.models.exercise import TestCase
from learnflow.models.fields import explain
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.calling_convention import infer_calling_convention
from learnflow.sandbox.grading import refused
from learnflow.sandbox.results import CaseResult, Ended, Execution, Fault, Grading, Verdict
from learnflow.sandbox.runner import SandboxUnavailable
from learnflow.sandbox.sandbox import Sandbox, not_run
from learnflow.settings.sections import SandboxSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_COMMANDS[options.command](options))
    except (SandboxUnavailable, OSError, ValueError) as error:
        _refuse(str(error))


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--language", required=True, choices=[str(language) for language in ExerciseLanguage])
    shared.add_argument("--code", required=True, type=Path, metavar="FILE", help="the program")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    weaker = "limits is weaker: the program sees the files and the network of this machine"
    shared.add_argument("--isolation", choices=["bubblewrap", "limits"], default="bubblewrap", help=weaker)
    parser = argparse.ArgumentParser(
        prog="python -m learnflow.sandbox", description="Runs student code, and grades it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    grade = commands.add_parser("grade", parents=[shared], help="run a program on tests")
    grade.add_argument(
        "--tests",
        required=True,
        type=Path,
        metavar="FILE",
        help='a JSON object {"input": …, "output": …} a line, or a JSON array of them as in test_cases',
    )
    grade.add_argument("--entry", metavar="NAME", help="the function to call (default: what the program looks like)")
    run = commands.add_parser("run", parents=[shared], help="run a program once")
    run.add_argument("--stdin", type=Path, metavar="FILE", help="its standard input (default: empty)")
    commands.add_parser("prepare", help="make what the languages need, which otherwise the first run waits for")
    return parser


async def _prepare(_options: argparse.Namespace) -> int:
    """Say of each language whether it can be run; one that cannot is no failure, as the others go on."""
    async with Sandbox(SandboxSettings()) as sandbox:
        for language in ExerciseLanguage:
            try:
                await sandbox.prepare(language)
            except SandboxUnavailable as error:
                _print(f"{language} cannot be run here: {error}")
            else:
                _print(f"{language} can be run here")
    return 0


async def _grade(options: argparse.Namespace) -> int:
    tests, (code, fault) = _tests(options.tests), _code(options.code)
    language = ExerciseLanguage(options.language)
    if fault is not None:
        grading = refused(tests, fault)
    else:
        calling = infer_calling_convention(language, code, tests, options.entry)
        async with Sandbox(SandboxSettings(isolation=options.isolation)) as sandbox:
            grading = await sandbox.grade(language, code, tests, calling)
    _print(_as_json(grading) if options.json else _as_text(grading))
    return 0 if grading.verdict is Verdict.PASSED else 1


async def _run(options: argparse.Namespace) -> int:
    stdin = options.stdin.read_bytes().decode("utf-8", "replace") if options.stdin else ""
    code, fault = _code(options.code)
    if fault is not None:
        execution = not_run(fault)
    else:
        async with Sandbox(SandboxSettings(isolation=options.isolation)) as sandbox:
            execution = await sandbox.run(ExerciseLanguage(options.language), code, stdin)
    _print(execution.model_dump_json() if options.json else _execution_text(execution))
    return 0 if execution.ended is Ended.FINISHED else 1


def _tests(path: Path) -> list[TestCase]:
    """Read tests, one a line or as an exercise has them; a ValueError names the line or number of one that is none."""
    content = path.read_bytes()
    array = content.lstrip().startswith(b"[")
    lines = [(1, content)] if array else list(enumerate(content.splitlines(), 1))
    parsed = [(number, _parsed(path, number, line)) for number, line in lines if line.strip()]
    if array:
        parsed = list(enumerate(parsed[0][1], 1))
    tests = [_test(path, number, test) for number, test in parsed]
    if not tests:
        raise ValueError(f"{path}: there is no test in it")
    return tests


def _parsed(path: Path, number: int, text: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}:{number}: is no test: {error}") from None


def _test(path: Path, number: int, parsed: object) -> TestCase:
    try:
        return TestCase.model_validate(parsed)
    except ValidationError as error:
        raise ValueError(f"{path}:{number}: is no test: {explain(error)}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _code(path: Path) -> tuple[str, Fault | None]:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        message = f"the code is not UTF-8: byte {data[error.start]:#04x} cannot be read"
        line = data.count(b"\n", 0, error.start) + 1
        return "", Fault(type="SyntaxError", message=message, line=line, trace=f"SyntaxError: {message}")


def _as_json(grading: Grading) -> str:
    fields = grading.model_dump(mode="json")
    figures = {"verdict": fields.pop("verdict"), "passed": fields.pop("passed"), "total": len(grading.cases)}
    return json.dumps({**figures, "score": round(grading.score, 4), **fields}, ensure_ascii=False)


def _as_text(grading: Grading) -> str:
    lines = [f"{grading.verdict}: {grading.passed} of {len(grading.cases)} tests passed"]
    lines += [line for case in grading.cases for line in _lines(case)]
    return "\n".join((*lines, grading.fault.trace.rstrip() if grading.fault else "")).rstrip()


def _lines(case: CaseResult) -> list[str]:
    if case.got is None:
        return [f"  {case.number}. {case.verdict}"]
    shown = f"input {case.input!r}, expected {case.expected!r}"
    got = "" if case.verdict is Verdict.PASSED else f", got {case.got!r}"
    return [f"  {case.number}. {case.verdict}: {shown}{got}"]


def _execution_text(execution: Execution) -> str:
    parts = [execution.stdout, execution.stderr, execution.fault.trace if execution.fault else ""]
    parts.append(f"{execution.ended} after {execution.milliseconds} ms")
    return "\n".join(part.rstrip("\n") for part in parts if part)


def _print(text: str) -> None:
    sys.stdout.buffer.write(f"{text}\n".encode())


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(f"learnflow.sandbox: {' '.join(reason.split())}\n")
    sys.exit(2)


_COMMANDS: Final = {"grade": _grade, "run": _run, "prepare": _prepare}

if __name__ == "__main__":
    sys.exit(main())
