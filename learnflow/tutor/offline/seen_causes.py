"""All causes of a wrong result that code shows by itself, whatever is said of it."""

from learnflow.models.vocabulary import Language
from learnflow.tutor.offline import silent, silent_braces
from learnflow.tutor.offline.causes import Cause
from learnflow.tutor.offline.slips import sure_slips


def seen(code: str, language: Language | None) -> tuple[Cause, ...]:
    """Return the causes of a wrong result that code shows by itself."""
    if language in (Language.PYTHON, None):
        found = silent.silent_causes(code)
    else:
        found = silent_braces.silent_causes(code, language)
    slips = sure_slips(code, language or Language.PYTHON)
    return tuple(sorted((*found, *slips), key=lambda one: one.line))
