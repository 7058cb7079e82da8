"""The mastery model: what answers do to its predictions and levels, whatever they are."""

import subprocess
import sys
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from learnflow.domain.mastery.model import BANDS, MasteryModel, band, shipped
from learnflow.domain.mastery.parameters import Parameters
from learnflow.models.learner_model import StudentAbility, TopicAbility
from learnflow.models.learning_progress import MASTERED

MODEL = shipped()
NEW_STUDENT, NEW_TOPIC = StudentAbility(), TopicAbility()
State = tuple[StudentAbility, TopicAbility]

shares = st.floats(0.0, 1.0)
answers = st.lists(st.tuples(shares | st.sampled_from([0.0, 1.0]), shares | st.just(1.0)), max_size=40)
wild = st.floats(allow_nan=False, allow_infinity=False)


def after(*given: tuple[float, float], start: State = (NEW_STUDENT, NEW_TOPIC), model: MasteryModel = MODEL) -> State:
    """Return the state after answers: (score, weight) each."""
    state = start
    for score, weight in given:
        state = model.updated("loops", *state, score, weight)
    return state


def level(state: State) -> float:
    return MODEL.level("loops", *state)


def graded(scores: str) -> list[tuple[float, float]]:
    return [(float(score), 1.0) for score in scores]


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        pytest.param("", 0.0, 0.0, id="nothing known"),
        pytest.param("0000", 0.0, 0.0, id="only failures"),
        pytest.param("1", 0.2, 0.5, id="one success"),
        pytest.param("11", 0.5, 0.84999, id="two successes are not mastered"),
        pytest.param("1111", 0.85, 0.95, id="four in a row are mastered"),
        pytest.param("1111111111", 0.95, 1.0, id="ten in a row are an expert"),
        pytest.param("11111111110", 0.5, 0.849, id="an expert who fails once"),
        pytest.param("111111111100", 0.5, 0.75, id="an expert who fails twice"),
        pytest.param("11111111110000", 0.2, 0.5, id="an expert who fails four times"),
        pytest.param("10101010", 0.3, 0.6, id="every other one"),
        pytest.param("000011111111", 0.7, 0.95, id="a bad start made good"),
    ],
)
def test_levels_follow_the_answers(scores: str, low: float, high: float) -> None:
    assert low <= level(after(*graded(scores))) <= high


@given(st.lists(st.tuples(wild, wild), max_size=60))
def test_whatever_comes_stays_in_range(given: list[tuple[float, float]]) -> None:
    state = after(*given)
    probability = MODEL.probability("loops", *state)
    assert 0.0 < probability < 1.0
    assert 0.0 <= level(state) <= 1.0
    assert all(isfinite(value) for part in state for value in part.model_dump().values())
    for part in state:
        assert type(part).model_validate_json(part.model_dump_json()) == part


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_a_thousand_answers_of_a_kind_stay_in_range(score: float) -> None:
    state = after(*[(score, 1.0)] * 1_000)
    assert 0.0 < MODEL.probability("loops", *state) < 1.0


@given(answers, shares, shares)
def test_a_success_never_lowers_and_a_failure_never_raises(
    given: list[tuple[float, float]], set_to: float, weight: float
) -> None:
    student, ability = after(*given)
    for before in (student, ability), (student, MODEL.set_to("loops", student, ability, set_to)):
        right, wrong = after((1.0, weight), start=before), after((0.0, weight), start=before)
        assert level(wrong) <= level(before) + 1e-12
        assert level(before) <= level(right) + 1e-12
        chances = [MODEL.probability("loops", *state) for state in (wrong, before, right)]
        assert chances == pytest.approx(sorted(chances), abs=1e-12)


@given(answers, st.tuples(shares, shares))
def test_a_better_score_never_does_less(given: list[tuple[float, float]], scores: tuple[float, float]) -> None:
    before = after(*given)
    worse, better = (level(after((score, 1.0), start=before)) for score in sorted(scores))
    assert worse <= better + 1e-12


@given(st.lists(st.tuples(shares, shares | st.just(1.0)), max_size=60))
def test_fewer_than_three_graded_successes_are_never_mastered(given: list[tuple[float, float]]) -> None:
    state = after(*given)
    if state[1].graded_successes < 3:
        assert level(state) < MASTERED


