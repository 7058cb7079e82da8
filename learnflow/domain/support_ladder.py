"""The one policy on solutions: how much an answer may give away of what a student is to find. No clock, no I/O.

A ladder of four rungs. Where it begins and ends, the setting `support` says. Each try of the student on the same
problem leads one rung up; nothing else does, whatever a text claims or asks for. Of homework and of an open exercise
the fix is never given.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import Final

from learnflow.domain.question.exercise_wish import is_claim
from learnflow.domain.question.lexicon import data, words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest, Turn
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Specialist
from learnflow.settings.sections import Support


class Rung(StrEnum):
    """What an answer gives: a question to think about, a hint, the place, or the fix."""

    QUESTION = "question"
    HINT = "hint"
    PLACE = "place"
    FIX = "fix"


LADDER: Final = tuple(Rung)
_FIRST: Final[Mapping[Support, Rung]] = {"low": Rung.QUESTION, "moderate": Rung.HINT, "high": Rung.FIX}
_LAST: Final[Mapping[Support, Rung]] = {"low": Rung.PLACE, "moderate": Rung.FIX, "high": Rung.FIX}
_TEACHING: Final = frozenset({Specialist.CONCEPTS, Specialist.CODE_REVIEW, Specialist.DEBUG})
_ALIKE: Final = 0.5  # of the lines, so that two programs are versions of one
_DEFINED: Final = re.compile(r"\b(?:def|function|static [\w<>\[\], ]+?)\s+(\w+)\s*\(")
_PATTERNS: Final = {key: re.compile("|".join(either)) for key, either in data("support_ladder.toml").items()}


def is_above(rung: Rung, highest: Rung) -> bool:
    """Say whether a rung gives more than another."""
    return LADDER.index(rung) > LADDER.index(highest)


def highest_rung(support: Support, request: AgentRequest, question: ParsedQuestion, agent: Specialist) -> Rung:
    """Return the highest rung that an agent's answer to a request may reach."""
    last = Rung.PLACE if is_own_work(request, question) else _LAST[support]
    reached = LADDER.index(_FIRST[support]) + tries(request, question)
    # to have code reviewed is to be shown places in it
    least = Rung.PLACE if agent is Specialist.CODE_REVIEW else Rung.QUESTION
    return LADDER[max(min(reached, LADDER.index(last)), LADDER.index(least))]


def is_own_work(request: AgentRequest, question: ParsedQuestion) -> bool:
    """Say whether the student is to solve it alone: it is called homework, or belongs to an open exercise."""
    texts = (request.query.query_text, *(turn.question for turn in _same_problem(request, question)))
    if any(_says("homework", text) for text in texts) or (request.named and request.named.closed is None):
        return True
    return any(_is_for(request, question, assigned.exercise.solution_code) for assigned in request.exercises) or (
        bool(request.turns)
        and request.turns[-1].exercise_id in {assigned.exercise.exercise_id for assigned in request.exercises}
    )


def tries(request: AgentRequest, question: ParsedQuestion) -> int:
    """Return how often the student has tried since the problem came up: changed the program, or says that it failed."""
    before = [(turn.question, turn.code) for turn in _same_problem(request, question)]
    said = [*before, (request.query.query_text, question.code)]
    return sum(_has_tried(text, code, earlier) for (_, earlier), (text, code) in pairwise(said))


def _has_tried(text: str, code: str | None, before: str | None) -> bool:
    if code and before and _lines(code) != _lines(before):
        return True
    return _says("tried", text) and not is_claim(text)


def _same_problem(request: AgentRequest, question: ParsedQuestion) -> tuple[Turn, ...]:
    """Return the last turns without a break that are on the question's problem, oldest first."""

    def turns() -> Iterator[Turn]:
        code = question.code
        for turn in reversed(request.turns):
            if turn.agent not in _TEACHING or not _is_same(turn, request.query.topic, code):
                return
            code = code or turn.code
            yield turn

    return tuple(turns())[::-1]


def _is_same(turn: Turn, topic: str | None, code: str | None) -> bool:
    if turn.code and code:
        likeness = SequenceMatcher(None, _lines(turn.code), _lines(code), autojunk=False).ratio()
        return likeness >= _ALIKE
    return topic not in TOPICS or turn.topic not in TOPICS or turn.topic == topic


def _is_for(request: AgentRequest, question: ParsedQuestion, solution: str) -> bool:
    """Say whether a program, the question's or that of its last turn, has a function that a solution has."""
    code = question.code or next((turn.code for turn in reversed(request.turns) if turn.code), None) or ""
    return not set(_DEFINED.findall(solution)).isdisjoint(set(_DEFINED.findall(code)) - {"main"})


def _says(key: str, text: str) -> bool:
    return _PATTERNS[key].search(" ".join(words(text.lower()))) is not None


def _lines(code: str) -> list[str]:
    return [line.strip() for line in code.splitlines() if line.strip()]
