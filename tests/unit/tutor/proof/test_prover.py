"""A change is proven, disproved or neither by running it next to what the student sent."""

from collections.abc import Iterator

import pytest

from learnflow.models.exercise import Assigned
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ExerciseLanguage, Language, ProofVerdict
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.proof import Prover
from tests.support.offline_requests import honest, request, with_question
from tests.support.sandboxes import opened
from tests.unit.domain.test_student_exercises import NOON

PROVEN, DISPROVED, NOT_PROVABLE = ProofVerdict.PROVEN, ProofVerdict.DISPROVED, ProofVerdict.NOT_PROVABLE
AVERAGE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\n"
AVERAGE += "print(total / len(numbers))"
TABLE = "n = input()\nfor i in range(1, 4):\n    print(n * i)"
LOST = f"{TABLE}\nstr(n)"
SQUARE = "a = int(input())\nabs(a)\nb = a ^ 2\nprint(b)"
BEYOND = "a = [1, 2, 3]\nfor i in range(len(a) + 1):\n    print(a[i])"
CALLBACKS = "const later = [];\nfor (var i = 0; i < 3; i++) later.push(() => console.log(i));\nlater.forEach(f => f());"
TEXTS = "a = input('First: ')\nb = input('Second: ')\nprint(a + b)"
ADD = "def add(a, b):\n    a + b\n"
FROM_ONE = ("range(1, len(numbers))", "range(len(numbers))")

CASES = [
    ("My average is 3.33 but should be 4", AVERAGE, FROM_ONE, PROVEN),
    ("My average is 3.33 but should be 4", AVERAGE, ("len(numbers))", "len(numbers) + 1)"), DISPROVED),
    ("My average is wrong", AVERAGE, FROM_ONE, NOT_PROVABLE),
    ("My average is 3.33 but should be 3.33", AVERAGE, FROM_ONE, NOT_PROVABLE),
    ("3 gives 3, 33, 333 instead of 3, 6, 9", TABLE, ("input()", "int(input())"), PROVEN),
    ("3 gives 3, 33, 333 instead of 3, 6, 9", TABLE, ("range(1, 4)", "range(1, 5)"), DISPROVED),
    ("It prints 34 but should be 7", TEXTS, ("a + b)", "int(a) + int(b))"), PROVEN),
    ("It prints 88 but should be 16", TEXTS, ("a + b)", "int(a) + int(b))"), NOT_PROVABLE),
    ("prints 3 three times, I want 0, 1, 2", CALLBACKS, ("var i", "let i"), PROVEN),
    ("prints 3 three times, I want 0, 1, 2", CALLBACKS, ("i < 3", "i < 4"), DISPROVED),
    ("I get IndexError", BEYOND, ("len(a) + 1", "len(a)"), PROVEN),
    ("I get IndexError", BEYOND, ("len(a) + 1", "len(a) + 2"), DISPROVED),
    ("I get KeyError", BEYOND, ("len(a) + 1", "len(a)"), NOT_PROVABLE),
    ("add(2, 3) returns None, expected 5", ADD, ("a + b", "return a + b"), PROVEN),
    ("add(2, 3) returns None, expected 5", ADD, ("a + b", "return a - b"), DISPROVED),
    ("It never ends", "n = 3\nwhile n:\n    n - 1", ("n - 1", "n -= 1"), PROVEN),
    ("It fails", "assert sum([1, 2]) == 4", ("== 4", "== 3"), PROVEN),
    ("What is wrong?", "print(1", ("print(1", "print(1)"), PROVEN),
    ("What is wrong?", "x = missing\nprint(1 / 0)", ("missing", "2"), NOT_PROVABLE),
    ("What is wrong?", "x = missing\nprint(1 / 0)", ("missing", "1 / 0"), DISPROVED),
    ("What is wrong?", "x = 1", ("x = 1", "import surely_not_here"), NOT_PROVABLE),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(case_seconds=1.0))


