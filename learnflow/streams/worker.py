"""Faust's worker, whose logs hold no personal data, and the garbage collector of its process."""

import gc
import logging
from typing import Any, Final, cast

import faust

from learnflow.logs import Lines, mask_logs

# A worker makes many short-lived values and few cycles; at Python's own a tenth of its time goes into looking for them.
THRESHOLDS: Final = (50_000, 20, 100)


class Worker(faust.Worker):
    """Runs an app, also for `faust -A learnflow.app worker`."""

    def __init__(self, *services: Any, **options: Any) -> None:  # noqa: ANN401 - Faust's
        super().__init__(*services, **options)
        self.spinner = None  # it writes to the terminal's cursor, also where there is no terminal

    def on_setup_root_logger(self, logger: logging.Logger, level: int) -> None:
        """Mask what is logged as soon as there are handlers, and give it its form."""
        super().on_setup_root_logger(logger, level)
        mask_logs()
        lines: Lines = cast("Any", self.app).log_lines
        lines.shape()


def relax_garbage_collection() -> None:
    """Leave what is loaded out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