def test_weak_successes_alone_are_never_mastered() -> None:
    assert 0.5 < level(after(*[(1.0, 0.9)] * 100)) < MASTERED


@given(answers, shares)
def test_weight_nothing_changes_nothing(given: list[tuple[float, float]], score: float) -> None:
    before = after(*given)
    assert after((score, 0.0), start=before) == before


@given(answers)
def test_only_full_weight_is_counted_as_graded(given: list[tuple[float, float]]) -> None:
    _, ability = after(*given)
    assert ability.graded == sum(weight == 1.0 for _, weight in given)
    assert ability.graded_successes == sum(score == weight == 1.0 for score, weight in given)


@given(answers, shares)
def test_a_teacher_sets_the_level(given: list[tuple[float, float]], wanted: float) -> None:
    student, ability = after(*given)
    found = MODEL.set_to("loops", student, ability, wanted)
    assert MODEL.level("loops", student, found) == pytest.approx(wanted, abs=1e-6)
    assert (found.graded, found.graded_successes) == (ability.graded, ability.graded_successes)
    assert TopicAbility.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("wanted", "scores", "low", "high"),
    [
        pytest.param(1.0, "0", 0.6, 0.99, id="down from the top at a failure"),
        pytest.param(0.9, "00", 0.3, 0.8, id="mastered no more after two"),
        pytest.param(0.9, "111", 0.95, 1.0, id="borne out"),
        pytest.param(0.0, "1", 0.05, 0.5, id="up from the bottom at a success"),
        pytest.param(0.0, "1111111111", 0.85, 1.0, id="outgrown"),
        pytest.param(0.5, "11", 0.5, 0.84999, id="the rule of three holds above what was set"),
    ],
)
def test_answers_move_on_from_what_a_teacher_set(wanted: float, scores: str, low: float, high: float) -> None:
    ability = MODEL.set_to("loops", NEW_STUDENT, NEW_TOPIC, wanted)
    assert low <= level(after(*graded(scores), start=(NEW_STUDENT, ability))) <= high


def test_weak_evidence_is_weak() -> None:
    evidence = shipped().parameters.evidence
    mastered = after(*graded("11111"))
    failed = level(after((0.0, 1.0), start=mastered))
    for weight in (evidence.concepts_question, evidence.debug_question, evidence.struggle):
        assert failed < level(after((0.0, weight), start=mastered)) < level(mastered)


def test_good_answers_elsewhere_raise_what_is_expected_of_a_new_topic_and_give_it_no_level() -> None:
    student, _ = after(*graded("11111"))
    assert MODEL.probability("lists", student, NEW_TOPIC) > MODEL.probability("lists", NEW_STUDENT, NEW_TOPIC)
    assert MODEL.level("lists", student, NEW_TOPIC) == 0.0


def test_a_topic_may_have_weights_of_its_own() -> None:
    parameters = shipped().parameters
    hard = parameters.shared.model_copy(update={"start": -1.0, "opportunities": (0.5, *[0.0] * 12)})
    model = MasteryModel(parameters.model_copy(update={"topics": {"recursion": hard}}))
    assert model.probability("recursion", NEW_STUDENT, NEW_TOPIC) == pytest.approx(0.3775, abs=1e-4)
    assert model.probability("loops", NEW_STUDENT, NEW_TOPIC) == MODEL.probability("loops", NEW_STUDENT, NEW_TOPIC)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.0, "new"), (0.4999, "new"), (0.5, "learning"), (0.8499, "learning"), (0.85, "mastered"),
        (0.9499, "mastered"), (0.95, "expert"), (1.0, "expert"),
    ],
)  # fmt: skip
def test_levels_have_names(value: float, name: str) -> None:
    assert band(value) == name
    assert name in BANDS.values()


def test_parameters_survive_being_written() -> None:
    assert Parameters.model_validate_json(shipped().parameters.model_dump_json()) == shipped().parameters


@pytest.mark.parametrize("change", [{"failures": -0.1}, {"start": float("nan")}, {"opportunities": (0.0,)}])
def test_weights_that_would_break_a_promise_are_refused(change: dict[str, object]) -> None:
    broken = shipped().parameters.model_dump()
    broken["shared"] |= change
    with pytest.raises(ValidationError):
        type(shipped().parameters).model_validate(broken)


def test_the_platform_runs_without_what_the_fit_needs() -> None:
    code = "import learnflow.domain.mastery.model, sys; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
