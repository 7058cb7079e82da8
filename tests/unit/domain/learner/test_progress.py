"""Every field and rule of LearningProgress, from what is observed of a student."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from learnflow.domain.learner.learner_state import worth_announcing
from learnflow.domain.learner.progress import MOST_MINUTES, progress, streak, upgrade, velocity
from learnflow.domain.mastery.model import shipped
from learnflow.models.learner_model import Knowledge, Observation
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Intent, SkillLevel
from tests.support.observations import NOON, asked, graded, known, level_set, resolved, struggling

BEGINNER = [key for key, topic in TOPICS.items() if topic.difficulty is SkillLevel.BEGINNER]
INTERMEDIATE = [key for key, topic in TOPICS.items() if topic.difficulty is SkillLevel.INTERMEDIATE]


def stands(*seen: Observation) -> LearningProgress:
    return progress("student-123", known(seen), NOON)


def test_questions_are_counted_by_type_and_topic() -> None:
    stood = stands(
        asked(1, "loops", hours=3), asked(2, "lists", Intent.DEBUG, hours=2), asked(3, "loops", Intent.DEBUG, hours=1)
    )
    assert stood.total_queries == 3
    assert stood.queries_by_type == {Intent.CONCEPTS: 1, Intent.DEBUG: 2}
    assert stood.topics_covered == ("loops", "lists")
    assert (stood.created_at, stood.last_activity) == (NOON - timedelta(hours=3), NOON - timedelta(hours=1))


@pytest.mark.parametrize("topic", [None, "general"])
def test_what_belongs_to_no_topic_covers_none(topic: str | None) -> None:
    stood = stands(asked(1, topic))
    assert (stood.topics_covered, stood.python_mastery_levels, stood.total_queries) == ((), {}, 1)


@pytest.mark.parametrize(("said", "topic"), [("for-loops", "loops"), ("general", None), ("nobody-knows-this", None)])
def test_topics_are_those_of_the_taxonomy(said: str, topic: str | None) -> None:
    stood = stands(asked(1, said, hours=4), graded(2, topic=said, hours=3), level_set(3, 0.9, said, hours=2))
    assert stood.topics_covered == ((topic,) if topic else ())
    assert stood.python_mastery_levels == ({topic: 0.9} if topic else {})
    assert stood.completed_exercises == 1


@pytest.mark.parametrize(("moved", "said"), [(0.05, True), (0.0499, False)])
def test_a_move_is_worth_an_event_from_005_on(moved: float, *, said: bool) -> None:
    assert worth_announcing(0.3, round(0.3 + moved, 4), shipped()) == said


def test_a_submission_is_no_question() -> None:
    stood = stands(asked(1, hours=5), graded(2))
    assert stood.total_queries == 1
    assert stood.last_activity == NOON - timedelta(hours=5), "the last query submitted"


def test_an_exercise_is_completed_once() -> None:
    first, again = graded(1, hours=2), graded(2, hours=1).model_copy(update={"exercise": graded(1).exercise})
    assert stands(graded(0, 0.99, hours=3), first, again).completed_exercises == 1


@pytest.mark.parametrize(
    ("seen", "mastered"),
    [
        pytest.param([graded(n, hours=9 - n) for n in range(8)], True, id="eight successes"),
        pytest.param([graded(n, hours=9 - n) for n in range(2)], False, id="two successes are too few"),
        pytest.param([level_set(1, 0.85)], True, id="a teacher says so, just at the border"),
        pytest.param([level_set(1, 0.8499)], False, id="a teacher says so, just below"),
        pytest.param([asked(n, hours=9 - n) for n in range(8)], False, id="questions alone"),
    ],
)
def test_a_topic_is_mastered_from_085_on(seen: Sequence[Observation], *, mastered: bool) -> None:
    stood = stands(*seen)
    assert (stood.topics_mastered == ("loops",)) == mastered
    assert (stood.strengths == ("loops",)) == mastered
    assert ("mastered-loops" in stood.achievements) == mastered


def test_strengths_are_the_three_topics_mastered_best() -> None:
    levels = {"loops": 0.9, "lists": 0.97, "strings": 0.9, "functions": 0.86, "recursion": 0.84}
    stood = stands(*(level_set(topic, level, topic) for topic, level in levels.items()))
    assert stood.strengths == ("lists", "loops", "strings")


@pytest.mark.parametrize(
    ("questions", "level", "weak"),
    [(5, 0.59, True), (4, 0.59, False), (5, 0.6, False), (5, None, True)],
    ids=["weak", "one question too few", "just at 0.6", "never graded"],
)
def test_a_topic_is_weak_below_06_after_five_questions(questions: int, level: float | None, *, weak: bool) -> None:
    seen: list[Observation] = [asked(n, intent=Intent.CODE_REVIEW, hours=20 - n) for n in range(questions)]
    stood = stands(*seen, *([level_set("set", level)] if level is not None else []))
    assert (stood.weaknesses == ("loops",)) == weak


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        pytest.param([timedelta()] * 3, 0.43, id="three now"),
        pytest.param([timedelta(days=6, hours=23, minutes=59)], 0.14, id="the first minute of the week"),
        pytest.param([timedelta(days=7)], 0.0, id="the minute before it"),
        pytest.param([timedelta(days=n) for n in range(9)], 1.0, id="one a day"),
        pytest.param([timedelta(hours=12 * n) for n in range(18)], 2.0, id="two a day"),
        pytest.param([timedelta()] * 100, 14.29, id="more than ten a day"),
        pytest.param([timedelta(minutes=n) for n in range(MOST_MINUTES + 4)], 143.43, id="more than are kept"),
    ],
)
def test_velocity_is_the_questions_of_the_last_seven_times_24_hours(ago: list[timedelta], expected: float) -> None:
    seen = [asked(n, days=each / timedelta(days=1)) for n, each in enumerate(sorted(ago, reverse=True))]
    assert velocity(known(seen), NOON) == expected


def test_velocity_falls_by_time_alone() -> None:
    knowledge = known([asked(1), asked(2)])
    week = timedelta(days=7)
    assert [velocity(knowledge, NOON + each) for each in (week * 0, week - timedelta(minutes=1), week)] == [
        0.29,
        0.29,
        0,
    ]


@pytest.mark.parametrize(
    ("days", "today", "later"),
    [
        pytest.param([2, 1, 0], 3, 3, id="three days up to today"),
        pytest.param([3, 2, 1], 3, 0, id="up to yesterday, and today is not over"),
        pytest.param([3, 2], 0, 0, id="broken"),
        pytest.param([5, 3, 1, 0, 0], 2, 2, id="with gaps, and twice today"),
    ],
)
def test_a_streak_is_days_in_a_row_and_breaks_by_time(days: list[int], today: int, later: int) -> None:
    knowledge = known([asked(n, days=ago) for n, ago in enumerate(days)])
    assert streak(knowledge, NOON.date()) == today
    assert streak(knowledge, NOON.date() + timedelta(days=1)) == later


def test_a_streak_turns_at_midnight_utc() -> None:
    before, after = asked(1, hours=12, microseconds=1), asked(2, hours=12)
    assert streak(known([before, after]), NOON.date()) == 2
    assert streak(known([after]), NOON.date()) == 1


def test_achievements_stay_once_earned() -> None:
    week = [asked(n, days=20 - n) for n in range(7)]
    exercises = [graded(f"passed {n}", hours=30 - n) for n in range(10)]
    lost = [graded(f"failed {n}", 0.0, hours=10 - n) for n in range(10)]
    stood = stands(*week, *exercises, *lost)
    assert stood.achievements == ("7-day-streak", "mastered-loops", "completed-10-exercises")
    assert stood.topics_mastered == ()


def test_a_struggle_comes_and_goes() -> None:
    began = stands(struggling(1, "recursion", hours=2), struggling(2, "loops", hours=1))
    assert began.struggle_topics == ("loops", "recursion")
    ended = stands(struggling(1, "recursion", hours=2), struggling(2, hours=1), resolved(3, "recursion"))
    assert ended.struggle_topics == ("loops",)


def mastered(*topics: str) -> Knowledge:
    return known(level_set(topic, 0.9, topic) for topic in topics)


@pytest.mark.parametrize(
    ("before", "after", "said", "expected"),
    [
        pytest.param(BEGINNER[:4], BEGINNER[:5], None, ("beginner", "intermediate"), id="five beginner topics"),
        pytest.param(BEGINNER[:3], BEGINNER[:4], None, None, id="one too few"),
        pytest.param(BEGINNER[:5], BEGINNER[:6], None, None, id="reached before"),
        pytest.param(BEGINNER[:4], BEGINNER[:5], SkillLevel.ADVANCED, None, id="a teacher has said more"),
        pytest.param(INTERMEDIATE[:4], INTERMEDIATE[:5], None, None, id="a level is not skipped"),
        pytest.param(
            INTERMEDIATE[:4], INTERMEDIATE[:5], SkillLevel.INTERMEDIATE, ("intermediate", "advanced"), id="enrolled so"
        ),
        pytest.param(
            [*BEGINNER[:5], *INTERMEDIATE[:4]], [*BEGINNER[:5], *INTERMEDIATE[:5]], SkillLevel.INTERMEDIATE,
            ("intermediate", "advanced"), id="five intermediate topics",
        ),
    ],
)  # fmt: skip
def test_the_skill_level_is_upgraded(
    before: list[str], after: list[str], said: SkillLevel | None, expected: tuple[str, str] | None
) -> None:
    found = upgrade(mastered(*before), mastered(*after), said)
    assert (found and (found.old_level, found.new_level)) == expected
