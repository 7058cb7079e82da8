"""Python's garbage collector, for a process that makes many short-lived values and few cycles."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 100)  # at Python's own, a tenth of a worker's time goes into looking for cycles


def relax() -> None:
    """Leave what is loaded out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
