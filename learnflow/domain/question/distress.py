"""Notice that somebody is in distress or danger, whatever else they ask. No clock, no I/O.

The lexicon is in distress.toml. It errs on the careful side where words are meant as they are said, and leaves alone
what programmers say of processes, threads and their own patience: who kills, dies and hangs there is no person.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from learnflow.domain.question.lexicon import Phrases, data, words
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.models.student_query import StudentQuery

METADATA_FIELD: Final = "distress"  # of an answer, whoever has noticed
QUESTION_KEY: Final = "distress"

_LEXICON: Final = data("distress.toml")
_FILLERS: Final = frozenset(_LEXICON["words"]["fillers"])
_GAMES: Final = frozenset(_LEXICON["words"]["games"])
_SPELT_OUT: Final = {short: spelt.split() for short, spelt in _LEXICON["words"]["spelt_out"].items()}
_VERBATIM: Final[tuple[str, ...]] = tuple(_LEXICON["verbatim"]["texts"])
_SIGNS: Final = Phrases(
    (phrase, "always" if group.get("in_games", True) else "no game")
    for group in _LEXICON["phrases"]
    for phrase in group["phrases"]
)
_HARMLESS: Final = Phrases((phrase, phrase) for phrase in _LEXICON["harmless"]["phrases"])

# code in a sentence, and what a program is to print, are nobody's own words
_CODE: Final = re.compile(
    r"`[^`\n]{1,300}`|(?<![\w.])[\w.]++\([^()\n]{0,300}\)"
    r"|\b(?:print|prints|printing|printed|echo|echoes|output|outputs|string|text|label|message|title|variable)\W{1,3}"
    r"(?:\w{1,20}\W){0,2}?[\"'\u2018\u201c][^\"'\u2019\u201d\n]{1,300}[\"'\u2019\u201d]"
)


def in_distress(query: StudentQuery) -> bool:
    """Say whether the words of a question, not its code, show somebody in distress or danger."""
    prose = split_prose_and_code(query).prose
    if any(text in prose for text in _VERBATIM):
        return True
    spoken = tuple(_lexicon_words(_CODE.sub(" ", prose)))
    game = not _GAMES.isdisjoint(spoken)
    signs = [hit for hit in _SIGNS.find(spoken) if hit.meaning == "always" or not game]
    if not signs:
        return False
    harmless = {place for hit in _HARMLESS.find(spoken) for place in range(hit.start, hit.end)}
    return any(harmless.isdisjoint(range(hit.start, hit.end)) for hit in signs)


def _lexicon_words(prose: str) -> Sequence[str]:
    """Return the words as the lexicon has them."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKD", prose) if not unicodedata.combining(character)
    )
    lower = [word for word in words(plain.replace("ß", "ss").lower()) if word not in _FILLERS]
    return [spelt for word in lower for spelt in _SPELT_OUT.get(word, (word,))]
