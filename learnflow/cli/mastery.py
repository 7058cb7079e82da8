"""`learnflow mastery`: how well students know what, why, and what a teacher says of it."""

import asyncio
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import click
from pydantic import Field, ValidationError

from learnflow.cli import connection, student_records
from learnflow.cli.kafka_clients import send_student_events, student_event
from learnflow.cli.output import COUNT, as_json, json_line
from learnflow.domain.mastery.model import band, decimals, shipped
from learnflow.domain.mastery.parameters import Parameters
from learnflow.domain.phrasing import many, together
from learnflow.models.events.students import MasteryLevelSet
from learnflow.models.fields import Model, explain
from learnflow.models.taxonomy import GENERAL, TOPICS, lookup

ANSWERS: Final = """
    SELECT student_id, topic, score FROM exercise_evidence ORDER BY at, message_id"""


@click.group()
def command() -> None:
    """Show mastery levels and why they are what they are, set one as a teacher, fit the model.

    \b
    learnflow mastery show student-123 loops
    learnflow mastery set student-123 loops 0.9 --reason "Passed the oral exam" --by teacher-7
    learnflow mastery fit --out parameters.json
    """


@command.command(short_help="Show levels and why they are what they are.")
@click.argument("student", metavar="STUDENT")
@click.argument("topic", required=False, metavar="[TOPIC]")
@click.option("--last", type=COUNT, default=50, metavar="N", help="The last N changes.")
@as_json
def show(student: str, topic: str | None, last: int, *, as_json: bool) -> None:
    """Show a student's levels, and the changes that led to them, as PostgreSQL has them; the newest last.

    A level is new, learning from 0.5, mastered from 0.85, expert from 0.95. Each change has its reason, the number of
    messages behind it, and the version of the model. With a TOPIC, those messages are shown, too.

    \b
    learnflow mastery show student-123
    learnflow mastery show student-123 loops
    learnflow mastery show student-123 --json
    """
    if topic is not None:
        _check_topic(topic)
    record = asyncio.run(student_records.fetch_mastery(student, topic, last))
    if as_json:
        json_line(record)
    else:
        student_records.show_mastery(record, in_full=topic is not None)


# A level below 0 is to be refused as a level, not as an option.
@command.command(name="set", short_help="Set a level, as a teacher.", context_settings={"ignore_unknown_options": True})
@click.argument("student", metavar="STUDENT")
@click.argument("topic", metavar="TOPIC")
@click.argument("level", metavar="LEVEL")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the student's ledger has it.")
@click.option("--by", "set_by", required=True, metavar="NAME", help="Who says so.")
@as_json
def set_(student: str, topic: str, level: str, reason: str, set_by: str, *, as_json: bool) -> None:  # noqa: PLR0913 - each is its own word
    """Set a student's LEVEL on a TOPIC, from 0 to 1: a teacher knows better.

    It sends `mastery.level.set` to student-events. The learner applies it: what was graded before gives way to it, and
    what is graded from then on moves it again.

    \b
    learnflow mastery set student-123 loops 0.9 --reason "Passed the oral exam" --by teacher-7
    """
    _check_topic(topic)
    try:
        level_set = MasteryLevelSet(topic=topic, level=_level(level), reason=reason, set_by=set_by)
        event = student_event(student, level_set)
    except ValidationError as error:
        raise click.ClickException(explain(error)) from None
    if not connection.fetch("SELECT FROM students WHERE student_id = $1", student):
        raise student_records.unknown(student)
    asyncio.run(send_student_events(connection.broker(), [event]))
    if as_json:
        json_line(event.model_dump(mode="json"))
        return
    click.echo(
        f"{student}: sent that {topic} is {decimals(level_set.level)} ({band(level_set.level)}), by {set_by}: {reason}"
    )
    click.echo(f"The learner applies it; `learnflow mastery show {student} {topic}` has it then.")


