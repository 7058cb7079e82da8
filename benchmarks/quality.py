"""How good triage and similarity are, on questions that people have labelled.

    python -m benchmarks.quality --data DIR [--embedding] [--json]

DIR holds intent/, topic/ and similar/, with one JSON object a line in their *.jsonl files. Lines without a gold label
are skipped. Nothing is fitted: what runs is measured, as it runs.

Intent: `query_text`, `code_snippet` (or null), `gold_intent`. Strict: what triage says is compared with the gold
intent, one of three; where it says exercise or progress, it is wrong. Macro-F1 is over the gold intents that occur.

Introductory: `query_text` in intent/*_unlabelled.jsonl, questions of an introductory course without any label, or no
such file. Such courses hardly treat the topics of `only_named` (concurrency ...; see topic_words.toml):
`advanced` is the share that triage gives one of them to, which should be below 0.01.

Topic: `query_text`, `gold_topic`. Core: the lines whose gold topic is one of five; all: all lines. The prediction is
the best-scored of the topics under test (five, or all that occur), as that of a classifier made for these topics is;
a topic that is part of one under test counts for it (sorting for algorithms), and where no word tells any of them, it
is the first of a fixed order. `open` is the accuracy where any topic or none may come out, and so the product's.

Similar: `a`, `b`, `label` (1: the same question), `kind`. AUC over all pairs, and with only those negatives whose kind
begins with "hard"; precision and recall are those at a fixed threshold, on all pairs. (The struggle rule weighs words
otherwise, for students ask on one topic and in few words: benchmarks.struggle.)

`ece` is the calibration error of triage's confidence, over ten bins of equal width; `ms` the median time on the
processor for one question or pair.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from benchmarks.quality_data import Asked, Pair, Titled, lines
from learnflow import embedding
from learnflow.domain.question.intent import triage
from learnflow.domain.question.lexicon import ONLY_NAMED
from learnflow.domain.question.parsed_question import parse_question
from learnflow.domain.question.similarity import similarity, telling_words
from learnflow.domain.question.snippet import guess
from learnflow.domain.question.topic import topic_of, topic_scores
from learnflow.models.fields import NUL
from learnflow.models.student_query import LONGEST_CODE, LONGEST_QUERY, StudentQuery
from learnflow.models.taxonomy import GENERAL, lookup
from learnflow.models.vocabulary import Language

ALIKE: Final = 0.76  # of 1.0: of the pairs of similar/ that are this similar by words, 89 % ask the same
ALIKE_BY_SENSE: Final = 0.7  # the same by the cosine: 86 %
UNLABELLED: Final = "*_unlabelled.jsonl"
BINS: Final = 10  # of equal width, for the calibration error
CORE: Final = ("lists", "strings", "object-oriented-programming", "functions", "loops")
# where nothing tells: how much code is about each, by our judgement
ORDER: Final = (*CORE, "algorithms", "file-io", "concurrency", "regular-expressions", "memory-management", "type-hints")

# the data's names of topics that are called otherwise here
SAME: Final = MappingProxyType({
    "regex": "regular-expressions",
    "pointers": "memory-management",
    "generics": "type-hints",
})
# a topic of ours that is part of a broader one under test
PART_OF: Final = MappingProxyType({
    "dictionaries": "lists",
    "tuples": "lists",
    "sets": "lists",
    "data-structures": "algorithms",
    "sorting": "algorithms",
    "searching": "algorithms",
    "complexity": "algorithms",
    "recursion": "algorithms",
    "inheritance": "object-oriented-programming",
    "list-indexing": "lists",
    "comprehensions": "lists",
    "closures": "functions",
    "decorators": "functions",
    "scope": "functions",
    "async-programming": "concurrency",
    "regular-expressions": "strings",
    "input-output": "file-io",
    "context-managers": "file-io",
    "iterators-generators": "loops",
})

Case = TypeVar("Case")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class IntentResult:
    """How often triage finds the intent, and how far its confidence is from that."""

    n: int
    accuracy: float
    macro_f1: float
    ece: float
    ms: float


@dataclass(frozen=True, slots=True)
class IntroductoryResult:
    """How often a question of an introductory course is taken for one on an advanced topic."""

    n: int
    advanced: float


@dataclass(frozen=True, slots=True)
class TopicResult:
    """How often the topic is found: among those under test, and (`open`) among all."""

    n: int
    accuracy: float
    macro_f1: float
    open: float


@dataclass(frozen=True, slots=True)
class SimilarResult:
    """How well similarity tells pairs apart, and what passes its threshold."""

    n: int
    auc: float
    auc_hard: float
    precision: float
    recall: float
    ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """All figures."""

    intent: IntentResult
    introductory: IntroductoryResult | None
    topic_core: TopicResult
    topic_all: TopicResult
    similar: SimilarResult


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of similarity, and the value from which on two questions count as the same."""

    of: Callable[[str, str], float]
    alike: float


