"""What programs in the three languages do in the sandbox, and where they fail."""

import asyncio
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Ended, Sandbox, SandboxSettings
from tests.support.sandboxes import JAVA, JAVASCRIPT, PYTHON, opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(case_seconds=1.0))


@pytest.fixture(scope="module")
def patient_sandbox() -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(case_seconds=10.0))


READING = [
    (PYTHON, "input", "print(input(), input(), sep='\\n')"),
    (PYTHON, "sys.stdin", "import sys\nfor line in sys.stdin:\n    print(line.rstrip())"),
    (PYTHON, "sys.stdin.read", "from sys import stdin\nprint(stdin.read(), end='')"),
    (PYTHON, "sys.stdin.buffer", "import sys\nprint(sys.stdin.buffer.read().decode(), end='')"),
    (PYTHON, "open(0)", "print(open(0).read(), end='')"),
    (PYTHON, "/dev/stdin", "print(open('/dev/stdin').read(), end='')"),
    (PYTHON, "a main", "def main():\n    print(input())\n    print(input())\n\nif __name__ == '__main__':\n    main()"),
    (JAVASCRIPT, "readFileSync(0)", "console.log(require('fs').readFileSync(0, 'utf8').trimEnd())"),
    (JAVASCRIPT, "readFileSync of a path", "console.log(require('node:fs').readFileSync('/dev/stdin').toString())"),
    (JAVASCRIPT, "data events", "let s = ''; process.stdin.on('data', (d) => s += d).on('end', () => console.log(s))"),
    (JAVASCRIPT, "async iteration", "(async () => { for await (const c of process.stdin) console.log(`${c}`); })()"),
    (
        JAVASCRIPT,
        "readline's lines",
        "require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log(line))",
    ),
    (
        JAVASCRIPT,
        "readline's iteration",
        ("const rl = require('readline').createInterface({ input: process.stdin });\n"
        "(async () => { for await (const line of rl) console.log(line); })();"),
    ),
    (JAVASCRIPT, "a module", "import { readFileSync } from 'fs';\nconsole.log(readFileSync(0, 'utf8'));"),
    (
        JAVA,
        "a Scanner",
        ("import java.util.*;\nclass Any { public static void main(String[] a) { Scanner s = new Scanner(System.in);\n"
        "while (s.hasNextLine()) System.out.println(s.nextLine()); } }"),
    ),
    (
        JAVA,
        "a BufferedReader",
        ("import java.io.*;\nBufferedReader in = new BufferedReader(new InputStreamReader(System.in));\n"
        "System.out.println(in.readLine());\nSystem.out.println(in.readLine());"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "code"), [pytest.param(case[0], case[2], id=f"{case[0]}: {case[1]}") for case in READING]
)
async def test_standard_input_is_read_in_every_idiom(sandbox: Sandbox, language: ExerciseLanguage, code: str) -> None:
    execution = await sandbox.run(language, code, "größer\n日本 🎉\n")
    assert (execution.ended, execution.stdout.rstrip(), execution.exit_code) == (Ended.FINISHED, "größer\n日本 🎉", 0)


FAULTS = [
    (PYTHON, "x = 1\ny = [][x]\n", "exception", "IndexError", 2),
    (PYTHON, "def f():\n    return g()\n\ndef g():\n    return 1 / 0\n\nf()\n", "exception", "ZeroDivisionError", 5),
    (PYTHON, "import json\n\njson.loads('{')\n", "exception", "JSONDecodeError", 3),
    (PYTHON, "def f(n):\n    return f(n + 1)\n\nf(1)\n", "exception", "RecursionError", 2),
    (PYTHON, "class Odd(Exception):\n    pass\n\nraise Odd('x: y')\n", "exception", "Odd", 4),
    (PYTHON, "input()\ninput()\n", "exception", "EOFError", 1),
    (PYTHON, "x = 1\nif x\n    print(x)\n", "syntax-error", "SyntaxError", 2),
    (PYTHON, "def f():\nreturn 1\n", "syntax-error", "IndentationError", 2),
    (PYTHON, "x = '\x00'", "syntax-error", "ValueError", None),
    (PYTHON, "(" * 5_000, "syntax-error", "SyntaxError", 1),
    (JAVASCRIPT, "const x = null;\nx.length;\n", "exception", "TypeError", 2),
    (JAVASCRIPT, "function f() {\n  return g();\n}\nf();\n", "exception", "ReferenceError", 2),
    (JAVASCRIPT, "const f = (n) => f(n + 1);\nf(1);\n", "exception", "RangeError", 1),
    (JAVASCRIPT, "\nPromise.reject(new Error('lost'));\n", "exception", "Error", 2),
    (JAVASCRIPT, "setTimeout(() => {\n  throw new TypeError('late');\n}, 1);\n", "exception", "TypeError", 2),
    (JAVASCRIPT, "throw 'text';\n", "exception", "String", None),
    (JAVASCRIPT, "let x = 1;\nlet y = ;\n", "syntax-error", "SyntaxError", 2),
    (JAVASCRIPT, "export const x = 1;\nlet y = ;\n", "syntax-error", "SyntaxError", 2),
    (JAVA, "int[] x = new int[1];\nx[1] = 2;\n", "exception", "ArrayIndexOutOfBoundsException", 2),
    (
        JAVA,
        ("class A {\n  static int f(Object o) {\n    return o.hashCode();\n  }\n"
        "  public static void main(String[] a) {\n    f(null);\n  }\n}\n"),
        "exception",
        "NullPointerException",
        3,
    ),
    (JAVA, "static int f(int n) { return f(n + 1) + 1; }\nf(1);\n", "exception", "StackOverflowError", 1),
    (JAVA, "int x = 1;\nint y = x\nint z = y;\n", "syntax-error", "CompileError", 2),
    (JAVA, 'class A {\n  int f() {\n    return "x";\n  }\n}\n', "syntax-error", "CompileError", 3),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code", "ended", "kind", "line"), FAULTS)
async def test_a_fault_has_its_type_and_the_line_in_the_students_own_code(  # noqa: PLR0913, PLR0917 - a row of the table
    sandbox: Sandbox, language: ExerciseLanguage, code: str, ended: str, kind: str, line: int | None
) -> None:
    execution = await sandbox.run(language, code)
    assert execution.fault is not None
    assert (execution.ended, execution.fault.type, execution.fault.line) == (ended, kind, line)
    assert "batch" not in execution.fault.trace
    assert "/sandbox" not in execution.fault.trace


async def test_a_trace_tells_its_causes_and_only_frames_of_the_student(sandbox: Sandbox) -> None:
    code = dedent("""\
        def read(text):
            try:
                return int(text)
            except ValueError as error:
                raise KeyError(text) from error

        print(list(map(read, ["1", "x"])))
    """)
    execution = await sandbox.run(PYTHON, code)
    assert execution.fault is not None
    assert execution.fault.trace.count("Traceback (most recent call last):") == 2
    assert "The above exception was the direct cause" in execution.fault.trace
    assert 'File "main.py", line 7, in <module>' in execution.fault.trace


ENDS = [
    (PYTHON, "import sys\nprint('a')\nsys.exit(3)\nprint('b')", 3),
    (PYTHON, "print('a')\nraise SystemExit", 0),
    (PYTHON, "import sys\nprint('a')\nsys.exit('why')", 1),
    (PYTHON, "import atexit\natexit.register(print, 'a')", 0),
    (PYTHON, "import threading\nthreading.Thread(target=print, args=('a',)).start()", 0),
    (JAVASCRIPT, "console.log('a');\nprocess.exit(3);\nconsole.log('b');", 3),
    (JAVASCRIPT, "try { console.log('a'); process.exit(3); } catch { console.log('b'); }", 3),
    (JAVASCRIPT, "console.log('a'); process.exitCode = 4;", 4),
    (JAVASCRIPT, "setTimeout(() => console.log('a'), 5);", 0),
    (JAVA, 'System.out.println("a");\nSystem.exit(3);\n', 3),
    (JAVA, 'try { System.out.println("a"); System.exit(3); } finally { System.out.println("b"); }', 3),
    (JAVA, 'new Thread(() -> System.out.println("a")).start();', 0),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code", "exit_code"), ENDS)
async def test_a_program_ends_when_and_as_it_wants(
    sandbox: Sandbox, language: ExerciseLanguage, code: str, exit_code: int
) -> None:
    execution = await sandbox.run(language, code)
    assert (execution.ended, execution.stdout, execution.exit_code) == (Ended.FINISHED, "a\n", exit_code)


LIMITS = [
    (PYTHON, "print('begun')\nwhile True:\n    pass", Ended.TIMEOUT),
    (PYTHON, "import time\nprint('begun')\ntime.sleep(60)", Ended.TIMEOUT),
    (PYTHON, "print('begun')\nx = 'x' * 10**10", Ended.MEMORY),
    (PYTHON, "while True:\n    print('begun')", Ended.OUTPUT),
    (PYTHON, "import os\nprint('begun', flush=True)\nos._exit(0)", Ended.KILLED),
    (PYTHON, "import os\nprint('begun', flush=True)\nos.abort()", Ended.KILLED),
    (JAVASCRIPT, "console.log('begun');\nwhile (true) {}", Ended.TIMEOUT),
    (JAVASCRIPT, "console.log('begun');\n(async () => { while (true) await null; })();", Ended.TIMEOUT),
    (JAVASCRIPT, "console.log('begun');\nsetInterval(() => {}, 10);", Ended.TIMEOUT),
    (JAVASCRIPT, "while (true) console.log('begun');", Ended.OUTPUT),
    (JAVA, 'System.out.println("begun");\nwhile (true) {}', Ended.TIMEOUT),
    (JAVA, ('System.out.println("begun");\nint[][] x = new int[100000][];\n'
           "for (int i = 0; ; i++) x[i] = new int[1000000];"), Ended.MEMORY),
    (JAVA, 'while (true) System.out.println("begun");', Ended.OUTPUT),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code", "ended"), LIMITS)
async def test_a_limit_is_named_and_what_came_before_it_is_kept(
    sandbox: Sandbox, patient_sandbox: Sandbox, language: ExerciseLanguage, code: str, ended: Ended
) -> None:
    # On a slow machine the time is over before the memory is.
    execution = await (sandbox if ended is Ended.TIMEOUT else patient_sandbox).run(language, code)
    assert (execution.ended, execution.stdout[:5], execution.fault) == (ended, "begun", None)
    assert len(execution.stdout) <= 16_000


SUDDEN = [
    (JAVASCRIPT, "const all = [];\nwhile (true) all.push(new Array(100000).fill(all.length));", Ended.MEMORY),
    (JAVA, "Runtime.getRuntime().halt(0);", Ended.KILLED),
]


@pytest.mark.parametrize(("language", "code", "ended"), SUDDEN)
async def test_a_sudden_death_is_an_outcome(
    patient_sandbox: Sandbox, language: ExerciseLanguage, code: str, ended: Ended
) -> None:
    execution = await patient_sandbox.run(language, code)
    assert (execution.ended, execution.exit_code) == (ended, None)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (PYTHON, ""),
        (PYTHON, "def f(n):\n    raise ValueError"),
        (JAVASCRIPT, "function f() { throw new Error(); }"),
        (JAVA, "static void f() { throw new IllegalStateException(); }"),
        (JAVA, ""),
    ],
)
async def test_code_that_only_defines_does_nothing(sandbox: Sandbox, language: ExerciseLanguage, code: str) -> None:
    execution = await sandbox.run(language, code)
    assert (execution.ended, execution.stdout, execution.stderr) == (Ended.FINISHED, "", "")


async def test_code_that_is_huge_is_refused_in_words(sandbox: Sandbox) -> None:
    execution = await sandbox.run(PYTHON, "x = 1\n" * 100_000)
    assert execution.fault is not None
    assert (execution.ended, execution.fault.message) == (
        Ended.SYNTAX_ERROR,
        "the code has more than 262,144 characters",
    )


async def test_runs_beside_each_other_do_not_mix(sandbox: Sandbox) -> None:
    def echo(name: Any) -> str:
        return f"import time\nfor _ in range(5):\n    print('{name}', input())\n    time.sleep(0.01)\n"

    runs = [sandbox.run(PYTHON, echo(name), f"{name}\n" * 5) for name in range(6)]
    executions = await asyncio.gather(*runs)
    assert [execution.stdout for execution in executions] == [f"{name} {name}\n" * 5 for name in range(6)]
