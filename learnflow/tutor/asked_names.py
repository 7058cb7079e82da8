"""What can be said of the names that a question asks about: where the student's code sets them, or documentation."""

import re
from collections.abc import Mapping, Sequence
from keyword import kwlist
from typing import Final

from learnflow.code_analysis.built_ins import SOURCES, BuiltIn, look_up
from learnflow.code_analysis.occurrences import name_in_code
from learnflow.domain.phrasing import one_line, together
from learnflow.domain.question.asked_names import AskedName, asked_names
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import GENERAL, lookup

_WORD: Final = re.compile(r"[a-z_]\w*")
_READ_OF_CODE: Final = 3_000  # characters, for what a method may belong to
_OF_LANGUAGE: Final = frozenset({*kwlist, "self", "this", "super", "new", "var", "let", "const", "void", "static"})
_OF_TOPIC: Final = frozenset({
    "work",
    "mean",
})  # "how does list work" asks for the topic, "what does list return" does not

Documented = Mapping[AskedName, tuple[BuiltIn, ...]]


def places_of_names(question: ParsedQuestion) -> str | None:
    """Say where the student's code sets the names that are asked about; None where it sets none of them."""
    if not question.code:
        return None
    named = (asked.name for asked in asked_names(question) if asked.name not in _OF_LANGUAGE)
    places = (name_in_code(name, question.code, question.language) for name in named)
    return "\n\n".join(place for place in places if place is not None) or None


def documented_names(question: ParsedQuestion) -> Documented:
    """Return the names that are asked about with the built-ins of that name.

    Where one of two that are compared is none, nothing is; a word that names a topic, as `list` does, asks for that
    unless the question is what it does.
    """
    names = [asked for asked in asked_names(question) if asked.name not in _OF_LANGUAGE]
    near = {*question.words, *_WORD.findall((question.code or "")[:_READ_OF_CODE].lower())}
    found = {asked: entries for asked in names if (entries := _built_ins(asked, question, near))}
    compares = any(hit.meaning.kind == "difference" for hit in question.signals)
    return {} if compares and len(found) < len(names) else found


def unknown_names(question: ParsedQuestion, *, also_words: bool) -> str | None:
    """Say that names which are asked about are nowhere to be found, and what would help; None without such a name.

    `also_words`: whether also a word is meant that is not written as code.
    """
    mentioned = {word for hit in question.mentions for word in question.words[hit.start : hit.end]}
    nowhere = [
        f"`{one_line(asked.name)}`"
        for asked in asked_names(question)
        if (asked.is_code or also_words) and asked.name not in _OF_LANGUAGE
        if mentioned.isdisjoint(_WORD.findall(asked.name.lower()))
    ]
    if not nowhere:
        return None
    where = "neither set in your code, as far as I can read it, nor" if question.code else "not"
    return (
        f"I cannot say what {together(nowhere)} is: it is {where} among the built-ins whose documentation I have. Send "
        "me the code in which it is defined, and I say where it gets its value."
    )


def documentation(documented: Documented) -> str:
    """Return what the documentation says of built-ins: of several only in short."""
    entries = [entry for own in documented.values() for entry in own]
    parts = [*filter(None, (_matched(asked, own) for asked, own in documented.items()))]
    for language in dict.fromkeys(entry.language for entry in entries):
        own = (_told(entry, whole=len(entries) == 1) for entry in entries if entry.language is language)
        parts.append("\n".join((f"{SOURCES[language]} says:", *own)))
    return "\n\n".join(parts)


def _built_ins(asked: AskedName, question: ParsedQuestion, near: set[str]) -> tuple[BuiltIn, ...]:
    entries = look_up(asked.name, question.language, near)
    does = "does" in question.words and _OF_TOPIC.isdisjoint(question.words)
    names_topic = not asked.is_code and lookup(asked.name) != GENERAL and not does
    return () if names_topic and any(entry.is_kind for entry in entries) else entries


def _told(entry: BuiltIn, *, whole: bool) -> str:
    says = entry.says if whole else entry.summary
    return f"`{entry.form}`: {says}" if entry.signature else f"`{entry.name}`:\n{says}"


def _matched(asked: AskedName, entries: Sequence[BuiltIn]) -> str | None:
    """Say which of the arguments in the question is which parameter, where there is one way to call it."""
    given, parameters = asked.arguments or (), entries[0].parameters
    if not given or len(entries) > 1 or len(given) > len(parameters) or any("=" in value for value in given):
        return None
    pairs = [f"`{value}` is its `{parameter}`" for value, parameter in zip(given, parameters, strict=False)]
    return f"In `{asked.name}({', '.join(given)})`, {together(pairs)}."