async def proof(sandbox: Sandbox, text: str, code: str, changed: str, error: str | None = None) -> Proof:
    language = Language.JAVASCRIPT if "const" in code else Language.PYTHON
    return await Prover(sandbox).prove(*with_question(request(text, code, language)), changed, error)


@pytest.mark.parametrize(("text", "code", "change", "verdict"), CASES)
async def test_running_a_change_shows_what_it_is_worth(
    text: str, code: str, change: tuple[str, str], verdict: ProofVerdict, sandbox: Sandbox
) -> None:
    error = text.removeprefix("I get ") if text.startswith("I get ") else None
    shown = await proof(sandbox, text, code, code.replace(*change), error)
    assert shown.verdict is verdict, shown


async def test_a_proof_tells_what_came_before_and_after(sandbox: Sandbox) -> None:
    shown = await proof(sandbox, CASES[0][0], AVERAGE, AVERAGE.replace(*FROM_ONE))
    assert (shown.before, shown.after, shown.expected, shown.ran) == ("3.3333333333333335", "4.0", "4", "finished")
    assert shown.reason == "I ran the changed code: it prints `4.0`, as it should."


async def test_a_changed_function_is_tried_in_the_students_program(sandbox: Sandbox) -> None:
    code = "def double(n):\n    return n + 2\n\nprint(double(5))"
    shown = await proof(sandbox, "it prints 7 but should print 10", code, "def double(n):\n    return n * 2")
    assert shown.verdict is PROVEN


async def test_a_part_of_a_program_and_what_cannot_run_here_prove_nothing(sandbox: Sandbox) -> None:
    assert (await proof(sandbox, "should be 4", AVERAGE, "numbers = [1]")).verdict is NOT_PROVABLE
    asked = with_question(request("should be 4", "int main() { return 3; }", Language.CPP))
    assert (await Prover(sandbox).prove(*asked, "int main() { return 4; }")).ran is None
    unprovable = await Prover().prove(*with_question(request("should be 4", "print(3)")), "print(4)")
    assert unprovable.verdict is NOT_PROVABLE


@pytest.mark.parametrize(
    ("text", "code", "mended", "told"),
    [
        (
            CASES[0][0],
            f"{AVERAGE}\nround(total)",
            (),
            "- Line 3 (`for i in range(1, len(numbers)):`): `1` becomes `0`.",
        ),
        (CASES[4][0], LOST, (LOST.replace("input()", "int(input())"),), "What helps is in line 1 (`n = input()`)"),
    ],
)
async def test_the_offline_tutor_gives_no_change_that_does_not_help(
    text: str, code: str, mended: tuple[str, ...], told: str, sandbox: Sandbox
) -> None:
    """Without proofs, the false fixes come back: that a result should be kept which does not matter."""
    asked = with_question(request(text, code))
    ran = await Prover(sandbox).run(*asked)
    draft = honest(await OfflineTutor(Prover(sandbox)).debug(*asked, ran))
    assert draft.code_examples == mended
    assert told in draft.text
    assert "thrown away" not in draft.text
    assert draft.metadata["fix_applied"] is bool(mended)
    unproven = honest(await OfflineTutor().debug(*asked, ran))
    assert "thrown away" in unproven.text
    assert unproven.code_examples


async def test_where_no_small_change_helps_that_is_said(sandbox: Sandbox) -> None:
    asked = with_question(request("It prints 3 but should be 1729", "print(len('abc'))"))
    draft = honest(await OfflineTutor(Prover(sandbox)).debug(*asked, await Prover(sandbox).run(*asked)))
    assert "I tried small changes of it, one at a time, and none gives what you expect." in draft.text
    assert (draft.code_examples, draft.metadata["fix_applied"]) == ((), False)


async def test_a_case_that_is_not_the_students_is_not_searched(sandbox: Sandbox) -> None:
    """The student sees 5 with an input that was not told; with one that is made up 7 comes."""
    asked = with_question(request("It prints 5 but should be 1", "print(int(input()) + 4)"))
    assert await Prover(sandbox).repair(*asked) is None