def measure(data: Path, similar: Measure) -> Result:
    """Measure everything on the data in a folder. Raises SystemExit, with a sentence, where it cannot be read."""
    topics = [line for line in lines(data / "topic", Titled) if line.gold_topic]
    core = [line for line in topics if _ours(line.gold_topic or "") in CORE]
    return Result(
        intent=intents([line for line in lines(data / "intent", Asked) if line.gold_intent]),
        introductory=introductory(data / "intent"),
        topic_core=topic(core, data / "topic"),
        topic_all=topic(topics, data / "topic"),
        similar=pairs(list(lines(data / "similar", Pair)), similar, data / "similar"),
    )


def asked(text: str, code: str | None = None) -> StudentQuery:
    """Return a text as a student's question; the language of code is the one that triage guesses."""
    given = code[:LONGEST_CODE].replace(NUL, "") if code and code.strip() else None
    return StudentQuery.model_validate({
        "query_id": "00000000-0000-4000-8000-000000000000",
        "student_id": "benchmark",
        "timestamp": "2026-01-01T00:00:00Z",
        "query_text": text[:LONGEST_QUERY].replace(NUL, ""),
        "code_snippet": given,
        "language": (guess(given) or Language.PYTHON) if given else None,
    })


def intents(cases: Sequence[Asked]) -> IntentResult:
    """Measure intent and confidence on questions that have a gold intent."""
    _enough(cases, "intent: no line has a gold_intent")
    queries = [asked(case.query_text, case.code_snippet) for case in cases]
    decided, ms = _timed(triage, queries)
    gold = [str(case.gold_intent) for case in cases]
    predicted = [str(decision.intent) for decision in decided]
    right = np.array(predicted) == np.array(gold)
    error = calibration_error([decision.confidence for decision in decided], right.tolist())
    return IntentResult(len(cases), _round(right.mean()), _macro_f1(gold, predicted), error, ms)


def introductory(folder: Path) -> IntroductoryResult | None:
    """Return how many questions of an introductory course get an advanced topic; None where there are none."""
    if not any(folder.glob(UNLABELLED)):
        return None
    topics = [triage(asked(line.query_text, line.code_snippet)).topic for line in lines(folder, Asked, UNLABELLED)]
    return IntroductoryResult(len(topics), _round(sum(name in ONLY_NAMED for name in topics) / len(topics)))


def topic(cases: Sequence[Titled], where: Path) -> TopicResult:
    """Measure topics on titles that have exactly one."""
    _enough(cases, f"{where}: no line has a gold_topic under test")
    gold = [_ours(case.gold_topic or "") for case in cases]
    tested = frozenset(gold)
    readings = [parse_question(asked(case.query_text)) for case in cases]
    predicted = [best_of(topic_scores(question), tested) for question in readings]
    open_ = [_folded(topic_of(question), tested) for question in readings]
    return TopicResult(
        len(cases),
        _round(accuracy_score(gold, predicted)),
        _macro_f1(gold, predicted),
        _round(accuracy_score(gold, open_)),
    )


