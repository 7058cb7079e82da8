"""Logs hold no personal data: neither what is logged, nor what an exception repeats."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from learnflow.logs import WithoutPersonalData

E_MAIL = "jane.doe@example.com"

WORKER = f"""
import logging
from learnflow.streams.stream_app import StreamApp
app = StreamApp("test", fetch_wait_ms=500, drain_seconds=1.0, broker="kafka://127.0.0.1:9")
worker = app.Worker(loglevel="warning", redirect_stdouts=False)
worker._setup_logging()
logging.getLogger("faust").warning("about %s", "{E_MAIL}")
try:
    raise ValueError("{E_MAIL}")
except ValueError:
    logging.getLogger("learnflow.streams.message_processor").exception("broken")
"""

COMMAND = f"""
import logging, sys
import click
from learnflow import cli

@click.command()
def talk():
    logging.getLogger("aiokafka").warning("about %s", "{E_MAIL}")

cli.group.get_command = lambda context, name: talk
sys.argv = ["learnflow", "talk"]
cli.main()
"""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handlers = [logging.StreamHandler(stream), logging.StreamHandler(stream)]
    logger = logging.getLogger("tests.logs")
    for handler in handlers:
        handler.addFilter(WithoutPersonalData())
        logger.addHandler(handler)
    logger.propagate = False
    yield stream
    for handler in handlers:
        logger.removeHandler(handler)


LOG = logging.getLogger("tests.logs")


def fails_with_a_cause() -> None:
    try:
        int(E_MAIL)
    except ValueError as error:
        raise RuntimeError(f"asked by {E_MAIL}") from error


def test_a_message_and_its_arguments_are_masked_at_every_handler(written: io.StringIO) -> None:
    LOG.warning("%s wrote to %s", "Jane", E_MAIL)
    assert written.getvalue() == "Jane wrote to [e-mail]\n" * 2


def test_the_texts_of_exceptions_are_masked_with_their_causes(written: io.StringIO) -> None:
    try:
        fails_with_a_cause()
    except RuntimeError:
        LOG.exception("broken")
    assert E_MAIL not in written.getvalue()
    assert "ValueError: invalid literal for int() with base 10: '[e-mail]'" in written.getvalue()
    assert "RuntimeError: asked by [e-mail]" in written.getvalue()
    assert "test_logs.py" in written.getvalue(), "where it happened is still told"


def test_a_message_that_does_not_fit_tells_nothing(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    LOG.warning("%d", E_MAIL)
    assert E_MAIL not in written.getvalue() + capsys.readouterr().err
    assert "tests.logs" in written.getvalue()


@pytest.mark.parametrize("script", [WORKER, COMMAND], ids=["a worker", "a command"])
def test_what_a_process_logs_is_masked(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert "about [e-mail]" in printed
    assert E_MAIL not in printed
