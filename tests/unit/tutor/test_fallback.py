"""What students get while Claude is away: each method, each setting."""

from typing import Final, Literal, NoReturn

import pytest

from learnflow.domain.question.intent import triage
from learnflow.models.draft import Draft
from learnflow.models.vocabulary import Agent
from learnflow.tutor.code_run import NOT_RUN
from learnflow.tutor.fallback import FallbackTutor, WhenAway
from learnflow.tutor.interface import ClaudeAway, Misrouted, TutorUnavailable
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import query_with_question, request, with_question
from tests.support.sink_messages import usage

REASON: Final = "Claude is having a rest."
PAID: Final = (usage(Agent.CONCEPTS),)
ASKED: Final = request("What is recursion?", topic="recursion")
CODE: Final = request("Why?", "x = [1]\nprint(x[1])", topic="lists")
KNOWN: Final = Draft(text="Recursion calls itself.", confidence=0.9, topic="recursion", model="claude-x")


class Away:
    """A tutor that cannot be asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or ClaudeAway(REASON, PAID)

    async def _fail(self, *_: object, **__: object) -> NoReturn:
        raise self._error

    triage = explain = explain_concept = review = debug = exercise = progress = _fail

    def problem(self) -> str | None:
        """Nothing lasts."""
        return None

    async def close(self) -> None:
        """Hold nothing."""


class Memory:
    """Knows one explanation, or none."""

    def __init__(self, known: Draft | None) -> None:
        self._known = known

    async def earlier(self, *_: object) -> Draft | None:
        return self._known


def tutor(when_away: WhenAway, known: Draft | None = None, error: Exception | None = None) -> FallbackTutor:
    return FallbackTutor(Away(error), OfflineTutor(), when_away, Memory(known).earlier)


async def answered(found: FallbackTutor, method: str) -> Draft:
    match method:
        case "explain":
            return await found.explain(*with_question(ASKED))
        case "explain_concept":
            return await found.explain_concept(*with_question(CODE), "recursion")
        case "review":
            return await found.review(*with_question(CODE))
        case "debug":
            return await found.debug(*with_question(CODE), NOT_RUN)
        case _:
            return await found.progress(*with_question(ASKED))


Outcome = Literal["offline", "remembered", "failed"]
TABLE: Final[list[tuple[str, WhenAway, bool, Outcome]]] = [
    ("explain", "offline", False, "offline"),
    ("explain", "offline", True, "remembered"),
    ("explain", "cache", False, "failed"),
    ("explain", "cache", True, "remembered"),
    ("explain", "fail", True, "failed"),
    ("explain_concept", "offline", False, "offline"),
    ("explain_concept", "offline", True, "remembered"),
    ("explain_concept", "cache", False, "failed"),
    ("explain_concept", "cache", True, "remembered"),
    ("explain_concept", "fail", True, "failed"),
    *((method, "offline", True, "offline") for method in ("review", "debug", "progress")),
    *((method, "cache", True, "failed") for method in ("review", "debug", "progress")),
    *((method, "fail", True, "failed") for method in ("review", "debug", "progress")),
]  # fmt: skip


@pytest.mark.parametrize(("method", "when_away", "known", "outcome"), TABLE)
async def test_what_a_student_gets(method: str, when_away: WhenAway, known: bool, outcome: Outcome) -> None:  # noqa: FBT001
    found = tutor(when_away, KNOWN if known else None)
    if outcome == "failed":
        with pytest.raises(TutorUnavailable) as caught:
            await answered(found, method)
        assert not isinstance(caught.value, ClaudeAway)
        assert str(caught.value) == f"{REASON} Please ask again later."
        assert caught.value.usage == PAID
        return
    draft = await answered(found, method)
    assert draft.model == ("claude-x" if outcome == "remembered" else "offline")
    assert draft.metadata["claude_away"] == REASON
    assert draft.usage == PAID
    assert draft.text.startswith(REASON) == (method != "explain_concept")
    assert ("somebody who asked the same" in draft.text) == (outcome == "remembered" and method == "explain")
    if outcome == "offline":
        assert "offline tutor" in draft.text


@pytest.mark.parametrize("when_away", ["offline", "cache", "fail"])
async def test_triage_goes_by_the_rules_and_says_so(when_away: WhenAway) -> None:
    found, by_rules = await tutor(when_away).triage(*query_with_question(ASKED.query)), triage(ASKED.query)
    assert (found.intent, found.topic, found.question_key) == (by_rules.intent, by_rules.topic, by_rules.question_key)
    assert found.reasoning == f"{by_rules.reasoning} (by rules: {REASON})"
    assert found.usage == PAID


@pytest.mark.parametrize("when_away", ["offline", "cache", "fail"])
async def test_exercises_come_from_the_bank(when_away: WhenAway) -> None:
    reply = await tutor(when_away).exercise(*with_question(request("Give me an exercise on loops", topic="loops")))
    assert (reply.draft.metadata["claude_away"], reply.draft.usage) == (REASON, PAID)
    assert len(reply.events) == 1


@pytest.mark.parametrize("error", [Misrouted("debug", "code"), TutorUnavailable("No.")])  # type: ignore[arg-type]
async def test_what_is_no_absence_of_claude_passes(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        await tutor("offline", KNOWN, error).explain(*with_question(ASKED))
    assert caught.value is error


async def test_without_a_memory_the_offline_tutor_answers() -> None:
    draft = await FallbackTutor(Away(), OfflineTutor(), "offline").explain(*with_question(ASKED))
    assert draft.model == "offline"