def best_of(scores: Mapping[str, float], tested: frozenset[str]) -> str:
    """Return the best-scored of the topics under test; the first by `ORDER` where several or none are."""
    folded = dict.fromkeys(sorted(tested, key=_place), 0.0)
    for name, score in scores.items():
        part = _folded(name, tested)
        if part in folded:
            folded[part] += score
    return max(folded, key=lambda name: folded[name])


def pairs(cases: Sequence[Pair], similar: Measure, where: Path) -> SimilarResult:
    """Measure similarity on pairs of questions."""
    labels = np.array([case.label for case in cases], dtype=np.intp)
    hard = np.array([case.label == 1 or case.kind.startswith("hard") for case in cases], dtype=bool)
    if len(set(labels.tolist())) != len((0, 1)) or len(set(labels[hard].tolist())) != len((0, 1)):
        sys.exit(f"{where}: needs pairs with label 1, and hard ones with label 0")
    similarities, ms = _timed(lambda case: similar.of(case.a, case.b), cases)
    scores = np.array(similarities)
    passed = scores >= similar.alike
    return SimilarResult(
        len(cases),
        _round(roc_auc_score(labels, scores)),
        _round(roc_auc_score(labels[hard], scores[hard])),
        _round(precision_score(labels, passed, zero_division=0.0)),
        _round(recall_score(labels, passed, zero_division=0.0)),
        ms,
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return the mean distance of confidence and share right, over bins of equal width, each by its size."""
    values = np.array(confidences)
    bins = np.minimum((values * BINS).astype(np.intp), BINS - 1)
    return _round(np.abs(np.bincount(bins, values - np.array(right), BINS)).sum() / len(values))


def by_words(left: str, right: str) -> float:
    """Return how similar two questions are by all their words; of what the struggle rule compares, the first part."""
    return similarity(telling_words(left), telling_words(right))


def by_embedding() -> Measure:
    """Return the measure that `[struggle] similarity = embedding` takes. Raises SystemExit where it is missing."""
    try:
        embedding.model()
    except embedding.EmbeddingMissingError as error:
        sys.exit(f"--embedding {error}")
    return Measure(lambda left, right: embedding.cosine(telling_words(left), telling_words(right)), ALIKE_BY_SENSE)


def _timed(decide: Callable[[Case], Answer], cases: Iterable[Case]) -> tuple[list[Answer], float]:
    answers, times = [], []
    for case in cases:
        began = process_time()
        answers.append(decide(case))
        times.append(process_time() - began)
    return answers, round(median(times) * 1e3, 3)


def _ours(name: str) -> str:
    topic = SAME.get(name) or lookup(name)
    return name if topic == GENERAL else topic


def _folded(name: str, tested: frozenset[str]) -> str:
    return name if name in tested else PART_OF.get(name, name)


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _macro_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    return _round(f1_score(gold, predicted, labels=sorted(set(gold)), average="macro", zero_division=0.0))


def _round(value: float) -> float:
    return round(float(value), 4)


def _enough(cases: Sequence[object], otherwise: str) -> None:
    if not cases:
        sys.exit(otherwise)


def _table(result: Result) -> str:
    rows = [
        f"{name:14}" + "".join(f"{key} {value:<10}" for key, value in figures.items())
        for name, figures in asdict(result).items()
        if figures is not None
    ]
    return "\n".join(rows) + "\n"


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds intent/, topic/ and similar/")
    parser.add_argument("--embedding", action="store_true", help="similarity by sense; needs `make embedding`")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.data, by_embedding() if arguments.embedding else Measure(by_words, ALIKE))
    sys.stdout.write(json.dumps(asdict(result)) + "\n" if arguments.json else _table(result))


if __name__ == "__main__":
    main()
