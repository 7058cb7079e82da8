"""Decide what a question is: intent, topic, question key. Rules over what was read; no clock, no I/O."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final

from learnflow.domain.question.asked_names import asked_names
from learnflow.domain.question.distress import QUESTION_KEY, in_distress
from learnflow.domain.question.exercise_wish import EXERCISE_ID, claims_permission, is_submission
from learnflow.domain.question.lexicon import Hit, data, words
from learnflow.domain.question.parsed_question import ParsedQuestion, Signal, parse_question
from learnflow.domain.question.question_key import question_key
from learnflow.domain.question.topic import topic_of
from learnflow.models.draft import Usage
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent

OFF_TOPIC: Final = "off-topic"  # the question key of what is not about programming

_NOTHING_TELLS: Final = "nothing in it tells what is asked → concepts, which asks back"
_SUREST: Final = 0.98  # rules are never certain
_NOTHING_READ: Final = 0.15
_NOT_TECHNICAL: Final = 0.35  # nothing in it is about programming: the student should be asked
_TROUBLE: Final = 1.2  # the weight of a word of trouble that makes code that comes with it a case for debug
_ASKS: Final = 1.0  # the weight of a signal that says by itself what is asked about code
_DESCRIPTION_WORDS: Final = 6  # words; who shows code only to have it looked at says less of it
_QUESTION_WORDS: Final = frozenset(data("lexicon.toml")["words"]["question"])
_BEGINNING: Final = 3  # words, after which a question may have begun
_FADING: Final = 0.4  # what each further signal of one intent adds, of its weight
_NAMED_REASONS: Final = 3
_SHORT: Final = frozenset({Intent.EXERCISE, Intent.PROGRESS})  # what is wished for in a sentence, not in a narrative
_ASIDE: Final = 0.3  # of the weight of such a wish within a narrative
_CHANCE: Final = 0.5  # of the weight of a word of trouble in such a question
_OWN: Final = frozenset({"my", "our"})
_WHETHER: Final = 2.5  # the weight of a question whether something is so; more than that of code to be looked at
_NAME: Final = 2.5  # the weight of a question about one name in code, such as what it is or is given
_NOT_ASKING: Final = 0.5  # of the weight of what would ask, in a sentence of a narrative that asks nothing


@dataclass(frozen=True, slots=True)
class Triage:
    """What a question is: intent, topic and question key, how sure that is (0 to 1), and what decided it."""

    intent: Intent
    topic: str
    question_key: str
    confidence: float
    reasoning: str
    usage: tuple[Usage, ...] = ()  # what it cost to find out


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for an intent: its weight, and its words in the reasoning."""

    intent: Intent
    weight: float
    because: str


DISTRESS_TRIAGE: Final = Triage(
    Intent.CONCEPTS, GENERAL, QUESTION_KEY, 1.0, "words of distress or danger → concepts, with the supportive answer"
)
SUBMISSION_TRIAGE: Final = Triage(
    Intent.EXERCISE,
    GENERAL,
    "submission",
    1.0,
    f"code, and context.{EXERCISE_ID} says what for → exercise, to be graded",
)
CLAIM_TRIAGE: Final = Triage(
    Intent.EXERCISE, GENERAL, "claim", 1.0, "a claim to be allowed the solution → exercise, for the next hint"
)


def certain_triage(query: StudentQuery) -> Triage | None:
    """Return what a question is where nothing is weighed: distress, a submission, a claim. None for others."""
    if in_distress(query):
        return DISTRESS_TRIAGE
    if is_submission(query):
        return SUBMISSION_TRIAGE
    return CLAIM_TRIAGE if claims_permission(query) else None


def triage(query: StudentQuery) -> Triage:
    """Decide what a question is. The same question always gets the same answer."""
    return decide(parse_question(query))


def decide(question: ParsedQuestion) -> Triage:
    """Decide what a question is, from what was read of it."""
    off_topic = _off_topic(question)
    if off_topic is not None:
        return off_topic
    evidence = tuple(_evidence(question))
    topic = topic_of(question)
    scores = _scores(evidence)
    if not scores:
        key = question_key(question, Intent.CONCEPTS, topic)
        return Triage(Intent.CONCEPTS, topic, key, _NOTHING_READ, _NOTHING_TELLS)
    intent = max(scores, key=lambda intent: scores[intent])
    confidence = min(_confidence(scores, intent), _ceiling(question, intent, topic))
    return Triage(
        intent, topic, question_key(question, intent, topic), round(confidence, 2), _reasoning(evidence, intent, topic)
    )


def _off_topic(question: ParsedQuestion) -> Triage | None:
    if question.small_talk and not question.error:
        return Triage(Intent.CONCEPTS, GENERAL, OFF_TOPIC, 0.9, "only a greeting or thanks → concepts, off topic")
    if question.off_topic and not question.technical:
        because = f"'{question.off_topic}' and nothing about programming → concepts, off topic"
        return Triage(Intent.CONCEPTS, GENERAL, OFF_TOPIC, 0.8, because)
    return None


