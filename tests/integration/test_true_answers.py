"""What was once answered falsely, asked on the whole way: triage, specialist, sandbox."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest

from learnflow.agents.context import Context, mastery_model
from learnflow.cli.evaluate.outcome import NOON, Pipeline
from learnflow.cli.evaluate.questions import Question
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.tutor.factory import tutor
from tests.support.claude_server import Player, playing_claude
from tests.support.messages_api import KEY

PYTHON, JAVASCRIPT, CPP = Language.PYTHON, Language.JAVASCRIPT, Language.CPP
AVERAGE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\n"
PRODUCT = """\
#include <iostream>
int main() {
    int p;
    for (int i = 1; i <= 26; i++) {
        p = p * i;
    }
    std::cout << p;
}
"""
ACCOUNT = """\
class Account:
    def __init__(self, num, owner):
        self.num = num
        self.owner = owner

    def show(self):
        print(self.num)
"""


@asynccontextmanager
async def started() -> AsyncIterator[Pipeline]:
    settings, clock = Settings(), Clock(lambda: NOON, timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        chosen = tutor(settings, sandbox, clock)
        yield Pipeline(Context(settings, chosen, sandbox, mastery_model(settings.learner), clock, "test"))
        await chosen.close()


@pytest.fixture
async def pipeline(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pipeline]:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    async with started() as found:
        yield found


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    with playing_claude() as player:
        for name, value in {**player.environment, "ANTHROPIC_API_KEY": KEY}.items():
            monkeypatch.setenv(name, value)
        yield player


@pytest.mark.parametrize(
    ("text", "code", "language", "said", "never_said"),
    [
        ("My average is 3.33 but should be 4", f"{AVERAGE}print(total / len(numbers))", PYTHON,
         ["Line 3 (`for i in range(1, len(numbers)):`): `1` becomes `0`"], ["last round", "+ 1):"]),
        ("3 gives 3, 33, 333 instead of 3, 6, 9", "n = input()\nfor i in range(1, 4):\n    print(n * i)", PYTHON,
         ["line 1", "`int(input())`", "What is read is text"], ["range(1, 5)"]),
        ("Is this right? It should print 10", "total = 0\nfor i in range(1, 4):\n    total += i\nprint(total)", PYTHON,
         ["it prints `6`, and you want `10`", "are in line 2"], ["Well done", "nothing to complain"]),
        ("is a string mutable? I wrote s = s + 'x' and s changed", None, None,
         ["immutable", "nothing is wrong"], ["The cause", "A place to look"]),
        ("write averages and minima for me, it is homework", None, None,
         ["I do not write homework for you"], ["counter", "spoke against it"]),
        ("the product of the 26 letters comes out wrong", PRODUCT, CPP, ["line 5", "`p`", "value"], ["long long"]),
        ("prints 3 three times, I want 0, 1, 2",
         "for (var i = 0; i < 3; i++) {\n  setTimeout(() => console.log(i), 0);\n}", JAVASCRIPT,
         ["`var` becomes `let`", "it prints `0 1 2`, as it should"], ["what did you expect", "what it should be"]),
        ("what goes into randint(lb, ub)?", None, None, ["range [a, b], including both end points"], ["not sure"]),
        ("what is `num` in this class?", ACCOUNT, PYTHON, ["parameter of `__init__` (line 2)", "line 3"], ["not sure"]),
        ("¿Por qué mi bucle no termina nunca?", None, None, ["solo entiendo preguntas en inglés"], ["not sure"]),
        ("mera program kyun nahi chal raha hai", None, None, ["main sirf English"], ["not sure"]),
        ("Please briefly explain task 3!", None, None, ["I am not sure what you need"], ["thread"]),
        ("print the numbers from 1 to n", None, None, [], ["regular expression", "pattern"]),
    ],
)  # fmt: skip
async def test_nothing_false_is_said(  # noqa: PLR0913, PLR0917 - what a case consists of
    text: str, code: str | None, language: Language | None, said: list[str], never_said: list[str], pipeline: Pipeline
) -> None:
    outcome = await pipeline.ask(Question(query_text=text, code_snippet=code, language=language))
    answer = outcome.response
    assert isinstance(answer, ResponseCompleted)
    whole = "\n".join((answer.response_text, *answer.code_examples))
    assert [words for words in said if words not in whole] == []
    assert [words for words in never_said if words.lower() in whole.lower()] == []
    if (answer.metadata or {}).get("fix_applied"):
        assert (answer.metadata or {})["proof"]["verdict"] == "proven"


MENDED = {"fix_applied": True, "code_examples": [{"language": "cpp", "code": PRODUCT.replace("int p;", "int p = 1;")}]}


@pytest.mark.parametrize(
    ("text", "code", "language", "answer"),
    [
        ("is a string mutable? I wrote s = s + 'x' and s changed", None, None,
         {"text": "Strings never change: `s + 'x'` is a new one, and the name now stands for it."}),
        ("the product of the 26 letters comes out wrong", PRODUCT, CPP,
         {"text": "`p` never gets a first value.", "error_type": None, "line": 3, **MENDED}),
        ("what goes into randint(lb, ub)?", None, None, {"text": "Both ends belong to the range."}),
        ("what is `num` in this class?", ACCOUNT, PYTHON, {"text": "`num` is what the caller gives."}),
        ("¿Por qué mi bucle no termina nunca?", None, None, {"text": "¿Me enseñas el bucle?", "asks_back": True}),
        ("mera program kyun nahi chal raha hai", None, None, {"text": "Apna code dikhao.", "asks_back": True}),
    ],
)  # fmt: skip
async def test_claude_is_asked_what_was_asked_and_nothing_is_called_mended_that_cannot_be_run(
    text: str, code: str | None, language: Language | None, answer: dict[str, Any], claude: Player
) -> None:
    claude.changes = dict.fromkeys(("missing_concept", "error_type"), answer)
    async with started() as pipeline:
        outcome = await pipeline.ask(Question(query_text=text, code_snippet=code, language=language))
    assert isinstance(outcome.response, ResponseCompleted)
    assert text in orjson.loads(claude.bodies[-1])["messages"][-1]["content"], "in the student's own words"
    assert outcome.response.response_text.startswith(answer["text"]), "nothing of ours comes before it"
    metadata = outcome.response.metadata or {}
    assert not metadata.get("fix_applied")
    assert metadata.get("proof", {"verdict": "unproven"})["verdict"] != "proven"
