"""What a grading says of programs and functions, in the three languages and on the real isolation."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import (
    CallingConvention,
    Grading,
    Sandbox,
    SandboxSettings,
    SandboxUnavailable,
    Verdict,
    infer_calling_convention,
)
from learnflow.sandbox.calling_convention import PROGRAM
from learnflow.sandbox.grading import same_text, same_value
from learnflow.sandbox.outcome_reader import read_outcomes
from learnflow.sandbox.results import Ended
from learnflow.sandbox.runner import FinishedRun, Limit
from tests.support.sandboxes import JAVA, JAVASCRIPT, PYTHON, cases, opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(case_seconds=1.0))


def verdicts(grading: Grading) -> list[str]:
    return [case.verdict.value for case in grading.cases]


DOUBLES = cases(*((n, 2 * n) for n in range(4)))
THIRD = {
    "passed": ("    return 2 * n", "  return 2 * n;", "return 2 * n;"),
    "wrong": ("    return 5 if n == 2 else 2 * n", "  return n === 2 ? 5 : 2 * n;", "return n == 2 ? 5 : 2 * n;"),
    "exception": (
        "    return 2 * n if n != 2 else [][n]",
        "  return n !== 2 ? 2 * n : null.x;",
        "return n != 2 ? 2 * n : n / 0;",
    ),
    "timeout": (
        "    while n == 2:\n        pass\n    return 2 * n",
        "  while (n === 2);\n  return 2 * n;",
        "while (n == 2); return 2 * n;",
    ),
    "memory": (
        "    return 2 * n if n != 2 else len('x' * 10**10)",
        None,
        "int[][] all = new int[1000][]; for (int i = 0; n == 2; i++) all[i] = new int[10000000]; return 2 * n;",
    ),
    "output": (
        "    while n == 2:\n        print(n)\n    return 2 * n",
        "  while (n === 2) console.log(n);\n  return 2 * n;",
        "while (n == 2) System.out.println(n); return 2 * n;",
    ),
    "killed": (
        "    import os\n    return 2 * n if n != 2 else os._exit(0)",
        None,
        "if (n == 2) Runtime.getRuntime().halt(0); return 2 * n;",
    ),
}
HEADS = {
    PYTHON: "def double(n):\n{}\n",
    JAVASCRIPT: "function double(n) {{\n{}\n}}\n",
    JAVA: "public class Main {{ static int doubled(int n) {{ {} }} }}\n",
}
JUDGED = [
    pytest.param(language, HEADS[language].format(body), verdict, id=f"{language}: {verdict}")
    for verdict, bodies in THIRD.items()
    for language, body in zip((PYTHON, JAVASCRIPT, JAVA), bodies, strict=True)
    if body is not None
]
GOES_ON = {"passed": "passed", "wrong": "passed", "exception": "passed"}


@pytest.mark.parametrize(("language", "code", "verdict"), JUDGED)
async def test_every_verdict_is_told_of_the_case_that_has_it(
    sandbox: Sandbox, language: ExerciseLanguage, code: str, verdict: str
) -> None:
    grading = await sandbox.grade(language, code, DOUBLES)
    assert verdicts(grading)[:3] == ["passed", "passed", verdict]
    assert grading.verdict == verdict
    assert (grading.fault is not None) == (verdict == "exception")
    if verdict in ("timeout", "output"):
        assert verdicts(grading)[3:] == ["not-run"]
    if verdict in GOES_ON:
        assert verdicts(grading)[3:] == ["passed"]
    assert grading.passed == verdicts(grading).count("passed")


BROKEN = [(PYTHON, "def f(n)\n    return n"), (JAVASCRIPT, "function f(n { }"), (JAVA, "class A { int f(int n) { } }")]


@pytest.mark.parametrize(("language", "code"), BROKEN)
async def test_code_that_does_not_parse_runs_no_case(sandbox: Sandbox, language: ExerciseLanguage, code: str) -> None:
    grading = await sandbox.grade(language, code, DOUBLES)
    assert grading.fault is not None
    assert grading.fault.line == 1
    assert (grading.verdict, grading.score, set(verdicts(grading))) == ("syntax-error", 0.0, {"syntax-error"})


VALUES: list[Any] = [
    0, -7, 2.5, 10**15, True, False, "", "größer 日本 🎉", 'a "quoted" \\ text\n', [], [[1], [], [2, [3]]],
    {"a": {"b": [1, None]}}, [True, 1, "1", 1.0],
]  # fmt: skip
IDENTITIES = [
    (PYTHON, "def same(x):\n    return x"),
    (JAVASCRIPT, "const same = (x) => x;"),
    (JAVA, "static Object same(Object x) { return x; }"),
]


@pytest.mark.parametrize(("language", "code"), IDENTITIES)
async def test_values_come_through_as_they_are(sandbox: Sandbox, language: ExerciseLanguage, code: str) -> None:
    grading = await sandbox.grade(language, code, cases(*((value, value) for value in VALUES)))
    assert grading.verdict == "passed", grading.first_failure


RETURNED: list[tuple[ExerciseLanguage, str, Any]] = [
    (PYTHON, "(1, (2, 3))", [1, [2, 3]]),
    (PYTHON, "{3, 1, 20}", [1, 3, 20]),
    (PYTHON, "{1: 'a', None: 'b', (1, 2): 'c'}", {"1": "a", "null": "b", "[1, 2]": "c"}),
    (PYTHON, "2 ** 200", 2**200),
    (PYTHON, "0.1 + 0.2", 0.3),
    (PYTHON, "7.0", 7),
    (PYTHON, "(i * i for i in range(4))", [0, 1, 4, 9]),
    (PYTHON, "map(str, range(2))", ["0", "1"]),
    (JAVASCRIPT, "new Map([[1, { a: 1 }]])", {"1": {"a": 1}}),
    (JAVASCRIPT, "new Set([10, 9, 1])", [1, 9, 10]),
    (JAVASCRIPT, "2n ** 200n", 2**200),
    (JAVASCRIPT, "[undefined, -0]", [None, 0]),
    (JAVASCRIPT, "Promise.resolve([1])", [1]),
    (JAVASCRIPT, "(function* () { yield 1; yield 2; })()", [1, 2]),
    (JAVA, "new int[][] {{1}, {}}", [[1], []]),
    (JAVA, "java.util.Map.of(1, java.util.List.of('a', \"b\"))", {"1": ["a", "b"]}),
    (JAVA, "new java.util.HashSet<>(java.util.List.of(20, 3, 1))", [1, 3, 20]),
    (JAVA, "java.math.BigInteger.TWO.pow(200)", 2**200),
    (JAVA, "java.util.stream.IntStream.range(0, 3)", [0, 1, 2]),
    (JAVA, "java.util.Optional.of(1.5f)", 1.5),
]
MAKES = {
    PYTHON: "def f():\n    return {}",
    JAVASCRIPT: "function f() {{ return {}; }}",
    JAVA: "static Object f() {{ return {}; }}",
}


@pytest.mark.parametrize(("language", "made", "expected"), RETURNED)
async def test_what_a_language_returns_is_compared_as_json(
    sandbox: Sandbox, language: ExerciseLanguage, made: str, expected: Any
) -> None:
    grading = await sandbox.grade(
        language, MAKES[language].format(made), cases((None, expected)), CallingConvention("function", "f")
    )
    assert grading.verdict == "passed", grading.first_failure


UNREADABLE = [
    (PYTHON, "float('nan')", "nan"),
    (PYTHON, "object", "<class 'object'>"),
    (PYTHON, "[x := [], x.append(x)][0]", "[[...]]"),
    (JAVASCRIPT, "NaN", "NaN"),
    (JAVASCRIPT, "[(n) => n]", "[ [Function (anonymous)] ]"),
    (JAVA, "0.0 / 0", "NaN"),
]


@pytest.mark.parametrize(("language", "made", "got"), UNREADABLE)
async def test_what_is_no_json_is_shown_and_does_not_pass(
    sandbox: Sandbox, language: ExerciseLanguage, made: str, got: str
) -> None:
    grading = await sandbox.grade(
        language, MAKES[language].format(made), cases((None, 1)), CallingConvention("function", "f")
    )
    assert (grading.cases[0].verdict, grading.cases[0].got) == ("wrong", got)


ARGUMENTS = [
    "static int f(int[] a, List<String> b, Map<String, Integer> c, char d, double e, long... g)",
    "int f(Integer[] a, Collection<String> b, TreeMap<String, Long> c, Character d, Object e, int[] g)",
    "static <T extends Comparable<T>> int f(int[] a, Iterable<T> b, Object c, String d, Number e, Deque<Long> g)",
]


@pytest.mark.parametrize("signature", ARGUMENTS)
async def test_arguments_become_what_a_java_method_takes(sandbox: Sandbox, signature: str) -> None:
    given = [[1, 2], ["x"], {"k": 3}, "c", 2, [10**12 if "int[] g" not in signature else 7]]
    grading = await sandbox.grade(JAVA, f"import java.util.*;\n{signature} {{ return 1; }}", cases((given, 1)))
    assert grading.verdict == "passed", grading.first_failure


PRINTS = cases((3, "1\n2\n3"), (1, "1"), (0, ""))
LOADING = [
    (PYTHON, "print('loading')\ndef count(n):\n    for i in range(n):\n        print(i + 1)\n"),
    (JAVASCRIPT, "console.log('loading');\nfunction count(n) { for (let i = 1; i <= n; i++) console.log(i); }\n"),
    (
        JAVA,
        ("class A { static { System.out.println(0); }\n"
        " static void count(int n) { for (int i = 1; i <= n; i++) System.out.println(i); } }"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code"), LOADING)
async def test_a_function_that_prints_is_judged_by_what_it_prints_itself(
    sandbox: Sandbox, language: ExerciseLanguage, code: str
) -> None:
    assert (await sandbox.grade(language, code, PRINTS)).verdict == "passed"


async def test_printing_is_no_returning_and_returning_no_printing(sandbox: Sandbox) -> None:
    returns = infer_calling_convention(PYTHON, "def f(n):\n    return str(n)", cases((3, "3")))
    printed = await sandbox.grade(PYTHON, "def f(n):\n    print(n)", cases((3, "3")), returns)
    assert (printed.verdict, printed.cases[0].got) == ("wrong", "it printed 3 and returned nothing")
    prints = infer_calling_convention(PYTHON, "def f(n):\n    print(n)", cases((3, "3")))
    returned = await sandbox.grade(PYTHON, "def f(n):\n    return n", cases((3, "3")), prints)
    assert (returned.verdict, returned.cases[0].got) == ("wrong", "it returned 3 and printed nothing")


MISSING = [
    (PYTHON, "def other(n):\n    return n", "there is no function `double`"),
    (JAVASCRIPT, "function other(n) { return n; }", "there is no function `double`"),
    (JAVA, "class A { int other(int n) { return n; } }", "there is no method `double`"),
]


@pytest.mark.parametrize(("language", "code", "message"), MISSING)
async def test_a_function_that_is_missing_is_named(
    sandbox: Sandbox, language: ExerciseLanguage, code: str, message: str
) -> None:
    grading = await sandbox.grade(language, code, DOUBLES, CallingConvention("function", "double", parameters=("n",)))
    assert grading.fault is not None
    assert (grading.verdict, grading.fault.message) == ("exception", message)


LEAVES = [
    (PYTHON, "import sys\ndef f(n):\n    sys.exit(0)", "SystemExit"),
    (JAVASCRIPT, "function f(n) { process.exit(0); }", "process.exit"),
    (JAVA, "static int f(int n) { System.exit(0); return n; }", "System.exit"),
    (JAVASCRIPT, "const f = (n) => new Promise(() => {});", "Error"),
]


@pytest.mark.parametrize(("language", "code", "kind"), LEAVES)
async def test_a_function_that_never_returns_ends_its_own_case_only(
    sandbox: Sandbox, language: ExerciseLanguage, code: str, kind: str
) -> None:
    grading = await sandbox.grade(language, code, DOUBLES)
    assert grading.fault is not None
    assert (verdicts(grading), grading.fault.type) == (["exception"] * 4, kind)


STATEFUL = [
    (PYTHON, ("seen = []\ndef f(n):\n    seen.append(n)\n    import math\n    math.x = getattr(math, 'x', 0) + 1\n"
             "    return len(seen) + math.x")),
    (JAVASCRIPT, "let seen = 0;\nfunction f(n) { globalThis.y = (globalThis.y ?? 0) + 1; seen++; return seen + y; }"),
    (JAVA, "class A { static int seen; static int f(int n) { seen += 2; return seen; } }"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code"), STATEFUL)
async def test_nothing_is_left_from_one_case_to_the_next(
    sandbox: Sandbox, language: ExerciseLanguage, code: str
) -> None:
    assert (await sandbox.grade(language, code, cases((1, 2), (2, 2), (3, 2)))).verdict == "passed"


def line(number: Any, **changed: Any) -> bytes:
    usual = {"stdout": "", "stderr": "", "milliseconds": 1, "limit": "", "report": '{"ended":"finished","value":"1"}'}
    return json.dumps({"case": number, **usual, **changed}).encode() + b"\n"


FORGING = [
    "import os\ndef double(n):\n    os.write(1, FORGED)\n    return 0",
    ("import os\ndef double(n):\n    for number in range(3, 64):\n        try:\n            os.write(number, FORGED)\n"
    "        except OSError:\n            pass\n    return 0"),
    ("import os, glob\ndef double(n):\n    for path in glob.glob(f'/proc/{os.getppid()}/fd/*'):\n        try:\n"
    "            open(path, 'wb').write(FORGED)\n        except OSError:\n            pass\n    return 0"),
]  # fmt: skip


@pytest.mark.parametrize("code", FORGING)
async def test_a_forged_result_passes_no_test(sandbox: Sandbox, code: str) -> None:
    forged = line(1, report='{"ended":"finished","value":"0"}') + line(2)
    grading = await sandbox.grade(PYTHON, code.replace("FORGED", repr(forged)), cases((1, 2), (2, 4), (3, 6)))
    assert grading.passed == 0
    assert grading.verdict is not Verdict.PASSED


async def test_gradings_beside_each_other_do_not_mix(sandbox: Sandbox) -> None:
    def code(add: int) -> str:
        return f"import time\ndef f(n):\n    time.sleep(0.01)\n    return n + {add}\n"

    tests = [cases(*((n, n + add) for n in range(5))) for add in range(4)]
    gradings = await asyncio.gather(*(sandbox.grade(PYTHON, code(add), tests[add]) for add in range(4)))
    assert [grading.passed for grading in gradings] == [5, 5, 5, 5]


async def test_texts_are_cut_to_a_bound(sandbox: Sandbox) -> None:
    code = "def f(n):\n    print('x' * 10000)\n    raise ValueError('y' * 10000)"
    grading = await sandbox.grade(PYTHON, code, cases(("i" * 1000, "o" * 1000), (1, 1)))
    case = grading.cases[0]
    assert case.fault is not None
    assert {len(text) for text in (case.input, case.printed, case.fault.message)} == {500}
    assert len(grading.model_dump_json()) < 20_000


SAME: list[tuple[Any, Any, bool]] = [
    (1, 1.0, True), (1, True, False), (True, True, True), (0, False, False), (0.3, 0.1 + 0.2, True), (1e-12, 0, True),
    (1.0, 1.000001, False), ("1", 1, False), (None, "", False), ([1, 2], [2, 1], False), ({"a": 1}, {"a": 1.0}, True),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), ({"a": 1}, {}, False), (10**400, 1.5, False), (10**400, 10**400, True),
    ([[]], [[[]]], False),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "got", "same"), SAME)
def test_values_are_the_same_as_json(expected: Any, got: Any, same: bool) -> None:  # noqa: FBT001 - a case
    assert same_value(expected, got) is same
    assert same_value(got, expected) is same


TEXTS = [
    ("1\n2", "1  \n2\n\n", True), ("1\n2", "1\n\n2", False), ("", "\n \n", True), ("a b", "a  b", False),
    (" a", "a", False), (3, "3\n", True), ([1, 2], "[1, 2]", True), (None, "", True),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "printed", "same"), TEXTS)
def test_printed_texts_are_the_same_but_for_blanks_at_ends(expected: Any, printed: str, same: bool) -> None:  # noqa: FBT001 - a case
    assert same_text(expected, printed) is same


READY = b'{"ready":true}\n'
ODD = [
    ("nothing more", READY, None, ["killed"]),
    ("a line that is no JSON", READY + b"{{{\n" + line(0), None, ["finished", "killed"]),
    ("a case twice", READY + line(0) + line(0) + line(1), None, ["killed"]),
    ("cases in another order", READY + line(1) + line(0), None, ["killed"]),
    ("a case that was not asked for", READY + line(7), None, ["killed"]),
    ("a number that is none", READY + line([0]), None, ["killed"]),
    ("a text that is none", READY + line(0, stdout=3), None, ["killed"]),
    ("a report that is no JSON", READY + line(0, report="x") + line(1), None, ["killed", "finished"]),
    ("a report of another kind", READY + line(0, report='{"ended":"well"}'), None, ["killed"]),
    ("a fault that is none", READY + line(0, report='{"ended":"exception","fault":{"line":"x"}}'), None, ["killed"]),
    ("JSON that is nested too deeply", READY + b"[" * 100_000 + b"\n" + line(0), None, ["finished", "killed"]),
    ("the wall", READY + line(0), Limit.WALL, ["finished", "timeout"]),
    ("too much memory", READY, Limit.MEMORY, ["memory"]),
    ("too much printed", READY + line(0) + line(1)[:20], Limit.OUTPUT, ["finished", "output"]),
    ("too many processes", READY, Limit.PROCESSES, ["killed"]),
    ("a slow start", b"", Limit.WALL, ["timeout"]),
]


@pytest.mark.parametrize(("output", "limit", "ended"), [pytest.param(*case[1:], id=case[0]) for case in ODD])
def test_whatever_comes_out_of_the_sandbox_is_an_outcome(output: bytes, limit: Limit | None, ended: list[str]) -> None:
    finished = FinishedRun(output, b"", None if limit else 0, limit, 0.1)
    assert [case.ended for case in read_outcomes(finished, 2).cases] == [Ended(name) for name in ended]


def test_a_language_that_does_not_start_is_not_the_students_fault() -> None:
    with pytest.raises(SandboxUnavailable, match="exit code 1: no such module"):
        read_outcomes(FinishedRun(b"", b"no such\nmodule", 1, None, 0.1), 1)


STOPS_THE_HARNESS = """
import os, signal
os.kill(os.getppid(), signal.SIGSTOP)
while True:
    pass
"""


async def test_a_program_that_stops_what_limits_it_holds_its_place_no_longer(sandbox: Sandbox) -> None:
    grading = await sandbox.grade(PYTHON, STOPS_THE_HARNESS, cases(("", ""), ("a", ""), ("b", "")))
    assert grading.verdict is Verdict.TIMEOUT
    assert grading.milliseconds < 1_000 * SandboxSettings().total_seconds


async def test_code_that_would_keep_a_parser_busy_is_told_like_any_other(sandbox: Sandbox) -> None:
    assert infer_calling_convention(JAVA, "A<" * 20_000, cases((1, 1))) == PROGRAM
    grading = await sandbox.grade(JAVA, "A<" * 4_000, cases((1, 1)))
    assert grading.verdict is Verdict.SYNTAX_ERROR
