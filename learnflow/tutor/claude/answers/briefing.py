"""A request → what Claude is told: the last turns as turns, and then what was found out, of whom, and what is asked.

What others wrote stands between fences. The student's name and whatever came as `context` are not told.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from learnflow.domain.mastery.model import in_words
from learnflow.domain.question.handover import settled
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.support_ladder import Rung
from learnflow.models.events.routing import AgentRequest, Turn
from learnflow.models.metadata import Proof
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.models.vocabulary import Language, Specialist
from learnflow.repair.claims import NONE_HELPS, Repair
from learnflow.sandbox import Ended, Execution
from learnflow.tutor.claude.interface import Message
from learnflow.tutor.claude.prompts import both_ends, fenced
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.progress_figures import figures_in_words, suggestions, suggestions_in_words
from learnflow.tutor.review_evidence import ReviewFindings, Tried
from learnflow.tutor.student_level import depth, is_hard, mastery

_CHARACTERS_A_TOKEN: Final = 4  # about
_WRITES: Final = "What the student writes"
_CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
_ENGLISH: Final = "en"
_LONGEST: Final = 1_500  # characters of what a program printed, and of a trace
_ENDED: Final = {
    Ended.FINISHED: "It ended without an error",
    Ended.EXCEPTION: "It ended with an error",
    Ended.SYNTAX_ERROR: "It could not be run, because it cannot be read",
    Ended.TIMEOUT: "It did not end, and was stopped",
    Ended.MEMORY: "It used too much memory, and was stopped",
    Ended.OUTPUT: "It printed without end, and was stopped",
    Ended.KILLED: "It ended suddenly, without an error",
}


def conversation(turns: Sequence[Turn], history_tokens: int) -> tuple[Message, ...]:
    """Return the last turns as the messages that they were; `history_tokens` bounds them, the newest first."""
    return tuple(message for turn in recent(turns, history_tokens) for message in _messages(turn))


def briefing(
    request: AgentRequest, *evidence: str, concept: str | None = None, highest: Rung | None = None,
    language: str | None = None,
) -> str:  # fmt: skip
    """Return the last message. `evidence` are sections with what was found out, which come first.

    `concept` is what another agent asks for, `highest` the rung that is allowed, and `language` the student's.
    """
    topic = concept or request.query.topic or GENERAL
    query = request.query
    exercises = (
        fenced(f"{assigned.exercise.name}\n\n{assigned.exercise.problem_text}") for assigned in request.exercises
    )
    sections = (
        *evidence,
        _section("The student", "\n".join(_student(request, topic))),
        _section("Open exercises of the student, not to be solved", "\n\n".join(exercises)),
        _section("To be observed", "\n".join(f"- {note}" for note in _notes(request, concept, highest, language))),
        *_asked(query.query_text, query.code_snippet, query.language),
    )
    return "\n\n".join(filter(None, sections))


def recent(turns: Sequence[Turn], tokens: int) -> tuple[Turn, ...]:
    """Return the last turns that fit into so many tokens, oldest first. The newest is cut where it alone does not."""
    room, kept = tokens * _CHARACTERS_A_TOKEN, list[Turn]()
    for turn in reversed(turns):
        room -= len(turn.question) + len(turn.answer) + len(turn.code or "")
        if room < 0:
            break
        kept.insert(0, turn)
    return tuple(kept) or tuple(_cut(turn, tokens * _CHARACTERS_A_TOKEN) for turn in turns[-1:] if tokens)


def _cut(turn: Turn, longest: int) -> Turn:
    question = turn.question[:longest]
    answer = turn.answer[: longest - len(question)]
    code = (turn.code or "")[: longest - len(question) - len(answer)]
    return turn.model_copy(update={"question": question, "answer": answer, "code": code or None})


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
    level_there = mastery(request, topic)
    yield f"- Solved there: {in_words(level_there) if level_there else 'nothing yet'}"
    if is_hard(request, topic):
        yield "- This topic is hard for the student now."
    before = [f"{name(key)}, {in_words(levels[key])}" for key in prerequisites(topic) if levels.get(key)]
    new = [name(key) for key in prerequisites(topic) if not levels.get(key)]
    if before:
        yield f"- It builds on, and is known: {'; '.join(before)}"
    if new:
        yield f"- It builds on, and nothing is solved there yet: {'; '.join(new)}"
    yield f"- So write for: {depth(request, topic)}"


def _notes(
    request: AgentRequest, concept: str | None, highest: Rung | None, language: str | None
) -> Iterator[str]:  # fmt: skip
    if highest is not None:
        yield f"The highest rung that is allowed now: `{highest}`."
    if language not in (None, _ENGLISH):
        yield f"The student writes in `{language}` (a language code), and so do you."
    if concept is not None:
        yield f"Another agent has explained the student's error, and asks you for what is behind it: {title(concept)}."
        yield "`belongs_to` is null."
        return
    if request.low_confidence:
        yield "Triage was unsure what this asks for."
    if request.has_earlier_program:
        yield "The code is that of an earlier turn. The student may have changed it since."
    if request.query.question_key == OFF_TOPIC:
        yield "Triage takes this for small talk, or for something other than programming."
    if request.handed_over_from is not None:
        yield f"The {request.handed_over_from} agent handed this over to you."
    if settled(request):
        yield "Answer it yourself, whosever it may be: `belongs_to` is null."
    if request.alone and request.query.routed_to_agent is Specialist.DEBUG:
        yield "Nobody else can help: `missing_concept` is null. If a concept is missing, explain it in two sentences."


def _messages(turn: Turn) -> Iterator[Message]:
    yield Message("user", "\n\n".join(_asked(turn.question, turn.code, turn.language)))
    # the API takes no message without a word; an answer that was cut to nothing was one all the same
    yield Message("assistant", turn.answer.strip() or _CUT)


def _asked(text: str, code: str | None, language: Language | None) -> Iterator[str]:
    yield f"# {_WRITES}\n\n{fenced(text)}"
    if code:
        yield f"# The student's code, in {language}\n\n{fenced(code)}"


def run_section(ran: CodeRun, question: ParsedQuestion) -> str:
    """Return what running the student's code showed, or that it was not run."""
    if ran.execution is None:
        why = f"The code was not run: {ran.problem}" if ran.problem else "Nothing was run."
        return f"# What was run\n\n{why}"
    given = f"with the input {ran.made_input.first}" if ran.made_input else "without input"
    return "\n\n".join(("# What running the code showed", *_run(ran.execution, question.code or "", given)))


