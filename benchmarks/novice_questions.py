"""How many of the questions that novices ask are answered rightly, how many honestly, and how many falsely.

    python -m benchmarks.novice_questions [--half first|second] [--verbose]

The questions are those of data/novice_questions.toml; what is true of each was written before the tutor was asked. Each
goes all the way through the real agents, with the sandbox, to the tutor of the settings.

An answer is `false` where it says what must not be said, names a line that is not at fault, gives a lesson on another
topic as if it were the answer, or calls code mended that does not print what it should. It is `right` where it says all
that must be said, and else `honest`. The second half is held back: a change to the tutor is not tried on it.
"""

import argparse
import asyncio
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Final, Self, TypeAlias

from pydantic import AfterValidator, ConfigDict, TypeAdapter, model_validator

from learnflow.agents.context import Context, mastery_model
from learnflow.cli.evaluate.outcome import NOON, Pipeline
from learnflow.cli.evaluate.questions import Question
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.exercise import TestCase
from learnflow.models.fields import Model, NonBlank
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import ExerciseLanguage, Intent, Language, Specialist
from learnflow.sandbox import Sandbox, Verdict
from learnflow.settings import current
from learnflow.settings.sections import Database
from learnflow.streams.codec import Clock
from learnflow.tutor.factory import tutor
from learnflow.tutor.proof.programs import changed_code

Response: TypeAlias = ResponseCompleted | ResponseFailed

AT_ONCE: Final = 2
_HALF: Final = 60
_NAMED_LINE: Final = re.compile(
    r"\b(?:(?:the cause|what is wrong|it) (?:is in|comes from)|what helps is in|with which .{3,40} are in) line (\d+)",
    re.IGNORECASE,
)
_RUNNABLE: Final = {Language(language): language for language in ExerciseLanguage}


