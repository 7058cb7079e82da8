"""How well struggles are told from curiosity, on questions of every topic (data/repeated_questions.toml).

    python -m benchmarks.struggle [--embedding] [--fit]

Pairs are compared as core does: triage decides their topics, and a pair is found where both are then on one topic and
ask the same. `same` are two wordings of a task, `other` all other pairs of questions on a topic, `copy` is a question
and itself retyped, `follow-up` a question and what says that its answer was no help (or, as `other`, that it was).

Students are made of the same questions. Who struggles asks a task in three wordings with another question in between,
or asks and says twice that the answer was no help, or fails five times. Who does not asks five different things on a
topic, or asks and understands, or fails twice and passes. `high` are those taken for a high struggle without any.

The topics at odd places of the taxonomy are the half that was fitted to; the others are held out. `--fit` fits the
weights of synonyms.toml to the first half, and prints them.
"""

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Final
from uuid import uuid5

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from benchmarks.quality import asked
from learnflow import embedding
from learnflow.domain.question.intent import certain_triage, triage
from learnflow.domain.question.similarity import Alike, Features, alike, features
from learnflow.domain.struggle.observations import Attempt, Observation, Question, question
from learnflow.domain.struggle.window import attributed, similar, struggle
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import StruggleLevel

DATA: Final = Path(__file__).parent / "data" / "repeated_questions.toml"
BEGIN: Final = datetime(2026, 1, 2, tzinfo=UTC)
STEP: Final = timedelta(minutes=10)
PRECISE: Final = 0.95  # precision at which the bias is set, of pairs of a topic that the other weights have not seen
HALVES: Final = ("held out", "fitted")
FAILED, PASSED = "failed", "passed"  # what students do beside asking


@dataclass(frozen=True, slots=True)
class Case:
    """What a student writes, one after the other, and whether it is one question asked again, or a struggle."""

    kind: str
    turns: tuple[str, ...]
    expected: bool
    topic: str = GENERAL


