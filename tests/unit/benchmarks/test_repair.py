"""The benchmark of repairs gives half of the cases away, and counts what it says."""

import json
from pathlib import Path

import pytest

from benchmarks.repair import Outcome, given_cases, summary
from benchmarks.repair_programs import from_directory, of_learners
from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import CaseResult, Grading, Verdict


def grading(*verdicts: Verdict) -> Grading:
    results = tuple(
        CaseResult(
            number=number, verdict=verdict, input="", expected="", got=None, printed="", fault=None, milliseconds=1
        )
        for number, verdict in enumerate(verdicts, 1)
    )
    return Grading(verdict=Verdict.WRONG, cases=results, passed=0, fault=None, milliseconds=1)


@pytest.mark.parametrize(("count", "given"), [(2, 2), (4, 4), (6, 4), (10, 5), (11, 6)])
def test_half_of_the_cases_are_given_and_at_least_four(count: int, given: int) -> None:
    made = [TestCase(input=number, output=number) for number in range(count)]
    verdicts = [Verdict.PASSED] * (count - 1) + [Verdict.WRONG]
    taken = given_cases(made, grading(*verdicts))
    assert len(taken) == len({case.input for case in taken if isinstance(case.input, int)}) == given
    assert taken[0].input == count - 1


def test_a_summary_counts() -> None:
    def outcome(claimed: int | None, *, repaired: bool = False, false: bool = False) -> Outcome:
        return Outcome("a", ExerciseLanguage.PYTHON, 3, claimed, repaired, false, 0.5, "")

    done = [outcome(3, repaired=True), outcome(None), outcome(2, false=True), outcome(3)]
    assert summary(done) == {"n": 4, "located": 2, "repaired": 1, "false": 1, "cpu_s": 0.5}
    assert summary([]) == {"n": 0, "located": 0, "repaired": 0, "false": 0, "cpu_s": 0.0}


def test_programs_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(1)\n")
    (tmp_path / "a.json").write_text(json.dumps({"cases": [{"input": "", "output": "2"}], "line": 1}))
    (tmp_path / "b.js").write_text("no cases")
    (program,) = from_directory(tmp_path)
    assert (program.name, program.language, program.code, program.line) == ("a.py", "python", "print(1)\n", 1)
    assert program.cases == (TestCase(input="", output="2"),)


def test_programs_of_learners_are_of_all_languages_and_know_their_line() -> None:
    programs = of_learners()
    assert {program.language for program in programs} == set(ExerciseLanguage)
    assert all(0 < program.line <= len(program.code.splitlines()) for program in programs)
    assert len({program.name for program in programs}) == len(programs) >= 30
