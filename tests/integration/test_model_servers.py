"""Students ask a model on servers that are not Claude's, on the whole way: triage, specialist, sandbox."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from learnflow.agents.context import Context, mastery_model
from learnflow.cli.evaluate.outcome import NOON, Pipeline
from learnflow.cli.evaluate.questions import Question
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.tutor.exercises.generation.generate import ATTEMPTS
from learnflow.tutor.factory import tutor
from learnflow.tutor.fallback import AWAY
from tests.integration.proposals import RIGHT
from tests.support import model_servers
from tests.support.messages_api import KEY
from tests.support.model_servers import GATEWAY, LITELLM, OLLAMA, OLLAMA_TOOLS, VLLM, Asked, Kind, Player, Reply, Way

MOST_CALLS: Final = 2  # of an agent, for one question
LEARNING: Final = 3  # questions after which the way is known
ORDER: Final[tuple[Way, ...]] = ("native", "tool", "prompt")
UNDERSTOOD: Final[dict[str, tuple[Way, ...]]] = {  # the first is found
    "ollama": ("prompt",), "ollama-tools": ("tool", "prompt"), "vllm": ("tool", "prompt"), "litellm": ORDER,
    "gateway": ("prompt",),
}  # fmt: skip


def name(value: Any) -> str:
    return value.name if isinstance(value, Kind) else str(value)


def plain(*texts: str) -> tuple[Question, ...]:
    return tuple(Question(query_text=text) for text in texts)


EVERY_KIND = pytest.mark.parametrize("kind", [OLLAMA, OLLAMA_TOOLS, VLLM, LITELLM, GATEWAY], ids=name)

_WITH_CODE: Final = (
    ("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])"),
    ("Why does this not work?", 'age = 12\nprint("I am " + age)'),
    ("My function always returns None, why?", "def add(a, b):\n    total = a + b\n\nprint(add(1, 2))"),
    ("It stops with a KeyError, what is wrong?", "ages = {'Ada': 36}\nprint(ages['Bob'])"),
    ("I get a NameError here, why?", "total = 0\nfor n in [1, 2]:\n    totl += n\nprint(total)"),
    ("Why is there a ZeroDivisionError?", "marks = []\nprint(sum(marks) / len(marks))"),
    ("Please review my code", "def f(l):\n    r = []\n    for i in range(len(l)):\n        r.append(l[i])"),
    ("Can this be written better?", "def add(item, items=[]):\n    items.append(item)\n    return items"),
    ("Review this function, please", "def even(n):\n    if n % 2 == 0:\n        return True\n    return False"),
)
UNCERTAIN: Final = plain("I do not get it", "Could you look at something for me?", "Why is everything an object?")
CONCEPTS: Final = plain(
    "Explain recursion", "What is the difference between a list and a tuple?", "When should I use a dictionary?",
    "How do decorators work?", "What does a while loop do?", "Explain inheritance to me",
    "How does binary search work?", "What is a closure in JavaScript?",
)  # fmt: skip
EXERCISES: Final = plain("Give me an exercise on loops", "Give me an exercise on lists")
QUESTIONS: Final = (
    *UNCERTAIN,  # so triage asks its model
    *(Question(query_text=text, code_snippet=code, language=Language.PYTHON) for text, code in _WITH_CODE),
    *CONCEPTS,
    *EXERCISES,
    *plain("What happens behind the scenes when I press run?", "How am I doing?"),
)
NAMED_ERRORS: Final = tuple(question for question in QUESTIONS if "Error" in question.query_text)[:3]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, its answer, and the calls that it took."""

    question: Question
    response: ResponseCompleted | ResponseFailed
    calls: tuple[Asked, ...]

    @property
    def most_calls(self) -> int:
        """How many calls the agent made that made most; an agent is known by what it wants to have."""
        return max(Counter(tuple(call.schema["required"]) for call in self.calls).values(), default=0)

    @property
    def away(self) -> bool:
        """Whether it is an offline answer that says so."""
        return isinstance(self.response, ResponseCompleted) and AWAY in (self.response.metadata or {})

    @property
    def honest(self) -> bool:
        """Whether it says that it is not the model's, or why there is none."""
        return self.away or isinstance(self.response, ResponseFailed)

    @property
    def by_model(self) -> bool:
        """Whether the model wrote the answer."""
        if not isinstance(self.response, ResponseCompleted) or self.response.claude_model != model_servers.MODELS[0]:
            return False
        return any(words in self.response.response_text for words in (model_servers.TEXT, RIGHT["title"]))

    def __str__(self) -> str:
        return f"{self.question.query_text} {[call.way for call in self.calls]} → {self.response!r}"


