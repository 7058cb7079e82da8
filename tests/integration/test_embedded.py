"""The embedded parts, run for real: what they promise to those who use them."""

import os
import shutil
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import aiokafka
import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from learnflow.embedded import CLIENT_SETTINGS, broker, postgres
from learnflow.models.vocabulary import Agent
from learnflow.settings.sections import Learnflow
from learnflow.streams import topic_admin
from learnflow.topics import Topic
from tests.support.embedded_parts import (
    DEADLINE,
    listening,
    named,
    nothing_left,
    parts_in,
    password,
    query,
    reachable_interpreter,
    supervisor,
    throwaway_place,
)


@pytest.fixture(autouse=True)
def all_ended() -> Iterator[None]:
    """No test leaves a process or a thread behind."""
    with nothing_left():
        yield


@pytest.fixture
def directory() -> Iterator[Path]:
    """Give a directory in which nothing may still run after the test."""
    with throwaway_place() as path:
        yield path


def test_a_record_comes_back_from_the_broker(directory: Path) -> None:
    with broker(directory) as address:
        servers: dict[str, str | int | float | bool] = {"bootstrap.servers": address.removeprefix("kafka://")}
        admin = AdminClient(servers)
        admin.create_topics([NewTopic("echo", 1, 1)])["echo"].result(DEADLINE)
        producer = Producer(servers)
        producer.produce("echo", key=b"student", value=b"question")
        assert producer.flush(DEADLINE) == 0
        consumer = Consumer({**servers, "group.id": "test"})
        consumer.assign([TopicPartition("echo", 0, 0)])
        record = consumer.poll(DEADLINE)
        consumer.close()
    assert record is not None
    assert (record.error(), record.key(), record.value()) == (None, b"student", b"question")


@pytest.mark.parametrize(("batch_bytes", "end"), [(CLIENT_SETTINGS["batch_bytes"], 20), (131_072, 1)])
async def test_the_broker_knows_its_end_where_each_message_is_a_batch(
    directory: Path, batch_bytes: int, end: int
) -> None:
    """With larger batches it names their first offset: a table would be read back without the rest."""
    with broker(directory) as address:
        server = address.removeprefix("kafka://")
        await topic_admin.create([server], [Topic("notes", 1, 1, timedelta(days=1), "A test's", Agent.TRIAGE)])
        async with AIOKafkaProducer(bootstrap_servers=server, linger_ms=50, max_batch_size=batch_bytes) as producer:
            sent = [await producer.send("notes", b"%d" % number, partition=0) for number in range(20)]
            assert [(await each).offset for each in sent] == list(range(20))
        async with AIOKafkaConsumer(bootstrap_servers=server) as consumer:
            partition = aiokafka.TopicPartition("notes", 0)
            assert await consumer.end_offsets([partition]) == {partition: end}


def test_the_broker_listens_on_this_machine_only(directory: Path) -> None:
    with broker(directory):
        process = named(directory / "broker.pid")
        assert listening(process) == {"127.0.0.1"}


def test_the_broker_survives_the_thread_that_started_it(directory: Path) -> None:
    contexts: list[str] = []
    running = broker(directory)
    starter = threading.Thread(target=lambda: contexts.append(running.__enter__()))
    starter.start()
    starter.join()
    try:
        host, port = contexts[0].removeprefix("kafka://").split(":")
        socket.create_connection((host, int(port)), timeout=DEADLINE).close()
    finally:
        running.__exit__(None, None, None)


def test_data_is_kept_over_a_restart_and_the_password_too(directory: Path) -> None:
    with postgres(directory) as url:
        query(url, "CREATE TABLE kept (value text)")
        query(url, "INSERT INTO kept VALUES ('ä 你好')")
        first = password(url)
    with postgres(directory) as url:
        assert query(url, "SELECT value FROM kept") == [("ä 你好",)]
        assert password(url) == first


def test_english_words_are_found_by_their_stem(directory: Path) -> None:
    with postgres(directory, durable=False) as url:
        assert query(url, "SELECT to_tsvector('the loops were running') @@ to_tsquery('loop & run')") == [(True,)]


def test_letters_of_all_scripts_have_a_case(directory: Path) -> None:
    with postgres(directory, durable=False) as url:
        assert query(url, "SELECT lower('ÄÖÉЖ')") == [("äöéж",)]


def test_the_database_listens_on_this_machine_only(directory: Path) -> None:
    with postgres(directory, durable=False):
        server = named(directory / "postgres.pid")
        assert listening(server) == {"127.0.0.1"}
        assert not [c for c in server.net_connections("unix") if c.status == psutil.CONN_LISTEN or c.laddr]


def test_a_wrong_password_is_refused_and_the_right_one_is_for_its_owner_only(directory: Path) -> None:
    with postgres(directory, durable=False) as url:
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(url.replace(password(url), "wrong"), "SELECT 1")
        assert stat.filemode((directory / "database/password").stat().st_mode) == "-rw-------"


def test_durable_data_is_synced_and_throwaway_data_is_not(directory: Path) -> None:
    with postgres(directory) as url:
        assert query(url, "SHOW fsync") == [("on",)]
    with postgres(directory, durable=False) as url:
        assert query(url, "SHOW fsync") == [("off",)]


def test_the_environment_of_the_user_does_not_reach_the_database(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("LC_ALL", "xx_XX")
    with postgres(directory, durable=False) as url:
        assert query(url, "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all of these tests as such")
def test_an_ordinary_user_starts_both_parts(directory: Path) -> None:
    home = directory / "home"
    home.mkdir()
    shutil.chown(home, "nobody")
    with supervisor(home, interpreter=reachable_interpreter(), user="nobody") as process:
        owners = {psutil.Process(pid).username() for pid in parts_in(home)}
        assert owners == {"nobody"}
        process.send_signal(signal.SIGINT)
        process.wait(DEADLINE)
        assert not parts_in(home)


def test_persistent_data_has_the_place_that_users_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert Learnflow().directory == Path("/home/ada/.local/state/learnflow")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert Learnflow().directory == Path("/state/learnflow")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert Learnflow().directory == Path("/var/lib/learnflow")
