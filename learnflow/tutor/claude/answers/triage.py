"""Triage: by the rules where their kind was measured to be right, else by a cheap model that is not told of them."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from learnflow.bounded_cache import BoundedCache
from learnflow.domain.question.intent import OFF_TOPIC, Triage, decide
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.question_key import question_key
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Agent, Intent
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.answers.drafts import storable_line
from learnflow.tutor.claude.answers.schemas import Sorted
from learnflow.tutor.claude.budget.metered_client import MeteredClients
from learnflow.tutor.claude.interface import ClaudeRequest, ClaudeUnavailable, Message, UnusableReply, loop_time
from learnflow.tutor.claude.prompts import both_ends, fenced, prompt
from learnflow.tutor.interface import ClaudeAway

# One clear signal, with nothing against it, gives 0.86. How often each kind of rule is right then: docs/decisions.md.
CERTAIN: Final = 0.85
_SHARE: Final = 0.25  # of the time that an answer may take
_REMEMBERED: Final = 2_048  # questions
_LONGEST: Final = 2_000  # characters of a question, and of its code
_LONGEST_REASON: Final = 500
_WITHOUT_TOPIC: Final = frozenset({Intent.EXERCISE, Intent.PROGRESS})


class ClaudeTriage:
    """Decides what questions are. Claude is asked once about the same question, whoever asks it."""

    def __init__(self, clients: MeteredClients, settings: ClaudeSettings) -> None:
        self._clients = clients
        self._settings = settings
        self._prompt = prompt("triage")
        self._decided: BoundedCache[bytes, Triage] = BoundedCache(_REMEMBERED)

    async def __call__(self, query: StudentQuery, question: ParsedQuestion) -> Triage:
        """Return what a question is. Raises ClaudeAway; where Claude's reply is of no use, the rules decide."""
        by_rules = decide(question)
        if certain(by_rules, question):
            return by_rules
        key = _key(query)
        if key in self._decided:
            return self._decided[key]
        client = self._clients(Agent.TRIAGE, query)
        settings, message = self._settings, Message("user", triage_message(query))
        request = ClaudeRequest(
            settings.triage_model, self._prompt.text, (message,), Sorted, settings.most_tokens(Agent.TRIAGE),
            effort=settings.effort_of(Agent.TRIAGE),
        )  # fmt: skip
        try:
            reply = await client.ask(request, loop_time() + settings.timeout_seconds * _SHARE)
        except ClaudeUnavailable as error:
            raise ClaudeAway(error.for_students, client.usage) from error
        except UnusableReply:
            return replace(by_rules, usage=client.usage)
        triage = self._decided[key] = _triage(reply.value, question, by_rules)
        return replace(triage, usage=client.usage)


def certain(by_rules: Triage, question: ParsedQuestion) -> bool:
    """Say whether the rules decide alone: their kind was right in 97 of 100 labelled questions at the least.

    Words of trouble alone, also beside code or with an error's name, are less: they are said of much.
    """
    if by_rules.question_key == OFF_TOPIC:
        return True
    is_clear = by_rules.topic != GENERAL or by_rules.intent in _WITHOUT_TOPIC
    met = question.trace or (question.error is not None and question.code is not None)
    return is_clear and by_rules.confidence >= CERTAIN and (met or by_rules.intent is not Intent.DEBUG)


def triage_message(query: StudentQuery) -> str:
    """Return what Claude is told of a question: both ends of it, and its code; not what the rules would say."""
    sections = [f"# The question\n\n{fenced(both_ends(query.query_text, _LONGEST))}"]
    if query.code_snippet:
        sections.append(f"# Its code, in {query.language}\n\n{fenced(both_ends(query.code_snippet, _LONGEST))}")
    return "\n\n".join(sections)


def _triage(decision: Sorted, question: ParsedQuestion, by_rules: Triage) -> Triage:
    """Return what Claude decided. The question key follows from it by the rule that makes all of them."""
    because = storable_line(decision.reasoning, _LONGEST_REASON) or by_rules.reasoning
    confidence = round(decision.confidence, 2)
    if decision.off_topic:
        return Triage(Intent.CONCEPTS, GENERAL, OFF_TOPIC, confidence, f"{because} → concepts, off topic")
    key = question_key(question, decision.intent, decision.topic, decision.telling)
    reasoning = f"{because} → {decision.intent} about {decision.topic}"
    return Triage(decision.intent, decision.topic, key, confidence, reasoning)


def _key(query: StudentQuery) -> bytes:
    text = " ".join(query.query_text.split()).casefold()
    return sha256("\0".join((text, query.code_snippet or "", query.language or "")).encode()).digest()
