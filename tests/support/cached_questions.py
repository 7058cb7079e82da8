"""Questions to the concepts agent."""

from typing import Any, Final

from learnflow.models.events.routing import AgentRequest
from tests.support.offline_requests import request

RECURSION: Final = "What is recursion?"


def asked(text: str = RECURSION, topic: str = "recursion", **more: Any) -> AgentRequest:
    return request(text, topic=topic, **more)
