"""Whether code in the six languages can be read by its compiler, and where it first cannot. Nothing is run."""

from typing import Final

from learnflow.code_analysis.syntax import python
from learnflow.code_analysis.syntax.fragments import first_fault
from learnflow.code_analysis.syntax.grammar import grammar
from learnflow.code_analysis.syntax.parser_errors import SyntaxFault, fault_at
from learnflow.models.vocabulary import Language

__all__ = ("SyntaxFault", "check")

LONGEST: Final = 100_000  # characters, so that a check is bounded in time and memory


def check(language: Language, code: str) -> SyntaxFault | None:
    """Return the first syntax error of a program or a fragment of one, or None when there is none.

    A fragment is right when it could stand somewhere: statements without a function, methods without a class, one
    expression. Never raises, whatever the text is.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    fault = _no_text(code)
    if fault is not None:
        return fault
    return python.first_fault(code) if language is Language.PYTHON else first_fault(grammar(language), code)


def _no_text(code: str) -> SyntaxFault | None:
    if len(code) > LONGEST:
        return fault_at(code, LONGEST, f"code of more than {LONGEST:,} characters is not read")
    if "\0" in code:
        return fault_at(code, code.index("\0"), "a NUL character is no code")
    try:
        code.encode()
    except UnicodeEncodeError as error:
        return fault_at(code, error.start, "a lone surrogate is no character")
    return None
