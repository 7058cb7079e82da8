"""What a phrase says of the topic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """What a phrase says of the topic; a detail is a part of the topic that a question can be about."""

    topic: str
    weight: float
    detail: str | None = None