def _compiled(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[NonBlank, AfterValidator(_compiled)]


class NoviceQuestion(Model):
    """A question, and what is true of it; patterns are regular expressions that ignore case.

    Of each group of `true`, one must be found in the answer's text or code; none of `false` may be, in its text.
    """

    model_config = ConfigDict(extra="forbid")

    name: NonBlank
    held_back: bool = False
    text: NonBlank
    code: NonBlank | None = None
    language: Language | None = None
    intent: Intent
    topics: tuple[str, ...] = ()
    cause_lines: tuple[int, ...] = ()
    stdin: str = ""
    prints: str | None = None
    true: tuple[tuple[Pattern, ...], ...]
    false: tuple[Pattern, ...]
    note: NonBlank

    @model_validator(mode="after")
    def _lines_are_of_the_code(self) -> Self:
        if any(line > (self.code or "").count("\n") for line in self.cause_lines):
            raise ValueError("cause_lines: the code has no such line")
        return self


class Judgement(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    HONEST = "honest"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its answer, what that is, and why it is false or what it does not say."""

    question: NoviceQuestion
    response: Response
    judgement: Judgement
    reasons: tuple[str, ...]
    intent: Intent | None = None


def read(half: str | None = None) -> tuple[NoviceQuestion, ...]:
    """Return the questions of a half, or all."""
    text = files("benchmarks").joinpath("data", "novice_questions.toml").read_text(encoding="utf-8")
    questions = TypeAdapter(tuple[NoviceQuestion, ...]).validate_python(tomllib.loads(text)["question"])
    return tuple(one for one in questions if half is None or one.held_back is (half == "second"))


def held_back(names: Sequence[str]) -> frozenset[str]:
    """Return the names that are held back: those with the larger hashes."""
    return frozenset(sorted(names, key=lambda name: sha256(name.encode()).hexdigest())[_HALF:])


async def judge(question: NoviceQuestion, response: Response, sandbox: Sandbox) -> Judged:
    """Return what the answer to a question is. Raises SandboxUnavailable where mended code cannot be run."""
    if not isinstance(response, ResponseCompleted):
        return Judged(question, response, Judgement.HONEST, (f"no answer: {response.reason}",))
    unsaid = tuple(f"does not say {' | '.join(group)}" for group in question.true if not _says(response, group))
    reasons = [*_false_claims(question, response), *await _false_mending(question, response, sandbox)]
    if unsaid and (other := _other_topic(question, response)):
        reasons.append(f"is about {other}")
    if reasons:
        return Judged(question, response, Judgement.FALSE, tuple(reasons))
    return Judged(question, response, Judgement.HONEST if unsaid else Judgement.RIGHT, unsaid)


def _says(answer: ResponseCompleted, patterns: Sequence[str]) -> bool:
    said = "\n".join((answer.response_text, *answer.code_examples))
    return any(re.search(pattern, said, re.IGNORECASE | re.DOTALL) for pattern in patterns)


def _false_claims(question: NoviceQuestion, answer: ResponseCompleted) -> Iterator[str]:
    for pattern in question.false:
        if found := re.search(pattern, answer.response_text, re.IGNORECASE | re.DOTALL):
            yield f"says {found.group()!r}"
    metadata = answer.metadata or {}
    lines = map(int, [*_NAMED_LINE.findall(answer.response_text), metadata.get("line") or 0])
    named = {line for line in lines if line}
    if question.cause_lines and (other := named - set(question.cause_lines)):
        yield f"names line {min(other)}, not {question.cause_lines}"
    if question.code and not question.cause_lines and named:
        yield f"names line {min(named)} of code that is right"


def _other_topic(question: NoviceQuestion, answer: ResponseCompleted) -> str | None:
    """Return the topic of a lesson or an exercise that is given as if it were what was asked for, and is not."""
    metadata = answer.metadata or {}
    lesson = answer.agent_name is Specialist.CONCEPTS and metadata.get("answered", True) is True
    teaches = (lesson or bool(metadata.get("exercise_id"))) and not metadata.get("asks_back")
    topic = metadata.get("topic", GENERAL)
    return str(topic) if question.topics and teaches and topic not in (*question.topics, GENERAL) else None


async def _false_mending(question: NoviceQuestion, answer: ResponseCompleted, sandbox: Sandbox) -> list[str]:
    """Run what is given as the student's code, mended, where it is known what that should print."""
    language = _RUNNABLE.get(question.language or Language.PYTHON)
    mended = (answer.metadata or {}).get("fix_applied") is True
    if not (mended and question.code and question.prints is not None and language):
        return []
    code = changed_code(question.code, answer.code_examples)
    if code is None:
        return ["calls code mended that is not there"]
    case = TestCase(input=question.stdin, output=question.prints)
    for _ in range(3):
        grading = await sandbox.grade(language, code, [case])
        if grading.verdict is not Verdict.TIMEOUT:  # which a busy machine can be the cause of
            break
    got = grading.cases[0].got
    return [] if grading.verdict is Verdict.PASSED else [f"the mended code prints {got!r}, not {question.prints!r}"]


async def asked(questions: Sequence[NoviceQuestion]) -> list[Judged]:
    """Ask the tutor of the settings, without a database or limits of questions, and judge what it says."""
    own = current()
    settings = own.model_copy(update={"database": Database()})
    clock = Clock(lambda: NOON, timedelta(seconds=settings.limits.future_seconds))
    turns = asyncio.Semaphore(AT_ONCE)
    async with Sandbox(settings.sandbox) as sandbox:
        if problem := await sandbox.check():
            sys.exit(f"code cannot be run: {problem}")
        teacher = tutor(settings, sandbox, clock, None)
        context = Context(settings, teacher, sandbox, mastery_model(settings.learner), clock, "benchmark")
        pipeline = Pipeline(context)

        async def ask(question: NoviceQuestion) -> Judged:
            async with turns:
                sent = Question(query_text=question.text, code_snippet=question.code, language=question.language)
                outcome = await pipeline.ask(sent)
                return replace(await judge(question, outcome.response, sandbox), intent=outcome.decision.intent)

        try:
            return await asyncio.gather(*map(ask, questions))
        finally:
            await teacher.close()


def summary(half: str, judged: Sequence[Judged]) -> str:
    """Return the counts of a half in a line."""
    counts = Counter(one.judgement for one in judged)
    return "  ".join([f"{half:6}", f"n {len(judged):3}", *(f"{kind} {counts[kind]:3}" for kind in Judgement)])


def shown(judged: Judged) -> str:
    """Return a question, what was answered, and what is true."""
    response, question = judged.response, judged.question
    said = response.response_text if isinstance(response, ResponseCompleted) else response.reason
    examples = response.code_examples if isinstance(response, ResponseCompleted) else ()
    heading = f"== {judged.judgement} {question.name} ({judged.intent} for {question.intent})"
    return "\n".join([
        heading,
        *judged.reasons,
        f"asked: {question.text}",
        f"true: {question.note}",
        said,
        *examples,
        "",
    ])


def main() -> None:
    """Ask, and print a line of counts for each half; with --verbose, first the answers that are not right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["first", "second"], help="only this half; both without it")
    parser.add_argument("--verbose", action="store_true", help="print the answers that are false, then the honest")
    arguments = parser.parse_args()
    for half in [arguments.half] if arguments.half else ["first", "second"]:
        judged = asyncio.run(asked(read(half)))
        if arguments.verbose:
            for kind in (Judgement.FALSE, Judgement.HONEST):
                print(*(shown(one) for one in judged if one.judgement is kind), sep="\n")
        print(summary(half, judged))


if __name__ == "__main__":
    main()
