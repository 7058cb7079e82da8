"""How a student finds a fault that nobody can see: where to print what, and what to compare it with."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.topic_occurrences import names_set_in_loop
from learnflow.models.vocabulary import Language
from learnflow.tutor.code_run import CodeRun

_WISH: Final = re.compile(
    r"\b(?:expect\w*|instead|should|supposed|want\w*|comes out|rather than|but (?:i )?(?:get|got|it)|and not"
    r"|gives?|prints?|wrong|doesn.?t|not \w+ing)\b", re.IGNORECASE,
)  # fmt: skip
_PRINTS: Final = {
    Language.PYTHON: "print({})", Language.JAVASCRIPT: "console.log({})", Language.JAVA: "System.out.println({})",
    Language.CPP: "std::cout << {} << '\\n'", Language.GO: "fmt.Println({})", Language.RUST: "dbg!({})",
}  # fmt: skip
_STUCK: Final = re.compile(
    r"\b(?:stuck|hangs?|hanging|freez\w*|frozen|forever|never (?:ends|stops)|endless|infinite)", re.IGNORECASE
)
_LOOP: Final = re.compile(r"\s*(?:\w+:\s*)?(?:for|while|loop)\b")
_MOST: Final = 3  # names


def find_out(code: str, language: Language | None, text: str, ran: CodeRun) -> Iterator[str]:
    """Yield how to find the place of a wrong result, and what is still missing from the question."""
    tells_wish = _WISH.search(text) is not None
    if tells_wish or ran.execution is None:
        yield _look(code, language)
    if tells_wish:
        yield "If that does not show it, send me what was printed there. By rule I see no more."
    elif ran.execution is None:
        yield "Please send me the full error message, or what it does and what you expected instead."
    else:
        yield "Which part of that is not what you expected, and what should it be?"


def without_code(text: str) -> str | None:
    """Return how to begin where there is no code and no message to look at."""
    if not _STUCK.search(text):
        return None
    return (
        "If it hangs, stop it with Ctrl-C: the end of the message shows where it was. Usually that is a loop whose "
        "condition never becomes false, or something that waits for an input."
    )


def _look(code: str, language: Language | None) -> str:
    number = next((number for number, line in enumerate(code.splitlines(), 1) if _LOOP.match(line)), None)
    names = ", ".join(names_set_in_loop(code, number)[:_MOST]) if number and language in (Language.PYTHON, None) else ""
    shown = _PRINTS[language or Language.PYTHON].format(names or "...")
    where = f"at the end of the loop in line {number}" if number else "after each step"
    return (
        f"To find the place: put `{shown}` {where}, with the values that matter there, and work out by hand what you "
        "expect to see. The first line that differs shows the step that goes wrong."
    )
