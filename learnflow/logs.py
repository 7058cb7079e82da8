"""Logs without personal data: what a library or an exception repeats of a student is masked before it is written."""

import logging
from typing import Final

_UNREADABLE: Final = "a message that does not fit its arguments, logged by %s"


class WithoutPersonalData(logging.Filter):
    """Masks what a record says and the texts of its exception. It lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record once, whatever number of handlers it comes to."""
        if getattr(record, "without_personal_data", False):
            return True
        from learnflow.domain.personal_data import mask  # noqa: PLC0415 - `learnflow --help` logs nothing

        try:
            record.msg, record.args = mask(record.getMessage()), ()
        except (TypeError, ValueError, KeyError):  # as it is, logging would print message and arguments
            record.msg, record.args = _UNREADABLE, (record.name,)
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        record.without_personal_data = True
        return True


def mask_logs() -> None:
    """Mask what this process logs from now on, at the root's handlers and at Python's own where there is none."""
    for handler in (*logging.root.handlers, logging.lastResort):
        if handler is not None and not any(isinstance(one, WithoutPersonalData) for one in handler.filters):
            handler.addFilter(WithoutPersonalData())
