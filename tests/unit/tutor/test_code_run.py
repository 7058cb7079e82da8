"""Debug runs the student's code before it says anything, and answers from what happened."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, request, with_question
from tests.support.sandboxes import opened

JAVA = """\
public class Main {
  public static void main(String[] args) {
    String s = null;
    System.out.println(s.length());
  }
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened(SandboxSettings(case_seconds=1.0))


@pytest.mark.parametrize(
    ("text", "code", "language", "said", "metadata"),
    [
        (
            "Why does this not work?", "def mean(a):\n    return sum(a) / len(a)\n\nprint(mean([]))", Language.PYTHON,
            "I ran your code: it ends with ZeroDivisionError in line 2: division by zero",
            {"ran": "exception", "error_type": "ZeroDivisionError", "line": 2},
        ),
        (
            "What is wrong?", "const user = undefined;\nconsole.log(user.name);", Language.JAVASCRIPT,
            "TypeError in line 2", {"ran": "exception", "error_type": "TypeError", "line": 2},
        ),
        (
            "What is wrong?",
            JAVA, Language.JAVA, "NullPointerException in line 4",
            {"ran": "exception", "error_type": "NullPointerException", "line": 4},
        ),
        (
            "What is wrong?", "for i in range(3)\n    print(i)", Language.PYTHON,
            "SyntaxError in line 1", {"ran": "syntax-error", "error_type": "SyntaxError"},
        ),
        (
            "It never ends", "n = 1\nwhile n > 0:\n    n += 1", Language.PYTHON,
            "it did not end", {"ran": "timeout", "error_type": None},
        ),
        (
            "The result is wrong", "print(7 // 2)", Language.PYTHON,
            "it ends without an error, and prints `3`", {"ran": "finished", "error_type": None},
        ),
        (
            "It does not work", "name = input()\nprint(nam)", Language.PYTHON,
            "with the input `3`: it ends with NameError in line 2", {"ran": "exception", "error_type": "NameError"},
        ),
        (
            "It does not work", "import sys\nlines = sys.stdin.readlines()\nfor n in range(50):\n    print(input())",
            Language.PYTHON, "up to where it reads more than I could give it", {"ran": "exception"},
        ),
        (
            "I get KeyError: 'age'", "print(person['age'])", Language.PYTHON,
            "You write of KeyError; when I ran this code by itself, it ended with NameError in line 1",
            {"error_type": "KeyError"},
        ),
    ],
    ids=["exception", "javascript", "java", "syntax", "endless", "no error", "reads", "reads more", "another error"],
)  # fmt: skip
async def test_the_answer_tells_what_happened(  # noqa: PLR0913, PLR0917 - what a case consists of
    text: str, code: str, language: Language, said: str, metadata: dict[str, Any], sandbox: Sandbox
) -> None:
    asked = request(text, code, language)
    draft = honest(
        await OfflineTutor().debug(*with_question(asked), await CodeRunner(sandbox).run_question(*with_question(asked)))
    )
    assert said in draft.text
    assert {key: draft.metadata.get(key) for key in metadata} == metadata


async def test_what_cannot_be_run_is_not_run(sandbox: Sandbox) -> None:
    for asked in (request("my loop is broken"), request("Why?", "fn main() {}", Language.RUST)):
        assert (await CodeRunner(sandbox).run_question(*with_question(asked))).execution is None


async def test_pasted_code_without_a_language_is_run_where_it_is_python(sandbox: Sandbox) -> None:
    asked = request("This fails:\n```\nitems = []\nprint(items[0])\n```")
    found = (await CodeRunner(sandbox).run_question(*with_question(asked))).execution
    assert found is not None
    assert found.fault is not None
    assert found.fault.type == "IndexError"


async def test_where_nothing_can_be_run_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learnflow.sandbox.isolation.binaries", lambda: ())
    asked = request("Why?", "print(1 / 0)")
    async with Sandbox(SandboxSettings()) as nowhere:
        draft = honest(
            await OfflineTutor().debug(
                *with_question(asked), await CodeRunner(nowhere).run_question(*with_question(asked))
            )
        )
    assert "did not run it: bubblewrap is not installed" in draft.text


async def test_the_same_code_is_run_once_and_what_hit_a_limit_again(sandbox: Sandbox) -> None:
    code_runner = CodeRunner(sandbox)
    asked = request("Why?", "import random\nprint(random.random())")
    many = await asyncio.gather(*(code_runner.run_question(*with_question(asked)) for _ in range(8)))
    assert len({one.execution.stdout for one in many if one.execution}) == 1
    endless = request("Why?", "import time\nprint(time.time(), flush=True)\nwhile True:\n    pass")
    first, second = (
        await code_runner.run_question(*with_question(endless)),
        await code_runner.run_question(*with_question(endless)),
    )
    assert first.execution is not None
    assert second.execution is not None
    assert first.execution.stdout != second.execution.stdout
