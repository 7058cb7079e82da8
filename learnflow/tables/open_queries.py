"""Table `open-queries`: what has been routed and has no outcome yet. An entry goes with its outcome."""

from uuid import UUID

import faust

from learnflow.domain.open_queries import OpenQuery
from learnflow.tables.values import ValueTable

NAME = "open-queries"


def open_queries(app: faust.App) -> ValueTable[OpenQuery]:
    """Keyed by student and query, so that many open queries of one student cost no more than one."""
    return ValueTable(app, NAME, OpenQuery)


def key(student_id: str, query_id: UUID) -> str:
    """Return the key of a query."""
    return f"{student_id}\n{query_id}"
