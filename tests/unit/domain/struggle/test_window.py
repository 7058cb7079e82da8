"""When a student struggles, how much, and when that is over."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from learnflow.domain.struggle.observations import Attempt, End, Observation, Question
from learnflow.domain.struggle.struggle_lifecycle import apply_observation, ended_by_time, restored_struggle
from learnflow.domain.struggle.window import WINDOW, attributed, similar_groups, struggle
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import StruggleResolved
from learnflow.models.vocabulary import StruggleLevel
from tests.support.struggle_days import LOOPS, NOW, Desk, asked, cause, passed, resent, tried

LOW, MEDIUM, HIGH = StruggleLevel
MICROSECOND = timedelta(microseconds=1)
DAY = 24 * 60  # minutes


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        pytest.param([asked(0)], None, id="the first question"),
        pytest.param([asked(5), asked(0)], None, id="two, one below the limit"),
        pytest.param([asked(10), asked(5), asked(0)], LOW, id="three, at the limit"),
        pytest.param([asked(10, key="count-loops"), asked(5), asked(0)], None, id="one of three asks something else"),
        pytest.param(
            [asked(10, "lists", "sort-names"), asked(5), asked(0)], None, id="one of three is on another topic"
        ),
        pytest.param([asked(minutes, topic="general") for minutes in (9, 5, 0)], None, id="three on no topic"),
        pytest.param([asked(DAY), asked(5), asked(0)], None, id="one of three is exactly 24 hours old"),
        pytest.param([asked(DAY + 60), asked(600), asked(0)], None, id="three spread over 25 hours"),
        pytest.param([asked(DAY - 1), asked(5), asked(0)], LOW, id="one of three is just younger than 24 hours"),
        pytest.param([asked(15), asked(8), asked(5), asked(0)], HIGH, id="four within a quarter of an hour"),
        pytest.param([asked(300), asked(90), asked(60), asked(0)], MEDIUM, id="four over the day"),
        pytest.param([asked(m) for m in (600, 300, 90, 60, 0)], HIGH, id="five over the day"),
        pytest.param([asked(m, "lists", f"k{m}") for m in (9, 7, 5, 3, 0)], None, id="five different: curiosity"),
        pytest.param([asked(2), *map(tried, (9, 8, 7)), asked(1), asked(0)], MEDIUM, id="three failed runs"),
        pytest.param([tried(9), tried(8), asked(2), asked(1), asked(0)], LOW, id="two failed runs"),
        pytest.param(
            [*(tried(m, error="IndexError") for m in (9, 8, 7)), asked(2), asked(1), asked(0)], HIGH,
            id="three failed runs, each with the same error",
        ),
        pytest.param([asked(m, error="KeyError") for m in (9, 8, 7)], MEDIUM, id="three questions on one error"),
        pytest.param(
            [asked(9, wants_answer=True), asked(8, wants_answer=True), asked(7)], MEDIUM,
            id="two of three want the answer",
        ),
        pytest.param([asked(9, wants_answer=True), asked(8), asked(7)], LOW, id="one of three wants the answer"),
        pytest.param(
            [*(tried(60 + m, passed=m % 3 == 0) for m in range(11)), asked(9), asked(8), asked(7)], HIGH,
            id="eleven tries, never three right in a row",
        ),
        pytest.param([tried(m) for m in (9, 8, 7, 6)], None, id="four failed submissions and no question"),
        pytest.param([tried(m) for m in (9, 8, 7, 6, 5)], MEDIUM, id="five failed submissions and no question"),
        pytest.param([*map(tried, (9, 8, 7)), passed(6), *map(tried, (5, 4))], None, id="five, with a pass between"),
        pytest.param([asked(9), *map(tried, (8, 7, 6, 5))], MEDIUM, id="a question and four failed submissions"),
        pytest.param([asked(9), asked(8), tried(7)], None, id="two questions and a failed submission"),
        pytest.param(
            [asked(9), *(asked(m, "general", None, follows=True) for m in (8, 7))], MEDIUM,
            id="a question, and twice that it is not understood",
        ),
        pytest.param(
            [asked(m) for m in (600, 500, 400, 300, 200)]
            + [asked(m, key=f"{word}-while") for m, word in enumerate(("sum", "skip", "print", "pair", "exit"))]
            + [asked(9, key="sort-while")],
            LOW, id="five, among more that ask other things",
        ),
    ],
)  # fmt: skip
def test_similar_questions_make_a_struggle(seen: list[Observation], level: StruggleLevel | None) -> None:
    shown = struggle(attributed(seen), LOOPS, NOW)
    assert (shown.detected.struggle_level if shown else None) == level


def test_the_message_names_its_evidence_its_span_and_its_signals() -> None:
    questions = [asked(20), asked(10), asked(0, error="KeyError", wants_answer=True)]
    runs = [tried(19, error="KeyError"), tried(18, error="KeyError"), tried(17)]
    shown = struggle([*questions, *runs], LOOPS, NOW)
    assert shown is not None
    assert shown.detected.evidence == tuple(one.id for one in questions)
    assert (shown.detected.query_count, shown.detected.time_window_minutes) == (3, 20)
    told = shown.detected.signals
    assert (told.failed_runs, told.repeated_errors, told.error_density) == (3, 2, 0.5)
    assert not told.wheel_spinning
    assert told.answer_seeking == pytest.approx(1 / 3)


def test_the_border_of_24_hours_is_exact_to_the_microsecond() -> None:
    seen = [asked(0), asked(1)]
    for age, counts in ((WINDOW, False), (WINDOW - MICROSECOND, True)):
        oldest = asked(0).model_copy(update={"at": NOW - age})
        assert (struggle([oldest, *seen], LOOPS, NOW) is not None) is counts
    assert struggle([*seen, asked(0).model_copy(update={"at": NOW + MICROSECOND})], LOOPS, NOW) is None


def test_questions_with_similar_words_are_similar_without_the_same_key() -> None:
    texts = ("break out while", "break out nested while", "break while")
    seen = [asked(minute, key=f"key-{minute}", text=text) for minute, text in enumerate(texts)]
    assert struggle(seen, LOOPS, NOW) is not None


def test_a_chain_of_small_steps_is_no_group() -> None:
    one, two, three, four = (
        asked(9, key=None, text="count while"), asked(8, key=None, text="count while nested"),
        asked(7, key=None, text="nested while inside"), asked(6, key=None, text="nested inside generator"),
    )  # fmt: skip
    groups = similar_groups([one, two, three, four])
    assert 1 < max(map(len, groups)) < 4


def test_wordings_that_are_taken_for_other_topics_are_on_the_first_ones() -> None:
    desk = Desk().observe(*(asked(m, topic) for m, topic in ((9, LOOPS), (8, "general"), (7, "lists"))))
    assert desk.levels() == [LOW]
    assert list(desk.open) == [LOOPS]


@pytest.mark.parametrize(
    ("before", "topic"),
    [
        pytest.param([asked(9)], LOOPS, id="a question"),
        pytest.param([asked(9, "lists"), tried(8)], LOOPS, id="a graded submission"),
        pytest.param([asked(9, "lists", "sort-names"), asked(8, counts=False)], LOOPS, id="a wish for an exercise"),
        pytest.param([asked(9), asked(8, "general", "install-it")], "general", id="a question on no topic"),
        pytest.param([asked(DAY + 9)], "general", id="a question too long ago"),
        pytest.param([], "general", id="nothing"),
    ],
)
def test_what_follows_up_is_about_the_turn_before(before: list[Observation], topic: str) -> None:
    *_, follow_up = attributed([*before, asked(0, "general", None, follows=True)])
    assert follow_up.topic == topic


def test_what_is_recommended_depends_on_what_fails() -> None:
    failing = struggle([tried(m) for m in (9, 8, 7, 6, 5)], LOOPS, NOW)
    asking = struggle([asked(m) for m in (9, 8, 7)], LOOPS, NOW)
    assert failing is not None
    assert asking is not None
    assert "submissions" in failing.detected.recommendation
    assert "explanation" in asking.detected.recommendation


THREE = (9, 8, 7)
FOUR = (9, 8, 7, 6)  # within minutes: high


@pytest.mark.parametrize(
    ("questions", "achieved", "is_over"),
    [
        pytest.param(THREE, [passed(5)], True, id="a pass ends a low one"),
        pytest.param((300, 200, 100, 90), [passed(5)], True, id="a pass ends a medium one"),
        pytest.param(FOUR, [passed(5)], False, id="a pass does not end a high one"),
        pytest.param(FOUR, [passed(5), passed(4)], True, id="two passes in a row end a high one"),
        pytest.param(FOUR, [passed(5), tried(4), passed(3)], False, id="two that are not in a row do not"),
        pytest.param(THREE, [tried(5)], False, id="a failure ends nothing"),
        pytest.param(THREE, [passed(5, "lists")], False, id="nor does a pass on another topic"),
        pytest.param(THREE, [passed(10)], False, id="nor a pass before the struggle"),
    ],
)
def test_a_struggle_ends_by_success(questions: tuple[int, ...], achieved: list[Observation], is_over: bool) -> None:  # noqa: FBT001
    desk = Desk().observe(*map(asked, questions))
    assert len(desk.open) == 1
    desk.observe(*achieved).read_back()
    assert (not desk.open, desk.ends()) == (is_over, ["success"] * is_over)


@pytest.mark.parametrize(
    ("after", "levels"),
    [
        pytest.param([asked(5), asked(4)], [LOW], id="two more are no struggle"),
        pytest.param([asked(5), asked(4), asked(3)], [LOW, LOW], id="three more are another one"),
    ],
)
def test_questions_before_a_success_count_no_more(after: list[Observation], levels: list[StruggleLevel]) -> None:
    desk = Desk().observe(*map(asked, THREE), passed(6)).read_back().observe(*after)
    assert desk.levels() == levels
    assert len({event.message_id for event in desk.told}) == len(levels) + 1


def test_a_pass_counts_before_there_is_any_struggle() -> None:
    assert Desk().observe(asked(9), asked(8), passed(7), asked(6)).told == []


def test_the_end_says_what_has_ended_it() -> None:
    desk = Desk().observe(*(asked(m) for m in (9, 8, 7, 6)), passed(5), passed(4))
    (end,) = desk.once(StruggleResolved)
    assert (end.payload.topic, end.payload.query_count) == (LOOPS, 4)
    assert end.payload.reason == "Completed 2 loops exercises"
    assert end.timestamp == NOW - timedelta(minutes=4)


def test_a_struggle_is_told_once_a_level() -> None:
    desk = Desk().observe(*(asked(minutes) for minutes in (600, 500, 400, 300, 200, 100)))
    assert desk.levels() == [LOW, MEDIUM, HIGH]
    assert len(desk.told) == 3


@pytest.mark.parametrize("late", [0, 1, 2], ids=["first", "second", "third"])
def test_whichever_question_comes_last_the_third_brings_it_to_light(late: int) -> None:
    questions = [asked(9), asked(8), asked(7)]
    desk = Desk().observe(*(one for one in questions if one is not questions[late]), questions[late])
    assert desk.levels() == [LOW]
    assert desk.once(StruggleDetected)[0].timestamp == questions[-1].at


def test_a_success_that_comes_late_still_counts() -> None:
    desk = Desk().observe(asked(9), asked(8), asked(6), passed(7))
    assert desk.ends() == ["success"]
    assert desk.read_back().open == {}
    assert desk.once(StruggleResolved)[0].timestamp > desk.once(StruggleDetected)[0].timestamp


def test_what_is_older_than_the_window_of_an_open_struggle_changes_nothing() -> None:
    desk = Desk().observe(*(asked(minutes) for minutes in (9, 8, 7)))
    known = dict(desk.open)
    desk.seen.clear()  # as the table has it, which looks around the late one only
    assert desk.observe(*(asked(4 * DAY + minutes) for minutes in (3, 2, 1))).open == known
    assert desk.levels() == [LOW]


def test_a_repeat_tells_the_same_again_and_nothing_new() -> None:
    questions = [asked(minutes) for minutes in (300, 200, 100, 90)]
    desk = Desk().observe(*questions)
    first = list(desk.told)
    assert len(first) == 2
    assert desk.observe(*questions).told == [*first, *first]


def test_a_repeat_after_what_was_told_is_lost_tells_it_with_the_same_id() -> None:
    questions = [asked(9), asked(8), asked(7)]
    desk = Desk().observe(*questions)
    desk.open.clear()  # as if only the pane had reached the changelog
    desk.observe(*questions)
    assert len(desk.told) > 1
    assert len({event.message_id for event in desk.told}) == 1


def test_an_end_that_comes_again_ends_no_later_struggle() -> None:
    desk = Desk().observe(asked(9), asked(8), asked(7), passed(6)).read_back()
    assert desk.observe(asked(5), asked(4), asked(3)).read_back().levels() == [LOW, LOW]
    assert [known.level for known in desk.open.values()] == [LOW]


def test_an_end_that_somebody_else_tells_of_counts() -> None:
    desk = Desk().observe(asked(9), asked(8), asked(7))
    desk.observe(End(at=NOW - timedelta(minutes=6), id=uuid4(), topic=LOOPS, clears=True))
    assert (desk.open, desk.ends()) == ({}, [])
    assert desk.observe(asked(5), asked(4)).levels() == [LOW]
    assert desk.observe(asked(3)).levels() == [LOW, LOW]


def test_it_ends_by_time_when_fewer_than_three_are_left() -> None:
    desk = Desk().observe(*(asked(minutes) for minutes in (900, 600, 300, 0)))
    (known,) = desk.open.values()
    assert known.ends_at == NOW - timedelta(minutes=600) + WINDOW
    assert struggle(desk.seen.values(), LOOPS, known.ends_at - MICROSECOND) is not None
    assert struggle(desk.seen.values(), LOOPS, known.ends_at) is None
    desk.told.append(ended_by_time(known))
    assert desk.read_back().open == {}
    desk.observe(*desk.seen.values())
    assert desk.open == {}, "a repeat does not open it again"
    assert desk.levels() == [LOW, MEDIUM]


def test_after_an_end_by_time_the_questions_that_are_left_still_count() -> None:
    desk = Desk().observe(asked(DAY), asked(600), asked(300))
    (known,) = desk.open.values()
    desk.told.append(ended_by_time(known))
    desk.read_back().observe(asked(-1))
    assert desk.levels() == [LOW, LOW]


def test_a_new_question_after_the_window_has_passed_ends_it_by_time() -> None:
    desk = Desk().observe(asked(DAY + 9), asked(DAY + 8), asked(DAY + 7), asked(0))
    assert desk.ends() == ["time"]


def test_what_is_stored_opens_as_it_was_told() -> None:
    desk = Desk().observe(*(asked(minutes) for minutes in (900, 600, 300, 0)))
    (known,) = desk.open.values()
    again = restored_struggle(desk.once(StruggleDetected), desk.seen.values())
    assert (again.level, again.count, again.ends_at, again.end_id) == (
        known.level, known.count, known.ends_at, known.end_id,
    )  # fmt: skip
    without = restored_struggle(desk.once(StruggleDetected), [])
    assert (without.level, without.ends_at) == (MEDIUM, NOW + WINDOW)


def test_a_question_that_the_table_had_no_room_for_changes_nothing() -> None:
    late = asked(9)
    assert apply_observation(cause(late), late, [asked(5, "lists")], {})[LOOPS].open is None


def test_two_students_never_share_an_id() -> None:
    questions = [asked(9), asked(8), asked(7)]
    told = [
        apply_observation(cause(questions[2], student), questions[2], questions, {})[LOOPS].messages
        for student in ("ann", "bob")
    ]
    assert len({event.message_id for (event,) in told}) == 2


def test_failures_after_an_exercise_is_solved_are_no_struggle_and_those_before_it_are() -> None:
    exercise = uuid4()
    solved = resent(passed(60), exercise)
    later = [resent(tried(minutes), exercise) for minutes in range(5)]
    earlier = [resent(tried(90 + minutes), exercise) for minutes in range(5)]
    assert struggle(attributed([solved, *later]), LOOPS, NOW) is None
    assert struggle(attributed(earlier), LOOPS, NOW) is not None
    others = [resent(tried(minutes), uuid4()) for minutes in range(5)]
    assert struggle(attributed([solved, *others]), LOOPS, NOW) is not None, "other exercises count"


def test_a_pass_that_comes_again_ends_no_struggle() -> None:
    exercise = uuid4()
    solved, again = resent(passed(60), exercise), resent(passed(1), exercise)
    questions: list[Observation] = [asked(minutes) for minutes in (9, 8, 7)]
    assert struggle(attributed([solved, *questions, again]), LOOPS, NOW) is not None
    assert struggle(attributed([solved, *questions, passed(1)]), LOOPS, NOW) is None
    seen: list[Attempt | End | Question] = [solved, *questions, again]
    for order in permutations(seen):
        desk = Desk().observe(*order)
        assert [known.level for known in desk.open.values()] == [LOW]
