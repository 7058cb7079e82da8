"""What no answer may do, whatever it says of itself: go beyond the allowed rung, or leave the student's language."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from learnflow.domain.question.human_language import clear_language, is_in_another, names_language
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.domain.support_ladder import Rung, is_above
from learnflow.models.events.routing import AgentRequest
from learnflow.repair.claims import Repair
from learnflow.tutor.claude.answers.schemas import Diagnosis, Teaching
from learnflow.tutor.proof.programs import likeness
from learnflow.tutor.solution_guard import fenced_code, inline_code

_ALIKE: Final = 0.6  # how alike an example is to the code that it changes
_MENDED: Final = 0.75  # how alike a line is to one of the student's that it changes
_SHORTEST: Final = 4  # characters of code that says something
_HALF: Final = 0.5  # of the student's lines, so that an example stands for the program
_SHOWS: Final = re.compile(r"(?:print|console\.log|System\.out\.print|std::cout|fmt\.Print|println!|dbg!|#|//)")


def beyond_rung(answer: Teaching, highest: Rung, code: str | None, repair: Repair | None = None) -> str | None:
    """Say what an answer gives that is above a rung: by what it claims, and by what is in it; None where nothing is.

    `code` is the student's, and `repair` what is known to mend it.
    """
    if is_above(answer.hint_level, highest):
        return f"`hint_level` is {answer.hint_level}, and no more than {highest} is allowed now"
    if highest is Rung.FIX:
        return None
    if isinstance(answer, Diagnosis) and answer.fix_applied:
        return f"it mends the code, and no more than {highest} is allowed now"
    if isinstance(answer, Diagnosis) and answer.line is not None and is_above(Rung.PLACE, highest):
        return f"it names the line, and no more than {highest} is allowed now"
    if code and _gives_change(code, all_code(answer), inline_code(answer.text), repair):
        return f"it holds the student's code, changed, and no more than {highest} is allowed now"
    return None


def all_code(answer: Teaching) -> tuple[str, ...]:
    """Return the pieces of code of an answer, also those between fences in its text."""
    return (*(example.code for example in answer.code_examples), *fenced_code(answer.text))


def _gives_change(code: str, examples: Sequence[str], spans: Sequence[str], repair: Repair | None) -> bool:
    programs = [example for example in examples if not _only_shows_more(code, example)]
    if any(_is_changed(code, program) for program in programs):
        return True
    own = _lines(code)
    given = [*(line for program in programs for line in _lines(program)), *spans]
    return any(_changes(line, own) for line in given) or _names_repair(given, own, repair)


def _only_shows_more(code: str, example: str) -> bool:
    """Say whether an example is the student's code with nothing but output added, by which a fault is looked for."""
    rest = iter(_lines(example))
    added: list[str] = []
    for own in _lines(code):
        for line in rest:
            if line == own:
                break
            added.append(line)
        else:
            return False
    return all(_SHOWS.match(line) for line in (*added, *rest))


def _is_changed(code: str, example: str) -> bool:
    """Say whether an example is the student's code, in whole or for the most part, with something else in it."""
    own, given = _lines(code), _lines(example)
    kept = sum(line in given for line in own)
    is_like = kept >= _HALF * len(own) or (likeness(code, example) >= _ALIKE and len(given) >= _HALF * len(own))
    return is_like and not set(given) <= set(own)


def _changes(line: str, own: Iterable[str]) -> bool:
    """Say whether a line is one of the student's, changed."""
    own = tuple(own)
    if len(line) < _SHORTEST or any(line in each for each in own):
        return False
    return any(SequenceMatcher(None, line, each, autojunk=False).ratio() >= _MENDED for each in own)


def _names_repair(given: Iterable[str], own: Sequence[str], repair: Repair | None) -> bool:
    """Say whether a piece of code is what a change that is known to help puts in the place of the student's."""
    fixed = {line for edit in (repair.candidates if repair else ()) for line in _lines(edit.code)} - set(own)
    return any(
        len(piece) >= _SHORTEST and any(piece in line for line in fixed) and not any(piece in line for line in own)
        for piece in given
    )


def _lines(code: str) -> list[str]:
    return [line.strip() for line in code.splitlines() if line.strip()]


def student_language(request: AgentRequest, question: ParsedQuestion) -> str | None:
    """Return the language that the student clearly writes in, by what was said last; None where that cannot be known.

    Who names a language may want the answer in that one, so nothing is known then.
    """
    for prose in _said(request, question):
        if names_language(prose):
            return None
        if (language := clear_language(prose)) is not None:
            return language
    return None


def _said(request: AgentRequest, question: ParsedQuestion) -> Iterator[str]:
    yield question.snippet.prose
    for turn in reversed(request.turns):
        query = request.query.model_copy(update={"query_text": turn.question, "code_snippet": None})
        yield split_prose_and_code(query).prose


def other_language(text: str, language: str | None) -> str | None:
    """Say that an answer is in another language than the student's; None where it is not, or that cannot be known."""
    other = is_in_another(text, language) if language else None
    return f"it is written in {other}, and the student writes in {language}" if other else None
