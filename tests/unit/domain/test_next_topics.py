"""What comes next: first what goes wrong, then what is half learned, then what is new and can be begun."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.next_topics import LEARNING, MOST, next_after, next_topics, weakest_prerequisite
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS, prerequisites

FIRM = {"variables": 0.96, "operators": 0.9, "conditionals": 0.9, "functions": 0.42}
ALL = dict.fromkeys(TOPICS, 0.9)


def topics(levels: dict[str, float], **more: Any) -> list[str]:
    return [suggestion.topic for suggestion in next_topics(levels, **more)]


def reasons(levels: dict[str, float], **more: Any) -> dict[str, str]:
    return {suggestion.topic: suggestion.reason for suggestion in next_topics(levels, **more)}


def test_a_beginner_begins_with_variables() -> None:
    assert next_topics({})[0].topic == "variables"
    assert next_topics({})[0].reason == "It is new to you and it needs nothing before it."


def test_when_all_is_mastered_nothing_comes_next() -> None:
    assert next_topics(ALL) == ()


def test_a_struggle_is_repaired_by_its_weakest_prerequisite_first() -> None:
    said = reasons(FIRM | {"recursion": 0.2}, struggles=["recursion"])
    assert list(said)[:2] == ["functions", "recursion"]
    assert said["functions"] == "You struggle with recursion, and that builds on this: you are at 42% (new)."
    assert said["recursion"] == "You struggle with it, and it will be easier once you know functions better."


def test_a_struggle_on_firm_ground_is_worked_on_itself() -> None:
    said = reasons(FIRM | {"functions": 0.88, "recursion": 0.2}, struggles=["recursion"])
    assert next(iter(said)) == "recursion"
    assert said["recursion"] == (
        "You struggle with it: you are at 20% (new). "
        "What it builds on is in place: functions at 88% (mastered) and conditionals at 90% (mastered)."
    )


def test_struggles_come_before_weaknesses_and_the_weaker_first() -> None:
    levels = ALL | {"recursion": 0.3, "loops": 0.2, "scope": 0.1}
    assert topics(levels, struggles=["recursion"], weaknesses=["loops", "scope"]) == ["recursion", "scope", "loops"]


def test_a_weakness_without_prerequisites_is_worked_on_itself() -> None:
    said = reasons({"variables": 0.3}, weaknesses=["variables"])
    assert said["variables"] == "You are weak at it: you are at 30% (new)."


def test_what_is_half_learned_goes_on_the_most_advanced_first() -> None:
    levels = ALL | {"loops": 0.6, "lists": 0.84, "version-control": 0.0}
    said = reasons(levels)
    assert list(said) == ["lists", "loops", "version-control"]
    assert said["lists"] == "You are at 84% (learning), on the way to mastering it."


def test_what_is_half_learned_on_sand_gets_its_ground_first() -> None:
    said = reasons({"variables": 0.9, "operators": 0.9, "conditionals": 0.9, "lists": 0.7, "loops": 0.3})
    assert list(said)[:2] == ["loops", "lists"]
    assert said["loops"] == "You need it for lists and arrays: you are at 30% (new)."


def test_something_new_comes_when_its_prerequisites_are_learned_and_what_was_begun_first() -> None:
    said = reasons({"variables": 0.9, "data-types": 0.1})
    assert next(iter(said)) == "data-types"
    assert said["data-types"] == (
        "You have begun it, 10% (new), and what it builds on is in place: variables at 90% (mastered)."
    )
    assert "operators" in said
    assert "conditionals" not in said


def test_topics_outside_of_the_taxonomy_are_left_out() -> None:
    assert topics({"juggling": 0.7}, struggles=["juggling"]) == topics({})


@pytest.mark.parametrize(
    ("levels", "weakest"),
    [({}, "functions"), ({"functions": 0.6, "conditionals": 0.5}, "conditionals"),
     ({"functions": 0.85, "conditionals": 0.84}, "conditionals"), ({"functions": 0.85, "conditionals": 0.85}, None)],
)  # fmt: skip
def test_the_weakest_prerequisite(levels: dict[str, float], weakest: str | None) -> None:
    assert weakest_prerequisite("recursion", levels) == weakest


some = st.lists(st.sampled_from([*TOPICS, "juggling"]), max_size=5)
LEVELS = st.dictionaries(st.sampled_from([*TOPICS, "juggling"]), st.floats(0.0, 1.0) | st.sampled_from([0.5, 0.85]))


@given(LEVELS | st.just(ALL), some, some)
def test_there_is_always_a_next_step_and_never_one_too_far(
    levels: dict[str, float], struggles: list[str], weaknesses: list[str]
) -> None:
    suggested = next_topics(levels, struggles, weaknesses, most=len(TOPICS))
    assert bool(suggested) == any(levels.get(topic, 0.0) < MASTERED for topic in TOPICS)
    seen: set[str] = set()
    for one in suggested:
        assert levels.get(one.topic, 0.0) < MASTERED
        assert one.topic not in seen
        assert all(levels.get(key, 0.0) >= LEARNING or key in seen for key in prerequisites(one.topic))
        assert one.reason.endswith(".")
        seen.add(one.topic)
    assert next_topics(levels, struggles, weaknesses) == suggested[:MOST]


@given(LEVELS, st.permutations(list(TOPICS)), some)
def test_the_order_in_which_things_are_known_makes_no_difference(
    levels: dict[str, float], order: list[str], struggles: list[str]
) -> None:
    shuffled = {topic: levels[topic] for topic in order if topic in levels}
    assert next_topics(shuffled, reversed(struggles)) == next_topics(levels, struggles)


def test_after_a_topic_comes_what_builds_on_it() -> None:
    first, *later = next_after(["loops"], {})
    assert first.topic == "lists"
    assert first.reason == "It builds on loops."
    assert all("loops" in prerequisites(one.topic) for one in later)


def test_what_needs_more_besides_comes_later_and_says_so() -> None:
    said = {one.topic: one.reason for one in next_after(["functions"], {}, most=len(TOPICS))}
    assert list(said).index("modules") < list(said).index("decorators")
    assert said["decorators"] == "It builds on functions, and also on closures."


def test_where_nothing_builds_on_a_topic_what_builds_on_the_same_comes() -> None:
    first, *_ = next_after(["sorting"], {})
    assert {"lists", "loops"} & set(prerequisites(first.topic))
    assert first.reason.startswith("Nothing builds on sorting alone; this builds on the same, ")


def test_what_is_mastered_does_not_come_after() -> None:
    assert "lists" not in {one.topic for one in next_after(["loops"], {"lists": 0.9})}
    assert next_after(["loops"], ALL) == ()
