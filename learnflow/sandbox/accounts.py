"""Who a run is on the host: root gives each run an account of its own, an ordinary user has only its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Final

AT_ONCE: Final = 32  # runs of one process; more wait for their turn
FIRST: Final = 1_900_000_000  # above every range that distributions and systemd give away, below 2**31
FIRST_IN_CONTAINER: Final = 60_600  # unassigned by systemd; a rootless container knows only the ids below 65,536
_MOST_PROCESSES: Final = 1 << 22  # the kernel's bound of process ids


_free: Final[SimpleQueue[int]] = SimpleQueue()
for _slot in range(AT_ONCE):
    _free.put(_slot)


@contextmanager
def account() -> Iterator[int | None]:
    """Yield the user id for one run, which is also its group id; None for an ordinary user: no change.

    Runs at the same time have different ones, so that none can touch another, and a count of processes is of one run.
    """
    if os.geteuid() != 0:
        yield None
        return
    slot = _free.get()
    try:
        yield _first() + slot
    finally:
        _free.put(slot)


def _first() -> int:
    # Two workers of one machine must not share ids either, and their process ids differ.
    first = FIRST + os.getpid() % _MOST_PROCESSES * AT_ONCE
    return first if _exists(first + AT_ONCE) else FIRST_IN_CONTAINER


def _exists(uid: int) -> bool:
    ranges = (line.split() for line in Path("/proc/self/uid_map").read_text().splitlines())
    return any(int(inside) <= uid < int(inside) + int(count) for inside, _, count in ranges)


def reachable(path: Path) -> bool:
    """Return whether a run's account can read a file or directory: as root, whether everybody can."""
    if os.geteuid() != 0:
        return os.access(path, os.R_OK)
    resolved = path.resolve()
    passable = all(parent.stat().st_mode & 0o001 for parent in resolved.parents)
    return passable and bool(resolved.stat().st_mode & 0o004)
