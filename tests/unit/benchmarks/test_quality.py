"""The quality benchmark, on a few questions of our own in the layout of the labelled data."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import quality
from benchmarks.quality import ALIKE, Measure, best_of, by_words, calibration_error, measure
from learnflow.models.taxonomy import TOPICS

INTENT: list[dict[str, Any]] = [
    {"id": "1", "query_text": "Explain recursion", "code_snippet": None, "gold_intent": "concepts"},
    {"id": "2", "query_text": "my loop crashes with an error", "code_snippet": None, "gold_intent": "debug"},
    {"id": "3", "query_text": "Give me an exercise on loops", "code_snippet": None, "gold_intent": "code_review"},
    {"id": "4", "query_text": "Is this good?", "code_snippet": "def f():\n    return 1", "gold_intent": "code_review"},
    {"id": "5", "query_text": "nobody agreed on this", "code_snippet": None, "gold_intent": None},
]
TOPIC: list[dict[str, Any]] = [
    {"query_text": "How do I split a string?", "gold_topic": "strings"},
    {"query_text": "append to an array", "gold_topic": "lists"},
    {"query_text": "match digits with a regex", "gold_topic": "regex"},
    {"query_text": "something else", "gold_topic": None},
]
SIMILAR: list[dict[str, Any]] = [
    {"a": "delete a row", "b": "remove rows", "label": 1, "kind": "rewrite"},
    {"a": "delete a row", "b": "delete a column", "label": 0, "kind": "hard: looks alike"},
    {"a": "delete a row", "b": "plot a curve", "label": 0, "kind": "random"},
]
WORDS = Measure(by_words, ALIKE)


def write(folder: Path, **kinds: list[dict[str, Any]]) -> Path:
    data: dict[str, list[dict[str, Any]]] = {"intent": INTENT, "topic": TOPIC, "similar": SIMILAR, **kinds}
    for kind, rows in data.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / kind / "some.jsonl").write_text(text + "\n", encoding="utf-8")
    return folder


def test_the_figures_are_those_of_the_labelled_lines(tmp_path: Path) -> None:
    found = measure(write(tmp_path), WORDS)
    assert (found.intent.n, found.intent.accuracy) == (4, 0.75)  # an exercise is none of the three, and so wrong
    assert (found.topic_core.n, found.topic_core.accuracy) == (2, 1.0)
    assert (found.topic_all.n, found.topic_all.accuracy, found.topic_all.macro_f1) == (3, 1.0, 1.0)
    assert (found.similar.n, found.similar.auc, found.similar.auc_hard) == (3, 1.0, 1.0)
    assert 0.0 <= found.intent.ece <= 1.0


def test_the_share_of_advanced_topics_is_that_of_the_unlabelled_questions(tmp_path: Path) -> None:
    folder = write(tmp_path)
    rows = [{"query_text": "Please explain task 3"}, {"query_text": "What is a mutex?"}]
    (folder / "intent" / "course_unlabelled.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = measure(folder, WORDS)
    assert found.introductory is not None
    assert (found.introductory.n, found.introductory.advanced) == (2, 0.5)
    assert found.intent.n == 4


def test_it_prints_one_json_object(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quality", "--data", write(tmp_path), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    assert set(found) == {"intent", "introductory", "topic_core", "topic_all", "similar"}
    assert found["introductory"] is None  # there is no file of such questions
    assert {"n", "accuracy", "macro_f1", "ece"} <= set(found["intent"])
    assert {"n", "accuracy", "macro_f1"} <= set(found["topic_core"])
    assert {"n", "auc", "auc_hard"} <= set(found["similar"])


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ({"intent": [{"id": "1"}]}, "intent/some.jsonl, line 1: .*query_text"),
        ({"intent": [{"query_text": "x", "gold_intent": None}]}, "no line has a gold_intent"),
        ({"topic": [{"query_text": "x"}]}, "no line has a gold_topic"),
        ({"similar": [{"a": "x", "b": "y", "label": 2}]}, "similar/some.jsonl, line 1: .*label"),
        ({"similar": SIMILAR[:1]}, "needs pairs with label 1, and hard ones with label 0"),
    ],
)
def test_what_cannot_be_measured_is_named(tmp_path: Path, kinds: dict[str, list[dict[str, Any]]], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        measure(write(tmp_path, **kinds), WORDS)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="topic: there is no such folder"):
        measure(tmp_path, WORDS)


def test_a_topic_that_is_part_of_one_under_test_counts_for_it() -> None:
    tested = frozenset({"algorithms", "lists"})
    assert best_of({"lists": 2.0, "sorting": 1.5, "searching": 1.0}, tested) == "algorithms"
    assert best_of({"closures": 2.0}, tested) == "lists"  # nothing tells: the first of a fixed order
    assert best_of({"sorting": 2.0}, frozenset({"sorting", "algorithms"})) == "sorting"


def test_the_calibration_error_is_the_distance_of_confidence_and_truth() -> None:
    assert calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False]) == 0.0
    assert calibration_error([1.0, 1.0], [True, False]) == 0.5
    assert calibration_error([0.95, 0.05], [True, False]) == pytest.approx(0.05)


def test_every_topic_of_the_tables_is_one_of_the_taxonomy() -> None:
    named = {*quality.CORE, *quality.ORDER, *quality.PART_OF, *quality.PART_OF.values(), *quality.SAME.values()}
    assert named <= set(TOPICS)
