"""What holds for any day of a student: the order of arrival and repetition change nothing, and more signs mean more."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.struggle.level import StruggleEvidence, higher, level, repeated_error_density, signals, spins
from learnflow.domain.struggle.observations import Attempt, Observation, Question
from learnflow.domain.struggle.window import WINDOW, struggle
from learnflow.models.events.learning import Signals, StruggleDetected
from learnflow.models.events.students import StruggleResolved
from tests.support.struggle_days import LOOPS, NOW, Desk, asked

IDS = st.builds(lambda number: UUID(int=number), st.integers(0, 2**128 - 1))
MINUTES = st.integers(0, 40 * 60)  # the table keeps all of 48 hours
TOPICS = st.sampled_from([LOOPS, "lists"])
ASKED_ON = st.sampled_from([LOOPS, "lists", "general"])
ERRORS = st.none() | st.sampled_from(["KeyError", "IndexError"])
TIMES = MINUTES.map(lambda minutes: NOW - timedelta(minutes=minutes))
TEXTS = st.sampled_from(["break out while", "break while", "count down", "count", ""])
QUESTIONS: st.SearchStrategy[Observation] = st.builds(
    Question, at=TIMES, id=IDS, topic=ASKED_ON, key=st.sampled_from(["one", "other", None]), text=TEXTS,
    wants_answer=st.booleans(), error=ERRORS, follows=st.sampled_from([False, False, True]), counts=st.booleans(),
)  # fmt: skip
ATTEMPTS: st.SearchStrategy[Observation] = st.builds(
    Attempt, at=TIMES, id=IDS, topic=TOPICS, passed=st.booleans(), error=ERRORS
)
DAYS = st.lists(QUESTIONS | QUESTIONS | ATTEMPTS, max_size=14, unique_by=lambda seen: seen.id)
SIGNALS = st.builds(
    Signals, failed_runs=st.integers(0, 12), repeated_errors=st.integers(0, 9), error_density=st.floats(0, 9),
    wheel_spinning=st.booleans(), answer_seeking=st.floats(0, 1),
)  # fmt: skip


@given(DAYS, st.data())
def test_any_order_and_any_repetition_give_the_same_open_struggles(
    seen: list[Observation], data: st.DataObject
) -> None:
    in_order = Desk().observe(*seen)
    again = data.draw(st.lists(st.sampled_from(seen), max_size=8)) if seen else []
    shuffled = Desk().observe(*data.draw(st.permutations([*seen, *again])))
    assert shuffled.read_back().verdict() == in_order.read_back().verdict()


@given(DAYS, st.data())
def test_ends_that_are_read_back_in_between_change_nothing(seen: list[Observation], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(seen)))
    in_between = Desk().observe(*seen[:place]).read_back().observe(*seen[place:]).read_back()
    assert {name: each[:2] for name, each in in_between.verdict().items()} == {
        name: each[:2] for name, each in Desk().observe(*seen).read_back().verdict().items()
    }


@given(DAYS)
def test_what_is_open_has_been_told_and_what_is_told_rises(seen: list[Observation]) -> None:
    desk = Desk().observe(*sorted(seen, key=lambda one: one.at))
    for known in desk.open.values():
        told = [each.event.payload.struggle_level for each in known.announced]
        assert told == sorted(set(told), key=["low", "medium", "high"].index)
        assert not higher(known.level, told[-1])
    times = [event.timestamp for event in (*desk.once(StruggleDetected), *desk.once(StruggleResolved))]
    assert all(at <= NOW + timedelta(seconds=1) for at in times)


@given(DAYS)
def test_everything_again_tells_nothing_new(seen: list[Observation]) -> None:
    desk = Desk().observe(*seen)
    told = {event.message_id for event in desk.told}
    assert {event.message_id for event in desk.observe(*seen).told} == told


@given(st.integers(-3, 3))
def test_the_window_is_open_at_its_old_end_and_closed_at_its_new_end(microseconds: int) -> None:
    at = NOW - WINDOW + timedelta(microseconds=microseconds)
    oldest = asked(0).model_copy(update={"at": at})
    assert (struggle([oldest, asked(1), asked(0)], LOOPS, NOW) is not None) is (microseconds > 0)


def _more(data: st.DataObject, at_least: Signals) -> Signals:
    more: dict[str, Any] = {
        "failed_runs": data.draw(st.integers(at_least.failed_runs, 20)),
        "repeated_errors": data.draw(st.integers(at_least.repeated_errors, 20)),
        "error_density": data.draw(st.floats(at_least.error_density, 20)),
        "wheel_spinning": at_least.wheel_spinning or data.draw(st.booleans()),
        "answer_seeking": data.draw(st.floats(at_least.answer_seeking, 1)),
    }
    return Signals(**more)


@given(st.integers(3, 9), st.integers(0, 1440), SIGNALS, st.data())
def test_more_signs_never_lower_the_level(count: int, minutes: int, seen: Signals, data: st.DataObject) -> None:
    less = StruggleEvidence(count, timedelta(minutes=minutes), seen)
    span = timedelta(minutes=data.draw(st.integers(0, minutes)))
    more = StruggleEvidence(data.draw(st.integers(count, 12)), span, _more(data, seen))
    assert not higher(level(less), level(more))


@given(st.lists(ERRORS))
def test_the_density_of_errors_grows_with_each_repeat(errors: list[str | None]) -> None:
    density = repeated_error_density(errors)
    assert density <= len(errors)
    assert (density > 0) is any(one and one == other for one, other in pairwise(errors))
    if errors and errors[-1]:
        assert repeated_error_density([*errors, errors[-1]]) > density


@given(st.lists(st.booleans(), max_size=30), st.integers(10, 20))
def test_ten_failures_spin_whatever_came_before(before: list[bool], failures: int) -> None:
    assert spins([*before, *[False] * failures])
    assert not spins([*before, True, True, True])


@given(DAYS)
def test_signals_are_within_their_bounds(seen: list[Observation]) -> None:
    found = signals(sorted(seen, key=lambda one: one.at))
    assert found.failed_runs <= sum(isinstance(one, Attempt) for one in seen)
    assert 0.0 <= found.answer_seeking <= 1.0
