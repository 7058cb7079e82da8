"""A request → what Claude is told: what is known of the student, what was found out, and last what is asked.

What others wrote stands between fences. The student's name and whatever came as `context` are not told.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from learnflow.domain.mastery_levels import in_words
from learnflow.domain.question.handover import settled
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.models.events.work import AgentRequest, Turn
from learnflow.models.exercise import Assigned
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.models.vocabulary import Specialist
from learnflow.tutor.claude.fenced_text import fenced
from learnflow.tutor.student_level import depth, is_hard, mastery

_A_TOKEN: Final = 4  # characters, about


def briefing(request: AgentRequest, history_tokens: int, *found: str, concept: str | None = None) -> str:
    """Return the message. `found` are sections with what was found out; `concept` is what another agent asks for.

    `history_tokens` bounds the last turns; the newest come first into it.
    """
    topic = concept or request.query.topic or GENERAL
    sections = (
        _section("The student", "\n".join(_student(request, topic))),
        _section("The last turns, oldest first", "\n\n".join(map(_turn, recent(request.turns, history_tokens)))),
        _section("Open exercises of the student, not to be solved", "\n\n".join(map(_exercise, request.exercises))),
        *found,
        _section("To be observed", "\n".join(f"- {note}" for note in _notes(request, concept))),
        _asked(request),
        _code(request),
    )
    return "\n\n".join(filter(None, sections))


def recent(turns: Sequence[Turn], tokens: int) -> tuple[Turn, ...]:
    """Return the last turns that fit into so many tokens, oldest first. The newest is cut where it alone does not."""
    room, kept = tokens * _A_TOKEN, list[Turn]()
    for turn in reversed(turns):
        room -= len(turn.question) + len(turn.answer)
        if room < 0:
            break
        kept.insert(0, turn)
    return tuple(kept) or tuple(_cut(turn, tokens * _A_TOKEN) for turn in turns[-1:] if tokens)


def _cut(turn: Turn, longest: int) -> Turn:
    question = turn.question[:longest]
    return turn.model_copy(update={"question": question, "answer": turn.answer[: longest - len(question)]})


def _section(heading: str, text: str) -> str | None:
    return f"# {heading}\n\n{text}" if text else None


def _student(request: AgentRequest, topic: str) -> Iterator[str]:
    level = request.profile.skill_level
    yield f"- Level: {level or 'not known'}"
    yield f"- Learns best: {request.profile.learning_style}"
    if topic not in TOPICS:
        return
    levels = request.standing.python_mastery_levels
    yield f"- Topic, as triage reads the question: {title(topic)}"
    known = mastery(request, topic)
    yield f"- Solved there: {in_words(known) if known else 'nothing yet'}"
    if is_hard(request, topic):
        yield "- This topic is hard for the student now."
    before = [f"{name(key)}, {in_words(levels[key])}" for key in prerequisites(topic) if levels.get(key)]
    new = [name(key) for key in prerequisites(topic) if not levels.get(key)]
    if before:
        yield f"- It builds on, and is known: {'; '.join(before)}"
    if new:
        yield f"- It builds on, and nothing is solved there yet: {'; '.join(new)}"
    yield f"- So write for: {depth(request, topic)}"


def _notes(request: AgentRequest, concept: str | None) -> Iterator[str]:
    if concept is not None:
        yield f"Another agent has explained the student's error, and asks you for what is behind it: {title(concept)}."
        yield "`belongs_to` is null."
        return
    if request.low_confidence:
        yield "Triage was unsure what this asks for."
    if request.query.question_key == OFF_TOPIC:
        yield "Triage takes this for small talk, or for something other than programming."
    if request.handed_over_from is not None:
        yield f"The {request.handed_over_from} agent handed this over to you."
    if settled(request):
        yield "Answer it yourself, whosever it may be: `belongs_to` is null."
    if request.alone and request.query.routed_to_agent is Specialist.DEBUG:
        yield "Nobody else can help: `missing_concept` is null. If a concept is missing, explain it in two sentences."


def _turn(turn: Turn) -> str:
    return f"The student:\n\n{fenced(turn.question)}\n\nThe {turn.agent} agent:\n\n{fenced(turn.answer)}"


def _exercise(assigned: Assigned) -> str:
    exercise = assigned.exercise
    return fenced(f"{exercise.name}\n\n{exercise.problem_text}")


def _asked(request: AgentRequest) -> str:
    return f"# What the student writes\n\n{fenced(request.query.query_text)}"


def _code(request: AgentRequest) -> str | None:
    code = request.query.code_snippet
    return _section(f"The student's code, in {request.query.language}", fenced(code)) if code else None
