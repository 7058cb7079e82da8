"""The fit of the mastery model, on answers whose making is known and on logs of students."""

import json
import os
import random
from math import exp
from pathlib import Path

import pytest

from benchmarks.mastery import online, read
from benchmarks.mastery_baselines import Baseline, Histories, ewma
from learnflow.domain.mastery.fit import LEAST_ANSWERS, LEAST_TOPIC_ANSWERS, fit
from learnflow.domain.mastery.model import MasteryModel, shipped
from learnflow.domain.mastery.parameters import Parameters
from learnflow.models.learner_model import StudentAbility, TopicAbility

LOGS = Path(os.environ.get("LEARNFLOW_DATA", Path(__file__).parents[5] / "shared" / "data")) / "kt"
EASE = {"variables": 1.5, "loops": 0.5, "recursion": -1.0}  # log-odds of a student of average ability


def made(students: int, seed: int) -> list[list[tuple[str, int]]]:
    """Return answers of students who differ in ability (1 in log-odds), get better by practice, and sit at random."""
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    histories = []
    for _ in range(students):
        ability, practice, history = chance.gauss(), dict.fromkeys(EASE, 0), []
        for _ in range(24):
            topic = chance.choice(list(EASE))
            log_odds = EASE[topic] + ability + 0.15 * practice[topic]
            history.append((topic, int(chance.random() < 1 / (1 + exp(-log_odds)))))
            practice[topic] += 1
        histories.append(history)
    return histories


def auc(walk: Baseline, histories: Histories) -> float:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - takes seconds, which each run of any test would take

    correct = [answer for history in histories for _, answer in history]
    return float(roc_auc_score(correct, [p for history in histories for p in walk(history)]))


def test_a_fit_finds_what_made_the_answers() -> None:
    parameters = fit(made(200, seed=1))
    model = MasteryModel(parameters)
    first = {topic: model.probability(topic, StudentAbility(), TopicAbility()) for topic in EASE}
    assert first["variables"] == pytest.approx(0.77, abs=0.08)  # the mean over students of 1 / (1 + exp(-1.5 - z))
    assert first["loops"] == pytest.approx(0.60, abs=0.08)
    assert first["recursion"] == pytest.approx(0.30, abs=0.08)
    assert parameters.shared.student > 0.3
    others = made(100, seed=2)
    assert auc(online(model), others) > auc(online(shipped()), others) + 0.05


def test_the_same_answers_give_the_same_parameters() -> None:
    histories = made(60, seed=3)
    assert fit(histories) == fit(iter(histories))


def test_fitted_parameters_survive_being_written() -> None:
    fitted = fit(made(60, seed=4))
    assert fitted.topics.keys() == EASE.keys()
    assert Parameters.model_validate_json(fitted.model_dump_json()) == fitted


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        pytest.param(0, True, id="none"),
        pytest.param(LEAST_ANSWERS - 1, True, id="one too few"),
        pytest.param(LEAST_ANSWERS, False, id="enough"),
    ],
)
def test_few_answers_keep_what_is_shipped(answers: int, kept: bool) -> None:  # noqa: FBT001 - a case
    histories = [[("loops", number % 2)] for number in range(answers)]
    assert (fit(histories) == shipped().parameters) == kept


def test_a_topic_with_few_answers_gets_no_weights_of_its_own() -> None:
    few = [[("generators", 1)] for _ in range(LEAST_TOPIC_ANSWERS - 1)]
    assert fit([*made(60, seed=5), *few]).topics.keys() == EASE.keys()


def test_a_fit_keeps_steps_levels_and_weak_evidence() -> None:
    before, fitted = shipped().parameters, fit(made(60, seed=6))
    assert (fitted.steps, fitted.level, fitted.evidence) == (before.steps, before.level, before.evidence)
    assert fitted.version != before.version


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_answers_that_are_all_alike_can_be_fitted(share: float) -> None:
    fitted = fit([[("loops", share)] * 10 for _ in range(LEAST_ANSWERS // 10)])
    state = StudentAbility(), TopicAbility()
    for _ in range(10):
        state = MasteryModel(fitted).updated("loops", *state, share)
    assert MasteryModel(fitted).probability("loops", *state) == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize("name", ["assist2009.jsonl", "statics2011.jsonl"])
def test_on_logs_of_students_the_model_beats_a_moving_average(name: str) -> None:
    log = LOGS / name
    if not log.is_file():
        pytest.skip(f"{log} is not there; LEARNFLOW_DATA names the directory that holds kt/")
    few = [history[:300] for history in read(log)[:120]]
    train, scored = few[:90], few[90:]
    fitted = auc(online(MasteryModel(fit(train))), scored)
    average = auc(ewma(train, 0.2, 0.5), scored)
    assert fitted > average
    assert auc(online(shipped()), scored) > average


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "line 2: message: Invalid JSON", id="no JSON"),
        pytest.param('{"skill": [1]}', "line 2: correct: Field required", id="no answers"),
        pytest.param('{"skill": [1], "correct": [2]}', "line 2: correct.0: ", id="an answer that is neither"),
        pytest.param('{"skill": [1], "correct": [0, 1]}', "line 2: has 1 skills and 2 answers", id="other lengths"),
        pytest.param("", "needs answers that are right and answers that are wrong", id="all right"),
    ],
)
def test_a_log_that_is_none_is_refused_in_a_sentence(tmp_path: Path, line: str, reason: str) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"student": 1, "skill": [1, "loops"], "correct": [1, 1]}) + "\n" + line)
    with pytest.raises(SystemExit, match=reason):
        read(log)
