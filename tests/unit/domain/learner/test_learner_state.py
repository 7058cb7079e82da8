"""Any order of arrival within the bound, any repetition and any split give the same knowledge."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from learnflow.domain.learner.history_replay import rebuilt, replayed, withdraw
from learnflow.domain.learner.learner_state import LATENESS, MOST_OPEN, current, observe, state_from_history
from learnflow.domain.mastery.model import shipped
from learnflow.models.fields import REMEMBERED_IDS
from learnflow.models.learner_model import LearnerState, Observation, TopicKnowledge
from learnflow.models.vocabulary import Intent
from tests.support.observations import asked, graded, known, level_set, resolved, struggling

TOPICS = ("loops", "lists")
MODEL = shipped()


@st.composite
def observations(draw: st.DrawFn, most: int = 40) -> list[Observation]:
    """Return what is observed over hours and days, in order; some of it at the same time."""
    seen: list[Observation] = []
    minutes = 0.0
    for name in range(draw(st.integers(1, most))):
        minutes += draw(st.sampled_from([0, 1, 10, 50, 61, 300, 1_440, 3_000]))
        ago, topic = {"minutes": 100_000 - minutes}, draw(st.sampled_from(TOPICS))
        kinds: list[Observation] = [
            asked(name, topic, draw(st.sampled_from(Intent)), **ago),
            graded(name, draw(st.sampled_from([0.0, 0.5, 1.0])), topic, **ago),
            level_set(name, draw(st.floats(0, 1)), topic, **ago),
            struggling(name, topic, **ago),
            resolved(name, topic, **ago),
        ]
        seen.append(draw(st.sampled_from(kinds)))
    return sorted(seen, key=lambda each: (each.at, each.id))


def known_after(seen: list[Observation]) -> Mapping[str, TopicKnowledge]:
    """Return the topics after observations."""
    return known(seen).topics


def arrivals(data: st.DataObject, seen: list[Observation]) -> list[Observation]:
    """Return the observations in an order in which none is later than the bound, some of them repeated."""
    left, order = list(seen), list[Observation]()
    while left:
        bound = left[0].at + LATENESS  # what is newer would make the oldest that is left too late
        choice = data.draw(st.sampled_from([each for each in left if each.at <= bound]))
        left.remove(choice)
        order.append(choice)
        if data.draw(st.booleans()):
            order.append(data.draw(st.sampled_from(order[-REMEMBERED_IDS:])))
    return order


@settings(deadline=None, max_examples=60)
@given(st.data(), observations())
def test_any_order_within_the_bound_and_any_repetition_give_the_same_state(
    data: st.DataObject, seen: list[Observation]
) -> None:
    assert state_from_history(arrivals(data, seen), MODEL) == state_from_history(seen, MODEL)


@settings(deadline=None, max_examples=40)
@given(st.data(), observations())
def test_any_split_between_workers_gives_the_same_state(data: st.DataObject, seen: list[Observation]) -> None:
    state = LearnerState()
    for each in seen:
        if data.draw(st.booleans()):  # another worker takes the student over
            state = LearnerState.model_validate_json(state.model_dump_json())
        state = observe(state, each, MODEL).state
    assert state == state_from_history(seen, MODEL)


@settings(deadline=None, max_examples=40)
@given(observations())
def test_no_value_leaves_its_range(seen: list[Observation]) -> None:
    knowledge = known(seen)
    assert all(0.0 <= topic.level <= 1.0 and 0.0 <= topic.announced <= 1.0 for topic in knowledge.topics.values())
    assert sum(knowledge.queries_by_type.values()) == knowledge.total_queries
    assert sum(topic.queries for topic in knowledge.topics.values()) == knowledge.total_queries
    assert sum(knowledge.queries_by_minute.values()) <= knowledge.total_queries


@settings(deadline=None, max_examples=40)
@given(observations())
def test_a_level_moves_only_as_its_own_topic_has_evidence_for(seen: list[Observation]) -> None:
    levels = dict.fromkeys(TOPICS, 0.0)
    for number, each in enumerate(seen, start=1):
        now = {topic: known.level for topic, known in known_after(seen[:number]).items()}
        for topic, level in now.items():
            if topic != getattr(each, "topic", None):
                assert level == levels[topic]
            elif each.kind in ("asked", "struggling") or (each.kind == "graded" and each.score == 0.0):
                assert level <= levels[topic]
            elif each.kind == "graded" and each.score == 1.0:
                assert level >= levels[topic]
        levels |= now


@settings(deadline=None, max_examples=40)
@given(observations(), st.integers(0, 40))
def test_a_rebuilt_state_goes_on_with_what_the_history_lacks(seen: list[Observation], stored: int) -> None:
    history, live = state_from_history(seen[:stored], MODEL), state_from_history(seen, MODEL)
    lacks = {each.id for each in seen[stored:]} - {each.id for each in live.recent}
    if not lacks:
        assert rebuilt(history, live, MODEL) == live


def test_a_history_that_lacks_what_is_closed_is_not_taken_over() -> None:
    seen = [asked(n, hours=100 - 2 * n) for n in range(30)]
    live = state_from_history(seen, MODEL)
    assert rebuilt(state_from_history(seen[:10], MODEL), live, MODEL) is None
    assert rebuilt(state_from_history(seen[:-2], MODEL), live, MODEL) == live


def test_a_repeat_gives_the_change_that_the_first_time_gave() -> None:
    state = state_from_history([graded(n, minutes=30 - n) for n in range(5)], MODEL)
    first = observe(state, graded("new", minutes=5), MODEL)
    later = observe(first.state, asked("later"), MODEL).state
    again = observe(later, graded("new", minutes=5), MODEL)
    assert again.repeated
    assert (again.before, again.after, again.state) == (first.before, first.after, later)


def test_what_comes_later_than_the_bound_counts_but_turns_nothing_back() -> None:
    seen = [asked(n, hours=10 - n) for n in range(9)]
    late = asked("late", "lists", hours=200)
    knowledge = current(observe(state_from_history(seen, MODEL), late, MODEL).state, MODEL)
    assert knowledge.total_queries == 10
    assert knowledge.last_asked == seen[-1].at
    assert knowledge.since == late.at
    assert knowledge.streak_days == known(seen).streak_days
    assert knowledge.queries_by_minute == known(seen).queries_by_minute


def test_a_student_costs_a_bounded_state() -> None:
    state = state_from_history(
        [asked(n, milliseconds=5_000 - n) for n in range(REMEMBERED_IDS + MOST_OPEN + 50)], MODEL
    )
    assert (len(state.recent), len(state.applied)) == (MOST_OPEN, REMEMBERED_IDS)
    assert current(state, MODEL).total_queries == REMEMBERED_IDS + MOST_OPEN + 50


def test_the_first_of_all_years_is_a_time_like_any_other() -> None:
    first = asked(0).model_copy(update={"at": datetime.min.replace(tzinfo=UTC)})
    assert known([first]).total_queries == 1
    assert known([first, asked(1), asked(2)]).total_queries == 3


def test_the_bound_is_exact() -> None:
    newest = asked("newest")
    at_border = asked("border", "lists").model_copy(update={"at": newest.at - LATENESS})
    beyond = asked("beyond", "lists").model_copy(update={"at": newest.at - LATENESS - timedelta(microseconds=1)})
    others = [asked(n, seconds=n) for n in range(10)]
    assert at_border in state_from_history([*others, newest, at_border], MODEL).recent
    assert beyond not in state_from_history([*others, newest, beyond], MODEL).recent


def test_a_query_that_could_not_be_stored_counts_nowhere() -> None:
    kept, refused = asked(1, hours=2), asked(2, hours=1)
    state = withdraw(state_from_history([kept, refused], MODEL), refused.id)
    assert current(state, MODEL) == known([kept])
    assert observe(state, refused, MODEL).state == state  # the decision comes again
    assert withdraw(state, refused.id) == state
    assert not state.late


def test_one_that_is_closed_takes_a_replay_of_what_was_stored() -> None:
    seen = [asked(n, hours=100 - 2 * n) for n in range(20)]
    state = withdraw(state_from_history(seen, MODEL), seen[0].id)
    assert state.late
    after = replayed(seen[1:], state, MODEL)
    assert after is not None
    assert current(after, MODEL) == known(seen[1:])
    assert observe(after, seen[0], MODEL).state == after
    live = observe(after, asked("later"), MODEL).state
    assert rebuilt(state_from_history(seen[1:], MODEL), live, MODEL) == live
