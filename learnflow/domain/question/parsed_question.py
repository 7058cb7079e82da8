"""What can be read off a question before anything is decided: signals, error, topics, code."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from learnflow.domain.question.errors import ErrorSign, find_error, has_trace
from learnflow.domain.question.human_language import human_language
from learnflow.domain.question.lexicon import (
    Hit,
    Mention,
    Phrases,
    data,
    decided,
    hints,
    strongest,
    without_hollow_words,
    words,
)
from learnflow.domain.question.snippet import Snippet, split_prose_and_code
from learnflow.domain.question.spelling import corrected
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Intent, Language

NAME: Final = 2.0  # weights of what tells a topic
_WEAK_NAME: Final = 1.0
_DETAIL: Final = 1.6
_SMALL_TALK_WORDS: Final = 14
_READ_OF_EACH_END: Final = 120  # words
_ENDS: Final = frozenset(".?!")
_ANY: Final = 0.01  # less than any weight
_NARRATIVE: Final = 40  # words; what students ask in one or two sentences is shorter
_WHETHER: Final = frozenset({"is", "are", "does", "do", "can"})
_AT_HAND: Final = frozenset({"my", "our", "it", "this", "that", "these", "those", "there", "the", "i", "you", "we"})
_LEAST_ASKED: Final = 3  # words
_TRACED: Final = 2_000  # characters of the code, where a trace is an exception


@dataclass(frozen=True, slots=True)
class Signal:
    """What a phrase says: an intent, how surely, and what kind of question of it."""

    intent: Intent
    weight: float
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question as read: its words in lower case, and what was found in them.

    `asked` says of each word whether it stands where something is asked: in the first line, or in a question.
    `narrated` are signals that count only where somebody tells at length. `decided` are the topics that a word says
    which is used of nothing else. `foreign` is the name of a programming language that LearnFlow does not know, and
    `spoken` the human language that it is written in, where that is clearly not English.
    """

    words: tuple[str, ...]
    snippet: Snippet
    language: Language | None
    foreign: str | None
    signals: tuple[Hit[Signal], ...]
    narrated: tuple[Hit[Signal], ...]
    asked: tuple[bool, ...]
    mentions: tuple[Hit[Mention], ...]
    hints: Mapping[str, float]
    decided: frozenset[str]
    error: ErrorSign | None
    trace: bool
    technical: bool
    small_talk: bool
    off_topic: str | None
    spoken: str | None

    @property
    def code(self) -> str | None:
        """The student's code, given apart or pasted."""
        return self.snippet.code

    @property
    def narrates(self) -> bool:
        """Whether somebody tells at length, so that most words ask for nothing."""
        return len(self.words) >= _NARRATIVE

    @property
    def asks_whether(self) -> bool:
        """Whether it begins with "is a string mutable?": no search for a fault, whatever code is with it.

        What is asked of the student's own code, or of an error that came, is something else.
        """
        if self.narrates or self.error or self.trace or len(self.words) < _LEAST_ASKED:
            return False
        end = next((place for place, word in enumerate(self.words) if word in _ENDS), len(self.words))
        begins = self.words[0] in _WHETHER and self.words[1] not in _AT_HAND
        return begins and _AT_HAND.isdisjoint(self.words[2:end]) and any(hit.start < end for hit in self.mentions)

    @property
    def may_be_python(self) -> bool:
        """Whether no other language is named or seen."""
        return self.language in (None, Language.PYTHON)

    def has(self, intent: Intent, at_least: float = 0.0) -> bool:
        """Return whether a signal of an intent has at least a weight."""
        return self.strongest(intent) >= max(at_least, _ANY)

    def strongest(self, intent: Intent) -> float:
        """Return the weight of the strongest signal of an intent, 0.0 without one."""
        return max((hit.meaning.weight for hit in self.signals if hit.meaning.intent is intent), default=0.0)


_LEXICON: Final = data("lexicon.toml")
_TOPIC_WORDS: Final = data("topics.toml")
_SIGNALS, _NARRATED, _OBSERVED = (
    Phrases(
        (phrase, Signal(Intent(entry["intent"]), entry["weight"], entry.get("kind")))
        for entry in _LEXICON[key]
        for phrase in entry["phrases"]
    )
    for key in ("signals", "narrated", "observed")
)
_OFF_TOPIC: Final = Phrases((phrase, phrase) for phrase in _LEXICON["offtopic"]["phrases"])
_SMALL_TALK: Final = frozenset(_LEXICON["offtopic"]["small_talk"])
_GREETINGS: Final = frozenset(_LEXICON["offtopic"]["greetings"])
_TECHNICAL: Final = frozenset(_LEXICON["words"]["programming"])
_LANGUAGES: Final = {word: Language(language) for language, names in _LEXICON["languages"].items() for word in names}
_FOREIGN: Final[Mapping[str, str]] = _LEXICON["foreign"]
_BEFORE_GO, _AFTER_GO, _VERB_GO = (frozenset(_LEXICON["go"][key]) for key in ("before", "after", "verb"))
_GO_LABEL: Final = re.compile(r"\s*go ?(?:lang)?[:,]\s", re.IGNORECASE)  # "Go: what is a slice?"


