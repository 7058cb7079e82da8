"""All causes of a wrong result that code shows by itself, whatever is said of it."""

from functools import lru_cache

from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.silent import braces, python
from learnflow.tutor.offline.silent.causes import Cause
from learnflow.tutor.offline.silent.slips import sure_slips


@lru_cache(maxsize=64)  # triage asks it of a question, and debug again
def seen(code: str, language: Language | None) -> tuple[Cause, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    found = python.silent_causes(code) if language in (Language.PYTHON, None) else braces.silent_causes(code, language)
    slips = sure_slips(code, language or Language.PYTHON)
    return tuple(sorted((*found, *slips), key=lambda one: one.line))
