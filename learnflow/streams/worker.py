"""Faust's worker, whose logs hold no personal data."""

import logging
from typing import Any, cast

import faust

from learnflow.logs import Lines, mask_logs


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
