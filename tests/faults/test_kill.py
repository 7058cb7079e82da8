"""Workers are killed with -9 while questions are in flight: nothing is lost, and each has one outcome."""

import json
import os
import sys
from collections import Counter

from tests.faults.traffic import Traffic, check, traffic
from tests.running.questions import get
from tests.support.running_system import Client, Systems, Worker, until

QUESTIONS = int(os.environ.get("LEARNFLOW_TEST_QUESTIONS", "120"))


def tell(what: str, flow: Traffic) -> None:
    """Show a figure in pytest's captured output."""
    sys.stdout.write(f"{what}: {flow.repeats()} repeats, {flow.longest_silence:.1f} s of silence\n")


def lifetime_totals(worker: Worker) -> dict[str, int]:
    """Return what health says that agents have processed, without those that have not."""
    health = json.loads(get(f"{worker.web}/health")[1])
    totals = {each["agent_name"]: each["total_queries_processed"] for each in health["agents"]}
    return {agent: total for agent, total in totals.items() if total}


def test_questions_in_flight_while_the_worker_is_killed_and_started_again(
    workers: Systems, client: Client, module_database: str
) -> None:
    sink = workers.start("sink", wait=False)
    worker = workers.start("worker", name="one")
    with traffic(client) as flow:
        flow.ask(QUESTIONS)
        assert flow.follow(lambda it: it.answered >= QUESTIONS / 10)
        worker.kill()
        assert not flow.settled()
        again = workers.start("worker", name="one")
        check(flow, module_database)
        tell("one worker", flow)
        answered = Counter({one.query_id: one.agent for one in flow.outcomes}.values())
        assert until(lambda: lifetime_totals(again) == {**answered, "triage": QUESTIONS}), (
            lifetime_totals(again),
            answered,
        )
    assert again.stop() == 0
    assert sink.stop() == 0


def test_one_of_two_workers_and_of_two_sinks_is_killed_and_started_again(
    workers: Systems, client: Client, module_database: str
) -> None:
    names = ("worker-1", "worker-2", "sink-1", "sink-2")
    started = [workers.start(name.partition("-")[0], name=name, wait=False) for name in names]
    for worker in started:
        worker.wait_ready()
    victim, survivor, sink, other_sink = started
    with traffic(client) as flow:
        flow.ask(QUESTIONS // 2)
        assert flow.follow(lambda it: it.answered >= 20)
        victim.kill()
        sink.kill()
        assert not flow.settled()
        flow.ask(QUESTIONS // 2)
        again = workers.start("worker", name="worker-1", wait=False)
        sink_again = workers.start("sink", name="sink-1", wait=False)
        check(flow, module_database)
        tell("two workers", flow)
    for worker in (again, sink_again):
        worker.wait_ready()
    assert [worker.stop() for worker in (again, sink_again, survivor, other_sink)] == [0, 0, 0, 0]
