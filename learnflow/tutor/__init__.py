"""The tutor that the settings ask for."""

from learnflow.settings import Settings
from learnflow.tutor.interface import Tutor


def tutor(settings: Settings) -> Tutor:
    """Return the tutor. Its module is imported only here, where it is used."""
    del settings  # there is one tutor so far, and the settings accept no other
    from learnflow.tutor.offline import OfflineTutor  # noqa: PLC0415 - as the docstring says

    return OfflineTutor()
