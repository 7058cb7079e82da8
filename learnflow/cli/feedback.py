"""`learnflow rate` and `learnflow feedback`: what students think of answers, and what teachers add to them."""

import asyncio
import json
from typing import Any, Final
from uuid import UUID

import click
from pydantic import ValidationError

from learnflow.cli import connection
from learnflow.cli.kafka_clients import send_student_events, student_event
from learnflow.cli.output import COUNT, DASH, as_json, clock, console, json_line, one_line, plain, table
from learnflow.models.events.students import ResponseRated, TeacherAnswered
from learnflow.models.fields import Model, explain
from learnflow.models.vocabulary import Rating

_ASKED_BY: Final = """
    SELECT q.student_id FROM query_history q JOIN agent_responses a USING (query_id) WHERE q.query_id = $1"""
_SUMMARY: Final = """
    SELECT agent, tutor, claude_model, prompt, proof, answers, up, down, asked_for_teacher, waiting_for_teacher
    FROM rating_summary ORDER BY agent, answers DESC, tutor, claude_model, prompt, proof"""
_WAITING: Final = """
    SELECT r.query_id::text, r.student_id, q.query_text AS question, a.response_text AS answer, r.reason, r.at
    FROM current_ratings r JOIN query_history q USING (query_id) JOIN agent_responses a USING (query_id)
    WHERE r.waits_for_teacher ORDER BY r.at, r.query_id LIMIT $1"""
# With the turns that went with the question, cut as they were. Where the answer helped, it was understood rightly.
_QUESTIONS: Final = """
    SELECT q.query_text, q.code_snippet, q.language,
        CASE WHEN q.context ->> 'skill_level' IN ('beginner', 'intermediate', 'advanced', 'expert')
            THEN q.context ->> 'skill_level' END AS skill_level,
        (SELECT json_agg(turn ORDER BY turn.timestamp, turn.query_id) FROM (
            SELECT b.timestamp, b.query_id, left(b.query_text, 500) AS question, left(c.response_text, 1000) AS answer,
                c.agent_type AS agent, b.topic
            FROM query_history b JOIN agent_responses c USING (query_id)
            WHERE b.student_id = q.student_id AND b.timestamp < q.timestamp
            ORDER BY b.timestamp DESC, b.query_id DESC LIMIT 10
        ) AS turn)::text AS turns,
        CASE r.rating WHEN 'up' THEN json_strip_nulls(json_build_object(
            'intent', q.detected_intent, 'topic', q.topic))::text END AS expect
    FROM current_ratings r JOIN query_history q USING (query_id)
    WHERE $1::text IS NULL OR r.rating = $1 ORDER BY r.at DESC, r.query_id LIMIT $2"""
_TURN: Final = ("question", "answer", "agent", "topic")

_RATING: Final = click.Choice([rating.value for rating in Rating])  # of the members, click would take the names
_query = click.argument("query_id", type=click.UUID, metavar="QUERY_ID")


@click.command()
@_query
@click.argument("rating", type=_RATING)
@click.option("--student", required=True, metavar="ID", help="The student who asked the question.")
@click.option("--reason", metavar="TEXT", help="Why, in the student's words.")
@click.option("--teacher", is_flag=True, help="Ask for a teacher, who then looks at the answer.")
@as_json
def rate(query_id: UUID, rating: str, student: str, reason: str | None, *, teacher: bool, as_json: bool) -> None:  # noqa: PLR0913 - each is its own word
    """Say as a student whether the answer to a question helped. The newest rating of an answer counts.

    \b
    learnflow rate 550e8400-e29b-41d4-a716-446655440000 up --student student-123
    learnflow rate 550e8400-e29b-41d4-a716-446655440000 down --student student-123 --reason "too short" --teacher
    """
    said = _checked(ResponseRated, query_id=query_id, rating=rating, reason=reason, ask_teacher=teacher)
    if _asked_by(query_id) != student:
        raise click.ClickException(f"query_id: {student} has no answer to a question {query_id}")
    _send(student, said, as_json=as_json)


