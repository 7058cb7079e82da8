"""Claude's replies as a stream, over the real SDK: what is shown meanwhile, and that all else is as without."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.vocabulary import Language, Stage
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.tutor.answer_progress import AnswerProgress, followed_by
from learnflow.tutor.claude.client.recording import Recording, Replay
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.factory import tutor
from learnflow.tutor.interface import Tutor
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION
from tests.support.messages_api import INPUT_TOKENS, KEY, OUTPUT_TOKENS, MessagesApi, fails, says, streams
from tests.support.offline_requests import request, with_question
from tests.support.sink_messages import AT

TEXT: Final = "A function may call itself. Each call has names of its own. The base case ends it. That is recursion."
EXPLAINED: Final[dict[str, Any]] = {**EXPLANATION, "topic": "recursion", "text": TEXT, "code_examples": []}
RECURSION: Final = with_question(request("What is recursion?", topic="recursion"))


@dataclass
class Told:
    """What was told of an answer, and what was spent."""

    stages: list[Stage] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)
    progress: AnswerProgress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = AnswerProgress(self._tell)

    def _tell(self, stage: Stage, text: str | None) -> None:
        self.stages.append(stage)
        if text and text not in self.words:
            self.words.append(text)
            self.first.set()


@pytest.fixture(autouse=True)
def _hear_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear of each piece: a few times a second, a short answer would be there before."""
    monkeypatch.setattr("learnflow.tutor.claude.client.streaming.HEAR_SECONDS", 0.0)


@pytest.fixture
def api(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> MessagesApi:
    found = MessagesApi(httpserver)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", found.url)
    return found


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as found:
        yield found


@pytest.fixture
async def claude(api: MessagesApi, sandbox: Sandbox) -> AsyncIterator[Tutor]:
    """Give a tutor that has had an answer, and so may ask for streams; nothing is remembered."""
    api.will(says(EXPLAINED))
    settings = Settings.model_validate({"claude": {"attempts": 2, "cache_days": 0}})
    found = tutor(settings, sandbox, lambda: AT)
    await found.explain(*RECURSION)
    api.asked.clear()
    yield found
    await found.close()


def slowly(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        threading.Event().wait(0.01)
        yield piece


async def explained(claude: Tutor, told: Told) -> Any:
    with followed_by(told.progress):
        return await claude.explain(*RECURSION)


async def test_words_come_before_the_answer_which_is_the_same(api: MessagesApi, claude: Tutor) -> None:
    api.will(streams(EXPLAINED, slowly))
    told = Told()
    draft = await explained(claude, told)
    assert api.asked[0]["stream"] is True
    assert draft.text == TEXT
    assert [usage.input_tokens for usage in draft.usage] == [INPUT_TOKENS]
    assert [usage.output_tokens for usage in draft.usage] == [OUTPUT_TOKENS]
    assert told.stages[:2] == [Stage.ASKING, Stage.WRITING]
    assert told.words[0] == "A function may call itself."
    assert all(TEXT.startswith(words) for words in told.words)


@pytest.mark.parametrize(
    "change",
    [
        {"distress": True},
        {"belongs_to": {"agent": "debug", "because": "it is an error"}},
        {"text": "`sum([1, 2])` gives `4`. So it is. Believe me."},
    ],
    ids=["distress", "of another agent", "a false output"],
)
async def test_what_is_not_the_answer_in_the_end_is_never_shown(
    api: MessagesApi, claude: Tutor, change: dict[str, Any]
) -> None:
    api.will(streams({**EXPLAINED, **change}, slowly), streams(EXPLAINED))
    told = Told()
    with followed_by(told.progress):
        try:
            await claude.explain(*RECURSION)
        except Exception as error:  # noqa: BLE001 - it is for another agent
            assert "error" in str(error)  # noqa: PT017 - as above
    assert [words for words in told.words if not TEXT.startswith(words)] == []


async def test_what_debug_says_waits_until_it_is_proven(api: MessagesApi, claude: Tutor, sandbox: Sandbox) -> None:
    api.will(streams(DIAGNOSIS, slowly), streams(DIAGNOSIS, slowly))
    asked = with_question(request("Why IndexError?", code="arr = [1]\nprint(arr[5])", language=Language.PYTHON))
    told = Told()
    with followed_by(told.progress):
        await claude.debug(*asked, await CodeRunner(sandbox).run_question(*asked))
    assert told.words == []
    assert {Stage.RUNNING_CODE, Stage.ASKING, Stage.WRITING, Stage.CHECKING} <= set(told.stages)


async def test_a_server_that_refuses_streams_is_asked_without_and_known(api: MessagesApi, claude: Tutor) -> None:
    api.will(fails(400, "invalid_request_error"), says(EXPLAINED), says(EXPLAINED))
    for _ in range(2):
        assert (await explained(claude, Told())).text == TEXT
    assert [body.get("stream") for body in api.asked] == [True, None, None]


async def test_a_server_that_answers_at_once_all_the_same_is_read(api: MessagesApi, claude: Tutor) -> None:
    api.will(says(EXPLAINED))
    told = Told()
    assert (await explained(claude, told)).text == TEXT
    assert told.words == []


async def test_a_stream_that_breaks_off_is_asked_for_again(api: MessagesApi, claude: Tutor) -> None:
    def half(pieces: Iterator[bytes]) -> Iterator[bytes]:
        return (piece for number, piece in enumerate(pieces) if number < 12)

    api.will(streams(EXPLAINED, half), streams(EXPLAINED))
    draft = await explained(claude, Told())
    assert (draft.text, len(api.asked)) == (TEXT, 2)


async def test_of_an_answer_that_is_given_up_what_was_written_is_paid(api: MessagesApi, claude: Tutor) -> None:
    api.will(streams(EXPLAINED, slowly))
    told = Told()
    under_way = asyncio.create_task(explained(claude, told))
    await told.first.wait()
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    [usage] = told.progress.usage
    assert (usage.calls, usage.input_tokens) == (1, INPUT_TOKENS)
    assert 0 < usage.output_tokens < OUTPUT_TOKENS
    assert usage.price_usd > 0


async def test_a_recorded_stream_is_played(api: MessagesApi, sandbox: Sandbox, tmp_path: Path) -> None:
    api.will(says(EXPLAINED), streams(EXPLAINED, slowly))
    settings = Settings.model_validate({"claude": {"cache_days": 0}})
    texts = []
    for transport in (Recording(tmp_path), Replay(tmp_path)):
        found = tutor(settings, sandbox, lambda: AT, transport)
        texts += [(await explained(found, Told())).text for _ in range(2)]
        await found.close()
    assert texts == [TEXT] * 4
    assert [body.get("stream") for body in api.asked] == [None, True]
    assert len(await asyncio.to_thread(lambda: list(tmp_path.iterdir()))) == 1


async def test_without_the_setting_nothing_is_asked_for_as_a_stream(api: MessagesApi, sandbox: Sandbox) -> None:
    api.will(says(EXPLAINED), says(EXPLAINED))
    found = tutor(Settings.model_validate({"claude": {"cache_days": 0, "stream": False}}), sandbox, lambda: AT)
    for _ in range(2):
        await explained(found, Told())
    await found.close()
    assert [body.get("stream") for body in api.asked] == [None, None]
