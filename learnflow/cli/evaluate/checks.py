"""What must hold of an answer: what its question expects, and what holds for every answer."""

import asyncio
from collections.abc import Iterator
from typing import Final

from learnflow.cli.evaluate.questions import Expected, Question
from learnflow.cli.evaluate.run import Outcome
from learnflow.domain.question import distress
from learnflow.models.draft import Draft
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.fields import Model
from learnflow.models.vocabulary import Language, Specialist
from learnflow.sandbox import Sandbox
from learnflow.tutor.code_examples import check_examples
from learnflow.tutor.solution_guard import SolutionGuard

FEWEST_WORDS: Final = 20
OFFLINE: Final = "offline"


class Check(Model):
    """One thing that must hold, whether it does, and what was found instead."""

    name: str
    passed: bool
    found: str = ""


async def check(question: Question, outcome: Outcome, sandbox: Sandbox) -> tuple[Check, ...]:
    """Return all checks of a question. A question without an answer fails the first, and has no others."""
    answer = outcome.response
    if not isinstance(answer, ResponseCompleted):
        return (Check(name="answered", passed=False, found=answer.reason),)
    leak = await _leaks(outcome, answer, sandbox)
    examples = await asyncio.to_thread(_dropped, question, answer)
    words = len(answer.response_text.split())
    return (
        Check(name="answered", passed=True),
        *_as_expected(question.expect, outcome, answer),
        Check(name="substantive", passed=words >= FEWEST_WORDS, found=f"{words} words"),
        Check(name="examples parse", passed=not examples, found=f"{examples} do not" if examples else ""),
        Check(name="no solution given away", passed=not leak),
        Check(name="honest about its tutor", passed=_honest(answer)),
    )


def _as_expected(expected: Expected, outcome: Outcome, answer: ResponseCompleted) -> Iterator[Check]:
    decision, metadata = outcome.decision, answer.metadata or {}
    if expected.intent is not None:
        yield _same("intent", str(expected.intent), str(decision.intent))
    if expected.topic is not None:
        yield _same("topic", expected.topic, str(decision.topic))
    if expected.error_type is not None:
        yield _same("error type", expected.error_type, str(metadata.get("error_type")))
    if expected.asks_back is not None:
        asks = metadata.get("asks_back") is True
        yield Check(name="asks back", passed=asks is expected.asks_back, found="it does" if asks else "it does not")
    noticed = metadata.get(distress.METADATA_FIELD) is True
    if expected.distress or noticed:
        yield Check(name="distress", passed=noticed is expected.distress)
    text = "\n".join((answer.response_text, *answer.code_examples)).lower()
    for mention in expected.mentions:
        yield Check(name=f"mentions {mention}", passed=any(word.lower() in text for word in mention.split("|")))


def _same(name: str, expected: str, actual: str) -> Check:
    difference = f"{actual}, not {expected}" if expected != actual else ""
    return Check(name=name, passed=expected == actual, found=difference)


def _draft(answer: ResponseCompleted) -> Draft:
    return Draft(
        text=answer.response_text,
        code_examples=answer.code_examples,
        confidence=answer.confidence,
        topic="general",
        model=answer.claude_model or OFFLINE,
    )


def _dropped(question: Question, answer: ResponseCompleted) -> int:
    """Return how many examples no compiler would read."""
    counts = check_examples(_draft(answer), question.language or Language.PYTHON).metadata.get("code_examples", {})
    return int(counts.get("dropped", 0))


async def _leaks(outcome: Outcome, answer: ResponseCompleted, sandbox: Sandbox) -> bool:
    """Say whether an answer's code passes the tests of an open exercise."""
    draft = _draft(answer)
    return await SolutionGuard(sandbox).guarded(draft, outcome.request) is not draft


def _honest(answer: ResponseCompleted) -> bool:
    """An answer that no model wrote says so and has no tokens; the exercise agent's are facts, whoever tells them."""
    if answer.claude_model != OFFLINE:
        return bool(answer.claude_model) and answer.token_count is not None
    no_claim = answer.agent_name is Specialist.EXERCISE or (answer.metadata or {}).get(distress.METADATA_FIELD) is True
    return answer.token_count is None and (no_claim or OFFLINE in answer.response_text)
