"""Asking: within the limits and the deadline, again where it helps, in order, and fair between students."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from learnflow import metrics
from learnflow.backoff import Backoff
from learnflow.settings import Claude as ClaudeSettings
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeUnavailable,
    RateLimited,
    Tokens,
    TransientFailure,
    UnusableReply,
)
from learnflow.tutor.claude.rate_limit_headers import RateLimit, RateLimits
from tests.support.claude_requests import MODEL, Count, SlowClaude, ask, wrote
from tests.support.virtual_time import now, virtually

Outcome = ClaudeReply[Count] | UnusableReply | ClaudeUnavailable
DOWN: CallResult[Count] = CallResult(TransientFailure("status 529"))
OFF: CallResult[Count] = CallResult(ClaudeUnavailable("the key is not accepted"))
REFUSED: CallResult[Count] = CallResult(UnusableReply("it was a refusal", MODEL, Tokens(100, 5), refused=True))


def limited(seconds: float) -> CallResult[Count]:
    return CallResult(RateLimited("status 429", seconds))


def asking(claude: SlowClaude, random: float = 1.0, **settings: float) -> ClaudeClient:
    return ClaudeClient(claude, ClaudeSettings.model_validate(settings), random=lambda: random)


def counted(*names: str) -> list[float]:
    """Return what was counted so far, by all clients."""
    return [metrics.REGISTRY.get_sample_value(f"learnflow_claude_{name}") or 0.0 for name in names]


def breaker(under_test: ClaudeClient) -> str:
    return under_test.breaker


async def outcome(under_test: ClaudeClient, seconds: float = 60.0, text: str = "How many?") -> tuple[Outcome, float]:
    """Return how a question ends, and when."""
    try:
        found: Outcome = await under_test.ask(ask(text), now() + seconds)
    except (UnusableReply, ClaudeUnavailable) as error:
        found = error
    return found, now()


@pytest.mark.parametrize(
    ("planned", "seconds", "began", "ends", "at"),
    [
        pytest.param((), 60, [0], "answer", 1, id="answered"),
        pytest.param((DOWN,), 60, [0, 1.5], "answer", 2.5, id="a failure is tried again"),
        pytest.param((DOWN,) * 3, 60, [0, 1.5, 3.5, 6.5], "answer", 7.5, id="with longer waits"),
        pytest.param((DOWN,) * 4, 60, [0, 1.5, 3.5, 6.5], "status 529; it was asked 4 times", 7.5, id="not for ever"),
        pytest.param((DOWN,), 1.5, [0], "status 529; there is no time to ask again", 1, id="not too late"),
        pytest.param((limited(20),), 60, [0, 21.5], "answer", 22.5, id="as late as the service asks"),
        pytest.param((limited(90),), 60, [0], "status 429; there is no time to ask again", 1, id="too late for us"),
        pytest.param((OFF,), 60, [0], "the key is not accepted", 1, id="what will not help is not tried"),
        pytest.param((REFUSED,), 60, [0], "it was a refusal", 1, id="an answer of no use is an answer"),
        pytest.param((), 0.5, [0], "there was no answer within 0.5 s; there is no time to ask again", 0.5, id="slow"),
        pytest.param((), 0, [], "there is no time left in which Claude could answer", 0, id="not at all"),
    ],
)
def test_a_question_ends_once_and_in_time(
    planned: tuple[CallResult[Count], ...], seconds: float, began: list[float], ends: str, at: float
) -> None:
    claude = SlowClaude(planned=planned)
    found, ended = virtually(outcome(asking(claude), seconds))
    assert claude.began == pytest.approx(began)
    assert ("answer" if isinstance(found, ClaudeReply) else str(found)) == ends
    assert ended == pytest.approx(at)


def test_a_limit_of_ours_is_waited_for_in_order() -> None:
    claude = SlowClaude()
    under_test = asking(claude, requests_per_minute=60)
    (before,) = counted("waits_total")

    async def scenario() -> None:
        texts = [str(number) for number in range(12)]
        found = await asyncio.gather(*(outcome(under_test, text=text) for text in texts))
        assert all(isinstance(one, ClaudeReply) for one, _ in found)
        assert claude.texts == texts

    virtually(scenario())
    assert claude.began == pytest.approx([0] * 6 + [number / 0.85 for number in range(1, 7)])
    assert counted("waits_total") == [before + 6]


def test_a_wait_beyond_the_deadline_is_refused_at_once_and_those_ahead_count() -> None:
    claude = SlowClaude()
    under_test = asking(claude, requests_per_minute=60)

    async def scenario() -> list[tuple[Outcome, float]]:
        return await asyncio.gather(*(outcome(under_test, 3.4) for _ in range(12)))

    found = virtually(scenario())
    late = [at for one, at in found if isinstance(one, ClaudeUnavailable)]
    assert late == [0.0] * 4
    assert "limits" in str(found[-1][0])
    assert len(claude.began) == 8


def test_a_limit_that_the_service_tells_holds_from_then_on() -> None:
    told = CallResult(wrote(), RateLimits(requests=RateLimit(60, 1)))
    claude = SlowClaude(planned=(told,), always=CallResult(wrote()))
    under_test = asking(claude)

    async def scenario() -> None:
        await outcome(under_test)
        await asyncio.gather(*(outcome(under_test) for _ in range(3)))

    virtually(scenario())
    assert claude.began == pytest.approx([0, 1, 1 + 1 / 0.85, 1 + 2 / 0.85])


def test_while_the_service_asks_to_wait_nobody_asks_that_model() -> None:
    claude = SlowClaude(planned=(limited(10),))
    under_test = asking(claude, random=0.0)

    async def scenario() -> None:
        first = asyncio.create_task(outcome(under_test, text="first"))
        await asyncio.sleep(2)
        await asyncio.gather(first, outcome(under_test, text="second"))
        other = ask("other", model="claude-haiku-5-5")
        await under_test.ask(other, now() + 60)

    virtually(scenario())
    assert claude.began == pytest.approx([0, 11, 11, 12])


def test_who_asks_to_wait_for_ages_is_asked_again_after_ten_minutes() -> None:
    claude = SlowClaude(planned=(limited(1e9),))
    under_test = asking(claude)

    async def scenario() -> list[bool]:
        await outcome(under_test)
        early, _ = await outcome(under_test)
        await asyncio.sleep(600)
        late, _ = await outcome(under_test)
        return [isinstance(one, ClaudeReply) for one in (early, late)]

    assert virtually(scenario()) == [False, True]
    assert len(claude.began) == 2


def test_what_an_answer_leaves_over_lets_the_next_in_sooner() -> None:
    claude = SlowClaude(always=CallResult(wrote(output=10)))
    under_test = asking(claude, output_tokens_per_minute=5_000)

    async def scenario() -> None:
        await asyncio.gather(outcome(under_test), outcome(under_test))

    virtually(scenario())
    assert claude.began == pytest.approx([0, 1])  # not 500 / 71 s


def test_after_failures_in_a_row_claude_is_left_in_peace_and_then_tried_once() -> None:
    claude = SlowClaude(always=DOWN)
    under_test = asking(claude, attempts=1, failures_until_pause=3, pause_seconds=30)
    (before,) = counted("refused_total")

    async def scenario() -> None:
        for _ in range(3):
            await outcome(under_test)
        assert (now(), breaker(under_test)) == (3, "open")
        found, at = await outcome(under_test)
        assert "left in peace" in str(found)
        assert at == 3
        await asyncio.sleep(30)
        assert breaker(under_test) == "half-open"
        claude.always = CallResult(wrote())
        found_at_once = await asyncio.gather(*(outcome(under_test) for _ in range(4)))
        assert [isinstance(one, ClaudeReply) for one, _ in found_at_once] == [True, False, False, False]
        assert breaker(under_test) == "closed"
        await asyncio.gather(*(outcome(under_test) for _ in range(4)))

    virtually(scenario())
    assert claude.began == pytest.approx([0, 1, 2, 33, 34, 34, 34, 34])
    assert counted("refused_total") == [before + 4]


@pytest.mark.parametrize(
    ("called", "state"),
    [(DOWN, "open"), (limited(0), "closed"), (OFF, "closed"), (REFUSED, "closed"), (CallResult(wrote()), "closed")],
    ids=["failure", "429 with retry-after", "key", "refusal", "answer"],
)
def test_only_failures_of_the_service_open_the_breaker(called: CallResult[Count], state: str) -> None:
    under_test = asking(SlowClaude(always=called), attempts=1, failures_until_pause=2)

    async def scenario() -> str:
        for _ in range(5):
            await outcome(under_test)
        return under_test.breaker

    assert virtually(scenario()) == state


@pytest.mark.parametrize(("seconds", "state"), [(9.0, "closed"), (11.0, "open")])
def test_a_call_that_had_little_time_left_says_nothing_about_claude(seconds: float, state: str) -> None:
    under_test = asking(SlowClaude(seconds=1_000), failures_until_pause=1)

    async def scenario() -> str:
        await outcome(under_test, seconds)
        return under_test.breaker

    assert virtually(scenario()) == state


@pytest.mark.parametrize("when", ["in the call", "in the line", "between tries"])
def test_who_is_cancelled_leaves_nothing_behind(when: str) -> None:
    claude = SlowClaude(planned=(DOWN,) if when == "between tries" else ())
    under_test = ClaudeClient(
        claude,
        ClaudeSettings(requests_per_minute=1, failures_until_pause=9),
        backoff=Backoff(first=40.0, longest=8.0),
        random=lambda: 1.0,
    )

    async def scenario() -> None:
        first = asyncio.create_task(outcome(under_test, 500))
        await asyncio.sleep(0.5 if when == "in the call" else 2)
        if when == "in the line":
            first = asyncio.create_task(outcome(under_test, 500))
            await asyncio.sleep(10)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert counted("in_flight") == [0]
        found, _ = await outcome(under_test, 500)
        assert isinstance(found, ClaudeReply)
        assert claude.began[-1] == pytest.approx(120.0)

    virtually(scenario())


def test_a_trial_that_is_cancelled_leaves_room_for_another() -> None:
    claude = SlowClaude(planned=(DOWN,), seconds=5)
    under_test = asking(claude, attempts=1, failures_until_pause=1, pause_seconds=10)

    async def scenario() -> None:
        await outcome(under_test)
        await asyncio.sleep(10)
        trial = asyncio.create_task(outcome(under_test))
        await asyncio.sleep(1)
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        found, _ = await outcome(under_test)
        assert isinstance(found, ClaudeReply)

    virtually(scenario())


def test_what_is_done_is_counted() -> None:
    claude = SlowClaude(planned=(DOWN, DOWN, DOWN))
    under_test = asking(claude, random=0.0)
    before = counted("retries_total", "waits_total", "refused_total")

    async def scenario() -> None:
        calls = asyncio.gather(*(outcome(under_test) for _ in range(3)))
        await asyncio.sleep(0.5)
        assert counted("in_flight") == [3]
        await calls
        await under_test.close()

    virtually(scenario())
    after = counted("retries_total", "waits_total", "refused_total")
    assert [new - old for new, old in zip(after, before, strict=True)] == [3, 0, 0]
    assert len(claude.began) == 6
    assert counted("in_flight") == [0]
    assert claude.closed


@pytest.mark.parametrize(("in_flight", "requests", "within"), [(64, 60, 25.0), (4, 0, 35.0), (4, 60, 35.0)])
def test_one_student_with_500_questions_does_not_starve_twenty_with_one(
    in_flight: int, requests: int, within: float
) -> None:
    """Within a few rounds of 5 s, whether the places or the requests a minute are scarce."""
    claude = SlowClaude(seconds=5.0)
    under_test = asking(claude, requests_per_minute=requests)
    answered: dict[str, list[float]] = {}

    def question(student: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            found, at = await outcome(under_test, text=student)
            assert isinstance(found, ClaudeReply)
            answered.setdefault(student, []).append(at)

        return work

    async def scenario() -> None:
        executor = KeyedExecutor(in_flight, 1_024, lambda error: pytest.fail(str(error)))
        for _ in range(500):
            await executor.submit("many", question("many"))
        for number in range(20):
            await executor.submit(f"one-{number}", question(f"one-{number}"))
        await asyncio.sleep(within)
        assert len(answered) == 21
        assert len(answered["many"]) <= within / 5
        assert await executor.drain(1e6)

    virtually(scenario())
    assert len(answered["many"]) == 500
    assert len(claude.began) == 520
