"""The mastery model's predictions against the usual ones, on logs of answers.

    python -m benchmarks.mastery --fit A.jsonl --score B.jsonl [--json]
    python -m benchmarks.mastery --fit A.jsonl --split 0.8 [--json]

A log holds one student a line: {"student": ..., "skill": [...], "correct": [...]}, in the order of the answers, each
right (1) or wrong (0). Everything is fitted to A (with --split to the first share of its students), and predicts each
answer in B (or of the other students) before it is seen. The model is the one that runs, by the calls that run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field, ValidationError
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from benchmarks.mastery_baselines import Baseline, Histories, all_fitted
from benchmarks.mastery_bkt import History
from learnflow.domain.mastery.fit import fit
from learnflow.domain.mastery.model import MasteryModel, shipped
from learnflow.models.fields import Model, explain
from learnflow.models.learner_model import StudentAbility, TopicAbility

BINS: Final = 15  # of equal width, for the calibration error
ROUNDS: Final = 3  # of the timed walk, in time on the processor; the fastest counts, since noise only adds
FEWEST_STUDENTS: Final = 10  # to fit to; tuning takes a fifth of them
_SUREST: Final = 1e-6


class Line(Model):
    """One student's answers."""

    skill: tuple[Annotated[int | str, Field(union_mode="left_to_right")], ...]
    correct: tuple[Literal[0, 1], ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    """How good predictions are: higher is better for the first, lower for the others."""

    auc: float
    logloss: float
    brier: float
    ece: float


@dataclass(frozen=True, slots=True)
class Result:
    """The metrics of the model, fitted and as shipped, and of each baseline."""

    fitted: Metrics
    shipped: Metrics
    baselines: dict[str, Metrics]
    us_per_update: float


def measure(train: Histories, scored: Histories) -> Result:
    """Fit everything to some students, and score it on others."""
    fitted = MasteryModel(fit(train))
    walk = online(fitted)
    return Result(
        fitted=_metrics(_all(walk, scored), scored),
        shipped=_metrics(_all(online(shipped()), scored), scored),
        baselines={name: _metrics(_all(baseline, scored), scored) for name, baseline in all_fitted(train)},
        us_per_update=round(min(_us_per_answer(walk, scored) for _ in range(ROUNDS)), 2),
    )


def online(model: MasteryModel) -> Baseline:
    """Return what walks through a student's answers with the model, as the platform does."""

    def walk(history: History) -> list[float]:
        student, abilities, predicted = StudentAbility(), dict[str, TopicAbility](), []
        nothing = TopicAbility()
        for topic, correct in history:
            ability = abilities.get(topic, nothing)
            predicted.append(model.probability(topic, student, ability))
            student, abilities[topic] = model.updated(topic, student, ability, correct)
        return predicted

    return walk


def _all(baseline: Baseline, students: Histories) -> list[float]:
    return [probability for history in students for probability in baseline(history)]


def _us_per_answer(walk: Baseline, students: Histories) -> float:
    started = process_time()
    answers = len(_all(walk, students))
    return (process_time() - started) / answers * 1e6


def _metrics(predicted: Sequence[float], students: Histories) -> Metrics:
    correct = np.array([answer for history in students for _, answer in history])
    probabilities = np.clip(predicted, _SUREST, 1.0 - _SUREST)
    bins = np.minimum((probabilities * BINS).astype(np.intp), BINS - 1)
    apart = np.bincount(bins, probabilities - correct, BINS)
    figures = (
        roc_auc_score(correct, probabilities),
        log_loss(correct, probabilities),
        brier_score_loss(correct, probabilities),
        np.abs(apart).sum() / len(correct),
    )
    return Metrics(*(round(float(figure), 4) for figure in figures))


def read(path: Path) -> list[History]:
    """Return the histories that a log holds. Raises SystemExit, with a sentence, where it is no such log."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise SystemExit(f"{path}: {reason}") from None
    histories = [_history(f"{path}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if len({correct for history in histories for _, correct in history}) < len((0, 1)):
        raise SystemExit(f"{path}: needs answers that are right and answers that are wrong")
    return histories


def _history(where: str, text: str) -> History:
    try:
        line = Line.model_validate_json(text)
    except ValidationError as error:
        raise SystemExit(f"{where}: {explain(error)}") from None
    if len(line.skill) != len(line.correct):
        raise SystemExit(f"{where}: has {len(line.skill)} skills and {len(line.correct)} answers")
    return [(str(skill), correct) for skill, correct in zip(line.skill, line.correct, strict=True)]


def chosen(arguments: argparse.Namespace) -> tuple[list[History], list[History]]:
    """Return the students to fit to, and others to score on. Raises SystemExit where these would be the same."""
    students = read(arguments.fit)
    if arguments.split is not None:
        cut = int(arguments.split * len(students))
        train, scored = students[:cut], students[cut:]
    else:
        train, scored = students, read(arguments.score)
    if train == scored:
        sys.exit("--fit and --score hold the same students, which would flatter whatever is fitted: use --split 0.8")
    if len(train) < FEWEST_STUDENTS or not scored:
        sys.exit(f"{len(train)} students to fit to and {len(scored)} to score are too few: {FEWEST_STUDENTS} and 1")
    if len({correct for history in scored for _, correct in history}) < len((0, 1)):
        sys.exit("the students to score need answers that are right and answers that are wrong")
    return train, scored


def _share(text: str) -> float:
    share = float(text)
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return share


def _table(result: Result) -> str:
    rows = {"LearnFlow, fitted": result.fitted, "LearnFlow, as shipped": result.shipped, **result.baselines}
    lines = [f"{'':28}     AUC  log loss   Brier     ECE"]
    lines += [f"{name:28}  {m.auc:.4f}    {m.logloss:.4f}  {m.brier:.4f}  {m.ece:.4f}" for name, m in rows.items()]
    return "\n".join(lines) + f"\n{result.us_per_update} us for a prediction and an update\n"


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", type=Path, required=True, metavar="A.jsonl", help="the log that is fitted to")
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--score", type=Path, metavar="B.jsonl", help="the log that is predicted")
    other.add_argument(
        "--split", type=_share, metavar="SHARE", help="fit to this share of A's students, score the rest"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(*chosen(arguments))
    sys.stdout.write(json.dumps(asdict(result)) + "\n" if arguments.json else _table(result))


if __name__ == "__main__":
    main()
