"""Every process that tests start ends with them, also when pytest is interrupted or killed.

A process beside pytest, the same that ends a killed worker's sandboxes, waits for pytest's end and then kills whatever
has pytest's mark in its environment. What is started with an environment of its own needs `ended_with_tests()` there.
"""

from typing import Final

from learnflow.sandbox.orphan_guard import OrphanGuard

_GUARD: Final = OrphanGuard()


def ended_with_tests() -> dict[str, str]:
    """Return the variable which makes a process and its children end with this process of pytest.

    Its name differs between the processes of pytest: one that another starts is ended with either of them.
    """
    return {f"PYTEST_{_GUARD.mark}": _GUARD.environment()["LEARNFLOW_WORKER"]}