def _names() -> Iterable[tuple[str, Mention]]:
    weak, ignored = (frozenset(_TOPIC_WORDS[key]) for key in ("weak", "ignored"))
    for key, topic in TOPICS.items():
        for name in {key, *topic.aliases, topic.title.lower()} - ignored:
            yield name.replace("-", " ").replace(",", ""), Mention(key, _WEAK_NAME if name in weak else NAME)


_DETAIL_NAMES: Final = tuple(
    (phrase, Mention(topic, _DETAIL, phrase))
    for topic, phrases in _TOPIC_WORDS["details"].items()
    for phrase in phrases
)
# of two meanings of one phrase, the first counts
_MENTIONS: Final = Phrases(sorted((*_names(), *_DETAIL_NAMES), key=lambda entry: -entry[1].weight))


def parse_question(query: StudentQuery) -> ParsedQuestion:
    """Read a question. Pure; takes time in proportion to its length."""
    snippet = split_prose_and_code(query)
    prose = _ends(words(snippet.prose))
    lower = corrected([word.lower() for word in prose])
    telling = without_hollow_words(lower)
    mentions = tuple(strongest(_MENTIONS.find(telling), lambda mention: mention.weight))
    title = len(words(snippet.prose.strip().partition("\n")[0]))
    traced = f"{query.query_text}\n{(query.code_snippet or '')[:_TRACED]}"
    language = snippet.language or _named_language(snippet.prose, prose, lower)
    error, trace = find_error(prose, language), has_trace(traced)
    off_topic = next((" ".join(lower[hit.start : hit.end]) for hit in _OFF_TOPIC.find(lower)), None)
    return ParsedQuestion(
        words=lower,
        snippet=snippet,
        language=language,
        foreign=None if language else _foreign_language(lower),
        signals=_signals(lower, snippet),
        narrated=tuple(strongest(_NARRATED.find(lower), lambda signal: signal.weight)),
        asked=_asked(lower, title),
        mentions=mentions,
        hints={} if trace else hints(telling, snippet.prose),  # the words of a trace are not the student's
        decided=frozenset() if trace else decided(telling, snippet.prose),
        error=error,
        trace=trace,
        technical=bool(mentions or error or snippet.code) or not _TECHNICAL.isdisjoint(lower),
        small_talk=_is_small_talk(lower),
        off_topic=off_topic,
        spoken=human_language(snippet.prose),
    )


def _signals(lower: Sequence[str], snippet: Snippet) -> tuple[Hit[Signal], ...]:
    """Return what the words say; how something behaves says more where the code of it is at hand."""
    observed = _OBSERVED.find((*lower, ".")) if snippet.code else ()  # a last sentence often lacks its end
    return tuple(strongest((*_SIGNALS.find(lower), *observed), lambda signal: signal.weight))


def _ends(spoken: list[str]) -> list[str]:
    """Return both ends of a long text: there stands what is asked, and an error is the end of a trace."""
    return spoken if len(spoken) <= 2 * _READ_OF_EACH_END else spoken[:_READ_OF_EACH_END] + spoken[-_READ_OF_EACH_END:]


def _asked(lower: Sequence[str], title: int) -> tuple[bool, ...]:
    """Return of each word whether it stands in the first line, in a question, or in a sentence that says please."""
    asked: list[bool] = []
    start = 0
    for place, word in enumerate((*lower, ".")):
        if word in _ENDS:
            sentence = lower[start : place + 1]
            asked.extend([word == "?" or "please" in sentence] * len(sentence))
            start = place + 1
    return tuple(question or place < title for place, question in enumerate(asked))


def _is_small_talk(lower: Sequence[str]) -> bool:
    spoken = [word for word in lower if word not in _ENDS]
    return 0 < len(spoken) <= _SMALL_TALK_WORDS and _SMALL_TALK.issuperset(spoken) and not _GREETINGS.isdisjoint(spoken)


def _named_language(text: str, prose: Sequence[str], lower: Sequence[str]) -> Language | None:
    """Return the language that is named first, from a text, its words as written, and those in lower case."""
    if _GO_LABEL.match(text):
        return Language.GO
    names = (
        _LANGUAGES.get(word, Language.GO)
        for place, word in enumerate(lower)
        if word in _LANGUAGES or (word == "go" and _is_name(prose, lower, place))
    )
    return next(names, None)


def _is_name(prose: Sequence[str], lower: Sequence[str], place: int) -> bool:
    """Say whether a `go`, also a verb, is the language: it is written as a name, or has a name's neighbours."""
    before = lower[place - 1] if place else "."
    after = lower[place + 1] if place + 1 < len(lower) else "."
    if after in _VERB_GO:
        return False
    return before in _BEFORE_GO or after in _AFTER_GO or (before not in _ENDS and prose[place] == "Go")


def _foreign_language(lower: Sequence[str]) -> str | None:
    """Return the name of a language that LearnFlow does not know, where a question names one."""
    names = (_FOREIGN[word] for word in lower if word in _FOREIGN)
    return next(names, "C" if ("in", "c") in pairwise(lower) else None)
