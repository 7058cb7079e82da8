"""What a review sees of cost and of care: loops in loops for who asks for speed, and files left open."""

import pytest

from learnflow.code_analysis.engine import analyze
from learnflow.domain.question.intent import triage
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.review_evidence import look_over
from tests.support.offline_requests import honest, request, with_question

TWICE = (
    "def twice(a):\n    for i in range(len(a)):\n        for j in range(i + 1, len(a)):\n"
    "            if a[i] == a[j]:\n                return True\n    return False"
)
COMMON = "def common(a, b):\n    for x in a:\n        for y in b:\n            if x == y:\n                print(x)"
PAIRS = "def pairs(a):\n    for x in a:\n        for y in a:\n            print(x, y)"


def test_a_better_way_decides_no_topic_of_a_review() -> None:
    code = "def squares(a):\n    out = []\n    for x in a:\n        out.append(x * x)\n    return out"
    asked = request("Can you review my code please? Is there a better way to write it?", code)
    assert triage(asked.query).topic == "loops"


@pytest.mark.parametrize(("code", "said"), [(TWICE, "O(n²)"), (COMMON, "O(n·m)")])
async def test_loops_in_loops_are_remarked_on_for_who_asks_for_speed(code: str, said: str) -> None:
    quick = honest(
        await OfflineTutor().review(*with_question(request("Review: is this efficient enough for big lists?", code)))
    )
    assert said in quick.text
    assert "could not judge" not in quick.text
    assert said not in honest(await OfflineTutor().review(*with_question(request("Please review", code)))).text


def test_loops_in_loops_that_look_for_nothing_are_left_alone() -> None:
    assert not any("O(n" in finding.message for finding in analyze(PAIRS, Language.PYTHON))


async def test_each_error_thrown_away_and_a_file_left_open_are_seen_in_go() -> None:
    code = "package main\nfunc f(p string) {\n\tf, _ := os.Open(p)\n\td, _ := io.ReadAll(f)\n\tprintln(d)\n}"
    remarks = [finding.remark for finding in (await look_over(code, Language.GO)).findings]
    assert any(remark.endswith("The same in line 4.") for remark in remarks)
    assert any("defer f.Close()" in remark for remark in remarks)
    closed = code.replace("\tprintln", "\tdefer f.Close()\n\tprintln")
    assert not any("defer" in finding.remark for finding in analyze(closed, Language.GO))
