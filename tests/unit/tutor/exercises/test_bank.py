"""The bank: enough exercises, each complete, and none of its hints gives the solution away."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from tree_sitter import Language, Parser
from tree_sitter_java import language as java
from tree_sitter_javascript import language as javascript

from learnflow.models import taxonomy
from learnflow.models.exercise import Exercise
from learnflow.models.vocabulary import SKILL_LEVELS, ExerciseLanguage, SkillLevel
from learnflow.tutor.exercises.bank import BANK, Bank, BankInvalid

LEAST = {ExerciseLanguage.PYTHON: 60, ExerciseLanguage.JAVASCRIPT: 22, ExerciseLanguage.JAVA: 22}
TELLING = 18  # characters; what is shorter, such as `return total`, tells nobody how
DECLARES = re.compile(r"\s*(def|class|function|public|private|static)\b")
CODE = re.compile("`[^`]+`")  # the problem's are names and examples
GRAMMARS = {ExerciseLanguage.JAVASCRIPT: javascript, ExerciseLanguage.JAVA: java}

each_exercise = pytest.mark.parametrize("one", BANK.exercises, ids=lambda one: f"{one.language}-{one.name}")


def in_language(language: ExerciseLanguage) -> list[Exercise]:
    return [one for one in BANK.exercises if one.language is language]


@pytest.mark.parametrize("language", ExerciseLanguage)
def test_there_are_enough_in_each_language_and_no_title_comes_twice(language: ExerciseLanguage) -> None:
    exercises = in_language(language)
    assert len(exercises) >= LEAST[language]
    assert len({one.topic for one in exercises}) >= 14
    assert {one.difficulty for one in exercises} == set(SKILL_LEVELS)
    assert [title for title, count in Counter(one.title for one in exercises).items() if count > 1] == []


def test_each_exercise_exists_in_python() -> None:
    python = {one.title: one for one in in_language(ExerciseLanguage.PYTHON)}
    for one in BANK.exercises:
        same = python[one.title]
        assert (one.topic, one.difficulty) == (same.topic, same.difficulty)


def test_each_difficulty_is_well_represented() -> None:
    counts = Counter(one.difficulty for one in in_language(ExerciseLanguage.PYTHON))
    assert min(counts[SkillLevel.BEGINNER], counts[SkillLevel.INTERMEDIATE]) >= 20
    assert counts[SkillLevel.ADVANCED] >= 12


def test_each_topic_has_two_difficulties() -> None:
    for topic in BANK.topics:
        assert len({one.difficulty for one in BANK.on(topic, ExerciseLanguage.PYTHON)}) >= 2, topic


@each_exercise
def test_an_exercise_is_complete(one: Exercise) -> None:
    assert len(one.problem_text) < 1_000
    assert "For example" in one.problem_text
    assert one.difficulty in taxonomy.difficulties(one.topic)
    assert len(one.test_cases) >= 5
    inputs = [json.dumps(case.input, sort_keys=True) for case in one.test_cases]
    assert len(set(inputs)) == len(inputs)
    assert len({json.dumps(case.output, sort_keys=True) for case in one.test_cases}) >= 2
    assert len(set(one.hints)) == 3
    assert one.tags[0] == one.topic
    assert len(set(one.tags)) == len(one.tags) >= 2


@each_exercise
def test_a_starter_parses_and_says_where_to_write(one: Exercise) -> None:
    assert one.starter_code is not None
    assert "your code here" in one.starter_code
    if one.language is ExerciseLanguage.PYTHON:
        compile(one.starter_code, one.name, "exec")
    else:
        parser = Parser(Language(GRAMMARS[one.language]()))
        assert not parser.parse(one.starter_code.encode()).root_node.has_error


def telling(one: Exercise) -> Iterator[str]:
    """Yield each line of the solution that is not in the starter, and what it assigns or returns.

    What is declared, and a text that is returned as it is, stand in the problem.
    """
    known = {bare(line) for line in (one.starter_code or "").splitlines()}
    for line in one.solution_code.splitlines():
        if bare(line) not in known and not DECLARES.match(line):
            value = bare(line.partition(" = ")[2]) or bare(line).removeprefix("return")
            yield from (part for part in {bare(line), value} if len(part) >= TELLING and not part.startswith('"'))


def bare(text: str) -> str:
    """Return a text without blanks and without what ends a line of code."""
    return "".join(text.split()).strip("{};:")


@each_exercise
def test_neither_problem_nor_hints_give_the_solution_away(one: Exercise) -> None:
    said = bare("".join((CODE.sub("", one.problem_text), *one.hints)))
    assert [part for part in telling(one) if part in said] == []


def test_an_exercise_is_found_by_its_id_which_stays_the_same() -> None:
    assert len({one.exercise_id for one in BANK.exercises}) == len(BANK.exercises)
    assert all(BANK.get(one.exercise_id) is one for one in BANK.exercises)
    count_up = next(one for one in BANK.exercises if one.title == "Count up")
    assert str(count_up.exercise_id) == "3cc02d5f-2ef5-522e-8859-e9b663202358"
    assert BANK.get(UUID(int=0)) is None


def test_exercises_on_a_topic_come_the_easiest_first() -> None:
    found = BANK.on("recursion", ExerciseLanguage.PYTHON)
    assert {one.difficulty for one in found} == set(SKILL_LEVELS)
    assert all(SKILL_LEVELS.index(a.difficulty) <= SKILL_LEVELS.index(b.difficulty) for a, b in pairwise(found))
    assert BANK.on("version-control", ExerciseLanguage.PYTHON) == ()


def test_importing_the_bank_reads_none_of_it() -> None:
    code = "from learnflow.tutor.exercises.bank import BANK; print('exercises' in vars(BANK))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout == "False\n"


ENTRY = """
[[exercise]]
title = "Double"
difficulty = "beginner"
problem_text = "Write a function `double(n)`."
solution_code = "def double(n):\\n    return 2 * n"
test_cases = [{ input = 1, output = 2 }, { input = 2, output = 4 }, { input = 0, output = 0 }]
"""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("loops.toml", ENTRY.replace('"beginner"', '"advanced"'),
         "python/loops.toml: Double: message: difficulty: advanced does not fit loops, which takes"),
        ("loops.toml", ENTRY.replace('title = "Double"', ""),
         "python/loops.toml: without title: title: must not be blank"),
        ("loops.toml", ENTRY.replace(", { input = 0, output = 0 }", ""), "python/loops.toml: Double: test_cases: "),
        ("loops.toml", ENTRY + "hints =", "python/loops.toml: is no TOML with exercises"),
        ("loops.toml", "[exercises]", "python/loops.toml: is no TOML with exercises"),
        ("looops.toml", ENTRY, "python/looops.toml: is not named after a topic of the taxonomy"),
    ],
    ids=["difficulty", "no title", "too few tests", "broken", "empty", "unknown topic"],
)  # fmt: skip
def test_a_wrong_entry_is_named(name: str, text: str, said: str, tmp_path: Path) -> None:
    for language in ExerciseLanguage:
        (tmp_path / language).mkdir()
    file = tmp_path / "python" / name
    file.write_text(ENTRY, encoding="utf-8")
    if name == "loops.toml":
        assert [one.title for one in Bank(tmp_path).exercises] == ["Double"]
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BankInvalid) as raised:
        _ = Bank(tmp_path).exercises
    assert str(raised.value).startswith(said)
