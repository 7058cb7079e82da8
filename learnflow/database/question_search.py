"""The search over the full-text index of the questions, for the command and the web view."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

_WORDS: Final = "websearch_to_tsquery('english', $1)"
_MARKED: Final = 'StartSel=«, StopSel=», MaxWords=35, MinWords=15, MaxFragments=2, FragmentDelimiter=" … "'
_BEGINNING: Final = "left(query_text, 200)"  # what is shown where no words were looked for


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Without a text, the newest questions; `order` is best first or newest first."""

    text: str = ""
    student: str | None = None
    agent: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Literal["rank", "newest"] = "rank"
    limit: int = 20

    def statement(self) -> tuple[str, list[object]]:
        """Return the statement and its arguments. It names only the conditions that are given, for the indexes' sake.

        The snippet is made of what is shown alone: it takes the whole text apart again.
        """
        has_words = bool(self.text.strip())
        where, arguments = self._where(has_words=has_words)
        rank = f"ts_rank_cd(query_vector, {_WORDS})" if has_words else "0"
        shown = f"ts_headline('english', query_text, {_WORDS}, '{_MARKED}')" if has_words else _BEGINNING
        best_first = "rank DESC, " if has_words and self.order == "rank" else ""
        arguments.append(self.limit)
        statement = f"""
            SELECT query_id, student_id, timestamp, status, detected_intent, routed_to_agent, topic, rank,
                {shown} AS snippet
            FROM (
                SELECT *, {rank}::float8 AS rank FROM query_history {where}
                ORDER BY {best_first}timestamp DESC, query_id LIMIT ${len(arguments)}
            ) AS fitting
            ORDER BY {best_first}timestamp DESC, query_id
        """  # noqa: S608 - of the constants above
        return statement, arguments

    def _where(self, *, has_words: bool) -> tuple[str, list[object]]:
        arguments: list[object] = []
        conditions: list[str] = []
        for condition, argument in (
            (f"query_vector @@ {_WORDS}", self.text if has_words else None),
            ("student_id = ${}", self.student),
            ("routed_to_agent = ${}", self.agent and str(self.agent)),
            ("status = ${}", self.status and str(self.status)),
            ("timestamp >= ${}", self.since),
            ("timestamp < ${}", self.until),
        ):
            if argument is not None:
                arguments.append(argument)
                conditions.append(condition.format(len(arguments)))
        return f"WHERE {' AND '.join(conditions)}" if conditions else "", arguments
