"""The place where code stops being code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """The first syntax error: its line and column, both counted in characters from 1, and what is wrong there."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Breach:
    """The byte where reading stops or a rule is broken, and what is wrong there."""

    at: int
    says: str


def fault_at(code: str, index: int, message: str) -> SyntaxFault:
    """Return the fault at a character of the code, counted from 0."""
    before = code[:index]
    return SyntaxFault(before.count("\n") + 1, index - before.rfind("\n"), message)