def _evidence(question: ParsedQuestion) -> Iterator[Evidence]:
    for hit in (*question.signals, *(question.narrated if question.narrates else ())):
        phrase = " ".join(question.words[hit.start : hit.end])
        yield Evidence(hit.meaning.intent, _weight(question, hit), f"'{phrase}'")
    if question.asks_whether:
        yield Evidence(Intent.CONCEPTS, _WHETHER, "asks whether something is so in general")
    if (asked := _name_asked_about(question)) is not None:
        yield Evidence(Intent.CONCEPTS, _NAME, f"asks about `{asked}`")
    if question.trace:
        yield Evidence(Intent.DEBUG, 3.5, "a traceback")
    if question.error:
        yield Evidence(Intent.DEBUG, _error_weight(question), f"'{question.error.name}'")
    if question.code and not question.asks_whether:
        yield from _code_evidence(question)
    if question.mentions and not (question.signals or question.code or question.error):
        yield Evidence(Intent.CONCEPTS, 0.8, "only names a topic")


def _name_asked_about(question: ParsedQuestion) -> str | None:
    """Return the name of code that is asked about beside code, where it is not asked why it does what it does."""
    if not question.code or question.trace or "why" in question.words:
        return None
    names = (asked.name for asked in asked_names(question) if asked.is_code or asked.name in words(question.code))
    return next(names, None)


def _weight(question: ParsedQuestion, hit: Hit[Signal]) -> float:
    """Weigh a signal where it stands: in a narrative, only what is asked asks, but trouble is told anywhere."""
    signal = hit.meaning
    if signal.intent is Intent.DEBUG and signal.weight <= _TROUBLE and _in_general(question):
        return _CHANCE * signal.weight
    if not question.narrates or signal.intent is Intent.DEBUG:
        return signal.weight
    if signal.intent in _SHORT:
        return _ASIDE * signal.weight
    return signal.weight if question.asked[hit.start] else _NOT_ASKING * signal.weight


def _in_general(question: ParsedQuestion) -> bool:
    """Say whether a short question asks how something is, with nothing at hand that could have gone wrong."""
    at_hand = (
        question.code or question.trace or question.error or question.narrates or not _OWN.isdisjoint(question.words)
    )
    return not at_hand and question.has(Intent.CONCEPTS) and question.strongest(Intent.DEBUG) <= _TROUBLE


def _error_weight(question: ParsedQuestion) -> float:
    """Weigh a named error: it is asked about in general, or was met, which code and trouble tell."""
    if question.code or question.trace or question.has(Intent.DEBUG):
        return 3.0
    return 0.8 if question.has(Intent.CONCEPTS, 1.5) else 2.0


def _code_evidence(question: ParsedQuestion) -> Iterator[Evidence]:
    debug, review = question.strongest(Intent.DEBUG), question.strongest(Intent.CODE_REVIEW)
    if question.error or (debug >= _TROUBLE and debug >= review):
        yield Evidence(Intent.DEBUG, 1.5, "code")
    elif review:
        yield Evidence(Intent.CODE_REVIEW, 1.5, "code")
    elif any(hit.meaning.weight >= _ASKS for hit in question.signals):
        return
    elif "why" in question.words or (len(question.words) >= _DESCRIPTION_WORDS and not _is_question(question)):
        yield Evidence(Intent.DEBUG, 1.0, "code and what is told of it")
    elif _is_question(question):
        yield Evidence(Intent.CONCEPTS, 1.0, "a question about code")
    else:
        yield Evidence(Intent.CODE_REVIEW, 1.0, "code and no question")


def _is_question(question: ParsedQuestion) -> bool:
    """Say whether something is asked: "when" and "where" also begin what is told."""
    if "?" in question.words:
        return not _QUESTION_WORDS.isdisjoint(question.words[:_BEGINNING])
    return not (_QUESTION_WORDS - {"when", "where"}).isdisjoint(question.words[:1])


def _scores(evidence: Sequence[Evidence]) -> Mapping[Intent, float]:
    """Add up the evidence for each intent; the strongest counts in full, each further one less."""
    weights: defaultdict[Intent, list[float]] = defaultdict(list)
    for reason in evidence:
        weights[reason.intent].append(reason.weight)
    return {
        intent: sum(weight * _FADING**place for place, weight in enumerate(sorted(strengths, reverse=True)))
        for intent, strengths in weights.items()
    }


def _confidence(scores: Mapping[Intent, float], intent: Intent) -> float:
    """How much of the evidence agrees, times how much there is of it."""
    share = scores[intent] ** 2 / sum(score**2 for score in scores.values())
    return min(_SUREST, share * (1 - exp(-scores[intent])))


def _ceiling(question: ParsedQuestion, intent: Intent, topic: str) -> float:
    if intent is Intent.CONCEPTS and topic == GENERAL and not question.technical:
        return _NOT_TECHNICAL
    grounded = question.code or question.trace or question.error or question.technical
    return _SUREST if intent is not Intent.DEBUG or grounded else _NOT_TECHNICAL


def _reasoning(evidence: Sequence[Evidence], intent: Intent, topic: str) -> str:
    deciding = sorted((reason for reason in evidence if reason.intent is intent), key=lambda reason: -reason.weight)
    because = " and ".join(dict.fromkeys(reason.because for reason in deciding[:_NAMED_REASONS]))
    against = max(
        (reason for reason in evidence if reason.intent is not intent), key=lambda reason: reason.weight, default=None
    )
    although = f", although {against.because} speaks for {against.intent}" if against else ""
    about = "" if topic == GENERAL else f" about {topic}"
    return f"{because} → {intent}{about}{although}"