def _run(execution: Execution, code: str, given: str) -> list[str]:
    fault = execution.fault
    # not how long it took: the same question is to be the same request, also when it is played from a recording
    lines = [f"It ran by itself, {given} and without files. {_ENDED[execution.ended]}."]
    if fault is not None:
        lines += ["The error:", fenced(f"{fault.type}: {fault.message}{_where(fault.line, code)}")]
        if fault.trace.strip():
            lines += ["The trace:", fenced(both_ends(fault.trace, _LONGEST))]
    lines += _printed("It printed:", execution.stdout) or ["It printed nothing."]
    return lines if fault else lines + _printed("As errors it printed:", execution.stderr)


def _printed(what: str, text: str) -> list[str]:
    return [what, fenced(both_ends(text.removesuffix("\n"), _LONGEST))] if text else []


def _where(line: int | None, code: str) -> str:
    if line is None:
        return ""
    lines = code.splitlines()
    return f"\nline {line}: {lines[line - 1].strip()}" if line <= len(lines) else f"\nline {line}"


def tried_section(tried: Tried) -> str:
    """Return what was tried with code that is to be reviewed, which may be the tests of an open exercise."""
    return f"# What was tried with the code\n\n{fenced(tried.text)}"


def repair_section(found: Repair | None) -> str:
    """Return what a search for small changes of the code showed; nothing where none was made."""
    if found is None or not (found.candidates or found.problem == NONE_HELPS):
        return ""
    if not found.candidates:
        return "# What running small changes of the code showed\n\nNone of them gives what should come."
    listed = "\n".join(f"line {edit.line}: {edit.words}" for edit in found.candidates)
    return f"# What running small changes of the code showed\n\nEach alone gives what should come:\n{fenced(listed)}"


def proof_section(proof: Proof) -> str:
    """Return what running changed code showed next to the student's, to follow on why it does not help."""
    shown = (
        ("What came of the student's code:", proof.before), ("What came of yours:", proof.after),
        ("What should come:", proof.expected),
    )  # fmt: skip
    told = [f"{what}\n{fenced(both_ends(text, _LONGEST))}" for what, text in shown if text]
    return "\n\n# What running it showed\n\n" + "\n\n".join(told) if told else ""


def linter_section(review: ReviewFindings | None) -> str:
    """Return what tools found in the code, whatever that is worth; None where there is no code."""
    if review is None:
        return "# What a linter found\n\nThere is no code."
    if not review.findings:
        return f"# What a linter found\n\nNothing. What it is worth: {review.missing}"
    listed = "\n".join(
        f"line {finding.line}{f', {finding.linter_code}' if finding.linter_code else ''}: {finding.remark}"
        for finding in review.findings
    )
    return f"# What a linter found\n\n{fenced(listed)}\n\nWhat it is worth: {review.missing}"


def figures_section(request: AgentRequest, question: ParsedQuestion) -> str:
    """Return the figures, and what to learn next, in the sentences in which students without Claude read them."""
    lines = (*figures_in_words(request, question), *suggestions_in_words(suggestions(request.standing)))
    sentences = "\n".join(filter(None, lines))
    return f"# The figures\n\n{fenced(sentences)}"
