"""Table `profiles`: what is known of each student. A student who is in here has been read from PostgreSQL."""

import faust

from learnflow.models.student import Profile
from learnflow.tables.values import ValueTable

NAME = "profiles"


def profiles(app: faust.App) -> ValueTable[Profile]:
    """Keyed by student; written by the learner."""
    return ValueTable(app, NAME, Profile)
