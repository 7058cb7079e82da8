"""`GET /api/struggles`: the struggles that were told last, for who opens the page only now."""

from typing import Any, Final

from learnflow.models.fields import Model
from learnflow.streams.stream_app import StreamApp
from learnflow.web.database import WebDatabase
from learnflow.web.push_messages import PushedStruggle
from learnflow.web.responses import answer

_LAST: Final = """
SELECT student_id, at, topic, struggle_level, query_count, time_window_minutes, recommendation, evidence,
    coalesce(signals, '{}') AS signals
FROM struggle_history WHERE resolved_by IS NULL AND at > now() - interval '24 hours' ORDER BY at DESC LIMIT 20
"""


class Struggles(Model):
    """Of the last 24 hours, at most 20, the newest first."""

    struggles: tuple[PushedStruggle, ...]


def add_struggles(app: StreamApp, database: WebDatabase) -> None:
    """Serve them on an app's web server."""

    @app.page("/api/struggles")
    async def struggles(_view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        return answer(Struggles(struggles=tuple(await database.models(PushedStruggle, _LAST))))