@asynccontextmanager
async def started(**claude: Any) -> AsyncIterator[Pipeline]:
    settings, clock = Settings.model_validate({"claude": claude}), Clock(lambda: NOON, timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        chosen = tutor(settings, sandbox, clock)
        yield Pipeline(Context(settings, chosen, sandbox, mastery_model(settings.learner), clock, "test"))
        await chosen.close()


async def ask(pipeline: Pipeline, player: Player, questions: Sequence[Question]) -> tuple[Answered, ...]:
    """Ask one question after the other."""
    answered = []
    for question in questions:
        before = len(player.asked)
        outcome = await pipeline.ask(question)
        answered.append(Answered(question, outcome.response, tuple(player.asked[before:])))
    return tuple(answered)


async def ask_together(pipeline: Pipeline, player: Player, questions: Sequence[Question]) -> tuple[Answered, ...]:
    """Ask all questions at once; a call belongs to the question whose words it has."""
    outcomes = await asyncio.gather(*map(pipeline.ask, questions))
    calls = [[call for call in player.asked if question.query_text in str(call.body)] for question in questions]
    return tuple(map(Answered, questions, (outcome.response for outcome in outcomes), map(tuple, calls)))


@pytest.fixture
def server(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    """Have a server of a kind asked, without a key."""
    for key in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(key, raising=False)
    with model_servers.playing(kind) as player:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", player.url)
        yield player


@EVERY_KIND
async def test_the_way_is_known_after_a_few_questions(kind: Kind, server: Player) -> None:
    async with started() as pipeline:
        answered = await ask(pipeline, server, QUESTIONS)
    assert len(answered) == 24
    later = answered[LEARNING:]
    assert [str(question) for question in answered if not (question.by_model or question.honest)] == []
    assert [str(question) for question in answered if question.most_calls > MOST_CALLS] == []
    assert [str(question) for question in later if question.most_calls != 1] == []
    assert [str(question) for question in later if not question.by_model] == []
    assert {call.way for question in later for call in question.calls} == {UNDERSTOOD[kind.name][0]}
    assert server.strays == []


@EVERY_KIND
async def test_ways_are_tried_in_their_order(kind: Kind, server: Player) -> None:
    async with started() as pipeline:
        await ask(pipeline, server, QUESTIONS[: LEARNING + 1])
    for model in {call.body["model"] for call in server.asked}:
        tried = [ORDER.index(call.way) for call in server.asked if call.body["model"] == model]
        assert tried[0] == 0
        assert tried == sorted(tried)
        assert ORDER[tried[-1]] == UNDERSTOOD[kind.name][0]


@EVERY_KIND
async def test_questions_asked_together_cost_nobody_more_than_two_calls(kind: Kind, server: Player) -> None:
    async with started() as pipeline:
        first = await ask_together(pipeline, server, CONCEPTS)
        then = await ask(pipeline, server, NAMED_ERRORS)
    assert [str(question) for question in first if question.most_calls > MOST_CALLS] == []
    assert [str(question) for question in first if not (question.by_model or question.honest)] == []
    assert [str(question) for question in then if not question.by_model or question.most_calls != 1] == []
    assert {call.way for question in then for call in question.calls} == {UNDERSTOOD[kind.name][0]}


@EVERY_KIND
async def test_the_first_question_may_be_for_an_exercise(server: Player) -> None:
    async with started() as pipeline:
        first, second = await ask(pipeline, server, EXERCISES)
    assert isinstance(first.response, ResponseCompleted)
    assert first.most_calls <= ATTEMPTS
    assert second.by_model, str(second)


@pytest.mark.parametrize("structured", ORDER)
@EVERY_KIND
async def test_a_way_that_was_set_is_kept(kind: Kind, structured: Way, server: Player) -> None:
    understood = structured in UNDERSTOOD[kind.name]
    async with started(structured=structured) as pipeline:
        answered = await ask(pipeline, server, QUESTIONS[:3])
    assert [str(question) for question in answered if question.by_model is not understood] == []
    assert [str(question) for question in answered if question.honest is understood] == []
    assert [str(question) for question in answered if question.most_calls > (1 if understood else MOST_CALLS)] == []
    assert {call.way for call in server.asked} == {structured}


def chat(asked: Asked) -> Reply:
    """Refuse what is new, and write what was not asked for."""
    chatter = Reply({"content": [{"type": "text", "text": "Sure! Ask me anything."}]})
    return chatter if asked.way == "prompt" else GATEWAY.answer(asked)


@pytest.mark.parametrize("kind", [Kind("chat", chat)], ids=name)
async def test_who_never_writes_an_object_is_asked_twice_at_most(server: Player) -> None:
    async with started() as pipeline:
        answered = await ask(pipeline, server, QUESTIONS[:8])
    assert [str(question) for question in answered if not question.honest or question.most_calls > MOST_CALLS] == []


@pytest.mark.parametrize("kind", [model_servers.slow(tokens_per_second=400)], ids=name)
async def test_a_slow_answer_that_is_in_time_is_given(server: Player) -> None:
    async with started(timeout_seconds=5.0) as pipeline:
        answered = await ask(pipeline, server, CONCEPTS[:1])
    assert [str(question) for question in answered if not question.by_model or len(question.calls) != 1] == []


@pytest.mark.parametrize("kind", [model_servers.slow(tokens_per_second=2)], ids=name)
async def test_nobody_waits_for_an_answer_that_is_too_slow(server: Player) -> None:
    async with started(timeout_seconds=1.5) as pipeline:
        answered = await ask(pipeline, server, CONCEPTS[:3])
    assert [str(question) for question in answered if not (question.away and 1 <= question.most_calls <= 2)] == []


@pytest.mark.parametrize("kind", [model_servers.broken(401), model_servers.broken(404)], ids=name)
async def test_a_fault_that_lasts_is_no_reason_for_another_way(server: Player) -> None:
    async with started() as pipeline:
        answered = await ask(pipeline, server, QUESTIONS[:8])
    assert [str(question) for question in answered if not question.away or question.most_calls != 1] == []
    assert {call.way for call in server.asked} == {"native"}


@pytest.mark.parametrize("kind", [LITELLM], ids=name)
@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
@pytest.mark.parametrize("key", [None, KEY, f"{KEY}\n"], ids=["no key", "key", "key and newline"])
async def test_addresses_and_keys_are_taken_as_people_write_them(
    end: str, key: str | None, server: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"{server.url}{end}")
    if key is not None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    async with started() as pipeline:
        (answered,) = await ask(pipeline, server, CONCEPTS[:1])
    assert answered.by_model, str(answered)
    assert server.strays == []
    assert key is None or server.keys == [KEY]
