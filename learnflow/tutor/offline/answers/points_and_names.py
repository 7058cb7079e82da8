"""The one thing that was asked, and no lesson around it: a prepared point, or a name in code or documentation."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from learnflow.code_analysis.occurrences import places
from learnflow.domain.phrasing import together
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name
from learnflow.tutor.answer_text import draft
from learnflow.tutor.asked_names import documentation, documented_names, places_of_names, unknown_names
from learnflow.tutor.offline.content.library import EXPLANATIONS, Explanation
from learnflow.tutor.offline.conversation import answered_before, wanted_level
from learnflow.tutor.offline.point_index import question_terms, stems_of, text_stems
from learnflow.tutor.offline.points import PointMatch
from learnflow.tutor.student_level import depth

CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."
_MOST: Final = 4  # further points that are named
_ENDS: Final = "in|when|for|which|what|how|why|should|is|are|do|does|with|i|on|at|because"
_BETWEEN: Final = "and|or|from|to|than"
_SIDE: Final = rf"((?:(?!(?:{_ENDS}|{_BETWEEN}|between) )[^ .?!]+ ){{1,3}}?)"  # more words are a sentence
_COMPARED: Final = re.compile(
    rf"(?:between {_SIDE}(?:{_BETWEEN})|(?:^|[.?!] |(?:{_ENDS}) ){_SIDE}(?:vs|versus)) {_SIDE}(?=[.?!]|(?:{_ENDS}) )"
)


def explain_point(request: AgentRequest, question: ParsedQuestion, match: PointMatch, why: str | None) -> Draft:
    """Answer by a point, with the example that there is in the question's language; `why` is a cause in the code."""
    topic, point, explanation = match.topic, match.point, EXPLANATIONS[match.topic]
    asked = replace(question, language=question.language or point.language)
    part = explanation.languages.get(asked.language) if asked.language else None
    example = (point.code if point.language or asked.may_be_python else None) or (part.code if part else None)
    return draft(
        _missing_side(question, match), why,
        places(topic, asked.code, asked.language) if asked.code else None,
        _language_gap(asked, match),
        f"{'To the point first' if match.named_by else 'The nearest that I have prepared'}: {point.says}",
        *_beyond(asked, match, explanation),
        topic=topic, confidence=0.8, missing="a prepared answer; I cannot answer the finer points of your question.",
        code=(example,) if example else (),
        metadata={"level": wanted_level(question, depth(request, topic)), "telling": "level", "suggested_topic": topic},
    )  # fmt: skip


def _language_gap(asked: ParsedQuestion, match: PointMatch) -> str | None:
    """Say that a point is for no language, where the question is on one that is not Python."""
    label = asked.foreign or (asked.language.label if asked.language else None)
    if label is None or match.point.language or (asked.may_be_python and not asked.foreign):
        return None
    if label in words(match.point.says):
        return None
    return f"I have this in general only, not for {label}: where it shows code, that is Python's unless it says so."


def _beyond(asked: ParsedQuestion, match: PointMatch, explanation: Explanation) -> Iterator[str | None]:
    """Yield what else there is on the topic, and by which words it can be asked for."""
    topic, point, language = name(match.topic), match.point, asked.language
    part = explanation.languages.get(language) if language else None
    if asked.may_be_python:
        yield f"Try it yourself: {CHANGE}" if point.code else None
        yield f'For the topic as a whole say "explain {topic}".'
    elif part is None:
        others = (other.about for other in explanation.points if other.language is language and other is not point)
        plain = [next((f'"{about}"' for about in other if " + " not in about), "") for other in others]
        more = together([*filter(None, plain)], most=_MOST)
        yield f"I have more on it in {language.label}: ask about {more}." if more and language else None
        yield f'My explanation of {topic} as a whole is in Python: say "explain {topic} in Python" for it.'
    elif point.language is None or point.code is None:
        yield f"{part.text}\nThe example prints:\n{part.output}"


def _missing_side(question: ParsedQuestion, match: PointMatch) -> str | None:
    """Say which of two things that are compared a point has nothing on; None where it has both, or none."""
    compared = _COMPARED.search(" ".join((*question_terms(question), ".")))
    if compared is None:
        return None
    sides = [side.split() for side in compared.groups() if side]
    first, second = (stems_of(side) for side in sides)
    present = text_stems(f"{match.point.says}\n{'; '.join(match.point.about)}")
    lacks = [bool(own) and own.isdisjoint(present) for own in (first - second, second - first)]
    if sum(lacks) != 1:
        return None
    missing, explained = (" ".join(side) for side in (sides if lacks[0] else sides[::-1]))
    return (
        f'You compare two things, and I have nothing prepared on "{missing}": this is on "{explained}" alone, and sets '
        "nothing against it."
    )


def explain_own_names(request: AgentRequest, question: ParsedQuestion, topic: str) -> Draft | None:
    """Say where the student's code sets the names that are asked about; None where it sets none, or that was said."""
    says = places_of_names(question)
    if says is None or answered_before(request, says):
        return None
    return _on_names(question, topic, says, missing="I read your code and did not run it.")


def explain_names(
    request: AgentRequest, question: ParsedQuestion, topic: str, point: PointMatch | None
) -> Draft | None:
    """Say what the documentation has on the names that are asked about, or that they are nowhere; None without any.

    A point that is on one of them comes first.
    """
    documented = documented_names(question)
    says = documentation(documented)
    if documented and not answered_before(request, says):
        names = {asked.name.lower() for asked in documented}
        ours = point if point and not names.isdisjoint(" ".join(point.point.about).split()) else None
        return _on_names(
            question, ours.topic if ours else topic, f"To the point first: {ours.point.says}" if ours else None, says,
            missing="these are the documentation's own words; what they mean for your case is beyond me.",
        )  # fmt: skip
    is_unclear = request.low_confidence and topic == GENERAL and "does" in question.words
    unknown = unknown_names(question, also_words=is_unclear)
    if documented or point or unknown is None:
        return None
    missing = "I have the documentation of Python, JavaScript and Java 6 only."
    return draft(unknown, topic=topic, confidence=0.3, missing=missing, metadata={"answered": False})


def _on_names(question: ParsedQuestion, topic: str, *says: str | None, missing: str) -> Draft:
    """Return what is said of names; the topic is told only where the question names it: most names have none."""
    topic = topic if any(hit.meaning.topic == topic for hit in question.mentions) else GENERAL
    more = f'For the topic as a whole say "explain {name(topic)}".' if topic in EXPLANATIONS else None
    metadata: dict[str, JsonValue] = {"suggested_topic": topic} if topic in TOPICS else {}
    return draft(*says, more, topic=topic, confidence=0.8, missing=missing, metadata=metadata)
