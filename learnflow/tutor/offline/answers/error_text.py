"""An error told for this student: by level and learning style, and in another way each time it comes again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from learnflow.domain.question.errors import ErrorSign
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import name
from learnflow.models.vocabulary import LearningStyle, SkillLevel, Specialist
from learnflow.tutor.offline.content.error_notes import ErrorNote
from learnflow.tutor.student_level import depth, is_hard

_STYLES: Final = {
    LearningStyle.VISUAL: "To see it: draw a box for each value in that line, as it is just before the line runs.",
    LearningStyle.AUDITORY: "To hear it: read the line aloud, and say for each name in it what it holds.",
    LearningStyle.KINESTHETIC: "To try it: change one value in that line, run it, and see when the error goes.",
}
_SEARCH, _SMALLER = 1, 2  # how often the error was there before


@dataclass(frozen=True, slots=True)
class Known:
    """An error that is prepared: its sign and note, what its message tells, and the place in the student's code.

    `found` is whether the place tells the cause, too, so that the usual ones are not needed.
    """

    error: ErrorSign
    note: ErrorNote
    told: str | None
    place: str | None
    mended: tuple[str, ...]
    found: bool = False


def times_before(request: AgentRequest, error: ErrorSign) -> int:
    """Return how often the last turns have dealt with an error; once at least where its topic is hard."""
    turns = sum(turn.agent is Specialist.DEBUG and turn.topic == error.topic for turn in request.turns)
    return max(turns, int(is_hard(request, error.topic)))


def told(request: AgentRequest, known: Known) -> Iterator[str | None]:
    """Yield the paragraphs of an answer. No sentence but the place and the values comes in two tellings."""
    yield f"{known.place} {known.told}" if known.place and known.told else known.place or known.told
    before = times_before(request, known.error)
    if before == 0:
        yield from _first(request, known)
    elif before == _SEARCH:
        yield from _search(known)
    elif before == _SMALLER:
        yield from _smaller(known)
    else:
        yield from _once_more(known, before + 1)


def examples(request: AgentRequest, known: Known) -> tuple[str, ...]:
    """Return the code that goes with the telling: the student's own, mended, or else the note's."""
    if times_before(request, known.error) == _SMALLER:
        return (known.note.mended, *known.mended)
    return known.mended or (known.note.mended,)


def _first(request: AgentRequest, known: Known) -> Iterator[str | None]:
    note, skill = known.note, depth(request, known.error.topic)
    if skill is SkillLevel.ADVANCED:
        yield f"{note.fix} {_examples(known)}"
        yield f"What lies beneath: {note.beneath}"
        return
    style = request.profile.learning_style
    if style is LearningStyle.EXAMPLE_DRIVEN:
        yield f"The same error, as small as it can be:\n```\n{note.broken}\n```"
    yield f"What it means: {note.meaning}"
    yield None if known.found else f"Why it happens: {note.cause}"
    yield f"{'Your next step' if skill is SkillLevel.BEGINNER else 'What to do'}: {note.fix}"
    yield _examples(known)
    yield _STYLES.get(style)


def _search(known: Known) -> Iterator[str]:
    topic = name(known.error.topic)
    yield "This error, or one like it, was there before. This time find it yourself; that takes three steps:"
    yield (
        f"1. {known.note.look}\n2. Say before you run it what you expect to see: where it differs, there is the fault."
        "\n3. Change that one thing, and run it again."
    )
    yield f'{_examples(known)} It comes from {topic}: "Explain {topic}" gives you the idea behind it.'


def _smaller(known: Known) -> Iterator[str]:
    topic = name(known.error.topic)
    yield "Leave your code alone for a moment, and play with this small program, which has the same error:"
    yield f"```\n{known.note.broken}\n```"
    yield (
        "Run it and read its message; then change it until it runs, in as many ways as you can. One way is among the "
        f'examples. After that, go back to your own code. Or say "Explain {topic}", and I begin at the idea.'
    )


def _once_more(known: Known, time: int) -> Iterator[str]:
    topic = name(known.error.topic)
    yield (
        f"We have met this {time} times now, so more words of mine will hardly help. Tell somebody, line by line, what "
        "your code does, and stop at the first line where you are not sure what a name holds."
    )
    yield f"What lies beneath: {known.note.beneath}"
    yield f'An exercise can help more than another answer: "Give me an exercise on {topic}".'


def _examples(known: Known) -> str:
    if known.mended:
        return "Your code, mended, is among the examples."
    return "The example shows the same fault, mended."
