"""What PostgreSQL knows of a student."""

from typing import Any, Final

import orjson
from rich.console import Group
from rich.panel import Panel

from learnflow.cli.connection import connect
from learnflow.cli.output import DASH, clock, console, one_line, plain, table
from learnflow.domain.mastery.model import decimals

STUDENT: Final = """
    SELECT student_id, name, email, created_at, learning_style, skill_level, active
    FROM students WHERE student_id = $1"""
PROGRESS: Final = """
    SELECT python_mastery_levels, completed_exercises, topics_mastered, topics_covered, strengths, weaknesses,
           learning_velocity, total_queries, queries_by_type, last_activity, struggle_topics, achievements
    FROM student_progress WHERE student_id = $1"""
QUERIES: Final = """
    SELECT query_id, timestamp, status, routed_to_agent, topic, query_text, failure_reason
    FROM query_history WHERE student_id = $1 ORDER BY timestamp DESC LIMIT $2"""


async def fetch(student_id: str, queries: int) -> dict[str, Any] | None:
    """Return a student's profile, `progress` (None before the first question) and last `queries`; None if unknown."""
    async with connect() as connection:
        await connection.set_type_codec("jsonb", encoder=str, decoder=orjson.loads, schema="pg_catalog")
        student = await connection.fetchrow(STUDENT, student_id)
        if student is None:
            return None
        progress = await connection.fetchrow(PROGRESS, student_id)
        asked = await connection.fetch(QUERIES, student_id, queries)
    return {**student, "progress": progress and dict(progress), "queries": [dict(row) for row in asked]}


def show(record: dict[str, Any]) -> None:
    """Print a student for people."""
    profile = table("", "")
    profile.show_header = False
    for name in ("name", "email", "skill_level", "learning_style"):
        profile.add_row(name.replace("_", " "), plain(record[name]))
    profile.add_row("enrolled", clock(record["created_at"]))
    profile.add_row("active", "yes" if record["active"] else "no")
    for name, text in _progress(record["progress"] or {}):
        profile.add_row(name, text)
    asked = table("asked at", "status", "agent", "topic", "question")
    for row in record["queries"]:
        whither = (row["routed_to_agent"] or DASH, row["topic"] or DASH)
        text = one_line(row["failure_reason"] or row["query_text"], 80)
        asked.add_row(clock(row["timestamp"]), row["status"], *whither, text)
    body = Group(profile, "", asked) if record["queries"] else profile
    console().print(Panel(body, title=plain(record["student_id"]), title_align="left", expand=False))


def _progress(progress: dict[str, Any]) -> list[tuple[str, str]]:
    if not progress:
        return [("progress", "no question yet")]
    by_type = ", ".join(f"{count} {name}" for name, count in progress["queries_by_type"].items())
    levels = ", ".join(f"{topic} {decimals(level)}" for topic, level in progress["python_mastery_levels"].items())
    rows = [
        ("questions", f"{progress['total_queries']}" + (f" ({by_type})" if by_type else "")),
        ("last activity", clock(progress["last_activity"])),
        ("exercises completed", str(progress["completed_exercises"])),
        ("mastery", levels),
        ("topics covered", ", ".join(progress["topics_covered"] or ())),
        ("struggles with", ", ".join(progress["struggle_topics"] or ())),
        ("achievements", ", ".join(progress["achievements"] or ())),
    ]
    return [(name, text) for name, text in rows if text]
