"""Runs `learnflow` commands as forks of a process that has imported it: imports are most of what a start costs.

A command is a process of its own all the same, with arguments, environment, directory, files and exit code of its own.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

import click
from faust.cli.faust import cli as faust_cli

from learnflow import cli
from learnflow.cli.faust_program import load
from learnflow.sandbox import __main__ as sandbox
from learnflow.sandbox import bubblewrap_runner
from learnflow.sandbox.orphan_guard import OrphanGuard

REPOSITORY: Final = Path(__file__).parents[2]
LEARNFLOW: Final = "learnflow"
SANDBOX: Final = "learnflow.sandbox"
PROGRAMS: Final[dict[str, Callable[[], int | None]]] = {LEARNFLOW: cli.main, "faust": faust_cli, SANDBOX: sandbox.main}
MESSAGE_BYTES: Final = 1 << 17
NUMBER_BYTES: Final = 32


@dataclass(slots=True)
class Process:
    """A running command, with what the tests use of `subprocess.Popen`."""

    args: Sequence[str]
    status: socket.socket
    pid: int = 0
    returncode: int | None = None

    def __post_init__(self) -> None:
        """Wait until it has started."""
        self.pid = int(self.status.recv(NUMBER_BYTES))

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, negative for a signal; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self.status.settimeout(timeout)
            try:
                self.returncode = int(self.status.recv(NUMBER_BYTES) or -signal.SIGKILL)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self.status.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it with -9."""
        self.send_signal(signal.SIGKILL)


def start(
    arguments: Sequence[str], environment: Mapping[str, str], directory: Path, *files: IO[Any], program: str = LEARNFLOW
) -> Process:
    """Start `learnflow ARGUMENTS`; the files are its standard input, output and error output."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = json.dumps([program, list(arguments), dict(environment), str(directory)]).encode()
    with theirs:
        socket.send_fds(_server(), [request], [*(file.fileno() for file in files), theirs.fileno()])
    return Process([program, *arguments], ours)


def run(  # noqa: PLR0913 - what a process is started with
    arguments: Sequence[str],
    environment: Mapping[str, str],
    directory: Path,
    *,
    given: str,
    timeout: float,
    program: str = LEARNFLOW,
) -> subprocess.CompletedProcess[str]:
    """Run `learnflow ARGUMENTS` to its end."""
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        process = start(arguments, environment, directory, stdin, stdout, stderr, program=program)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
            process.wait()
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(process.args, code, *texts)


@cache
def _server() -> socket.socket:
    """Start this process's server, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        server = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=REPOSITORY, stdin=subprocess.DEVNULL)
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


def serve(control: socket.socket) -> None:
    """Fork a process for each request until pytest ends; in such a process, return when it is to run its command."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which then ends this
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who watch over a command
    for name in cli.COMMANDS:
        cli.group.get_command(click.Context(cli.group), name)
    assert callable(load)  # its imports are here by now
    gc.freeze()
    while True:
        request, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _watch_over_command(socket.socket(fileno=files.pop()))
    _become(files, *json.loads(request))


def _watch_over_command(status: socket.socket) -> None:
    """Fork the command, and say its id and then its exit code; returns in the command."""
    with status:
        pid = os.fork()
        if pid == 0:
            return
        status.send(str(pid).encode())
        os.closerange(0, status.fileno())
        _, ended = os.waitpid(pid, 0)
        status.send(str(os.waitstatus_to_exitcode(ended)).encode())
    os._exit(0)


def _become(
    files: Sequence[int], program: str, arguments: list[str], environment: dict[str, str], directory: str
) -> None:
    """Make this process what a new one would be."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    setattr(bubblewrap_runner, "GUARD", OrphanGuard())  # noqa: B010 - the mark of the sandboxes is each process's own
    sys.argv[:] = [program, *arguments]  # the same list: Faust has kept it since its import


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    sys.exit(PROGRAMS[sys.argv[0]]())
