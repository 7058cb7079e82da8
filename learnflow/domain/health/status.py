"""The status of an agent (data model 2.5), decided in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from learnflow.models.agent_health import ERRORS_AN_HOUR
from learnflow.models.vocabulary import HealthStatus


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: the statuses that its instances said within 30 seconds, and their sums of the last hour."""

    said: frozenset[HealthStatus]
    queries: int = 0
    errors: int = 0
    stuck: bool = False


class Rule(NamedTuple):
    """A status, and when an agent has it."""

    status: HealthStatus
    when: Callable[[Facts], bool]


_LEAVING: Final = frozenset({HealthStatus.STOPPING})
_COMING: Final = frozenset({HealthStatus.STARTING, HealthStatus.STOPPING})

# The first rule that holds decides. The status follows from the facts alone and not from the status before, so any
# may follow any: an idle agent is active again with its next query, and one in error recovers when its reason is gone.
# What data model 2.5 leaves open:
#   - Errors and standing still count in every phase, also while all instances stop or start.
#   - An agent stops when all of its instances do, and starts when none of them is past that: one that works is enough.
#   - An agent is active while any instance had a query in the last hour; an hour after the last one it is idle.
#   - "No errors" of idle means that it is not in error: 1 to 10 errors in an hour without a query leave it idle,
#     because one message that could not be read is no outage.
TABLE: Final = (
    Rule(HealthStatus.ERROR, lambda facts: not facts.said),
    Rule(HealthStatus.ERROR, lambda facts: facts.stuck),
    Rule(HealthStatus.ERROR, lambda facts: facts.errors > ERRORS_AN_HOUR),
    Rule(HealthStatus.STOPPING, lambda facts: facts.said == _LEAVING),
    Rule(HealthStatus.ACTIVE, lambda facts: facts.queries > 0),
    Rule(HealthStatus.STARTING, lambda facts: facts.said <= _COMING),
    Rule(HealthStatus.IDLE, lambda _: True),
)


def status(facts: Facts) -> HealthStatus:
    """Return the status that follows from the facts."""
    return next(rule.status for rule in TABLE if rule.when(facts))