async def test_a_number_is_wanted_as_it_was_written(sandbox: Sandbox) -> None:
    found = await Prover(sandbox).repair(*with_question(request(CASES[4][0], TABLE)))
    assert found is not None
    assert found.code == TABLE.replace("input()", "int(input())"), "float(input()) prints 3.0"


async def test_a_review_of_what_is_wrong_says_the_line_and_not_the_change(sandbox: Sandbox) -> None:
    asked = with_question(request("Is this right? add(2, 3) should return 5", "def add(a, b):\n    return a - b\n"))
    draft = honest(await OfflineTutor(Prover(sandbox)).review(*asked))
    assert "I ran `add(2, 3)`: it prints `-1`, and you want `5`." in draft.text
    assert "those with which it gives what you want are in line 2" in draft.text
    assert "a + b" not in draft.text


async def test_the_offline_tutor_says_what_it_has_proven(sandbox: Sandbox) -> None:
    asked = with_question(request("When I enter 5, it prints 7 but should be 25", SQUARE))
    draft = honest(await OfflineTutor(Prover(sandbox)).debug(*asked, await Prover(sandbox).run(*asked)))
    assert draft.metadata["fix_applied"] is True
    assert Proof.model_validate(draft.metadata["proof"]).verdict is PROVEN
    assert "The cause is in line 3" in draft.text
    assert "I ran the changed code with the input `5`: it prints `25`, as it should." in draft.text


async def test_of_several_suspicions_the_proven_one_is_told(sandbox: Sandbox) -> None:
    asked = with_question(request("When I enter 5, it prints 7 but should be 25", SQUARE))
    assert "in line 2" in (await OfflineTutor().debug(*asked)).text
    draft = honest(await OfflineTutor(Prover(sandbox)).debug(*asked, await Prover(sandbox).run(*asked)))
    assert "The cause is in line 3" in draft.text
    assert draft.code_examples == (SQUARE.replace("a ^ 2", "a ** 2"),)


@pytest.mark.parametrize(
    ("text", "code", "said", "unsaid"),
    [
        ("Is this good? It should print 4", AVERAGE, "prints `3.3333333333333335`, and you want `4`", "Well done"),
        ("Is this good? It should print 4", AVERAGE.replace(*FROM_ONE), "as you want it", "I do not know"),
        ("Is this good?", "def mean(values):\n    return sum(values) / len(values)", "calls none of its", "Well done"),
        ("Is this good?", "print(sum([1, 2]) / 2)", "Whether that is what it should do I do not know", "Well done"),
        ("Is this good?", "def mean(values):\n    return sum(values) / 0\n\nprint(mean([1]))", "ZeroDivisionError",
         "Well done"),
    ],
    ids=["wrong", "right", "not called", "unknown", "fails"],
)  # fmt: skip
async def test_a_review_says_what_it_ran_and_what_not(
    text: str, code: str, said: str, unsaid: str, sandbox: Sandbox
) -> None:
    draft = honest(await OfflineTutor(Prover(sandbox)).review(*with_question(request(text, code))))
    assert said in draft.text
    assert unsaid not in draft.text


async def test_a_review_of_an_open_exercise_runs_its_tests(sandbox: Sandbox) -> None:
    task = next(one for one in BANK.on("loops", ExerciseLanguage.PYTHON) if one.title == "Sum of the even ones")
    wrong = "def sum_of_evens(numbers):\n    return sum(numbers)"
    for code, passes in ((task.solution_code, True), (wrong, False)):
        asked = request("Is this good?", code, exercises=[Assigned(exercise=task, assigned_at=NOON)])
        draft = honest(await OfflineTutor(Prover(sandbox)).review(*with_question(asked)))
        assert f"I ran it on the {len(task.test_cases)} test cases of your open exercise" in draft.text
        assert ("Well done" in draft.text) is passes
