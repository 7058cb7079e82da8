"""The views on students and questions, put on a process's web server."""

from collections.abc import Callable
from datetime import datetime

from learnflow.streams.stream_app import StreamApp
from learnflow.tables import Tables
from learnflow.web.database import WebDatabase
from learnflow.web.database_views import Stored
from learnflow.web.question_views import add_questions
from learnflow.web.student_facts import StoredFacts, TableFacts
from learnflow.web.student_owner import Owners
from learnflow.web.student_views import Desk, Views, add_students


def add_views(
    app: StreamApp,
    database: WebDatabase,
    facts: StoredFacts,
    now: Callable[[], datetime],
    core: tuple[StreamApp, Tables] | None,
) -> None:
    """Serve them on an app; `core` is core's app with its tables, where core runs in this process."""
    stored = Stored(database)
    tables, owners = (None, None) if core is None else (TableFacts(core[1], now), Owners(core[0]))
    add_students(app, Desk(facts, tables, owners), Views(stored))
    add_questions(app, stored)
