"""Workers that come, go and are killed at random under load; run by hand: `python -m tests.faults.stress [SEED]...`."""

import random
import sys
import tempfile
import time
from pathlib import Path

from learnflow import embedded
from learnflow.database import migrations
from tests.conftest import run
from tests.faults.conftest import SETTINGS
from tests.faults.traffic import ROWS, TOTALS, Traffic, rows, traffic
from tests.support.apache_kafka import Broker, apache
from tests.support.running_system import Client, Worker, systems, until

SECONDS = 30.0
MOST_WORKERS = 3
QUESTIONS_AT_ONCE = 40


def main(seeds: list[int]) -> None:
    """Print figures for each seed."""
    for seed in seeds or [1]:
        with (
            tempfile.TemporaryDirectory() as directory,
            embedded.throwaway() as data,
            apache(Path(directory)) as kafka,
            embedded.postgres(data, durable=False) as url,
        ):
            run(migrations.migrate(url))
            sys.stdout.write(f"seed {seed}: {stress(seed, kafka.address, url, Path(directory))}\n")
            sys.stdout.flush()


def stress(seed: int, address: str, url: str, directory: Path) -> str:
    """Let workers come and go, and say what became of the questions."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    with systems(Broker(address, "apache"), url, directory, **SETTINGS) as workers, traffic(Client(address)) as flow:
        workers.start("sink", name="sink", wait=False)
        names = [f"worker-{number}" for number in range(MOST_WORKERS)]
        running = {names[0]: workers.start("worker", name=names[0])}
        counts = {"started": 1, "stopped": 0, "killed": 0, "bad exits": 0}
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            flow.ask(QUESTIONS_AT_ONCE)
            pause = time.monotonic() + chance.uniform(0.2, 2.0)
            flow.follow(lambda _, until=pause: time.monotonic() > until)  # type: ignore[misc]
            change(chance, workers.start, names, running, counts)
        if not running:
            running[names[0]] = workers.start("worker", name=names[0], wait=False)
        flow.follow(Traffic.settled, 120)
        students = list(flow.students)
        until(lambda: len(completed(url, students)) == len(flow.asked), 60)
        until(lambda: dict(rows(url, TOTALS, students)) == flow.totals(), 20)
        wrong = {s for s, n in flow.totals().items() if dict(rows(url, TOTALS, students)).get(s) != n}
        return (
            f"{len(flow.asked)} asked, {len(flow.asked) - flow.answered} lost, {len(flow.doubled())} doubled, "
            f"{flow.repeats()} repeats, {len(flow.disordered())} out of order, "
            f"{len(flow.asked) - len(completed(url, students))} not in PostgreSQL, {len(wrong)} wrong totals, "
            f"{flow.longest_silence:.1f} s of silence, {counts}"
        )


def completed(url: str, students: list[str]) -> list[object]:
    return [row for row in rows(url, ROWS, students) if row[2:] == ("completed", 1)]


def change(
    chance: random.Random, start: object, names: list[str], running: dict[str, Worker], counts: dict[str, int]
) -> None:
    """Start, stop or kill one."""
    idle = [name for name in names if name not in running]
    if idle and (not running or chance.random() < 0.5):
        name = chance.choice(idle)
        running[name] = start("worker", name=name, wait=False)  # type: ignore[operator]
        counts["started"] += 1
        return
    name = chance.choice(list(running))
    worker = running.pop(name)
    if chance.random() < 0.5:
        worker.kill()
        counts["killed"] += 1
    else:
        counts["stopped"] += 1
        counts["bad exits"] += worker.stop() not in (0, -15)  # -15: stopped before it was up


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]])