def questions(half: int) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the questions of a half of the topics, by topic and task."""
    content = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {topic: content[topic] for place, topic in enumerate(TOPICS) if place % 2 == half}


def after_an_answer(half: int) -> tuple[Sequence[str], Sequence[str]]:
    """Return what is said in a half where an answer was no help, and where it was."""
    content = tomllib.loads(DATA.read_text(encoding="utf-8"))["after-an-answer"]
    return content["asks-again"][half::2], content["asks-nothing"][half::2]


def pairs(half: int) -> Iterator[Case]:
    """Yield the pairs of a half."""
    again, nothing = after_an_answer(half)
    for place, (topic, tasks) in enumerate(questions(half).items()):
        texts = [(task, text) for task, wordings in tasks.items() for text in wordings]
        for (task, one), (other_task, other) in combinations(texts, 2):
            yield Case("same" if task == other_task else "other", (one, other), task == other_task, topic)
        for _, text in texts[place % 3 :: 3]:
            yield Case("copy", (text, f"{text.lower().rstrip('?')} please"), expected=True, topic=topic)
        yield Case("follow-up", (texts[0][1], again[place % len(again)]), expected=True, topic=topic)
        yield Case("other", (texts[0][1], nothing[place % len(nothing)]), expected=False, topic=topic)


def students(half: int) -> Iterator[Case]:
    """Yield the students of a half."""
    again, nothing = after_an_answer(half)
    for place, (topic, tasks) in enumerate(questions(half).items()):
        first, second, *others = tasks.values()
        for wordings in (first, second):
            turns = (wordings[0], others[0][0], *wordings[1:])
            yield Case("asks in three wordings", turns, expected=True, topic=topic)
        different = tuple(wordings[place % len(wordings)] for wordings in tasks.values())
        yield Case("asks five things", different, expected=False, topic=topic)
        said, not_said = (tuple(texts[(place + more) % len(texts)] for more in (0, 1)) for texts in (again, nothing))
        yield Case("is not helped", (first[0], *said), expected=True, topic=topic)
        yield Case("understands", (first[0], not_said[0], second[0], not_said[1]), expected=False, topic=topic)
        yield Case("fails five times", (FAILED,) * 5, expected=True, topic=topic)
        yield Case("fails twice, passes", (first[0], FAILED, FAILED, PASSED), expected=False, topic=topic)


def observations(case: Case) -> list[Observation]:
    """Return what core sees of a case."""
    return [seen for place, turn in enumerate(case.turns) if (seen := _observed(turn, case.topic, place))]


def _observed(turn: str, topic: str, place: int) -> Observation | None:
    at, name = BEGIN + place * STEP, uuid5(asked("id").query_id, f"{place} {turn}")
    if turn in {FAILED, PASSED}:
        return Attempt(at=at, id=name, topic=topic, passed=turn == PASSED)
    seen = _question(turn)
    return seen and seen.model_copy(update={"at": at, "id": name})


@cache
def _question(text: str) -> Question | None:
    query = asked(text)
    decided = certain_triage(query) or triage(query)
    return question(
        query.model_copy(
            update={"topic": decided.topic, "question_key": decided.question_key, "detected_intent": decided.intent}
        )
    )


def is_found(case: Case, same: Alike) -> bool:
    """Return whether a pair is taken for one question asked again."""
    about = [item for item in attributed(observations(case), same) if isinstance(item, Question)]
    return len(about) > 1 and about[0].topic == about[1].topic != GENERAL and similar(about[0], about[1], same)


def level_of(case: Case, same: Alike) -> StruggleLevel | None:
    """Return how much a student is taken to struggle, on whichever topic it is most."""
    about = attributed(observations(case), same)
    until = BEGIN + len(case.turns) * STEP
    found = [struggle(about, topic, until, same) for topic in {item.topic for item in about}]
    levels = [each.detected.struggle_level for each in found if each]
    return max(levels, key=list(StruggleLevel).index, default=None)


def figures(cases: Sequence[Case], found: Sequence[bool]) -> tuple[float, float]:
    """Return precision and recall."""
    right = sum(case.expected and is_so for case, is_so in zip(cases, found, strict=True))
    return right / max(sum(found), 1), right / max(sum(case.expected for case in cases), 1)


def fit(measure: Callable[[str, str], Features]) -> Mapping[str, float]:
    """Return weights fitted to the wordings of half of the topics; the bias is found on topics that are left out."""
    cases = [case for case in pairs(half=1) if case.kind in {"same", "other"} and _is_all_asked(case)]
    values = np.array([measure(*(item.text for item in map(_question, case.turns) if item)) for case in cases])
    labels = np.array([case.expected for case in cases])
    model = LogisticRegression(C=10.0, max_iter=1_000)
    topics = [case.topic for case in cases]
    odds = cross_val_predict(model, values, labels, groups=topics, cv=LeaveOneGroupOut(), method="decision_function")
    precise = [at for at in np.sort(odds) if labels[odds >= at].mean() >= PRECISE]
    model.fit(values, labels)
    names = ("similarity", "shared", "other-action")
    recall = labels[odds >= precise[0]].sum() / labels.sum()
    sys.stderr.write(f"finds {recall:.3f} of the wordings of topics that are left out\n")
    weights = {name: round(float(weight), 2) for name, weight in zip(names, model.coef_[0], strict=True)}
    return {"bias": round(float(model.intercept_[0] - precise[0]), 2) + 0.01, **weights}


def _is_all_asked(case: Case) -> bool:
    return all(text not in after_an_answer(1)[1] for text in case.turns)


def report(same: Alike) -> Iterator[str]:
    """Yield the lines that say how good a rule is, for each half."""
    for half, name in enumerate(HALVES):
        asked_pairs, learners = list(pairs(half)), list(students(half))
        levels = [level_of(case, same) for case in learners]
        yield f"{name:9}pairs    {_line(asked_pairs, [is_found(case, same) for case in asked_pairs])}"
        yield f"{name:9}students {_line(learners, [level is not None for level in levels])}"
        high = [level is StruggleLevel.HIGH and not case.expected for case, level in zip(learners, levels, strict=True)]
        yield f"{name:9}high without any struggle: {sum(high)}"


def _line(cases: Sequence[Case], found: Sequence[bool]) -> str:
    precision, recall = figures(cases, found)
    counts = Counter(case.kind for case, is_so in zip(cases, found, strict=True) if is_so)
    kinds = (f"{kind} {counts[kind]}/{of}" for kind, of in Counter(case.kind for case in cases).items())
    return f"precision {precision:.3f} recall {recall:.3f}   found: {', '.join(kinds)}"


def main() -> None:
    """Measure, or fit, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedding", action="store_true", help="by sense; needs `make embedding`")
    parser.add_argument("--fit", action="store_true", help="print the weights that fit best")
    arguments = parser.parse_args()
    try:
        same = embedding.by_sense() if arguments.embedding else alike
    except embedding.EmbeddingMissingError as error:
        sys.exit(f"--embedding {error}")
    if arguments.fit:
        weights = fit(embedding.features_by_sense if arguments.embedding else features)
        print("\n".join(f"{name} = {weight:.2f}" for name, weight in weights.items()))
    else:
        print("\n".join(report(same)))


if __name__ == "__main__":
    main()
