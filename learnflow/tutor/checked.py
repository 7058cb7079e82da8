"""Answers are looked over before they are given: their code can be read, solves no open exercise, and helps."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.syntax import check
from learnflow.code_analysis.syntax.unclosed_brackets import closed
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.snippet import TAGS, guess
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox
from learnflow.tutor.answer_progress import check_words_by
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.interface import Answer, Tutor, TutorWrapper
from learnflow.tutor.proof import Prover
from learnflow.tutor.proof.answer import proven_draft, true_draft
from learnflow.tutor.solution_guard import SolutionGuard

_FENCED: Final = re.compile(
    r"^[ \t]*```[ \t]*([\w+#-]*)[^\n]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_PROMPT: Final = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)")
_FIRST_PROMPT: Final = re.compile(r"^[ \t]*>>>(?: |$)", re.MULTILINE)
_TYPOGRAPHY: Final = str.maketrans({
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"', "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{SINGLE LOW-9 QUOTATION MARK}": "'", "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ", "\N{ZERO WIDTH SPACE}": None, "\N{ZERO WIDTH NO-BREAK SPACE}": None,
    "\N{EN DASH}": "-", "\N{MINUS SIGN}": "-",
})  # fmt: skip
_TAGS: Final[Mapping[str, Language]] = MappingProxyType({
    **TAGS, "pycon": Language.PYTHON, "jsx": Language.JAVASCRIPT, "node": Language.JAVASCRIPT, "cc": Language.CPP,
})  # fmt: skip


class CheckedTutor(TutorWrapper):
    """Looks over the drafts of another tutor. What agents say themselves, such as a solution, is not its matter.

    Nor are exercises: a starter that does not parse would have been noticed when its exercise was verified.
    """

    def __init__(self, tutor: Tutor, sandbox: Sandbox, prover: Prover) -> None:
        super().__init__(tutor)
        self._solution_guard = SolutionGuard(sandbox)
        self._prover = prover

    async def debug(self, request: AgentRequest, question: ParsedQuestion, ran: CodeRun) -> Draft:
        """Find the error; what is called mended was run."""
        draft = await super().debug(request, question, ran)
        return await proven_draft(draft, request, question, self._prover)

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Say in words where the student stands; there is no code in it."""
        self._check_words(request)
        return await self._tutor.progress(request, question)

    async def _draft(self, request: AgentRequest, question: ParsedQuestion, answer: Answer) -> Draft:
        self._check_words(request)
        draft = await answer(self._tutor)
        readable = await asyncio.to_thread(check_examples, draft, question.language or Language.PYTHON)
        true = await true_draft(readable, request, question, self._prover)
        return await self._solution_guard.guarded(true, request)

    def _check_words(self, request: AgentRequest) -> None:
        """Let the words of an answer that is being written be shown as far as they give no solution away."""

        async def check(text: str) -> bool:
            so_far = Draft.model_construct(text=text, confidence=0.0, topic=GENERAL, model="")
            return await self._solution_guard.guarded(so_far, request) is so_far

        check_words_by(check)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of an example: its code, or None when it was dropped."""

    code: str | None
    checked: bool = True
    repaired: bool = False


def check_examples(draft: Draft, language: Language = Language.PYTHON) -> Draft:
    """Return the draft with those examples only that can be read, and with what was done in its metadata.

    `language` is the answer's; a Markdown fence in an example that names its language wins. What names a language that
    cannot be checked (a shell's, SQL) stays as it is, and so does what is right in the language that it looks like.
    """
    if not draft.code_examples:
        return draft
    outcomes = [_outcome(example, language) for example in draft.code_examples]
    counts = {
        "checked": sum(outcome.checked for outcome in outcomes),
        "repaired": sum(outcome.repaired for outcome in outcomes),
        "dropped": sum(outcome.code is None for outcome in outcomes),
    }
    return draft.model_copy(
        update={
            "code_examples": tuple(outcome.code for outcome in outcomes if outcome.code is not None),
            "metadata": {**draft.metadata, "code_examples": counts},
        }
    )


def _outcome(example: str, language: Language) -> _Outcome:
    blocks = list(_FENCED.finditer(example))
    tag = next((block[1].lower() for block in blocks if block[1]), None)
    if tag is not None and tag not in _TAGS:
        return _Outcome(example, checked=False)
    if not blocks and _is_right(example, language):  # in some languages a fence is a string
        return _Outcome(example)
    language = _TAGS[tag] if tag else language
    for code in _repairs("\n".join(block[2] for block in blocks) if blocks else example, language):
        if code.strip() and check(language, code) is None:
            return _Outcome(code, repaired=True)
    return _Outcome(None)


def _is_right(code: str, language: Language) -> bool:
    """Whether code can be read as it stands: in the answer's language, or in the one that it looks like, or Python."""
    return any(
        check(guessed, code) is None for guessed in dict.fromkeys((language, guess(code), Language.PYTHON)) if guessed
    )


def _repairs(code: str, language: Language) -> Iterator[str]:
    """Yield the code with one mend more each time, those first that change the least."""
    code = code.strip("\n")
    yield code
    code = dedent(code.expandtabs(4) if language is Language.PYTHON else code)
    yield code
    if language is Language.PYTHON and _FIRST_PROMPT.search(code):
        code = "\n".join(_PROMPT.sub("", line) for line in code.split("\n") if _PROMPT.match(line))
        yield code
    code = code.translate(_TYPOGRAPHY)
    yield code
    yield from closed(code, language)
