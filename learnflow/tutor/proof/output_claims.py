"""What an answer says that code prints or returns, read off its prose, and whether running the code shows that."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Ended, Execution
from learnflow.tutor.proof.expectation import shows
from learnflow.tutor.proof.trial import MARK, output

RunCode: TypeAlias = Callable[[str], Awaitable[Execution | None]]

_MOST: Final = 4  # claims of one answer that are tried
_PRINTS: Final = r"(?:prints?|outputs?|displays?|will\s+(?:print|output|display))"
_GIVES: Final = r"(?:returns?|gives?|evaluates\s+to|yields?|results\s+in|will\s+(?:return|give))"
_CLAIM: Final = re.compile(
    rf"(?:`(?P<code>[^`\n]+)`|\b(?P<subject>this|it|that|(?:the|this|your)\s+(?:code|program|example)))\s+(?:\w+ly\s+)?"
    rf"(?:(?P<prints>{_PRINTS})|{_GIVES})\s+(?:you\s+|back\s+|exactly\s+)?`(?P<output>[^`\n]+)`",
    re.IGNORECASE,
)
_VALUE: Final = re.compile(r"[-+]?\d|['\"\[(]|(?:True|False|None|true|false|null|undefined|NaN)$")
_VARYING: Final = re.compile(
    r"\b(?:random|time|date|now|input|id|hash|open|set|uuid|Math\.random|Date|fetch|prompt)\b|\{|\.\.\."
)
_NO_CLAIM: Final = re.compile(
    r"n't\b|\b(?:not|never|think|thought|believe|expect\w*|instead|wrong|would|could|might|may|should|seems?|if|unless"
    r"|before|after|old)\b",
    re.IGNORECASE,
)  # what is supposed, denied, or true at another time
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`\"'])|\n")
_SHOWN: Final = {
    ExerciseLanguage.PYTHON: "print({!r}, end='')\nprint({})", ExerciseLanguage.JAVASCRIPT: "console.log({1});",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutputClaim:
    """A claim: the code (None where it is the example), what is said to come of it, and the sentence of it."""

    code: str | None
    prints: bool
    output: str
    sentence: str


def output_claims(text: str) -> tuple[OutputClaim, ...]:
    """Return what a text claims of outputs, where it names both code and value, and the value is always the same."""
    claims = (
        OutputClaim(match["code"], match["prints"] is not None, match["output"], sentence)
        for sentence in _SENTENCE_ENDS.split(text)
        for match in _CLAIM.finditer(sentence)
    )
    return tuple(claim for claim in claims if _can_be_tried(claim))[:_MOST]


def _can_be_tried(claim: OutputClaim) -> bool:
    if _NO_CLAIM.search(claim.sentence):
        return False
    is_value = claim.prints or _VALUE.match(claim.output) is not None
    return is_value and not _VARYING.search(f"{claim.code or ''} {claim.output}")


async def false_claims(
    claims: Iterable[OutputClaim], language: ExerciseLanguage, grounds: Sequence[str], run_code: RunCode
) -> tuple[tuple[OutputClaim, str], ...]:  # fmt: skip
    """Return the claims that running shows to be false, each with what comes instead.

    `grounds` are programs that the code of a claim may build on: the student's, and the answer's examples. What cannot
    be run counts as neither true nor false.
    """
    found: list[tuple[OutputClaim, str]] = []
    for claim in claims:
        executions = [await run_code(program) for program in _programs(claim, language, grounds)]
        runs = [run for run in executions if run and _tells(run)]
        if runs and not any(shows(_result(run), claim.output) for run in runs):
            found.append((claim, _result(runs[0])))
    return tuple(found)


def _programs(claim: OutputClaim, language: ExerciseLanguage, grounds: Sequence[str]) -> Iterator[str]:
    """Yield the programs that a claim can be about."""
    if claim.code is None:
        yield from grounds
        return
    shown = claim.code
    if not claim.prints and language in _SHOWN:
        shown = _SHOWN[language].format(MARK, claim.code)
    elif not claim.prints:
        return
    yield shown
    yield from (f"{ground}\n{shown}" for ground in grounds)


def _tells(run: Execution) -> bool:
    """Say whether a run tells what code does: one that lacks a name or cannot be read does not."""
    lacking = run.fault is not None and run.fault.type in {"NameError", "ReferenceError", "SyntaxError", "EOFError"}
    return not lacking and run.ended in {Ended.FINISHED, Ended.EXCEPTION} and bool(output(run).strip() or run.fault)


def _result(run: Execution) -> str:
    return f"{run.fault.type}: {run.fault.message}" if run.fault else output(run).strip()


def without_sentences(text: str, claims: Sequence[OutputClaim]) -> str:
    """Return a text without the sentences of some claims."""
    for claim in claims:
        text = text.replace(claim.sentence, "", 1)
    return re.sub(r"[ \t]{2,}", " ", text).strip()
