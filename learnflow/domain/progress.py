"""What a student's queries add up to. No clock, no I/O."""

from datetime import datetime
from typing import Final
from uuid import UUID

from learnflow.models.events.learning import LearnerState, ProgressUpdated
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL

REMEMBERED: Final = 512  # queries; more than a worker can have counted and not yet committed of one student
_SHORTENED: Final = 11  # characters of a query id that are kept: 44 bits


def counted(standing: ProgressUpdated | None, query_id: UUID) -> bool:
    """Say whether a query is among those counted last."""
    return standing is not None and shortened(query_id) in standing.state.applied


def count(standing: ProgressUpdated | None, query: StudentQuery, now: datetime) -> ProgressUpdated:
    """Add a routed query. A query that was counted already changes nothing."""
    if standing and counted(standing, query.query_id):
        return standing
    applied = standing.state.applied if standing else ()
    return ProgressUpdated(
        version=(standing.version if standing else 0) + 1,
        progress=_added(standing.progress if standing else _nothing_yet(query, now), query, now),
        state=LearnerState(applied=(*applied, shortened(query.query_id))[-REMEMBERED:]),
    )


def _nothing_yet(query: StudentQuery, now: datetime) -> LearningProgress:
    return LearningProgress(student_id=query.student_id, last_activity=query.timestamp, created_at=now, updated_at=now)


def _added(progress: LearningProgress, query: StudentQuery, now: datetime) -> LearningProgress:
    by_type = dict(progress.queries_by_type)
    if query.detected_intent:
        by_type[query.detected_intent] = by_type.get(query.detected_intent, 0) + 1
    topics = progress.topics_covered
    if query.topic and query.topic not in (*topics, GENERAL):
        topics = (*topics, query.topic)
    return progress.model_copy(
        update={
            "total_queries": progress.total_queries + 1,
            "queries_by_type": by_type,
            "topics_covered": topics,
            "last_activity": max(progress.last_activity, query.timestamp),
            "updated_at": now,
        }
    )


def shortened(query_id: UUID) -> str:
    """Return enough of an id to know a student's queries apart."""
    return query_id.hex[:_SHORTENED]
