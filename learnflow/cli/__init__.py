"""The command line. Commands are imported when they run, so that `learnflow --help` is quick."""

import os
import pkgutil
import sys
from typing import Final, NoReturn

import click

from learnflow import __version__
from learnflow.logs import mask_logs

INTERRUPTED: Final = 130
CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110, "show_default": True}

# Command → its module and its name there, and its line in `learnflow --help`.
COMMANDS: Final = {
    "up": ("up:command", "Run all of LearnFlow on this machine until Ctrl-C."),
    "demo": ("demo:command", "Send sample questions through a throwaway LearnFlow and show the answers."),
    "ask": ("ask:command", "Ask a question as a student, and print the answer."),
    "rate": ("feedback:rate", "Say as a student whether an answer helped."),
    "feedback": ("feedback:command", "Show how answers are rated, and who waits for a teacher; answer as a teacher."),
    "tail": ("tail:command", "Show the events of topics as they come."),
    "status": ("status:command", "Show how all agents are doing."),
    "students": ("students:command", "Import, show and deactivate students."),
    "search": ("search:command", "Find questions by their words, student, agent, status and time."),
    "audit": ("audit:command", "Compute again from the topics what is stored and shown, and compare."),
    "rebuild": ("maintenance:rebuild", "Add up again what is known of students, from their history."),
    "mastery": ("mastery:command", "Show mastery levels and their reasons, set one, fit the model."),
    "claude": ("claude:command", "Try what answers in Claude's place can do."),
    "costs": ("costs:command", "Show what Claude cost, by agent, topic, student or model."),
    "dead-letters": ("dead_letters:command", "Look at what could not be processed, and send it again."),
    "evaluate": ("evaluate:command", "Ask a set of questions, and report how good the answers are."),
    "worker": ("workers:worker", "Run agents against a broker and a database."),
    "sink": ("workers:sink", "Write what the topics say to PostgreSQL."),
    "topics": ("topics:command", "Create and check the Kafka topics."),
    "exercises": ("exercises:command", "Check exercises before they are assigned."),
    "migrate": ("maintenance:migrate", "Bring the database's schema up to date."),
    "purge": ("maintenance:purge", "Delete what has been kept for long enough."),
    "contracts": ("contracts:command", "Write or check the AsyncAPI and OpenAPI documents and the JSON Schemas."),
}

# Errors whose text is meant for the person at the terminal; everything else is a fault of ours and has a traceback.
# By name: whoever raised one has imported its module, and --help need not.
FOR_PEOPLE: Final = frozenset({
    "learnflow.settings.sections.SettingsError",
    "learnflow.database.migrations.MigrationError",
    "learnflow.embedded.processes.EmbeddedError",
    "learnflow.streams.topic_admin.TopicsError",
    "learnflow.traces.TracingUnavailable",
    "aiokafka.errors.KafkaError",
    "asyncpg.exceptions._base.PostgresError",
    "asyncpg.exceptions._base.InterfaceError",
    "builtins.OSError",
})


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = pkgutil.resolve_name(f"learnflow.cli.{COMMANDS[cmd_name][0]}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="learnflow", message="%(prog)s %(version)s")
def group() -> None:
    """Answer programming students' questions with a team of agents over Kafka.

    \b
    learnflow demo                                        see it work, on this machine, in a minute
    learnflow up                                          run it, and stay
    learnflow ask "Explain recursion" --student student-123
    learnflow tail struggle mastery

    Settings come from faust.ini and from the environment: LEARNFLOW_BROKER and LEARNFLOW_DATABASE_URL name a
    deployment. Without them, commands use the `learnflow up` that runs on this machine.
    """


def main() -> NoReturn:
    """Run a command. Exit codes: 0 done, 1 it failed (one line on stderr says why), 2 wrong usage, 130 Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    mask_logs()
    try:
        code = group.main(prog_name="learnflow", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        code = _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter's last flush complains
        code = 1
    except Exception as error:
        if not is_for_people(error):
            raise
        code = _fail(str(error) or type(error).__name__, 1)
    sys.exit(code if isinstance(code, int) else 0)


def is_for_people(error: Exception) -> bool:
    """Say whether an error's text is meant for the person at the terminal."""
    return not FOR_PEOPLE.isdisjoint(f"{cls.__module__}.{cls.__qualname__}" for cls in type(error).__mro__)


def _fail(text: str, code: int) -> int:
    click.echo(f"learnflow: {' '.join(text.split())}", err=True)
    return code
