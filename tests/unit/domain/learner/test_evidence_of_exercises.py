"""A submission is evidence until its exercise is solved or given up, in whatever order submissions arrive."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from learnflow.domain.learner.history_replay import replayed
from learnflow.domain.learner.learner_state import current, in_order, observe, state_from_history
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import shipped
from learnflow.models.learner_model import Graded, Knowledge, LearnerState, Observation
from learnflow.models.learning_progress import MASTERED
from tests.support.observations import NOON, asked, attempt, known, level_set, uid

MODEL = shipped()
YEAR = 365 * 24 * 60
EXERCISES = range(4)


@st.composite
def grades(draw: st.DrawFn) -> list[Graded]:
    """Return grades of a few exercises in the order of their times, seconds or years apart."""
    minutes, graded = 20.0 * YEAR, list[Graded]()
    for name in range(draw(st.integers(1, 30))):
        minutes -= draw(st.sampled_from([0, 0, 1, 59, 61, 1_440, YEAR / 2]))
        score = draw(st.sampled_from([0.0, 0.5, 1.0]))
        gave_up = score == 0.0 and draw(st.booleans())
        graded.append(attempt(draw(st.sampled_from(EXERCISES)), name, score, gave_up=gave_up, minutes=minutes))
    return sorted(graded, key=in_order)


def evidence(graded: list[Graded]) -> list[Graded]:
    """Return the grades up to the one that closes the exercise, of each: what the rule says, in other words."""
    counted = list[Graded]()
    for _, of_one in groupby(
        sorted(graded, key=lambda each: (each.exercise, *in_order(each))), lambda each: each.exercise
    ):
        for each in of_one:
            counted.append(each)
            if each.gave_up or each.score == 1.0:
                break
    return counted


def known_in_the_end(arrivals: Sequence[Observation], stored: Sequence[Observation]) -> Knowledge:
    """Return what is known after arrivals, and after the replay that the state asks for, if it does."""
    state = state_from_history(arrivals, MODEL)
    if state.late:
        replay = replayed(stored, state, MODEL)
        assert replay is not None
        assert not replay.late
        state = replay
    return current(state, MODEL)


@settings(deadline=None, max_examples=150)
@given(st.data(), grades())
def test_no_order_of_arrival_and_no_repeat_changes_a_level_or_a_count(
    data: st.DataObject, graded: list[Graded]
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(graded), max_size=20))
    arrivals = data.draw(st.permutations([*graded, *repeats]))
    knowledge = known_in_the_end(arrivals, graded)
    assert knowledge == known(graded)
    counted = evidence(graded)
    ability = knowledge.topics["loops"].ability
    solved = {each.exercise for each in counted if each.score == 1.0}
    assert (ability.graded, ability.graded_successes) == (len(counted), len(solved))
    assert progress("ann", knowledge, NOON).completed_exercises == len(solved)


@settings(deadline=None, max_examples=60)
@given(st.data(), grades())
def test_what_is_not_yet_replayed_never_counts_a_success_twice(data: st.DataObject, graded: list[Graded]) -> None:
    arrivals = data.draw(st.permutations(graded * 2))
    knowledge = known(arrivals)
    ability = knowledge.topics["loops"].ability
    assert ability.graded_successes <= len({each.exercise for each in graded if each.score == 1.0})


@settings(deadline=None, max_examples=60)
@given(grades())
def test_only_evidence_moves_a_level(graded: list[Graded]) -> None:
    assert known(graded).topics == known(sorted(evidence(graded), key=in_order)).topics


def test_one_exercise_passed_twelve_times_is_one_success_whatever_is_between_them() -> None:
    for minutes in (0, 1, 100, YEAR):
        twelve = [attempt("same", n, minutes=(12 - n) * minutes) for n in range(12)]
        for arrivals in (twelve, twelve[::-1]):
            once, often = known(twelve[:1]).topics["loops"], known(arrivals).topics["loops"]
            assert often == once
            assert often.level < MASTERED
    assert known([attempt(n, n, minutes=12 - n) for n in range(12)]).topics["loops"].level >= MASTERED


def test_failures_after_the_end_cost_nothing_and_those_before_it_do() -> None:
    solved = [attempt("a", "solved", minutes=60)]
    later = [attempt("a", n, 0.0, minutes=n) for n in range(10)]
    earlier = [attempt("a", n, 0.0, minutes=100 + n) for n in range(3)]
    assert known([*solved, *later]).topics == known(solved).topics
    assert known([*earlier, *solved]).topics["loops"].ability.failures == 3


def test_who_gave_up_has_not_solved_it_by_sending_the_solution() -> None:
    knowledge = known([attempt("a", 1, 0.0, gave_up=True, minutes=9), attempt("a", 2, minutes=5)])
    assert knowledge.exercises == ()
    assert knowledge.topics["loops"].ability.successes == 0


def test_a_replay_takes_all_kinds_of_observations_and_is_what_arrival_in_order_gives() -> None:
    seen: list[Observation] = [asked(n, hours=100 - n) for n in range(90)]
    seen += [attempt(n % 7, f"grade {n}", n % 2, hours=100 - n, minutes=30) for n in range(90)]
    seen.append(level_set("teacher", 0.7, hours=50, minutes=15))
    in_time = state_from_history(sorted(seen, key=in_order), MODEL)
    assert replayed(seen, in_time, MODEL) == in_time
    backwards = state_from_history(sorted(seen, key=in_order, reverse=True), MODEL)
    assert backwards.late
    replay = replayed(seen, backwards, MODEL)
    assert replay is not None
    assert (replay.knowledge, replay.recent) == (in_time.knowledge, in_time.recent)


def test_what_comes_again_after_all_ids_are_forgotten_is_counted_once_in_the_end() -> None:
    first = attempt("never solved", "first", 0.0, hours=900)
    seen: list[Observation] = [first, *(asked(n, hours=800 - n) for n in range(700))]
    state = state_from_history([*seen, first], MODEL)
    assert state.late
    replay = replayed(seen, state, MODEL)
    assert replay is not None
    for again in state.recent:  # the learner adds what is open to what was replayed
        replay = observe(replay, again, MODEL).state
    assert current(replay, MODEL) == known(seen)


def test_a_history_that_lacks_what_was_counted_is_not_replayed() -> None:
    seen: list[Observation] = [attempt(n, n, hours=100 - n) for n in range(30)]
    state = state_from_history(seen, MODEL)
    assert replayed(seen[:-1], state, MODEL) is None
    assert replayed(seen[1:], state, MODEL) is None


def test_the_day_of_an_end_is_found_while_it_is_open_and_later() -> None:
    end = attempt("a", "end", hours=30)
    state = state_from_history([end], MODEL)
    assert state.closed_on(end.exercise) == (NOON - timedelta(hours=30)).date()
    for number in range(20):
        state = observe(state, asked(number, minutes=20 - number), MODEL).state
    assert end not in state.recent
    assert state.closed_on(end.exercise) == (NOON - timedelta(hours=30)).date()
    assert LearnerState().closed_on(uid("another")) is None
