"""Runs the student's program and the changed one next to each other, and says what that shows."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ExerciseLanguage, ProofVerdict
from learnflow.sandbox import Sandbox, SandboxUnavailable
from learnflow.tutor.code_run import CodeRunner, runnable_language
from learnflow.tutor.made_input import MadeInput, made_inputs
from learnflow.tutor.proof.expectation import Expectation, expectations
from learnflow.tutor.proof.trial import MARK, Trial, judged
from learnflow.tutor.proof.whole_program import whole_program

_MOST_TRIALS: Final = 4
_CALLED: Final = {
    ExerciseLanguage.PYTHON: "\nprint({mark!r}, end='')\nprint({call})",
    ExerciseLanguage.JAVASCRIPT: "\nprocess.stdout.write({mark!r});\nconsole.log({call});",
}
_ORDER: Final = (ProofVerdict.DISPROVED, ProofVerdict.PROVEN, ProofVerdict.NOT_PROVABLE)  # what decides, first


class Prover:
    """Proves changes of students' code by running them; without a sandbox nothing is provable."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._runner = CodeRunner(sandbox) if sandbox is not None else None

    async def prove(
        self, request: AgentRequest, question: ParsedQuestion, example: str, error: str | None = None
    ) -> Proof:
        """Return what running an example in place of the question's code shows.

        `error` is the name of the one that the change is for; without it, any that comes counts.
        """
        code = question.code
        language = await asyncio.to_thread(runnable_language, question)
        if self._runner is None or code is None or language is None:
            return _not_provable("It was not run: I cannot run this here.")
        program = await asyncio.to_thread(whole_program, language, code, example)
        if program is None:
            return _not_provable("It was not run: it is only a part of your program.")
        text, owner = request.query.query_text, request.query.student_id
        inputs = await asyncio.to_thread(made_inputs, language, code, text)
        cases = tuple(_cases(language, expectations(text, code), inputs))
        runs = [
            self._runner.run(language, _calling(language, each, wanted), owner, given.stdin if given else "")
            for wanted, given in cases
            for each in (code, program)
        ]
        try:
            before_and_after = await asyncio.gather(*runs)
        except SandboxUnavailable as problem:
            return _not_provable(f"It was not run: {problem}")
        pairs = zip(before_and_after[::2], before_and_after[1::2], strict=True)
        return _decisive(judged(Trial(*pair, *case, error)) for pair, case in zip(pairs, cases, strict=True))


def _calling(language: ExerciseLanguage, code: str, wanted: Expectation | None) -> str:
    """Return a program that prints in the end the value of the call that is written of, if any is."""
    return code + _CALLED[language].format(mark=MARK, call=wanted.call) if wanted and wanted.call else code


def _cases(
    language: ExerciseLanguage, wanted: tuple[Expectation, ...], inputs: tuple[MadeInput, ...]
) -> Iterator[tuple[Expectation | None, MadeInput | None]]:
    """Yield what to try: each call with its value, or the program with what it should print, then with other input."""
    first, *others = inputs or (None,)
    for each in [each for each in wanted if not each.call or language in _CALLED][: _MOST_TRIALS - 1] or [None]:
        yield each, first
    for other in others:
        yield None, other


def _decisive(proofs: Iterable[Proof]) -> Proof:
    return min(proofs, key=lambda proof: _ORDER.index(proof.verdict))


def _not_provable(reason: str) -> Proof:
    return Proof(verdict=ProofVerdict.NOT_PROVABLE, reason=reason)
