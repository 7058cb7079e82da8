"""How an answer that no model wrote is put together: its paragraphs, and the sentence at its end that says so."""

from typing import Final

from pydantic import JsonValue

from learnflow.models.draft import OFFLINE_MODEL, Draft

LONGEST: Final = 2_500  # characters that are still read on a terminal
_PARAGRAPHS: Final = "\n\n"
_SIGNATURE: Final = "(From the offline tutor: "


def draft(
    *parts: str | None,
    topic: str,
    confidence: float,
    missing: str,
    code: tuple[str, ...] = (),
    metadata: dict[str, JsonValue] | None = None,
) -> Draft:
    """Return an answer of paragraphs; it ends by saying that it is offline, and what is `missing` therefore."""
    last = signed(missing)
    text = "\n\n".join(part.strip("\n") for part in parts if part)
    room = LONGEST - len(last) - 2
    if len(text) > room:
        text = text[: room - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    return Draft(
        text=f"{text}\n\n{last}",
        code_examples=code,
        confidence=confidence,
        topic=topic,
        metadata=metadata or {},
        model=OFFLINE_MODEL,
    )


def signed(missing: str) -> str:
    """Return how an answer ends: it says that it is offline, and what is missing therefore."""
    return f"{_SIGNATURE}{missing})"


def joined(first: str, second: str) -> str:
    """Return two answers as one, no paragraph twice; that they are offline is said once, at the end."""
    paragraphs = first.split(_PARAGRAPHS)
    new = [paragraph for paragraph in second.split(_PARAGRAPHS) if paragraph not in paragraphs]
    if not (paragraphs[-1].startswith(_SIGNATURE) and new and new[-1].startswith(_SIGNATURE)):
        return _PARAGRAPHS.join((*paragraphs, *new))
    ending = f"{paragraphs[-1].removesuffix(')')} And {new[-1].removeprefix(_SIGNATURE)}"
    return _PARAGRAPHS.join((*paragraphs[:-1], *new[:-1], ending))
