"""What happened when the student's code was run, in words."""

import re
from typing import Final

from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ErrorSign, find_error
from learnflow.domain.question.lexicon import words
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Ended, Execution, Fault
from learnflow.tutor.code_run import CodeRun

_WANTS_INPUT: Final = frozenset({"EOFError", "NoSuchElementException"})  # of code that reads what nobody has typed
_NOT_HERE: Final = re.compile(
    r"(?P<name>fetch|document|window|navigator|localStorage|sessionStorage|XMLHttpRequest|WebSocket|alert|prompt"
    r"|requestAnimationFrame) is not defined"
)  # of the browser or the network, which the sandbox has not
_OF_CODE: Final = frozenset({
    "NameError",
    "UnboundLocalError",
    "TypeError",
    "AttributeError",
    "SyntaxError",
    "IndentationError",
    "TabError",
    "ReferenceError",
    "CompileError",
    "ImportError",
})  # whatever the input is
_COMPILER: Final = "CompileError"  # the sandbox's own: what javac says has no name
_LONGEST_OUTPUT: Final = 200  # characters
_STOPPED: Final = {
    Ended.TIMEOUT: "it did not end, so I stopped it after {seconds:.0f} s. Is there a loop that never ends?",
    Ended.MEMORY: "it used so much memory that I stopped it. Does something grow in a loop that never ends?",
    Ended.OUTPUT: "it printed without end, so I stopped it. Is there a print in a loop that never ends?",
    Ended.KILLED: "it ended all of a sudden, without an error message.",
}


def error_of_run(ran: CodeRun, language: Language | None) -> ErrorSign | None:
    """Return the error that the run ended with; None where that may be for want of the right input, say."""
    fault = ran.execution.fault if ran.execution else None
    if fault is None or fault.type in _WANTS_INPUT or _NOT_HERE.match(fault.message):
        return None
    if ran.made_input and not ran.made_input.told and fault.type not in _OF_CODE:
        return None
    message = words(fault.message)
    if fault.type != _COMPILER:
        return find_error((fault.type, *message), language)
    return find_error(("error", *message), language) or ErrorSign("", fault.type, language, "debugging")


def message_raised(ran: CodeRun, error: ErrorSign) -> str | None:
    """Return the whole message of the run, where it ended with an error; a compiler's has its notes."""
    fault = ran.execution.fault if ran.execution and ended_with(ran, error) else None
    return f"{fault.type}: {fault.message}\n{fault.trace}" if fault else None


def ended_with(ran: CodeRun, error: ErrorSign | None) -> bool:
    """Say whether the run ended with an error, and with none but that one."""
    fault = ran.execution.fault if ran.execution else None
    if fault is None or error is None:
        return False
    if fault.type == _COMPILER:
        raised = error_of_run(ran, error.language)
        return raised is not None and raised.name == error.name
    return fault.type == error.name


def line_raised(ran: CodeRun, error: ErrorSign | None) -> int | None:
    """Return the line on which the run ended with an error."""
    return ran.execution.fault.line if ran.execution and ran.execution.fault and ended_with(ran, error) else None


def what_happened(ran: CodeRun, error: ErrorSign | None) -> str | None:
    """Return what running the code showed, or None where it was not run."""
    execution = ran.execution
    if execution is None:
        return None
    fault = execution.fault
    given = f" with the input `{ran.made_input.first}`" if ran.made_input else ""
    if fault is None:
        return f"I ran your code{given}: {_without_error(execution)}"
    if fault.type in _WANTS_INPUT:
        return f"I ran your code{given} up to where it reads more than I could give it; I do not know what comes after."
    lacking = _NOT_HERE.match(fault.message)
    if lacking and not ended_with(ran, error):
        return (
            f"I ran your code, and only as far as it needs `{lacking['name']}`: that is of the browser or the network, "
            "and not there where I run code. It says nothing against yours."
        )
    if error is None or ended_with(ran, error):
        return f"I ran your code{given}: it ends with {_in_words(fault)}"
    return f"You write of {error.name}; when I ran this code by itself, it ended with {_in_words(fault)}"


def _without_error(execution: Execution) -> str:
    stopped = _STOPPED.get(execution.ended)
    if stopped is not None:
        return stopped.format(seconds=execution.milliseconds / 1000)
    printed = one_line(execution.stdout, _LONGEST_OUTPUT)
    return f"it ends without an error{f', and prints `{printed}`' if printed else ' and prints nothing'}."


def _in_words(fault: Fault) -> str:
    where = f" in line {fault.line}" if fault.line else ""
    return f"{fault.type}{where}: {one_line(fault.message, _LONGEST_OUTPUT)}"
