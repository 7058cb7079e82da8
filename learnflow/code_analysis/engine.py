"""All causes of a wrong result that code shows by itself, whatever is said of it."""

from functools import lru_cache

from learnflow.code_analysis.causes import Cause
from learnflow.code_analysis.pattern_rules import sure_slips
from learnflow.code_analysis.rules import braces
from learnflow.code_analysis.rules.python import loops
from learnflow.models.vocabulary import Language


@lru_cache(maxsize=64)  # triage asks it of a question, and debug again
def seen(code: str, language: Language | None) -> tuple[Cause, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    found = loops.silent_causes(code) if language in (Language.PYTHON, None) else braces.silent_causes(code, language)
    slips = sure_slips(code, language or Language.PYTHON)
    return tuple(sorted((*found, *slips), key=lambda one: one.line))
