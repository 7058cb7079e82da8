"""Every metric of a worker: what it is called, what it is labelled with, and what it says.

They are counted where a thing happens, or read where it is kept when somebody asks for `/metrics`. Labels name agents,
roles, topics, models, tables and languages, all of which are few; nothing of a student is ever one.
"""

from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory, CPU, open files

# Seconds. From what a rule takes to what Claude takes; the last is the deadline of a question.
_ANSWERING: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120)
_WRITING: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LATE: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200, 86_400)
_BATCHES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)

_counter = partial(Counter, namespace="learnflow", registry=REGISTRY)
_gauge = partial(Gauge, namespace="learnflow", registry=REGISTRY)
_histogram = partial(Histogram, namespace="learnflow", registry=REGISTRY)

# -- agents, in streams/agent_stats.py, streams/message_processor.py and agents/wiring.py

MESSAGES: Final = _counter("messages", "Messages that an agent has finished.", ["agent"])
PROCESSED: Final = _counter(
    "processed", "Questions that triage has routed or a specialist has answered; of others, messages.", ["agent"]
)
ERRORS: Final = _counter("errors", "Messages that an agent could not process, by a fault of ours.", ["agent"])
REJECTED: Final = _counter("rejected", "Messages that an agent refused for what their sender wrote.", ["agent"])
DEAD_LETTERS: Final = _counter("dead_letters", "Messages that an agent put on dead-letters.", ["agent"])
RESPONSE_SECONDS: Final = _histogram(
    "response_seconds",
    "Seconds from taking a message up to having sent what follows from it.",
    ["agent"],
    buckets=_ANSWERING,
)
IN_FLIGHT: Final = _gauge("in_flight", "Messages (of the sink: batches) that an agent works on now.", ["agent"])
WAITING: Final = _gauge(
    "waiting", "Messages (of the sink: batches) that an agent has accepted and not begun.", ["agent"]
)

# -- consumers, in web/metrics.py

LAG: Final = _gauge("lag", "Messages of this worker's partitions that are not finished.", ["role", "topic"])
FINISHED: Final = _gauge(
    "finished_offset", "Sum of the offsets up to which this worker's partitions are finished.", ["role", "topic"]
)
READY: Final = _gauge("ready", "1 when a role has its partitions and tables, and works; else 0.", ["role"])
RECOVERY_REMAINING: Final = _gauge("recovery_remaining", "Changes that tables have yet to read.", ["role"])
RECOVERY_SECONDS: Final = _gauge(
    "recovery_seconds", "Seconds that the recovery of tables which is under way has taken so far; 0: none is.", ["role"]
)

# -- what Faust's own monitor counts, in web/metrics.py

FAUST_RECEIVED: Final = _counter("faust_received", "Messages that Faust delivered to agents and tables.", ["role"])
FAUST_ACTIVE: Final = _gauge("faust_active", "Messages that were delivered and are not acknowledged.", ["role"])
FAUST_REBALANCES: Final = _counter("faust_rebalances", "Rebalances that a role went through.", ["role"])
FAUST_COMMIT_SECONDS: Final = _gauge("faust_commit_seconds", "Seconds that the last commit of offsets took.", ["role"])

# -- Claude, in tutor/claude

CLAUDE_CALLS: Final = _counter(
    "claude_calls", "Calls to Claude: answered, useless, over-limit, failed or given-up.", ["model", "outcome"]
)
CLAUDE_SECONDS: Final = _histogram(
    "claude_seconds", "Seconds that a call to Claude took.", ["model"], buckets=_ANSWERING
)
CLAUDE_IN_FLIGHT: Final = _gauge("claude_in_flight", "Calls to Claude that are under way.")
CLAUDE_RETRIES: Final = _counter("claude_retries", "Calls to Claude that were not the first of their question.")
CLAUDE_WAITS: Final = _counter("claude_waits", "Calls to Claude that waited for a limit.")
CLAUDE_REFUSED: Final = _counter("claude_refused", "Questions not asked because Claude is left in peace.")
CLAUDE_BREAKER: Final = _gauge("claude_breaker", "0: Claude is asked; 1: about to be tried again; 2: left in peace.")
CLAUDE_TOKENS: Final = _counter(
    "claude_tokens",
    "Tokens that were paid: input (all that went in), output, cache-read and cache-write (parts of input).",
    ["agent", "model", "kind"],
)
CLAUDE_USD: Final = _counter("claude_usd", "US dollars for Claude, at the prices of the settings.", ["agent", "model"])
CLAUDE_SPENT_USD: Final = _gauge(
    "claude_spent_usd", "US dollars spent today (UTC) by all workers, as far as this one knows; 0 without a budget."
)
CLAUDE_BUDGET_USD: Final = _gauge("claude_budget_usd", "US dollars that may be spent a day (UTC); 0: any amount.")

# -- the sink, in agents/sink.py and sink/transaction.py

SINK_BATCH: Final = _histogram("sink_batch_messages", "Messages in one batch of the sink.", buckets=_BATCHES)
SINK_SECONDS: Final = _histogram("sink_write_seconds", "Seconds from decoding a batch to its commit.", buckets=_WRITING)
SINK_DELAY: Final = _histogram(
    "sink_delay_seconds", "Seconds from a message's timestamp to its commit: the oldest of each batch.", buckets=_LATE
)
SINK_OLDEST: Final = _gauge("sink_oldest_seconds", "Age of the oldest message that the sink holds; 0 when it has none.")
SINK_ROWS: Final = _counter("sink_rows", "Rows sent to PostgreSQL, again where a transaction was repeated.")
SINK_REJECTED: Final = _counter("sink_rejected", "Messages that could not be stored.")

# -- the sandbox, in sandbox/sandbox.py

SANDBOX_RUNS: Final = _counter(
    "sandbox_runs", "Runs of programs, by how the last of their inputs ended.", ["language", "ended"]
)
SANDBOX_RUNNING: Final = _gauge("sandbox_running", "Programs that run now.")
SANDBOX_WAITING: Final = _gauge("sandbox_waiting", "Programs that wait for a place.")
