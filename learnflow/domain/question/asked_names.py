"""The names of code that a question is about: `randint` in "what goes into randint(lb, ub)?". No clock, no I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from learnflow.domain.question.lexicon import Phrases, data, words
from learnflow.domain.question.parsed_question import ParsedQuestion

_LONGEST: Final = 60  # words; who tells more asks for no single name
_NAME: Final = r"[A-Za-z_$][\w$]{0,60}"
_DOTTED: Final = rf"{_NAME}(?:\.{_NAME}){{0,4}}"
_MARKED: Final = re.compile(
    rf"`\s*({_DOTTED})\s*(\([^`\n]{{0,200}}\))?\s*`|({_DOTTED})(\([^()\n]{{0,200}}\))"
    rf"|\b({_NAME}(?:\.{_NAME}){{1,4}}|[a-z]{{1,60}}[A-Z]\w{{0,60}}|[A-Za-z]\w{{0,60}}_\w{{0,60}})\b"
)
_PLAIN: Final = re.compile(r"[a-z]\w*$")
_BEGINNING, _SUBJECT = "^", "NAME"
_ENDS: Final = frozenset(".?!")
_WORDS: Final = data("asked_names.toml")
_KINDS: Final = frozenset(_WORDS["kinds"])
_ENDINGS: Final = frozenset(_WORDS["endings"])
_STOP: Final = frozenset(data("lexicon.toml")["words"]["stop"])
_OF_NAME: Final = f"the|my|this|your|_ {'|'.join(_KINDS)}|_ {_SUBJECT} {'|'.join(_KINDS)}|_"
_ASKED, _COMPARED, _SET_IN_CODE = (
    Phrases((phrase.replace("<name>", _OF_NAME), None) for phrase in _WORDS[key])
    for key in ("asked", "compared", "set_in_code")
)


@dataclass(frozen=True, slots=True)
class AskedName:
    """A name, as written; whether it is written as code; and what stands in its parentheses, None without any."""

    name: str
    is_code: bool
    arguments: tuple[str, ...] | None = None


def asked_names(question: ParsedQuestion) -> tuple[AskedName, ...]:
    """Return the names that a question asks about, both where it compares two.

    A word that is not written as code is one where it stands as the subject: "what does zip do?". Whether there is
    anything of that name is another question.
    """
    prose = question.snippet.prose
    if question.narrates or question.error or len(question.words) > _LONGEST:
        return ()
    marked: dict[str, AskedName] = {}
    spoken = [word if word in marked else word.lower() for word in words(_with_places(prose, marked))]
    sentences = [_BEGINNING, *(word for said in spoken for word in ((said, _BEGINNING) if said in _ENDS else (said,)))]
    names = [(place, marked.get(word) or _plain(sentences, place)) for place, word in enumerate(sentences)]
    known = [(place, name) for place, name in names if name is not None]
    compared = dict.fromkeys(name for place, name in known if _is_asked(sentences, place, _COMPARED))
    if len(compared) > 1:
        return tuple(compared)
    alone = len(known) == 1 and known[0][1].is_code and not any(map(_PLAIN.match, sentences))
    asking = (_ASKED, _SET_IN_CODE) if question.code else (_ASKED,)
    return tuple(dict.fromkeys(name for place, name in known if alone or _is_asked(sentences, place, *asking)))


def _with_places(prose: str, marked: dict[str, AskedName]) -> str:
    """Return a text with a word of its own for each piece of code in it, and fill in which piece that is."""

    def place(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[5]
        if name.rpartition(".")[2].lower() in _ENDINGS and "." in name:
            return match[0]
        key = f"{_SUBJECT}_{len(marked)}"
        inside = match[2] or match[4]
        marked[key] = AskedName(name, is_code=True, arguments=None if inside is None else _arguments(inside[1:-1]))
        return f" {key} "

    return _MARKED.sub(place, prose)


def _arguments(inside: str) -> tuple[str, ...]:
    """Return what stands between the commas; nothing where brackets or quotes may hold commas of their own."""
    if re.search(r"[\[({\"']", inside):
        return ()
    return tuple(part.strip() for part in inside.split(",") if part.strip())


def _plain(sentences: Sequence[str], place: int) -> AskedName | None:
    """Return a word as a name; None for those that only ask, unless it says that one is a name: "the variable i"."""
    word = sentences[place]
    if not _PLAIN.match(word) or word in _KINDS or (word in _STOP and sentences[place - 1] not in _KINDS):
        return None
    return AskedName(word, is_code=False)


def _is_asked(sentences: Sequence[str], place: int, *asking: Phrases[None]) -> bool:
    """Say whether a name at a place stands where something is asked about it."""
    told = (*sentences[:place], _SUBJECT, *sentences[place + 1 :], ".")
    return any(hit.start <= place < hit.end for phrases in asking for hit in phrases.find(told))
