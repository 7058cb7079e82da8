"""A topic in a few words, at the end of an answer about something else: it fits the language, and the level."""

import re
from typing import Final

from learnflow.models.taxonomy import name, title
from learnflow.models.vocabulary import SkillLevel
from learnflow.tutor.offline.answers.explanation_text import Told
from learnflow.tutor.offline.answers.misconceptions import mistake
from learnflow.tutor.offline.answers.topic_question import Asked
from learnflow.tutor.offline.conversation import Telling, text

_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z`])")


def card(asked: Asked) -> Told:
    """Return a topic in short; for beginners one sentence, and how to get the rest."""
    part, telling = asked.in_language, asked.telling
    python = asked.question.may_be_python
    whole = text(asked.found, telling, asked.level) if python else part.text if part else None
    words = whole or ""  # of another language there is nothing that is sure to hold
    more = f'Say "Explain {name(asked.topic)}" for {"more" if words else "the idea behind it"}.'
    if asked.level is SkillLevel.BEGINNER:
        first = _BETWEEN_SENTENCES.split(words)[0] if words else ""
        return Told((f"{title(asked.topic)}: {first} {more}" if first else more,), (), telling)
    if not python:
        return Told(
            (f"{title(asked.topic)}: {words} {more}" if words else more,), (part.example,) if part else (), telling
        )
    shown = asked.found.picture if telling is Telling.PICTURE else asked.found.at(asked.level)
    return Told((f"{title(asked.topic)}: {words}", mistake(asked.found, asked.level)), (shown.example,), telling)
