"""What of a question an explanation does not reach, so that it can be said first."""

from typing import Final

from learnflow.domain.phrasing import together
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import name
from learnflow.tutor.offline.retrieval.stems import singular

_PLAIN: Final = 1.6  # the weight from which a mention is a subject, and no word of everyday


def not_reached(question: ParsedQuestion, topic: str, told: str) -> str | None:
    """Say what a question names and the text told on a topic does not, None where it has all.

    The names of the topic itself are reached by every text on it.
    """
    there = {singular(word) for word in words(told.lower())}
    absent = dict.fromkeys(
        " ".join(said)
        for hit in question.mentions
        if hit.meaning.weight >= _PLAIN and (hit.meaning.topic != topic or hit.meaning.detail)
        if there.isdisjoint(map(singular, said := question.words[hit.start : hit.end]))
    )
    if not absent:
        return None
    named = together([f'"{one}"' for one in absent])
    return f"I have nothing prepared that puts {named} and {name(topic)} together: this is on {name(topic)} alone."


def beyond(question: ParsedQuestion) -> str:
    """Say which kind of answer a question wants that a general explanation may not hold."""
    if any(hit.meaning.kind == "difference" for hit in question.signals):
        return " Setting the two against each other is beyond me here."
    return " The exact reason that you ask for may not be in it." if "why" in question.words else ""
