"""Logs without personal data: what a library or an exception repeats of a student is masked before it is written."""

import hashlib
import json
import logging
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

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
        if handler is not None and not any(isinstance(present, WithoutPersonalData) for present in handler.filters):
            handler.addFilter(WithoutPersonalData())


class InHand(NamedTuple):
    """The message that is being handled."""

    agent: str
    trace_id: UUID
    student_id: str | None


IN_HAND: Final[ContextVar[InHand | None]] = ContextVar("in_hand", default=None)


class JsonLines(logging.Formatter):
    """One JSON object a line: what is logged, and which agent's message was in hand.

    A student is a short hash with a key, the same in all workers that have the same one: it tells lines of one student
    from those of another, and nobody who has only the logs can find out who it is.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = hashlib.sha256(b"learnflow logs\n" + key).digest()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (held := IN_HAND.get()) is not None:
            line |= {"agent": str(held.agent), "trace": held.trace_id.hex}
            if held.student_id is not None:
                line["student"] = self.hashed(held.student_id)
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)

    def hashed(self, student_id: str) -> str:
        """Return what stands for a student."""
        return hashlib.blake2b(student_id.encode(), key=self._key, digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Lines:
    """How a process writes its logs; `key` is a secret that its workers share."""

    how: Literal["auto", "json", "text"] = "text"
    key: bytes = field(default=b"", repr=False)

    def shape(self) -> None:
        """Have the root's handlers write JSON, where that is asked for or no terminal is there to be read."""
        for handler in logging.root.handlers:
            if self.how == "json" or (self.how == "auto" and not _is_terminal(handler)):
                handler.setFormatter(JsonLines(self.key))


def _is_terminal(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and handler.stream.isatty()