@command.command(short_help="Fit the model to graded submissions.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write them to a file.")
@as_json
def fit(out: Path | None, *, as_json: bool) -> None:
    """Fit the mastery model's parameters to all graded submissions in PostgreSQL.

    It prints the parameters, or writes them to FILE, and says how many answers it had, what was fitted and what was
    kept. Where there are too few, the shipped ones are kept. Workers use the file that LEARNFLOW_LEARNER_PARAMETERS
    names, from their next start. The same answers give the same parameters.

    \b
    learnflow mastery fit --out parameters.json
    LEARNFLOW_LEARNER_PARAMETERS=parameters.json learnflow worker
    """
    fit_result = _fitted()
    parameters = fit_result.parameters.model_dump_json(indent=2) + "\n"
    if out is not None:
        out.write_text(parameters, encoding="utf-8")
    elif not as_json:
        click.echo(parameters, nl=False)
    if as_json:
        json_line(fit_result.model_dump(mode="json"))
    else:
        click.echo(fit_result.in_words(), err=out is None)


def _check_topic(topic: str) -> None:
    """Raise ClickException, with the topic that may be meant, unless it is one of the taxonomy."""
    if topic in TOPICS:
        return
    meant = lookup(topic)
    near = [meant] if meant != GENERAL else get_close_matches(topic.lower(), TOPICS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TOPICS)}"
    raise click.ClickException(f"topic: {topic} is not a topic; {hint}")


def _level(text: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = -1.0
    if not 0.0 <= level <= 1.0:
        raise click.ClickException(f"level: must be a number from 0 to 1, not {text}")
    return level


class _Fitted(Model):
    """The parameters that answers lead to, and the topics that got weights of their own, or had too few answers."""

    answers: int
    students: int
    fitted: bool
    topics_fitted: list[str]
    topics_kept: list[str]
    parameters: Parameters
    least: int = Field(exclude=True)
    least_of_topic: int = Field(exclude=True)

    def in_words(self) -> str:
        """Say what was fitted and what was kept, and why."""
        had = f"{many(self.answers, 'graded answer')} of {many(self.students, 'student')}"
        if not self.fitted:
            return (
                f"{had}: too few to fit anything, so the parameters that are shipped are kept. It takes "
                f"{self.least:,} in all, and {self.least_of_topic:,} on one topic."
            )
        topics = together(self.topics_fitted, most=len(self.topics_fitted))
        words = f"{had}. Fitted: what all topics share, and weights of their own for {topics}."
        if self.topics_kept:
            few = together(self.topics_kept, most=len(self.topics_kept))
            words += f" Fewer than {self.least_of_topic:,} answers, so as shipped or shared: {few}."
        return f"{words} Kept: the steps, the scale of levels, and the weights of weak evidence."


def _fitted() -> _Fitted:
    """Fit the shipped parameters to all graded answers. Raises ClickException where numpy or scipy is not installed."""
    try:
        from learnflow.domain.mastery import fit as fitting  # noqa: PLC0415 - needs an extra that nothing else does
    except ModuleNotFoundError as error:
        raise click.ClickException(f"fitting needs {error.name}: install learnflow[fit]") from None
    histories: dict[str, list[tuple[str, float]]] = {}  # of each student, in order: topic and score
    for student_id, topic, score in connection.fetch(ANSWERS):
        histories.setdefault(student_id, []).append((topic, score))
    before = shipped().parameters
    parameters = fitting.fit(histories.values(), before)
    changed = parameters != before
    counts = Counter(topic for history in histories.values() for topic, _ in history)
    topics = sorted(topic for topic, count in counts.items() if changed and count >= fitting.LEAST_TOPIC_ANSWERS)
    return _Fitted(
        answers=counts.total(),
        students=len(histories),
        fitted=changed,
        topics_fitted=topics,
        topics_kept=sorted(counts.keys() - set(topics)),
        parameters=parameters,
        least=fitting.LEAST_ANSWERS,
        least_of_topic=fitting.LEAST_TOPIC_ANSWERS,
    )
