"""Table `struggles`: what each student struggles with, as it was told. A topic goes when its end is read back."""

import faust

from learnflow.domain.struggle import Struggles
from learnflow.tables.values import ValueTable

NAME = "struggles"


def struggles(app: faust.App) -> ValueTable[Struggles]:
    """Keyed by student; written by the struggle agent; has no entry where nothing is open."""
    return ValueTable(app, NAME, Struggles)
