"""What Claude is asked through the real SDK holds nothing personal, and can be kept and played without network."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.fields import Model
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.recording import HttpTransport, Recording, Replay
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.interface import ClaudeRequest, ClaudeUnavailable, Message, UnusableReply
from tests.support.messages_api import KEY, MODEL, MessagesApi, fails, says

E_MAIL = "jane.doe@example.com"
NOWHERE = "http://127.0.0.1:9"


class Count(Model):
    """A number of things."""

    count: int


def about(text: str) -> ClaudeRequest[Count]:
    return ClaudeRequest(MODEL, "Count things.", (Message("user", text),), Count, 500)


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


def asker(url: str, wire: HttpTransport | None = None, key: str | None = KEY) -> ClaudeClient:
    settings = ClaudeSettings(attempts=1)
    return ClaudeClient(AnthropicApi(api_key=key, base_url=url, transport=wire), settings)


async def asked(one: ClaudeClient, text: str) -> Any:
    try:
        return (await one.ask(about(text), 1e9)).value
    except (ClaudeUnavailable, UnusableReply) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        await one.close()


def kept(directory: Path) -> list[str]:
    return [file.read_text() for file in directory.iterdir()]


async def test_the_service_never_sees_an_e_mail(api: MessagesApi) -> None:
    api.will(says({"count": 3}))
    assert await asked(asker(api.url), f"I am {E_MAIL}, my key is {KEY}. How many?") == Count(count=3)
    (body,) = api.asked
    assert body["messages"] == [{"role": "user", "content": "I am [e-mail], my key is [key]. How many?"}]


async def test_what_was_recorded_is_answered_again_without_network_and_key(api: MessagesApi, tmp_path: Path) -> None:
    api.will(says({"count": 3}), says({"count": 4}), says("no number"), fails(404, "not_found_error"))
    texts = ("three?", "four?", "what?", "who?")
    live = [await asked(asker(api.url, Recording(tmp_path)), text) for text in texts]
    replay = Replay(tmp_path)
    assert [await asked(asker(NOWHERE, replay, replay.api_key), text) for text in texts] == live
    assert live[:2] == [Count(count=3), Count(count=4)]
    assert [str(one).partition(":")[0] for one in live[2:]] == ["UnusableReply", "LastingFault"]
    assert replay.missing == 0


async def test_a_recording_holds_no_key_and_no_e_mail(api: MessagesApi, tmp_path: Path) -> None:
    api.will(says({"count": 3}), fails(401, "authentication_error"))  # whose words repeat the key
    await asked(asker(api.url, Recording(tmp_path)), f"I am {E_MAIL}")
    await asked(asker(api.url, Recording(tmp_path)), "And again?")
    files = kept(tmp_path)
    assert len(files) == 2
    assert not [file for file in files if KEY in file or E_MAIL in file or "x-api-key" in file.lower()]
    assert sum("[e-mail]" in file for file in files) == 1
    assert all(set(orjson.loads(file)) == {"request", "response"} for file in files)


async def test_what_was_not_recorded_is_missing(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    assert "LastingFault" in await asked(asker(NOWHERE, replay, replay.api_key), "three?")
    assert replay.missing == 1


async def test_the_same_question_is_one_file(
    api: MessagesApi, tmp_path: Path
) -> None:  # fmt: skip
    api.will(says({"count": 3}), says({"count": 4}))
    for _ in range(2):
        await asked(asker(api.url, Recording(tmp_path)), "three?")
    (file,) = kept(tmp_path)
    assert '{\\"count\\": 4}' in file, "the last answer counts"


def test_a_replay_needs_its_directory(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        Replay(tmp_path / "nowhere")
