"""The programming language that a question names. `Go` is also a verb, so that its neighbours decide."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.lexicon import data, word_set
from learnflow.models.vocabulary import Language

_LEXICON: Final = data("lexicon.toml")
_LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType({
    word: Language(language) for language, names in _LEXICON["languages"].items() for word in names
})
_FOREIGN: Final[Mapping[str, str]] = MappingProxyType(_LEXICON["foreign"])
_GO: Final = "go"
_BEFORE, _AFTER, _VERB = (word_set(_LEXICON["go"], key) for key in ("before", "after", "verb"))
_LABEL: Final = re.compile(r"\s*go ?(?:lang)?[:,]\s", re.IGNORECASE)  # "Go: what is a slice?"
_ENDS: Final = frozenset(".?!")


def named_language(text: str, prose: Sequence[str], lower: Sequence[str]) -> Language | None:
    """Return the language that is named first, from a text, its words as written, and those in lower case."""
    if _LABEL.match(text):
        return Language.GO
    return next(
        (
            _LANGUAGES.get(word, Language.GO)
            for place, word in enumerate(lower)
            if word in _LANGUAGES or (word == _GO and _is_name(prose, lower, place))
        ),
        None,
    )


def foreign_language(lower: Sequence[str]) -> str | None:
    """Return the name of a language that LearnFlow does not know, where a question names one."""
    names = (_FOREIGN[word] for word in lower if word in _FOREIGN)
    return next(names, "C" if ("in", "c") in pairwise(lower) else None)


def _is_name(prose: Sequence[str], lower: Sequence[str], place: int) -> bool:
    """Say whether a `go` is the language: it is written as a name, or has a name's neighbours."""
    before = lower[place - 1] if place else "."
    after = lower[place + 1] if place + 1 < len(lower) else "."
    if after in _VERB:
        return False
    return before in _BEFORE or after in _AFTER or (before not in _ENDS and prose[place] == "Go")
