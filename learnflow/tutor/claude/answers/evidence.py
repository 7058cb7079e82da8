"""What was found out before Claude is asked: what running the code showed, what tools found, what the figures say."""

from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.work import AgentRequest
from learnflow.sandbox import Ended, Execution
from learnflow.tutor.claude.fenced_text import fenced
from learnflow.tutor.code_run import Ran
from learnflow.tutor.progress_figures import figures_in_words, suggestions, suggestions_in_words
from learnflow.tutor.review_findings import ReviewFindings

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


def of_run(ran: Ran, question: ParsedQuestion) -> str:
    """Return what running the student's code showed, or that it was not run."""
    if ran.execution is None:
        why = f"The code was not run: {ran.problem}" if ran.problem else "Nothing was run."
        return f"# What was run\n\n{why}"
    return "\n\n".join((
        "# What running the code showed",
        *_run(ran.execution, question.code or ""),
    ))


def _run(execution: Execution, code: str) -> list[str]:
    fault = execution.fault
    # not how long it took: the same question is to be the same request, also when it is played from a recording
    told = [f"It ran by itself, without input and without files. {_ENDED[execution.ended]}."]
    if fault is not None:
        told += ["The error:", fenced(f"{fault.type}: {fault.message}{_where(fault.line, code)}")]
        if fault.trace.strip():
            told += ["The trace:", fenced(_cut(fault.trace))]
    told += _printed("It printed:", execution.stdout) or ["It printed nothing."]
    return told if fault else told + _printed("As errors it printed:", execution.stderr)


def _printed(what: str, text: str) -> list[str]:
    return [what, fenced(_cut(text.removesuffix("\n")))] if text else []


def _where(line: int | None, code: str) -> str:
    if line is None:
        return ""
    lines = code.splitlines()
    return f"\nline {line}: {lines[line - 1].strip()}" if line <= len(lines) else f"\nline {line}"


def _cut(text: str) -> str:
    """Return both ends of a long text: the beginning, and what came last."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n\N{HORIZONTAL ELLIPSIS}\n{text[-half:]}"


def of_tools(found: ReviewFindings | None) -> str:
    """Return what tools found in the code, whatever that is worth; None where there is no code."""
    if found is None:
        return "# What a linter found\n\nThere is no code."
    if not found.remarks:
        return f"# What a linter found\n\nNothing. What it is worth: {found.missing}"
    listed = "\n".join(f"line {one.line}{f', {one.rule}' if one.rule else ''}: {one.text}" for one in found.remarks)
    return f"# What a linter found\n\n{fenced(listed)}\n\nWhat it is worth: {found.missing}"


def of_figures(request: AgentRequest, question: ParsedQuestion) -> str:
    """Return the figures, and what to learn next, in the sentences in which students without Claude read them."""
    lines = (
        *figures_in_words(request, question),
        *suggestions_in_words(suggestions(request.standing)),
    )
    said = "\n".join(filter(None, lines))
    return f"# The figures\n\n{fenced(said)}"