@click.group()
def command() -> None:
    """Show how answers are rated, and who waits for a teacher; answer as a teacher."""


@command.command()
@as_json
def show(*, as_json: bool) -> None:
    """Count the ratings by agent, tutor, model, version of the prompts, and what running an answer's code has shown.

    The view rating_summary has the same.

    \b
    learnflow feedback show
    """
    rows = [dict(row) for row in connection.fetch(_SUMMARY)]
    if as_json:
        for row in rows:
            json_line(row)
    elif rows:
        shown = table(
            "agent", "tutor", "model", "prompts", "proof", "answers", "up", "down", "teacher asked", "waiting"
        )
        for row in rows:
            shown.add_row(*(DASH if value is None else plain(str(value)) for value in row.values()))
        console().print(shown)
    else:
        click.echo("There are no answers yet.")


@command.command()
@click.option("--last", type=COUNT, default=50, metavar="N", help="So many at most.")
@as_json
def waiting(last: int, *, as_json: bool) -> None:
    """Show who waits for a teacher, whoever has waited longest first, with question and answer.

    \b
    learnflow feedback waiting
    """
    rows = [dict(row) for row in connection.fetch(_WAITING, last)]
    for row in rows:
        if as_json:
            json_line(row)
            continue
        click.echo(f"{row['query_id']}  {plain(row['student_id'])}  {clock(row['at'])}")
        for name in ("question", "answer", "reason"):
            click.echo(f"  {name}: {one_line(row[name]) if row[name] else DASH}")
    if not rows and not as_json:
        click.echo("Nobody waits for a teacher.")


@command.command()
@click.option("--rating", type=_RATING, help="Only those whose answers are rated so.")
@click.option("--last", type=COUNT, default=100, metavar="N", help="So many at most, those rated last.")
def questions(rating: str | None, last: int) -> None:
    """Print rated questions as `learnflow evaluate` reads them, a line of JSON each, without who asked.

    They come with the turns before them. Where the answer helped, the intent and the topic are to stay the same.

    \b
    learnflow feedback questions --rating down > rated.jsonl
    learnflow evaluate rated.jsonl
    """
    for row in connection.fetch(_QUESTIONS, rating, last):
        turns = [{name: turn[name] for name in _TURN} for turn in json.loads(row["turns"] or "[]")]
        parsed = {"turns": turns, "expect": json.loads(row["expect"] or "{}")}
        json_line({name: value for name, value in (dict(row) | parsed).items() if value})


@command.command()
@_query
@click.option("--text", required=True, help="What you add to the answer.")
@click.option("--by", "answered_by", required=True, metavar="NAME", help="Who says so.")
@as_json
def answer(query_id: UUID, *, text: str, answered_by: str, as_json: bool) -> None:
    """Add something to an answer, as a teacher. Its student waits no longer, and sees it at the answer.

    \b
    learnflow feedback answer 550e8400-e29b-41d4-a716-446655440000 --by teacher-7 --text "Draw the calls as boxes."
    """
    said = _checked(TeacherAnswered, query_id=query_id, text=text, answered_by=answered_by)
    student = _asked_by(query_id)
    if student is None:
        raise click.ClickException(f"query_id: there is no answer to a question {query_id}")
    _send(student, said, as_json=as_json)


def _asked_by(query_id: UUID) -> str | None:
    """Return who asked the question of a stored answer."""
    rows = connection.fetch(_ASKED_BY, query_id)
    return str(rows[0][0]) if rows else None


def _checked(kind: type[Model], **said: Any) -> Model:  # noqa: ANN401 - the options
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise click.ClickException(explain(error)) from None


def _send(student: str, payload: Model, *, as_json: bool) -> None:
    event = student_event(student, payload)
    asyncio.run(send_student_events(connection.broker(), [event]))
    if as_json:
        json_line(event.model_dump(mode="json"))
    else:
        click.echo("Sent.")
