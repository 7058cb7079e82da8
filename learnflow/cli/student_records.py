"""What PostgreSQL knows of a student: who they are and what they asked, and their mastery with each change of it."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import click
import orjson
from rich.console import Group
from rich.panel import Panel

from learnflow.cli.connection import connect
from learnflow.cli.event_summary import changed
from learnflow.cli.output import DASH, clock, console, one_line, plain, table
from learnflow.domain.mastery.model import band, decimals

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
LEVELS: Final = """
    SELECT p.python_mastery_levels AS levels
    FROM students s LEFT JOIN student_progress p USING (student_id) WHERE s.student_id = $1"""
# A teacher's word has a row of its own, without an old level; the change that it led to has another, which is shown.
CHANGES: Final = """
    SELECT at, topic, old_level, new_level, reason, evidence, model_version, set_by
    FROM mastery_history
    WHERE student_id = $1 AND old_level IS NOT NULL AND ($2::text IS NULL OR topic = $2)
    ORDER BY at DESC, message_id DESC LIMIT $3"""
EVIDENCE: Final = """
    SELECT message_id AS id, at, 'submission, score ' || score || coalesce(', ' || error, '') AS what
    FROM exercise_submissions WHERE student_id = $1 AND message_id = ANY($2)
    UNION ALL
    SELECT query_id, timestamp, 'question: ' || query_text
    FROM query_history WHERE student_id = $1 AND query_id = ANY($2)
    UNION ALL
    SELECT message_id, at, 'struggle, ' || struggle_level
    FROM struggle_history WHERE student_id = $1 AND message_id = ANY($2) AND struggle_level IS NOT NULL
    UNION ALL
    SELECT message_id, at, 'level set to ' || new_level || ' by ' || set_by
    FROM mastery_history WHERE student_id = $1 AND message_id = ANY($2) AND old_level IS NULL
    ORDER BY at, id"""


def unknown(student_id: str) -> click.ClickException:
    """Return the error that PostgreSQL knows no such student."""
    return click.ClickException(f"there is no student {student_id}")


async def fetch_profile(student_id: str, queries: int) -> dict[str, Any]:
    """Return a student's profile, `progress` (None before the first question) and last `queries`."""
    async with connect() as connection:
        await connection.set_type_codec("jsonb", encoder=str, decoder=orjson.loads, schema="pg_catalog")
        student = await connection.fetchrow(STUDENT, student_id)
        if student is None:
            raise unknown(student_id)
        progress = await connection.fetchrow(PROGRESS, student_id)
        asked = await connection.fetch(QUERIES, student_id, queries)
    return {**student, "progress": progress and dict(progress), "queries": [dict(row) for row in asked]}


def show_profile(record: dict[str, Any]) -> None:
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


async def fetch_mastery(student_id: str, topic: str | None, most: int) -> dict[str, Any]:
    """Return a student's `levels` by topic and the last `changes`, the newest last; with a topic, only of that."""
    async with connect() as connection:
        student = await connection.fetchrow(LEVELS, student_id)
        if student is None:
            raise unknown(student_id)
        changes = await connection.fetch(CHANGES, student_id, topic, most)
        message_ids = [message for change in changes for message in change["evidence"]]
        evidence = {row["id"]: dict(row) for row in await connection.fetch(EVIDENCE, student_id, message_ids)}
    levels = {key: level for key, level in orjson.loads(student["levels"] or "{}").items() if topic in (None, key)}
    return {
        "student_id": student_id,
        "levels": {key: {"level": level, "band": band(level)} for key, level in sorted(levels.items())},
        "changes": [_change(row, evidence) for row in reversed(changes)],
    }


def _change(row: asyncpg.Record, evidence: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    return {
        **row,
        "old_band": band(row["old_level"]),
        "new_band": band(row["new_level"]),
        "evidence": [evidence.get(message) or {"id": message, "at": None, "what": None} for message in row["evidence"]],
    }


def show_mastery(record: dict[str, Any], *, in_full: bool) -> None:
    """Print levels and changes for people; in full, with the evidence of each change."""
    if not record["levels"] and not record["changes"]:
        console().print(f"{plain(record['student_id'])}: no level yet; nothing was graded, and no teacher has set one.")
        return
    levels = table("topic", "level", "is")
    for topic, current in record["levels"].items():
        levels.add_row(topic, decimals(current["level"]), current["band"])
    console().print(Group(levels, "", _changes(record["changes"], in_full=in_full)))


def _changes(changes: Sequence[dict[str, Any]], *, in_full: bool) -> Any:  # noqa: ANN401 - whatever rich can print
    if not changes:
        return "No level has changed so far that it was worth an event."
    rows = table("at", "topic", "level", "because", "evidence", "model", "set by")
    for change in changes:
        moved = (clock(change["at"]), change["topic"], changed(change["old_level"], change["new_level"]))
        why = (one_line(change["reason"], 400), str(len(change["evidence"])))
        rows.add_row(*moved, *why, change["model_version"] or DASH, plain(change["set_by"] or DASH))
        for message in change["evidence"] if in_full else ():
            if message["what"] is None:
                text = f"{DASH}  {message['id']}, which is not stored"
            else:
                text = f"{clock(message['at'])}  {one_line(message['what'])}"
            rows.add_row("", "", "", text, style="dim")
    return rows
