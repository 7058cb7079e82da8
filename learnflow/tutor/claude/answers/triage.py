"""Triage: by the rules where they are certain, else by a cheap model that also sees what the rules made of it."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from learnflow.domain.question.intent import OFF_TOPIC, Triage, decide
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.question_key import question_key
from learnflow.models.fields import NUL
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Agent, Intent
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.answers.dialogue import away, within
from learnflow.tutor.claude.answers.schemas import Sorted
from learnflow.tutor.claude.client.interface import Ask, ClaudeMisspoke, ClaudeUnavailable, Meters, Said
from learnflow.tutor.claude.fenced_text import fenced
from learnflow.tutor.claude.prompts import prompt

# One clear signal, with nothing against it, gives 0.86. Of the 72 questions in the tests of triage, 59 reach this.
CERTAIN: Final = 0.85
_SHARE: Final = 0.25  # of the time that an answer may take
_REMEMBERED: Final = 2_048  # questions
_MAX_TOKENS: Final = 400
_LONGEST_END: Final = 1_000  # characters of each end of a question, and of the code
_LONGEST_REASON: Final = 500
_WITHOUT_TOPIC: Final = frozenset({Intent.EXERCISE, Intent.PROGRESS})


class Triaging:
    """Decides what questions are. The same question is sorted once, whoever asks it."""

    def __init__(self, meters: Meters, settings: ClaudeSettings) -> None:
        self._meters = meters
        self._settings = settings
        self._prompt = prompt("triage")
        self._known: dict[bytes, Triage] = {}

    async def __call__(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Return what a question is. Raises ClaudeAway; where Claude's answer is of no use, the rules decide."""
        by_rules = decide(question)
        if certain(by_rules):
            return by_rules
        key = _key(query)
        if key in self._known:
            return self._known[key]
        meter = self._meters(Agent.TRIAGE, query)
        ask = Ask(
            self._settings.triage_model, self._prompt.text, (Said("user", told(query, by_rules)),), Sorted, _MAX_TOKENS
        )
        try:
            written = await meter.ask(ask, within(self._settings.timeout_seconds * _SHARE))
        except ClaudeUnavailable as error:
            raise away(error, meter) from error
        except ClaudeMisspoke:
            return replace(by_rules, usage=meter.usage)
        found = _decided(written.value, question, by_rules)
        self._remember(key, found)
        return replace(found, usage=meter.usage)

    def _remember(self, key: bytes, found: Triage) -> None:
        while len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[key] = found


def certain(by_rules: Triage) -> bool:
    """Say whether nothing is to be gained from a second opinion on what the rules decided."""
    if by_rules.confidence < CERTAIN:
        return by_rules.question_key == OFF_TOPIC
    return by_rules.topic != GENERAL or by_rules.intent in _WITHOUT_TOPIC or by_rules.question_key == OFF_TOPIC


def told(query: StudentQuery, by_rules: Triage) -> str:
    """Return what Claude is told of a question: both ends of it, its code, and what the rules made of it."""
    sections = [
        f"# What the rules made of it, with confidence {by_rules.confidence:.2f}\n\n{fenced(by_rules.reasoning)}",
        f"# The question\n\n{fenced(_ends(query.query_text))}",
    ]
    if query.code_snippet:
        sections.append(f"# Its code, in {query.language}\n\n{fenced(_ends(query.code_snippet))}")
    return "\n\n".join(sections)


def _ends(text: str) -> str:
    if len(text) <= 2 * _LONGEST_END:
        return text
    return f"{text[:_LONGEST_END]}\n\N{HORIZONTAL ELLIPSIS}\n{text[-_LONGEST_END:]}"


def _decided(said: Sorted, question: ParsedQuestion, by_rules: Triage) -> Triage:
    """Return what Claude decided. The question key follows from it by the rule that makes all of them."""
    because = " ".join(said.reasoning.replace(NUL, "").split())[:_LONGEST_REASON] or by_rules.reasoning
    confidence = round(said.confidence, 2)
    if said.off_topic:
        return Triage(Intent.CONCEPTS, GENERAL, OFF_TOPIC, confidence, f"{because} → concepts, off topic")
    key = question_key(question, said.intent, said.topic, said.telling)
    return Triage(said.intent, said.topic, key, confidence, f"{because} → {said.intent} about {said.topic}")


def _key(query: StudentQuery) -> bytes:
    text = " ".join(query.query_text.split()).casefold()
    return sha256("\0".join((text, query.code_snippet or "", query.language or "")).encode()).digest()
