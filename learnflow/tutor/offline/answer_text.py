"""How the offline tutor puts an answer together."""

from typing import Final

from pydantic import JsonValue

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import topic_of
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import SkillLevel

MODEL: Final = "offline"
_APART: Final = "\n\n"
_SIGNED: Final = "(From the offline tutor: "
LONGEST: Final = 2_500  # characters that are still read on a terminal


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
        model=MODEL,
    )


def signed(missing: str) -> str:
    """Return how an answer ends: it says that it is offline, and what is missing therefore."""
    return f"{_SIGNED}{missing})"


def followed(first: str, second: str) -> str:
    """Return two answers as one, no paragraph twice; that they are offline is said once, at the end."""
    said, more = first.split(_APART), second.split(_APART)
    new = [paragraph for paragraph in more if paragraph not in said]
    if not (said[-1].startswith(_SIGNED) and new and new[-1].startswith(_SIGNED)):
        return _APART.join((*said, *new))
    ending = f"{said[-1].removesuffix(')')} And {new[-1].removeprefix(_SIGNED)}"
    return _APART.join((*said[:-1], *new[:-1], ending))


def topic_asked(request: AgentRequest, question: ParsedQuestion) -> str:
    """Return the topic that triage gave to the question, or what can be read off it."""
    return request.query.topic or topic_of(question) or GENERAL


def level(request: AgentRequest) -> SkillLevel:
    """Return the student's level: from the profile, or else what the query's context says, or else beginner."""
    if request.profile.skill_level is not None:
        return request.profile.skill_level
    said = (request.query.context or {}).get("skill_level")
    return SkillLevel(said) if isinstance(said, str) and said in set(SkillLevel) else SkillLevel.BEGINNER
