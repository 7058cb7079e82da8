"""`learnflow ask`: one question, how far its answer is, and the answer."""

import asyncio
import signal
import sys
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID, uuid4

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.text import Text

from learnflow.cli import connection, kafka_clients
from learnflow.cli.output import as_json, console, json_line, plain
from learnflow.models.envelope import Event
from learnflow.models.events.queries import QueryCancelled, QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseProgress
from learnflow.models.fields import explain
from learnflow.models.vocabulary import Language
from learnflow.streams.codec import Refusal, decode
from learnflow.topics import AGENT_RESPONSE_PROGRESS, AGENT_RESPONSES, BY_NAME, STUDENT_EVENTS, STUDENT_QUERIES

ENDINGS: Final = {
    **dict.fromkeys((".js", ".mjs"), "javascript"),
    **dict.fromkeys((".cpp", ".cc", ".hpp"), "cpp"),
    ".py": "python",
    ".java": "java",
    ".go": "go",
    ".rs": "rust",
}

_FRAME: Final = 4  # columns, and lines, of a panel around its words

Outcome = Event[ResponseCompleted] | Event[ResponseFailed]


@click.command()
@click.argument("text")
@click.option("--student", required=True, metavar="ID", help="The student who asks; unknown ones are enrolled.")
@click.option("--code", metavar="FILE", help="Send the code in this file along; - reads standard input.")
@click.option("--language", type=click.Choice([*Language]), help="The code's language, unless its file name says it.")
@click.option(
    "--exercise",
    type=click.UUID,
    metavar="ID",
    help="The exercise that the question is about; with code, a submission to be graded.",
)
@click.option(
    "--wait", type=click.FloatRange(0.1), default=60.0, metavar="SECONDS", help="How long to wait for the answer."
)
@as_json
def command(*, wait: float, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - the options above
    """Ask a question as a student, and print the answer.

    \b
    learnflow ask "Explain recursion" --student student-123
    learnflow ask "Why does this throw IndexError?" --student student-123 --code broken.py
    learnflow ask "Here is my code" --student student-123 --code a.py --exercise 750e8400-e29b-41d4-a716-446655440002
    echo 'fn main() {}' | learnflow ask "Review my code" --student student-123 --code - --language rust

    On a terminal the answer is seen while it is written; Ctrl-C stops it, and a second one ends the command at once.
    Ends with 1 when the question fails, is stopped, or is not answered in time.
    """
    question = _question(**asked)
    outcome = asyncio.run(_ask(connection.broker(), question, wait))
    if as_json:
        json_line(outcome.model_dump(mode="json"))
    elif isinstance(outcome.payload, ResponseCompleted):
        _show(outcome.payload)
    if isinstance(outcome.payload, ResponseFailed):
        raise click.ClickException(plain(outcome.payload.reason))


def _question(
    text: str, student: str, code: str | None, language: str | None, exercise: UUID | None
) -> Event[QuerySubmitted]:
    query_id = uuid4()
    payload: dict[str, Any] = {"query_id": query_id, "query_text": text}
    if code is not None:
        spoken = language or ENDINGS.get(Path(code).suffix.lower())
        if spoken is None:
            raise click.UsageError(f"--language: must be given, as the name {code} does not say it")
        payload |= {"query_type": "code", "code_snippet": _code(code), "language": spoken}
    if exercise is not None:
        payload["context"] = {"exercise_id": str(exercise)}
    try:
        return Event[QuerySubmitted].model_validate({
            "message_id": query_id,
            "trace_id": uuid4(),
            "timestamp": datetime.now(UTC),
            "student_id": student,
            "event_type": "student.query.submitted",
            "payload": payload,
        })
    except ValidationError as error:
        raise click.ClickException(explain(error)) from None


def _code(name: str) -> str:
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise click.ClickException(f"{name}: is not UTF-8") from None


async def _ask(bootstrap: list[str], question: Event[QuerySubmitted], wait: float) -> Outcome:
    read = (AGENT_RESPONSES, AGENT_RESPONSE_PROGRESS)
    partitions = await kafka_clients.partitions_of(bootstrap, [topic.name for topic in (STUDENT_QUERIES, *read)])
    answers = [partition for partition in partitions if partition.topic != STUDENT_QUERIES.name]
    # The reader is in place before the question leaves, or a quick answer would be missed.
    async with kafka_clients.consumer(bootstrap, answers) as reader, kafka_clients.producer(bootstrap) as sender:
        await sender.send_and_wait(STUDENT_QUERIES.name, question.encode(), key=question.key)
        try:
            with _Waiting(question, sender) as waiting:
                async with asyncio.timeout(wait):
                    return await _outcome(reader, question.message_id, waiting)
        except TimeoutError:
            raise click.ClickException(f"no answer after {wait:g} s; the question is {question.message_id}") from None


class _Waiting:
    """What a terminal shows until the answer is there: what is being done for it, and its words so far.

    It is gone afterwards, and written nowhere but to a terminal. Ctrl-C stops the answer; the second ends the command.
    """

    def __init__(self, question: Event[QuerySubmitted], sender: AIOKafkaProducer) -> None:
        self._spinner = Spinner("dots", "Waiting for the answer")
        self._shown = Live(self._spinner, console=console(stderr=True), transient=True, redirect_stdout=False)
        self._question = question
        self._sender = sender
        self._stopping: asyncio.Task[None] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupted)
        self._stack.callback(loop.remove_signal_handler, signal.SIGINT)
        if self._shown.console.is_terminal:
            self._stack.enter_context(self._shown)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def show(self, progress: ResponseProgress) -> None:
        """Show how far the answer is."""
        if self._stopping is None:
            self._spinner.update(text=progress.stage.words)
        words = [Panel(self._last_lines(progress.text), title="Answer", border_style="dim")] if progress.text else []
        self._shown.update(Group(*words, self._spinner))

    def _last_lines(self, text: str) -> Text:
        """Return what fits onto the terminal of words that grow at their end."""
        width, height = self._shown.console.size
        lines = Text(plain(text)).wrap(self._shown.console, max(width - _FRAME, 1))
        return Text("\n").join(lines[-max(height - _FRAME - 1, 1) :])

    def _interrupted(self) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._spinner.update(text="Stopping the answer …")
        self._stopping = asyncio.create_task(self._stop())

    async def _stop(self) -> None:
        stop = kafka_clients.student_event(
            self._question.student_id or "", QueryCancelled(query_id=self._question.message_id)
        )
        with suppress(KafkaError):
            await self._sender.send_and_wait(STUDENT_EVENTS.name, stop.encode(), key=stop.key)


async def _outcome(reader: AIOKafkaConsumer, query_id: UUID, waiting: _Waiting) -> Outcome:
    wanted_id = str(query_id).encode()
    while True:
        message = await reader.getone()
        if message.value is None or wanted_id not in message.value:
            continue  # somebody else's, of which there may be many
        try:
            event: Event[Any] = decode(BY_NAME[message.topic], message.key, message.value)
        except Refusal:
            continue
        if event.payload.query_id != query_id:
            continue
        if isinstance(event.payload, ResponseProgress):
            waiting.show(event.payload)
        elif isinstance(event.payload, ResponseCompleted | ResponseFailed):
            return event


def _show(answer: ResponseCompleted) -> None:
    out = console()
    language = answer.query.language if answer.query else None
    figures = [answer.agent_name, f"confidence {answer.confidence:.2f}", f"{answer.processing_time_ms:,} ms"]
    figures += [answer.claude_model] if answer.claude_model else []
    out.print(Panel(plain(answer.response_text), title="Answer", subtitle=" · ".join(figures)))
    for code in answer.code_examples:
        out.print(Panel(Syntax(plain(code), language or "python", background_color="default"), border_style="dim"))
