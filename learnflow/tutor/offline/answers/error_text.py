"""An error in words for this student: by level and style, in another way each time, or how to find what nobody sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.domain.question.errors import ErrorSign
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.taxonomy import name
from learnflow.models.vocabulary import LearningStyle, ProofVerdict, SkillLevel, Specialist
from learnflow.tutor.offline.content.error_notes import ErrorNote
from learnflow.tutor.student_level import depth, is_hard

_STYLES: Final = {
    LearningStyle.VISUAL: "To see it: draw a box for each value in that line, as it is just before the line runs.",
    LearningStyle.AUDITORY: "To hear it: read the line aloud, and say for each name in it what it holds.",
    LearningStyle.KINESTHETIC: "To try it: change one value in that line, run it, and see when the error goes.",
}
_SEARCH, _SMALLER = 1, 2  # how often the error was there before


@dataclass(frozen=True, slots=True)
class PreparedError:
    """An error that is prepared: its sign and note, what its message says, and the place in the student's code.

    `has_cause` is whether the place tells the cause, too, so that the usual ones are not needed; `is_for_search`
    whether the student is told how to find it, and no more.
    """

    error: ErrorSign
    note: ErrorNote
    message: str | None
    place: str | None
    mended: tuple[str, ...]
    proof: Proof | None = None
    has_cause: bool = False
    is_for_search: bool = False


def times_before(request: AgentRequest, error: ErrorSign) -> int:
    """Return how often the last turns have dealt with an error; once at least where its topic is hard."""
    turns = sum(turn.agent is Specialist.DEBUG and turn.topic == error.topic for turn in request.turns)
    return max(turns, int(is_hard(request, error.topic)))


def error_paragraphs(request: AgentRequest, prepared: PreparedError) -> Iterator[str | None]:
    """Yield the paragraphs of an answer. No sentence but the place and the values comes twice."""
    yield " ".join(filter(None, (prepared.place, prepared.message))) or None
    before = times_before(request, prepared.error)
    if prepared.is_for_search:
        yield "Find the place yourself; that takes three steps:"
        yield from _steps(prepared)
    elif before == 0:
        yield from _first(request, prepared)
    elif before == _SEARCH:
        yield from _search(prepared)
    elif before == _SMALLER:
        yield from _smaller(prepared)
    else:
        yield from _once_more(prepared, before + 1)


def error_examples(request: AgentRequest, prepared: PreparedError) -> tuple[str, ...]:
    """Return the code that goes with the paragraphs: the student's own, mended, or else the note's."""
    if times_before(request, prepared.error) == _SMALLER:
        return (prepared.note.mended, *prepared.mended)
    return prepared.mended or (prepared.note.mended,)


def _first(request: AgentRequest, prepared: PreparedError) -> Iterator[str | None]:
    note, skill = prepared.note, depth(request, prepared.error.topic)
    if skill is SkillLevel.ADVANCED:
        yield f"{note.fix} {_examples(prepared)}"
        yield f"What lies beneath: {note.beneath}"
        return
    style = request.profile.learning_style
    if style is LearningStyle.EXAMPLE_DRIVEN:
        yield f"The same error, as small as it can be:\n```\n{note.broken}\n```"
    yield f"What it means: {note.meaning}"
    yield None if prepared.has_cause else f"Why it happens: {note.cause}"
    yield f"{'Your next step' if skill is SkillLevel.BEGINNER else 'What to do'}: {note.fix}"
    yield _examples(prepared)
    yield _STYLES.get(style)


def _search(prepared: PreparedError) -> Iterator[str]:
    yield "This error, or one like it, was there before. This time find it yourself; that takes three steps:"
    yield from _steps(prepared)


def _steps(prepared: PreparedError) -> Iterator[str]:
    topic = name(prepared.error.topic)
    yield (
        f"1. {prepared.note.look}\n2. Say before you run it what you expect to see: where it differs, there is the "
        "fault.\n3. Change that one thing, and run it again."
    )
    yield f'{_examples(prepared)} It comes from {topic}: "Explain {topic}" gives you the idea behind it.'


def _smaller(prepared: PreparedError) -> Iterator[str]:
    topic = name(prepared.error.topic)
    yield "Leave your code alone for a moment, and play with this small program, which has the same error:"
    yield f"```\n{prepared.note.broken}\n```"
    yield (
        "Run it and read its message; then change it until it runs, in as many ways as you can. One way is among the "
        f'examples. After that, go back to your own code. Or say "Explain {topic}", and I begin at the idea.'
    )


def _once_more(prepared: PreparedError, time: int) -> Iterator[str]:
    topic = name(prepared.error.topic)
    yield (
        f"We have met this {time} times now, so more words of mine will hardly help. Tell somebody, line by line, what "
        "your code does, and stop at the first line where you are not sure what a name holds."
    )
    yield f"What lies beneath: {prepared.note.beneath}"
    yield f'An exercise can help more than another answer: "Give me an exercise on {topic}".'


def _examples(prepared: PreparedError) -> str:
    return mended(prepared.proof) if prepared.mended else "The example shows the same fault, mended."


def mended(proof: Proof | None) -> str:
    """Return how the student's code, changed, is given: as mended only where that is proven."""
    if proof is None:
        return "The example is your code, changed; I have not tried it."
    if proof.verdict is ProofVerdict.PROVEN:
        return f"Your code, mended, is among the examples. {proof.reason}"
    return f"Your code, changed, is among the examples, to be tried. {proof.reason}"
