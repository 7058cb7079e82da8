"""Token buckets: how long to wait, what the service's headers change, and that no minute has more than its limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.tutor.claude.client.model_limits import Demand, ModelLimits, TokenBucket, unused_limits
from learnflow.tutor.claude.client.model_limits import full_bucket as bucket_of
from learnflow.tutor.claude.interface import Tokens
from learnflow.tutor.claude.rate_limit_headers import RateLimit, RateLimits, rate_limits, retry_after
from tests.support.claude_requests import ask

DATE = {"date": "Fri, 02 Jan 2026 14:00:00 GMT"}


def full_bucket(own: float) -> TokenBucket:
    return bucket_of(own, 0.0)


@pytest.mark.parametrize(
    ("own", "takes", "amount", "seconds"),
    [
        pytest.param(0, [(0, 1e9)], 1e9, 0.0, id="no limit"),
        pytest.param(600, [], 60, 0.0, id="a tenth at once"),
        pytest.param(600, [], 61, 0.0, id="more than a tenth when it is full"),
        pytest.param(600, [(0, 60)], 1, 1 / 8.5, id="85 % come back in a minute"),
        pytest.param(600, [(0, 60)], 60, 60 / 8.5, id="and the tenth after as long"),
        pytest.param(600, [(0, 150)], 1, 91 / 8.5, id="what was owed comes back first"),
        pytest.param(600, [(0, 60)], 600, 60 / 8.5, id="too large ever to fit waits for full"),
        pytest.param(600, [(0, -500)], 61, 0.0, id="putting back does not overfill"),
        pytest.param(1, [(0, 1)], 1, 120.0, id="one a minute"),
        pytest.param(5, [(0, 1)], 1, 60 / 3.75, id="few a minute"),
    ],
)
def test_a_bucket_says_how_long_to_wait(
    own: float, takes: list[tuple[float, float]], amount: float, seconds: float
) -> None:
    bucket = full_bucket(own)
    for at, taken in takes:
        bucket = bucket.taken(taken, at)
    assert bucket.wait(amount, 0.0) == pytest.approx(seconds)
    assert bucket.wait(amount, seconds) == pytest.approx(0.0)


def test_what_is_ahead_is_waited_for_too() -> None:
    bucket = full_bucket(600).taken(60, 0.0)
    assert bucket.wait(1, 0.0, ahead=7.5) == pytest.approx(1.0)


@given(limit=st.integers(1, 2_000), gaps=st.lists(st.floats(0, 20), min_size=1, max_size=150))
def test_no_minute_has_more_than_the_limit_however_eagerly_it_is_asked(limit: int, gaps: list[float]) -> None:
    bucket, now, sent = full_bucket(limit), 0.0, list[float]()
    for gap in gaps:
        now += gap
        now += bucket.wait(1, now)
        bucket = bucket.taken(1, now)
        sent.append(now)
    for last, moment in enumerate(sent):
        assert sum(moment - 60.0 < earlier for earlier in sent[: last + 1]) <= limit


@pytest.mark.parametrize(
    ("own", "window", "limit", "level"),
    [
        pytest.param(600, None, 600, 60, id="nothing is told"),
        pytest.param(600, RateLimit(300, 300), 300, 30, id="the service allows less"),
        pytest.param(600, RateLimit(9_000, 8_999), 600, 60, id="the service allows more than we want"),
        pytest.param(600, RateLimit(9_000, 7), 600, 7, id="others have taken it"),
        pytest.param(0, RateLimit(300, 299), 300, 30, id="no limit of ours"),
        pytest.param(0, RateLimit(300, 0), 300, 0, id="nothing is left"),
    ],
)
def test_a_bucket_follows_the_service(own: float, window: RateLimit | None, limit: float, level: float) -> None:
    bucket = full_bucket(own).follow(window, 0.0)
    assert (bucket.limit, bucket.level) == (limit, level)


@pytest.mark.parametrize(
    ("takes", "at", "level"),
    [
        pytest.param([(0, 64)], 0, 30 - 64, id="at once"),
        pytest.param([(0, 64)], 5, 30 - 64 + 5 * 4.25, id="what came back since then"),
        pytest.param([(0, 64), (1, 10)], 5, 30 - 74 + 5 * 4.25, id="all that was taken"),
        pytest.param([(0, 64), (1, -10)], 5, 30 - 54 + 5 * 4.25, id="less what was put back"),
        pytest.param([(0, 64)], 60, 30, id="a minute later"),
        pytest.param([(0, 1_000), (2_000, 9_000)], 2_000, -300, id="at most a minute is owed"),
    ],
)
def test_what_was_taken_before_a_limit_was_told_counts(
    takes: list[tuple[float, float]], at: float, level: float
) -> None:
    bucket = full_bucket(0)
    for when, amount in takes:
        assert bucket.wait(amount, when) == 0
        bucket = bucket.taken(amount, when)
    assert bucket.follow(RateLimit(300, 300), at).level == pytest.approx(level)


def test_a_limit_that_is_raised_is_followed_up_too() -> None:
    bucket = full_bucket(0).follow(RateLimit(300, 300), 0.0).follow(RateLimit(1_200, 1_200), 1.0)
    assert bucket.limit == 1_200
    assert bucket.refilled(60.0).level == 120


@pytest.mark.parametrize(
    ("window", "amount", "seconds"),
    [
        pytest.param(RateLimit(600, 0, 60.0), 8.5, 1.0, id="as fast as ours"),
        pytest.param(RateLimit(600, 0, 600.0), 9, 9.0, id="slower than ours"),
        pytest.param(RateLimit(600, 0, 5.0), 8.5, 1.0, id="faster than ours"),
        pytest.param(RateLimit(600, 0, None), 8.5, 1.0, id="no reset is told"),
        pytest.param(RateLimit(600, 59, 541.0), 60, 1.0, id="little is left"),
        pytest.param(RateLimit(600, 599, 600.0), 61, 0.0, id="much is left: a rounded time tells no rate"),
        pytest.param(RateLimit(6_000, 0, 300.0), 590, 29.5, id="slower"),
    ],
)
def test_when_little_is_left_the_reset_tells_how_fast_it_comes_back(
    window: RateLimit, amount: float, seconds: float
) -> None:
    bucket = full_bucket(0).follow(window, 0.0)
    assert bucket.wait(amount, 0.0) == pytest.approx(seconds)
    assert bucket.wait(amount, seconds) == pytest.approx(0.0)


def test_after_the_reset_it_comes_back_as_before() -> None:
    bucket = full_bucket(0).follow(RateLimit(60, 0, 120.0), 0.0).taken(50, 0.0)
    assert bucket.refilled(120.0).level == pytest.approx(6)
    slow = full_bucket(0).follow(RateLimit(60, 0, 120.0), 0.0).taken(100, 0.0)
    assert slow.refilled(130.0).level == pytest.approx(-100 + 60 + 10 * 0.85)
    assert slow.wait(6, 0.0) == pytest.approx(120.0 + 46 / 0.85)


def level(found: ModelLimits) -> tuple[float, ...]:
    return tuple(bucket.level for bucket in found.buckets)


def test_a_call_is_estimated_before_and_settled_after() -> None:
    own = unused_limits(600, 60_000, 6_000, 0.0)
    asked = ask("x" * 4_000)
    need = own.demand(asked)
    assert need.requests == 1
    assert 1_000 < need.input < 1_100  # the system prompt and the schema as well
    assert need.output == 500
    taken = own.taken(need, 0.0)
    assert level(taken) == (59, 6_000 - need.input, 100)
    known = taken.settled(need, Tokens(1_300, 80, cache_read=200, cache_write=100), 0.0)
    assert level(known) == pytest.approx((59, 6_000 - 1_100, 600 - 80))
    assert known.demand(asked).output == 80
    later = known.taken(known.demand(asked), 0.0).settled(known.demand(asked), Tokens(1_300, 240), 0.0)
    assert later.demand(asked).output == 90


def test_a_call_that_brought_nothing_keeps_its_input_and_gives_its_output_back() -> None:
    own = unused_limits(600, 60_000, 6_000, 0.0)
    need = Demand(1, 1_000, 500)
    assert level(own.taken(need, 0.0).settled(need, None, 0.0)) == (59, 5_000, 600)
    assert level(own.taken(need, 0.0).taken(-need, 0.0)) == (60, 6_000, 600)


@pytest.mark.parametrize(
    ("need", "seconds"),
    [
        pytest.param(Demand(1, 0, 0), 0.0, id="there is room"),
        pytest.param(Demand(1, 9_000, 0), 0.0, id="larger than what fits"),
        pytest.param(Demand(1, 1, 600), 0.0, id="exactly"),
    ],
)
def test_the_longest_wait_counts(need: Demand, seconds: float) -> None:
    own = unused_limits(600, 60_000, 6_000, 0.0)
    assert own.wait(need, 0.0) == seconds
    busy = own.taken(Demand(60, 0, 300), 0.0)
    assert busy.wait(Demand(1, 1, 1), 0.0) == pytest.approx(1 / 8.5)
    assert busy.wait(Demand(1, 1, 600), 0.0) == pytest.approx(300 / 85)
    assert busy.shut(7.0).wait(need, 1.0) == 6.0
    assert busy.shut(7.0).shut(3.0).wait(need, 1.0) == 6.0


def test_each_limit_follows_its_own_headers() -> None:
    found = unused_limits(0, 0, 0, 0.0).follow(RateLimits(RateLimit(50, 49), RateLimit(30_000, 100), None), 0.0)
    assert level(found) == (5, 100, 0)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, RateLimits()),
        ({"anthropic-ratelimit-requests-limit": "50"}, RateLimits()),
        ({"anthropic-ratelimit-requests-limit": "0", "anthropic-ratelimit-requests-remaining": "0"}, RateLimits()),
        ({"anthropic-ratelimit-requests-limit": "many", "anthropic-ratelimit-requests-remaining": "1"}, RateLimits()),
        ({"anthropic-ratelimit-requests-limit": "nan", "anthropic-ratelimit-requests-remaining": "1"}, RateLimits()),
        (
            {
                "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2026-01-02T14:00:01Z",
                "anthropic-ratelimit-input-tokens-limit": "30000",
                "anthropic-ratelimit-input-tokens-remaining": "29000",
                "anthropic-ratelimit-input-tokens-reset": "soon",
                "anthropic-ratelimit-output-tokens-limit": "8000",
                "anthropic-ratelimit-output-tokens-remaining": "0",
                "anthropic-ratelimit-output-tokens-reset": "2026-01-02T15:01:00+01:00",
            },
            RateLimits(RateLimit(50, 49, 1.0), RateLimit(30_000, 29_000, None), RateLimit(8_000, 0, 60.0)),
        ),
    ],
)  # fmt: skip
def test_headers_are_read_and_what_cannot_be_read_is_not_there(headers: dict[str, str], told: RateLimits) -> None:
    assert rate_limits(DATE | headers) == told


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "7", "retry-after-ms": "6800"}, 6.8),
        ({"retry-after": "Fri, 02 Jan 2026 14:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 02 Jan 2026 13:00:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(DATE | headers) == seconds


def test_without_the_services_date_its_times_say_nothing() -> None:
    assert retry_after({"retry-after": "Fri, 02 Jan 2026 14:00:30 GMT"}) is None
